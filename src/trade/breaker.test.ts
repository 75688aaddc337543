import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freshRisk, trade } from '../../test/policy-fixture.ts';
import { toUnits } from '../base/money.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Millis } from '../base/time.ts';
import type { Fact, Mode } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import {
  breakersToRelease,
  breakersToTrip,
  dayToStart,
  entryRefusal,
  latchedMsAt,
} from './breaker.ts';
import { riskManager } from './risk-manager.ts';
import type { RiskState } from './risk-state.ts';

const MIDNIGHT = Date.UTC(2024, 7, 5);
const NOON = MIDNIGHT + 12 * HOUR_MS;
const settings = DEFAULT_SETTINGS;

function started(): RiskState {
  const state = freshRisk();
  fold(state, {
    type: 'day.started',
    date: '2024-08-05',
    time: MIDNIGHT,
    balance: toUnits(10_000),
  });
  return state;
}

const fold = (state: RiskState, ...facts: readonly Fact[]) => {
  const apply = createFold([riskManager], { 'risk-manager': state });
  for (const fact of facts) apply(fact);
};

const mark = (state: RiskState, quote: number, time: Millis) =>
  fold(state, {
    type: 'equity.marked',
    time,
    balance: toUnits(quote),
    equity: toUnits(quote),
    open: 0,
  });

const lose = (state: RiskState, times: number) => {
  for (let index = 0; index < times; index += 1)
    fold(state, { type: 'trade.closed', trade: trade(toUnits(-1)) });
};

interface Asked {
  readonly equity?: number;
  readonly time?: Millis;
  readonly mode?: Mode;
  readonly rules?: Partial<Settings>;
}

const trips = (state: RiskState, asked: Asked = {}) =>
  breakersToTrip(state, {
    equity: toUnits(asked.equity ?? 10_000),
    time: asked.time ?? NOON,
    settings: { ...settings, ...asked.rules },
    mode: asked.mode ?? 'tape',
    timeframeMs: MINUTE_MS,
  });

/** Trips what trips, as the step does. */
function trip(state: RiskState, asked: Asked = {}): void {
  const { equity = 10_000, time = NOON } = asked;
  for (const { breaker, until } of trips(state, asked))
    fold(state, { type: 'breaker.tripped', breaker, time, equity: toUnits(equity), until });
}

/** Releases what is due, as the step does. */
function release(state: RiskState, time: Millis, mode: Mode): void {
  for (const breaker of breakersToRelease(state, time, mode))
    fold(state, { type: 'breaker.released', breaker, time });
}

describe('the UTC day', () => {
  it('starts with the first step of a directory', () => {
    assert.equal(dayToStart(riskManager.initial(), NOON), '2024-08-05');
  });

  it('starts once, at midnight', () => {
    const state = started();
    assert.equal(dayToStart(state, NOON), null);
    assert.equal(dayToStart(state, MIDNIGHT + DAY_MS - 1), null);
    assert.equal(dayToStart(state, MIDNIGHT + DAY_MS), '2024-08-06');
  });

  it('starts with the first step after a midnight that the bot slept through', () => {
    assert.equal(dayToStart(started(), MIDNIGHT + 3 * DAY_MS + HOUR_MS), '2024-08-08');
  });

  it('never goes back', () => {
    assert.equal(dayToStart(started(), MIDNIGHT - HOUR_MS), null);
  });
});

describe('the daily loss breaker', () => {
  it('trips at its share of the balance that started the day, until midnight', () => {
    assert.deepEqual(trips(started(), { equity: 9700.01 }), []);
    assert.deepEqual(trips(started(), { equity: 9700 }), [
      { breaker: 'daily_loss', until: MIDNIGHT + DAY_MS },
    ]);
  });

  it('counts realised losses although open profits hide them', () => {
    const state = started();
    fold(state, { type: 'trade.closed', trade: trade(toUnits(-300)) });
    assert.equal(trips(state, { equity: 10_000 })[0]?.breaker, 'daily_loss');
  });

  it('holds entries back until the day is over, over a restart too, and then releases', () => {
    const state = started();
    trip(state, { equity: 9600 });
    const restarted = riskManager.file.decode(riskManager.file.encode(state));
    release(restarted, MIDNIGHT + DAY_MS - 1, 'live');
    assert.equal(entryRefusal(restarted, 0, settings), 'daily loss limit');
    release(restarted, MIDNIGHT + DAY_MS, 'live');
    assert.equal(entryRefusal(restarted, 0, settings), null);
    assert.equal(restarted.latchedMs.daily_loss, 12 * HOUR_MS);
  });

  it('released by the operator lets the day lose its limit once more, from then on', () => {
    const state = started();
    fold(state, { type: 'trade.closed', trade: trade(toUnits(-300)) });
    mark(state, 9700, NOON);
    trip(state, { equity: 9700 });
    const released = { type: 'breaker.released', breaker: 'daily_loss', time: NOON } as const;
    fold(state, { ...released, by: 'operator' });
    assert.deepEqual([state.dailyStartBalance, state.dailyLoss], [toUnits(9700), 0]);
    assert.deepEqual(trips(state, { equity: 9410 }), []);
    assert.equal(trips(state, { equity: 9409 })[0]?.breaker, 'daily_loss');
  });

  it('released by its time leaves the day as it was', () => {
    const state = started();
    mark(state, 9600, NOON);
    trip(state, { equity: 9600 });
    release(state, MIDNIGHT + DAY_MS, 'tape');
    assert.deepEqual([state.dailyStartBalance, state.dailyLoss], [10_000, 400].map(toUnits));
  });

  it('does not trip twice, nor for a day that is over', () => {
    const state = started();
    trip(state, { equity: 9600 });
    assert.deepEqual(trips(state, { equity: 9500 }), []);
    assert.deepEqual(trips(started(), { equity: 9600, time: MIDNIGHT + DAY_MS }), []);
  });
});

