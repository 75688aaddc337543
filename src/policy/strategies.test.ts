import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { candlesThrough, mirrored, readingOf } from '../../test/naive-reading.ts';
import { impurity } from '../base/canonical.ts';
import { Rng, seedRng } from '../base/rng.ts';
import type { Candle, Reading } from '../core/market.ts';
import type { Position } from '../core/order.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { exitSignal, holdCandlesMax, propose, STRATEGY_NAMES } from './strategies.ts';
import { type Proposal, roundTripCost, STOP_COSTS_MIN } from './strategy-proposal.ts';

const settings = DEFAULT_SETTINGS;
const TRADED = ['trend_following', 'mean_reversion', 'breakout', 'momentum'] as const;

interface Found {
  readonly at: number;
  readonly proposal: Proposal;
}

/** Every proposal that a strategy makes while the series unfolds. */
function proposals(name: string, candles: readonly Candle[]): Found[] {
  const found: Found[] = [];
  for (let end = 60; end <= candles.length; end += 1) {
    const seen = candles.slice(0, end);
    const candle = seen.at(-1) as Candle;
    const proposal = propose(name, { reading: readingOf(seen), candle, settings });
    if (proposal !== null) found.push({ at: end - 1, proposal });
  }
  return found;
}

const directions = (found: readonly Found[]) => new Set(found.map(one => one.proposal.direction));

/** Closes around 1000 by a rule of the index, with a small reproducible noise. */
function series(length: number, rule: (index: number) => number, noise = 0.3): number[] {
  const rng = new Rng(seedRng(7));
  return Array.from({ length }, (_, index) => rule(index) + noise * (rng.nextFloat() - 0.5));
}

const flat = (noise: number) => series(260, () => 1000, noise);
/** Flat, then a steady climb with a pullback every 24 candles. */
const climb = series(300, index => {
  const age = Math.max(0, index - 80);
  return 1000 + age * 0.9 - (age % 24 > 18 ? (age % 24) - 18 : 0) * 2.2;
});
/** A range that every 30 candles is left for three candles, down and up in turn, and comes back. */
const swing = series(
  300,
  index => {
    const excursion = [4, 10, 13, 8][index % 30] ?? 0;
    return 1000 + (Math.floor(index / 30) % 2 === 0 ? -excursion : excursion);
  },
  5,
);
/** A quiet channel that is left at candle 150 by one strong candle, and goes on. */
const leaving = series(200, index => (index < 150 ? 1000 : 1008 + (index - 150) * 0.8), 2);
const burst = (index: number) => (index === 150 ? 5000 : 1000);
/** Noise, then an accelerating rise. */
const surge = series(
  220,
  index => {
    const age = Math.max(0, index - 120);
    return 1000 + age * age * 0.03;
  },
  2,
);

const patterns = {
  trend_following: { closes: climb, volume: undefined },
  mean_reversion: { closes: swing, volume: undefined },
  breakout: { closes: leaving, volume: burst },
  momentum: { closes: surge, volume: undefined },
};

const candlesOf = (name: (typeof TRADED)[number], closes?: number[]) => {
  const { closes: own, volume } = patterns[name];
  return candlesThrough(closes ?? own, volume === undefined ? {} : { volume });
};

