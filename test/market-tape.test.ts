/**
 * The market component on real tapes: finite at every candle, restored bit for bit, all names used.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { canonicalText, impurity } from '../src/base/canonical.ts';
import { HOUR_MS } from '../src/base/time.ts';
import type { Candle } from '../src/core/market.ts';
import { DEFAULT_SETTINGS } from '../src/core/settings.ts';
import { cusumEvent, dueLabels, mayOpenExample, openExample } from '../src/learn/labels.ts';
import { gapBefore, type MarketState, market, symbolOf } from '../src/trade/market.ts';

const { HOLDFAST_DATA: data = join(import.meta.dirname, '../../shared/data') } = process.env;
/** Gaps and outages; a market that died. */
const TAPES = ['demo/BINANCE-BTC-USDT-1h.csv.gz', 'BINANCE-WAVES-USDT-1h-PERP.csv.gz'];
const SETTINGS = { ...DEFAULT_SETTINGS, timeframeMs: HOUR_MS };

function candlesOf(path: string): Candle[] {
  const [, ...lines] = gunzipSync(readFileSync(path)).toString().trim().split('\n');
  return lines.map(line => {
    const [time, open, high, low, close, volume] = line.split(',').map(Number);
    return {
      symbol: 'X',
      time: time!,
      open: open!,
      high: high!,
      low: low!,
      close: close!,
      volume: volume!,
    };
  });
}

function bound(): MarketState {
  const state = market.initial();
  market.on['directory.bound']?.(
    state,
    {
      type: 'directory.bound',
      ...{ mode: 'tape', market: 'test', account: '', symbols: ['X'], seed: 1 },
      ...{ rng: [1, 2, 3, 4], timeframeMs: HOUR_MS, contracts: [] },
    },
    undefined,
  );
  return state;
}

/** What a step does to the market; returns the classes of the labels that came due. */
function step(state: MarketState, candle: Candle): number[] {
  const symbol = symbolOf(state, 'X');
  const gap = gapBefore(symbol, candle, HOUR_MS);
  const told = gap > 0 ? { ...candle, gap } : candle;
  market.on['candle.closed']?.(state, { type: 'candle.closed', ...told }, undefined);
  const { labelled, voided } = dueLabels(symbol, SETTINGS);
  for (const fact of labelled) market.on['example.labelled']?.(state, fact, undefined);
  for (const fact of voided) market.on['example.voided']?.(state, fact, undefined);
  if (cusumEvent(symbol) && mayOpenExample(symbol, { settings: SETTINGS, weighed: false })) {
    const opening = { id: symbol.candles, forecast: null, settings: SETTINGS };
    market.on['example.opened']?.(state, openExample(symbol, opening), undefined);
  }
  return labelled.map(fact => fact.label);
}

describe('the market component on real tapes', () => {
  for (const name of TAPES)
    it(name, context => {
      const path = join(data, name);
      if (!existsSync(path)) return context.skip(`no recorded market data at ${path}`);
      const candles = candlesOf(path);
      const seen = new Set<string | number>();
      let [state, twin] = [bound(), bound()];
      candles.forEach((candle, index) => {
        for (const label of step(state, candle)) seen.add(label);
        step(twin, candle);
        const { reading, features } = symbolOf(state, 'X');
        if (reading.ready) seen.add(reading.regime).add(reading.volatility);
        assert.ok(features.every(value => Math.abs(value) <= 4));
        if (index % 5000 !== 4999) return;
        assert.equal(impurity(state), null);
        assert.equal(market.check?.(state), null);
        const encoded = market.file.encode(state);
        state = market.file.decode(JSON.parse(JSON.stringify(encoded)));
      });
      assert.equal(canonicalText(state), canonicalText(twin));
      const names = ['high', 'low', 'normal', 'range', 'trend_down', 'trend_up'];
      assert.deepEqual([...seen].map(String).sort(), ['0', '1', '2', ...names]);
    });
});
