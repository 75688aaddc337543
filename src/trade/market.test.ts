import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { invert, walk } from '../../test/fixtures/walk.ts';
import { canonicalText, impurity } from '../base/canonical.ts';
import { PENDING_LABELS_MAX, SEQUENCE_ROWS } from '../base/limits.ts';
import { createPast, extendPast, pastText } from '../base/past-hash.ts';
import { MINUTE_MS } from '../base/time.ts';
import type { Encoded } from '../core/component.ts';
import type { Fact, FactName } from '../core/fact.ts';
import { FEATURE_COUNT } from '../core/feature.ts';
import type { Candle } from '../core/market.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { WARMUP_CANDLES } from './indicators.ts';
import { bookmarks, gapBefore, type MarketState, market, symbolOf } from './market.ts';

const READY = WARMUP_CANDLES + SEQUENCE_ROWS - 1;
const ROW = new Array<number>(FEATURE_COUNT).fill(0.5);

function fold<N extends FactName>(state: MarketState, fact: Fact<N>): void {
  const handle = market.on[fact.type as N] as
    | ((state: MarketState, fact: Fact<N>) => void)
    | undefined;
  handle?.(state, JSON.parse(JSON.stringify(fact)) as Fact<N>);
}

function bound(...symbols: string[]): MarketState {
  const state = market.initial();
  fold(state, {
    type: 'directory.bound',
    ...{ mode: 'tape', market: 'test', account: '', symbols, seed: 1, rng: [1, 2, 3, 4] },
    ...{ timeframeMs: MINUTE_MS, contracts: [] },
  });
  return state;
}

/** Folds a candle as a step does: the gap is told by the fact. */
function close(state: MarketState, candle: Candle): void {
  const gap = gapBefore(symbolOf(state, candle.symbol), candle, state.timeframeMs);
  fold(state, { type: 'candle.closed', ...candle, ...(gap > 0 ? { gap } : {}) });
}

const opened = (symbol: string, id: number): Fact<'example.opened'> => ({
  type: 'example.opened',
  ...{ id, symbol, time: 0, proposed: false, features: ROW },
  ...{ barrier: 0.02, candles: 30 },
});

/** A life: candles, an example every ten candles, and the end of those that came due. */
function live(state: MarketState, candle: Candle): void {
  close(state, candle);
  const symbol = symbolOf(state, candle.symbol);
  for (const { id, status } of [...symbol.pending])
    if (status === 'void')
      fold(state, { type: 'example.voided', id, symbol: candle.symbol, time: 0 });
    else if (status === 'due')
      fold(state, {
        type: 'example.labelled',
        ...{ id, symbol: candle.symbol, time: 0, labelledAt: 0, proposed: false },
        ...{ label: 0, return: 0, features: ROW },
      });
  if (symbol.candles % 10 === 0) fold(state, opened(candle.symbol, symbol.candles));
}

/** Through the file's JSON and back. */
function restored(state: MarketState): MarketState {
  const encoded = market.file.encode(state) as Encoded & { format: 'json.zst' };
  const value = JSON.parse(JSON.stringify(encoded.value)) as Record<string, unknown>;
  return market.file.decode({ format: 'json.zst', value });
}

/** Two symbols in turn, with a short gap and a long one. */
const OTHER = walk({ symbol: 'B', count: 900, seed: 6 });
const CANDLES: Candle[] = walk({ symbol: 'A', count: 900, seed: 5 })
  .flatMap((candle, index) => [candle, OTHER[index]!])
  .filter((_, index) => (index < 800 || index >= 820) && (index < 1000 || index >= 1140));

const run = (state: MarketState, candles: readonly Candle[]): MarketState => {
  for (const candle of candles) live(state, candle);
  return state;
};