describe('the drawdown breaker', () => {
  const quiet = { dailyLossLimit: 0 };

  it('releases by itself on tapes and in the simulated market, never with an operator', () => {
    const until = NOON + 7 * DAY_MS;
    for (const [mode, expected] of [
      ['tape', until],
      ['simulated', until],
      ['paper', null],
      ['live', null],
    ] as const) {
      const state = started();
      assert.deepEqual(trips(state, { equity: 8000, mode, rules: quiet }), [
        { breaker: 'max_drawdown', until: expected },
      ]);
      trip(state, { equity: 8000, mode, rules: quiet });
      assert.deepEqual(breakersToRelease(state, until - 1, mode), []);
      const due = breakersToRelease(state, until + 100 * DAY_MS, mode);
      assert.deepEqual(due, expected === null ? [] : ['max_drawdown']);
    }
  });

  it('is not released by time where there is an operator, even if a time was told', () => {
    const state = started();
    state.breakers.max_drawdown = { since: MIDNIGHT, until: NOON, equity: 1 };
    assert.deepEqual(breakersToRelease(state, NOON, 'live'), []);
    assert.deepEqual(breakersToRelease(state, NOON, 'tape'), ['max_drawdown']);
  });

  it('does not trip again at once after a release, but does after a new drawdown', () => {
    const state = started();
    mark(state, 8000, NOON);
    trip(state, { equity: 8000, rules: quiet });
    release(state, NOON + 7 * DAY_MS, 'tape');
    assert.deepEqual(trips(state, { equity: 8000, rules: quiet }), []);
    assert.deepEqual(trips(state, { equity: 6401, rules: quiet }), []);
    assert.equal(trips(state, { equity: 6400, rules: quiet })[0]?.breaker, 'max_drawdown');
  });
});

describe('the loss streak breaker', () => {
  it('cools down for its candles and counts anew', () => {
    const state = started();
    lose(state, 3);
    assert.deepEqual(trips(state), []);
    lose(state, 1);
    assert.deepEqual(trips(state), [{ breaker: 'loss_streak', until: NOON + 120 * MINUTE_MS }]);
    trip(state);
    assert.equal(entryRefusal(state, 0, settings), 'loss streak cooldown');
    release(state, NOON + 120 * MINUTE_MS, 'tape');
    lose(state, 3);
    assert.deepEqual(trips(state), []);
    lose(state, 1);
    assert.equal(trips(state)[0]?.breaker, 'loss_streak');
  });
});

describe('breakers together', () => {
  it('trip in one step, and a limit of 0 switches each off', () => {
    const state = started();
    lose(state, 4);
    assert.deepEqual(
      trips(state, { equity: 5000 }).map(one => one.breaker),
      ['daily_loss', 'max_drawdown', 'loss_streak'],
    );
    const rules = { dailyLossLimit: 0, maxDrawdown: 0, lossStreakLimit: 0 };
    assert.deepEqual(trips(state, { equity: 5000, rules }), []);
  });

  it('allocate nothing while nothing happens', () => {
    const state = started();
    assert.equal(trips(state), trips(state));
    assert.equal(breakersToRelease(state, NOON, 'tape'), breakersToRelease(state, NOON, 'tape'));
  });

  it('entries are refused in words, the gravest first', () => {
    const state = started();
    assert.equal(entryRefusal(state, 2, settings), null);
    assert.equal(entryRefusal(state, 3, settings), 'maximum open trades');
    trip(state, { equity: 5000 });
    assert.equal(entryRefusal(state, 3, settings), 'maximum drawdown');
    state.killSwitch = true;
    assert.equal(entryRefusal(state, 3, settings), 'kill switch');
    const paused = { since: NOON };
    assert.equal(entryRefusal({ ...state, killSwitch: false, paused }, 3, settings), 'paused');
  });

  it('tell how long they were latched, the present latch included', () => {
    const state = started();
    trip(state, { equity: 5000 });
    assert.equal(latchedMsAt(state, 'max_drawdown', NOON + HOUR_MS), HOUR_MS);
    release(state, NOON + 7 * DAY_MS, 'tape');
    assert.equal(latchedMsAt(state, 'max_drawdown', NOON + 30 * DAY_MS), 7 * DAY_MS);
  });
});