describe('strategies', () => {
  it('offer four ways to trade and one to stay out', () => {
    assert.deepEqual([...STRATEGY_NAMES], [...TRADED, 'stay_out']);
    for (const closes of [climb, swing, leaving, surge])
      assert.deepEqual(proposals('stay_out', candlesThrough(closes)), []);
  });

  it('trend following goes long in a climb and short in its mirror image', () => {
    assert.deepEqual(
      directions(proposals('trend_following', candlesOf('trend_following'))),
      new Set(['long']),
    );
    const fall = candlesOf('trend_following', mirrored(climb));
    assert.deepEqual(directions(proposals('trend_following', fall)), new Set(['short']));
  });

  it('trend following enters again after a pullback, and lets profits run on a trail', () => {
    const found = proposals('trend_following', candlesOf('trend_following'));
    assert.ok(found.length >= 3, `${found.length} entries`);
    for (const { proposal } of found) {
      assert.equal(proposal.takeProfitDistance, null);
      assert.ok((proposal.trailDistance as number) > 0);
    }
  });

  it('trend following leaves a quiet flat market alone', () => {
    assert.deepEqual(proposals('trend_following', candlesThrough(flat(0.3))), []);
  });

  it('mean reversion buys low and sells high in a range, aiming at the middle band', () => {
    const candles = candlesOf('mean_reversion');
    const found = proposals('mean_reversion', candles);
    assert.deepEqual(directions(found), new Set(['long', 'short']));
    for (const { at, proposal } of found) {
      const close = candles[at]?.close as number;
      assert.equal(proposal.direction, close < 1000 ? 'long' : 'short');
      const { bandMiddle } = readingOf(candles.slice(0, at + 1));
      assert.equal(proposal.takeProfitDistance, Math.abs(bandMiddle - close));
    }
  });

  it('mean reversion does not stand in the way of a trend', () => {
    const age = (index: number) => Math.max(0, index - 60);
    const straight = series(260, index => 1000 + age(index) * 1.2, 1);
    assert.deepEqual(
      proposals('mean_reversion', candlesThrough(straight)).filter(one => one.at > 90),
      [],
    );
  });

  it('breakout takes the candle that leaves the channel, once, and in its direction', () => {
    const found = proposals('breakout', candlesOf('breakout'));
    assert.deepEqual(
      found.map(one => one.at),
      [150],
    );
    assert.equal(found[0]?.proposal.direction, 'long');
    const below = proposals('breakout', candlesOf('breakout', mirrored(leaving)));
    assert.deepEqual(
      below.map(one => one.proposal.direction),
      ['short'],
    );
  });

  it('breakout does not believe a break without volume, nor a channel that holds', () => {
    assert.deepEqual(proposals('breakout', candlesThrough(leaving)), []);
    assert.deepEqual(proposals('breakout', candlesThrough(flat(2), { volume: burst })), []);
  });

  it('momentum joins a surge in its direction', () => {
    const rise = proposals('momentum', candlesOf('momentum')).filter(one => one.at >= 122);
    assert.deepEqual(directions(rise), new Set(['long']));
    const fall = proposals('momentum', candlesOf('momentum', mirrored(surge)));
    assert.deepEqual(directions(fall.filter(one => one.at >= 122)), new Set(['short']));
  });

  it('momentum ignores a market whose return is noise', () => {
    assert.deepEqual(proposals('momentum', candlesThrough(flat(0.5))), []);
  });

  for (const name of TRADED)
    it(`${name} proposes on events, not on states that last`, () => {
      const candles = candlesOf(name);
      const found = proposals(name, candles);
      assert.ok(found.length > 0);
      assert.ok(found.length < candles.length / 12, `${found.length} of ${candles.length}`);
    });

  for (const name of TRADED)
    it(`${name} proposes plain numbers whose stop is worth its costs`, () => {
      const candles = candlesOf(name);
      for (const { at, proposal } of proposals(name, candles)) {
        const close = candles[at]?.close as number;
        assert.equal(impurity(proposal), null);
        assert.ok(proposal.strength >= 0 && proposal.strength <= 1);
        const least = STOP_COSTS_MIN * roundTripCost(settings) * close;
        assert.ok(proposal.stopDistance >= least * (1 - 1e-12));
        assert.equal(proposal.maxCandles, holdCandlesMax(name, settings));
      }
    });

  /** What a strategy says at its first entry of its pattern when one thing had been different. */
  const unless = (
    name: (typeof TRADED)[number],
    change: (reading: Reading) => Partial<Reading>,
  ) => {
    const candles = candlesOf(name);
    const at = proposals(name, candles)[0]?.at as number;
    const alive = readingOf(candles.slice(0, at + 1));
    const reading = { ...alive, ...change(alive) };
    return propose(name, { reading, candle: candles[at] as Candle, settings });
  };

  it('mean reversion wants a range, and the return rather than the extreme itself', () => {
    assert.notEqual(
      unless('mean_reversion', () => ({})),
      null,
    );
    assert.equal(
      unless('mean_reversion', () => ({ regime: 'trend_up' })),
      null,
    );
    assert.equal(
      unless('mean_reversion', () => ({ adx: 25 })),
      null,
    );
    const still = ({ rsi, bandMiddle }: Reading) => ({ rsiBefore: rsi, closeBefore: bandMiddle });
    assert.equal(unless('mean_reversion', still), null);
  });

  it('breakout does not chase a price that already stood at the edge', () => {
    assert.equal(
      unless('breakout', reading => ({ closeBefore: reading.donchianHigh })),
      null,
    );
  });

  for (const name of TRADED)
    it(`${name} stays silent in a dead market, before the warm-up and where nothing pays`, () => {
      const candles = candlesOf(name);
      const at = proposals(name, candles)[0]?.at as number;
      const candle = candles[at] as Candle;
      const alive = readingOf(candles.slice(0, at + 1));
      const silent = (change: Partial<Reading>, rules = settings) =>
        propose(name, { reading: { ...alive, ...change }, candle, settings: rules }) === null;
      assert.ok(!silent({}));
      assert.ok(silent({ quietCandles: 1 }));
      assert.ok(silent({ volumeRatio: 0 }));
      assert.ok(silent({ atr: 0 }));
      assert.ok(silent({ sigma: 0 }));
      assert.ok(silent({ ready: false }));
      assert.ok(silent({}, { ...settings, takerFee: 0.05 }));
    });
});