describe('feature rows', () => {
  const NOBODY = { signalModel: false, deepSignalModel: false, attention: false };
  const learning = (state: MarketState, on: boolean): void => {
    const learning = { ...DEFAULT_SETTINGS.learning, ...(on ? {} : NOBODY) };
    fold(state, { type: 'config.changed', settings: { ...DEFAULT_SETTINGS, learning } });
  };

  it('are left empty while nobody learns from them, and all else is as it would be', () => {
    const [alone, taught] = [bound('A'), bound('A')];
    learning(alone, false);
    for (const candle of walk({ symbol: 'A', count: READY })) {
      close(alone, candle);
      close(taught, candle);
    }
    assert.ok(symbolOf(taught, 'A').features.some(value => value !== 0));
    assert.ok(symbolOf(alone, 'A').features.every(value => value === 0));
    assert.deepEqual(symbolOf(alone, 'A').reading, symbolOf(taught, 'A').reading);
    assert.equal(symbolOf(alone, 'A').reading.ready, true);
    assert.equal(market.check?.(alone), null);
  });

  it('fill the window anew when learning begins, and only then is the symbol ready', () => {
    const state = bound('A');
    learning(state, false);
    const candles = walk({ symbol: 'A', count: READY + SEQUENCE_ROWS });
    for (const candle of candles.slice(0, READY)) close(state, candle);
    learning(state, true);
    assert.equal(market.check?.(state), null);
    const { reading, window } = symbolOf(state, 'A');
    for (const candle of candles.slice(READY)) {
      assert.equal(reading.ready, false);
      close(state, candle);
    }
    assert.equal(reading.ready, true);
    assert.ok(window.rows.filter(value => value !== 0).length > window.rows.length / 2);
  });
});

