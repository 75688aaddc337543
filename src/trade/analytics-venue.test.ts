import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configured, folded, marked, START } from '../../test/analytics-fixture.ts';
import { toUnits } from '../base/money.ts';
import type { Fact } from '../core/fact.ts';
import { analytics } from './analytics.ts';

const corrected = (amount: number): Fact => ({
  type: 'balance.corrected',
  ...{ time: START, amount: toUnits(amount), reason: 'a person moved money' },
});

describe('the analytics of a live account', () => {
  for (const amount of [-300, 300])
    it(`take ${amount} that a person moved for no profit, and agree with themselves`, () => {
      const state = folded([configured(1000), marked(1, 1100), corrected(amount)]);
      assert.equal(analytics.check?.(state), null);
      assert.equal(state.startBalance, toUnits(1000 + amount));
      assert.equal(state.curve.at(-1)?.equity, toUnits(1100 + amount));
      const later = folded([configured(1000), marked(1, 1100), corrected(amount), marked(2, 800)]);
      assert.equal(analytics.check?.(later), null);
      assert.equal(later.drawdown.maxUnits, toUnits(amount < 0 ? 0 : 600));
    });

  it('take a correction before the first point', () => {
    const state = folded([configured(1000), corrected(-300), marked(1, 700)]);
    assert.equal(analytics.check?.(state), null);
    assert.equal(state.drawdown.maxUnits, 0);
  });
});