describe('exit signals', () => {
  const candles = candlesOf('trend_following');
  const candle = candles.at(-1) as Candle;
  const rising = readingOf(candles);
  const falling = readingOf(candlesThrough(mirrored(climb)));
  const held = (strategy: string, direction: 'long' | 'short') =>
    ({ strategy, direction, candlesHeld: 10 }) as unknown as Position;
  const at = (close: number): Candle => ({ ...candle, close });

  it('a trend is left once the averages have crossed back, not on a pullback', () => {
    const turned = { ...rising, emaFast: 99, emaSlow: 100, emaGapBefore: 0.5 };
    assert.ok(exitSignal(held('trend_following', 'long'), turned, candle));
    assert.ok(!exitSignal(held('trend_following', 'long'), rising, candle));
    assert.ok(exitSignal(held('trend_following', 'short'), rising, candle));
  });

  it('a trend is still left when the crossing itself fell into a time of no signals', () => {
    const later = { ...rising, emaFast: 99, emaSlow: 100, emaGapBefore: -0.5, adx: 12 };
    assert.ok(exitSignal(held('trend_following', 'long'), later, candle));
  });

  for (const name of TRADED)
    it(`${name} never wants out of what it has just entered`, () => {
      const seen = candlesOf(name);
      for (const { at: index, proposal } of proposals(name, seen)) {
        const reading = readingOf(seen.slice(0, index + 1));
        const position = held(name, proposal.direction);
        assert.ok(!exitSignal(position, reading, seen[index] as Candle), `candle ${index}`);
      }
    });

  it('a reversion is left at the middle band, or when a trend against it begins', () => {
    const range: Reading = { ...rising, regime: 'range', bandMiddle: 100 };
    assert.ok(exitSignal(held('mean_reversion', 'long'), range, at(100)));
    assert.ok(!exitSignal(held('mean_reversion', 'long'), range, at(99)));
    assert.ok(exitSignal(held('mean_reversion', 'short'), range, at(99)));
    const against: Reading = { ...range, regime: 'trend_down' };
    assert.ok(exitSignal(held('mean_reversion', 'long'), against, at(99)));
  });

  it('a break is left when it falls back beyond the middle of its channel', () => {
    const channel = { ...rising, donchianHigh: 110, donchianLow: 90 };
    assert.ok(!exitSignal(held('breakout', 'long'), channel, at(101)));
    assert.ok(exitSignal(held('breakout', 'long'), channel, at(99)));
    assert.ok(exitSignal(held('breakout', 'short'), channel, at(101)));
  });

  it('momentum is left when return and histogram have both turned', () => {
    const turned = { ...falling, roc: -0.01, macdHistogram: -1 };
    assert.ok(exitSignal(held('momentum', 'long'), turned, candle));
    assert.ok(!exitSignal(held('momentum', 'long'), { ...turned, roc: 0.01 }, candle));
    assert.ok(!exitSignal(held('momentum', 'short'), turned, candle));
  });

  it('a strategy of another release gives no signal', () => {
    assert.ok(!exitSignal(held('grid', 'long'), falling, candle));
  });
});
