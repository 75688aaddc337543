import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configured, marked } from '../../test/analytics-fixture.ts';
import { createPipeline, simulatedCandles } from '../../test/fixtures/pipeline.ts';
import { toUnits } from '../base/money.ts';
import { HOUR_MS } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { analytics } from './analytics.ts';
import { metricsOf } from './metrics.ts';
import { riskManager } from './risk-manager.ts';

const filled = { type: 'order.filled', fee: 0, liquidity: 'maker' } as Fact;

/** These components start afresh beside an account that has traded. */
const founded = (ids: readonly string[], equity: number): Fact => ({
  type: 'component.founded',
  ids,
  binding: {
    ...{ mode: 'tape', market: 'binance', account: '', symbols: [], seed: 1, contracts: [] },
    timeframeMs: HOUR_MS,
  },
  settings: { ...DEFAULT_SETTINGS, startBalance: toUnits(10_000) },
  account: { equity: toUnits(equity), traded: true },
});

function folded(facts: readonly Fact[]) {
  const states = { analytics: analytics.initial(), 'risk-manager': riskManager.initial() };
  const fold = createFold([analytics, riskManager], states);
  for (const fact of facts) fold(fact);
  assert.equal(analytics.check?.(states.analytics), null);
  assert.equal(riskManager.check?.(states['risk-manager']), null);
  return { risk: states['risk-manager'], kept: states.analytics };
}

describe('the start balance', () => {
  it('follows the settings until the first fill, and the equity curve begins anew with it', () => {
    const { kept } = folded([
      ...[configured(10_000), marked(1, 10_000), configured(20_000), marked(2, 20_000)],
    ]);
    const { totalReturn, maxDrawdown, startBalance } = metricsOf(kept);
    assert.deepEqual([totalReturn, maxDrawdown, startBalance], [0, 0, 20_000]);
    assert.equal(kept.curve.length, 1);
  });

  it('leaves the equity curve alone when another setting changes', () => {
    const { kept } = folded([configured(10_000), marked(1, 10_000), configured(10_000)]);
    assert.equal(kept.curve.length, 1);
  });

  it('stays after the first fill, as that of the portfolio does', () => {
    const { kept } = folded([configured(10_000), filled, configured(20_000)]);
    assert.equal(kept.startBalance, toUnits(10_000));
  });
});

describe('what starts afresh beside an account that goes on', () => {
  const fresh = ['analytics', 'risk-manager'];

  it('begins with what the account is worth: nothing was won or lost yet', () => {
    const { kept, risk } = folded([founded(fresh, 7000), marked(1, 7000)]);
    const { totalReturn, maxDrawdown } = metricsOf(kept);
    assert.deepEqual([totalReturn, maxDrawdown], [0, 0]);
    assert.deepEqual([risk.peakBalance, risk.currentDrawdown], [toUnits(7000), 0]);
  });

  it('takes no other start balance afterwards', () => {
    const { kept, risk } = folded([founded(fresh, 7000), configured(20_000)]);
    assert.deepEqual([kept.startBalance, risk.peakBalance], [toUnits(7000), toUnits(7000)]);
  });

  it('changes nothing of a component that goes on', () => {
    const { kept, risk } = folded([configured(10_000), founded(['q-table'], 7000)]);
    assert.deepEqual([kept.startBalance, risk.peakBalance], [toUnits(10_000), toUnits(10_000)]);
  });

  it('is told by the step what that is, unless the account starts afresh too', async () => {
    const pipeline = createPipeline({ candles: simulatedCandles(10), seed: 1 });
    await pipeline.run(4);
    pipeline.input({ kind: 'found', ids: ['risk-manager'] });
    pipeline.input({ kind: 'found', ids: ['risk-manager', 'portfolio'] });
    assert.deepEqual(
      pipeline.told('component.founded').map(({ account }) => account),
      [{ equity: toUnits(10_000), traded: false }, undefined],
    );
  });
});
