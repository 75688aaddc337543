/**
 * What 0.1.0 wrote is read: its files are frozen in test/fixtures/0.1.0.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { AnyComponent } from '../../src/core/component.ts';
import { decodeFile } from '../../src/state/formats.ts';
import { upgradeContent } from '../../src/state/upgrade.ts';
import { type MarketState, market, symbolOf } from '../../src/trade/market.ts';

const frozen = (name: string): Uint8Array =>
  readFileSync(new URL(`../fixtures/0.1.0/${name}`, import.meta.url));

/** The state in a file of 0.1.0, through every upgrade. */
function lifted<State>(component: AnyComponent): State {
  const { file, id } = component;
  const { schema, content } = decodeFile(frozen(file.name), file.format, id);
  assert.equal(schema, 1);
  const state = file.decode(upgradeContent(component, schema, content)) as State;
  assert.equal(component.check?.(state) ?? null, null);
  return state;
}

describe('the market file of 0.1.0', () => {
  it('is read; its pending labels have no feature window', () => {
    const state = lifted<MarketState>(market);
    const { pending, window, candles } = symbolOf(state, 'BTC/USDT:USDT');
    assert.ok(candles > 1000 && window.count > 0);
    assert.deepEqual(
      pending.map(each => [each.status, each.sequence]),
      [
        ['waiting', null],
        ['waiting', null],
      ],
    );
  });
});