describe('market, saved and restored', () => {
  it('goes on bit for bit from any candle', () => {
    const whole = canonicalText(run(bound('A', 'B'), CANDLES));
    fc.assert(
      fc.property(fc.nat(CANDLES.length), cut => {
        const before = run(bound('A', 'B'), CANDLES.slice(0, cut));
        const again = restored(before);
        assert.equal(canonicalText(again), canonicalText(before));
        assert.equal(canonicalText(run(again, CANDLES.slice(cut))), whole);
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('is restored when nothing was folded yet', () => {
    assert.equal(canonicalText(restored(market.initial())), canonicalText(market.initial()));
    assert.equal(canonicalText(restored(bound('A'))), canonicalText(bound('A')));
  });

  it('shares nothing with what was encoded', () => {
    const state = run(bound('A', 'B'), CANDLES.slice(0, 40));
    const encoded = market.file.encode(state);
    const before = JSON.stringify(encoded);
    run(state, CANDLES.slice(40, 60));
    assert.equal(JSON.stringify(encoded), before);
  });

  it('is plain data with sound invariants after every candle', () => {
    const state = bound('A', 'B');
    CANDLES.forEach((candle, index) => {
      live(state, candle);
      if (index % 50 === 0) assert.equal(impurity(state), null);
      assert.equal(market.check?.(state), null);
    });
  });
});

describe('market', () => {
  it('is ready once all indicators and the feature window are full', () => {
    const state = bound('A');
    const symbol = symbolOf(state, 'A');
    walk({ symbol: 'A', count: READY + 5 }).forEach((candle, index) => {
      close(state, candle);
      assert.equal(symbol.reading.ready, index + 1 >= READY, `candle ${index + 1}`);
    });
  });

  it('needs to warm up again after a gap of more than an hour of candles, not before', () => {
    for (const missing of [60, 61]) {
      const state = bound('A');
      const candles = walk({ symbol: 'A', count: 2 * READY });
      for (const candle of candles.slice(0, READY)) close(state, candle);
      const shift = missing * MINUTE_MS;
      const later = candles.slice(READY).map(each => ({ ...each, time: each.time + shift }));
      const ready = later.map(candle => {
        close(state, candle);
        return symbolOf(state, 'A').reading.ready;
      });
      assert.equal(ready.indexOf(true), missing === 60 ? 0 : READY - 1);
      assert.deepEqual(symbolOf(state, 'A').gaps, { count: 1, missing });
    }
  });

  it('goes on after a gap without inventing candles', () => {
    const candles = walk({ symbol: 'A', count: 50 });
    const [whole, cut] = [bound('A'), bound('A')];
    for (const candle of candles) close(whole, candle);
    candles.forEach((candle, index) => {
      const time = candle.time + (index < 25 ? 0 : 3 * MINUTE_MS);
      close(cut, { ...candle, time });
    });
    assert.deepEqual(symbolOf(cut, 'A').indicators.rsi, symbolOf(whole, 'A').indicators.rsi);
    assert.equal(symbolOf(cut, 'A').candles, 50);
    assert.ok(symbolOf(cut, 'A').reading.sigma < symbolOf(whole, 'A').reading.sigma);
  });

  it('says nothing different of a candle whatever comes after it', () => {
    const past = CANDLES.slice(0, 1200);
    const futures = [CANDLES.slice(1200), CANDLES.slice(1200).map(invert)];
    const [one, other] = futures.map(future => {
      const state = bound('A', 'B');
      const told: string[] = [];
      for (const candle of [...past, ...future]) {
        live(state, candle);
        const { features, reading, pending, cusum } = symbolOf(state, candle.symbol);
        told.push(canonicalText({ features, reading, pending, cusum }));
      }
      return told;
    });
    assert.deepEqual(one!.slice(0, past.length), other!.slice(0, past.length));
    assert.notEqual(one!.at(-1), other!.at(-1));
  });

  it('bookmarks the last candle, the count and the past of symbols that have any', () => {
    const state = bound('A', 'B');
    assert.deepEqual(bookmarks(state), {});
    const candles = walk({ symbol: 'A', count: 3 });
    const past = createPast();
    for (const candle of candles) {
      close(state, candle);
      extendPast(past, candle);
    }
    const expected = {
      since: candles[0]!.time,
      time: candles[2]!.time,
      candles: 3,
      pastHash: pastText(past),
      last: candles[2]!,
    };
    assert.deepEqual(bookmarks(state), { A: expected });
  });

  it('fires the CUSUM filter by the threshold of the settings', () => {
    const fired = (cusumSigmas: number): number => {
      const state = bound('A');
      const learning = { ...DEFAULT_SETTINGS.learning, cusumSigmas };
      fold(state, { type: 'config.changed', settings: { ...DEFAULT_SETTINGS, learning } });
      return walk({ symbol: 'A', count: 1000 }).filter(candle => {
        close(state, candle);
        return symbolOf(state, 'A').cusum.fired;
      }).length;
    };
    assert.ok(fired(3) > fired(6));
    assert.ok(fired(6) > 0);
    assert.equal(fired(1000), 0);
  });
});

describe('market labels', () => {
  it('are removed when they are labelled or voided', () => {
    const state = bound('A');
    for (const candle of walk({ symbol: 'A', count: 3 })) close(state, candle);
    fold(state, opened('A', 7));
    fold(state, opened('A', 8));
    fold(state, { type: 'example.voided', id: 7, symbol: 'A', time: 0 });
    assert.deepEqual(
      symbolOf(state, 'A').pending.map(each => each.id),
      [8],
    );
    assert.equal(market.check?.(state), null);
  });

  it('have a bound, and end only once', () => {
    const state = bound('A');
    for (let id = 0; id < PENDING_LABELS_MAX; id += 1) fold(state, opened('A', id));
    assert.throws(() => fold(state, opened('A', -1)), /bound/);
    fold(state, { type: 'example.voided', id: 0, symbol: 'A', time: 0 });
    const again = { type: 'example.voided', id: 0, symbol: 'A', time: 0 } as const;
    assert.throws(() => fold(state, again), /opened before/);
  });
});

describe('market, given what cannot be', () => {
  it('refuses candles of a symbol it is not bound to, and candles out of order', () => {
    const state = bound('A');
    const [first, second] = walk({ symbol: 'A', count: 2 });
    assert.throws(() => close(state, { ...first!, symbol: 'Z' }), /missing/);
    close(state, second!);
    assert.throws(() => close(state, first!), /ascend/);
  });
});
