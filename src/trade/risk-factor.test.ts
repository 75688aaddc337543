import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { freshRisk } from '../../test/policy-fixture.ts';
import { toUnits } from '../base/money.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import {
  drawdownFactor,
  kellyShare,
  performanceFactor,
  sizingFactors,
  streakFactor,
} from './risk-factor.ts';
import type { RiskState } from './risk-state.ts';

const settings = DEFAULT_SETTINGS;
const risk = (change: Partial<RiskState>): RiskState => ({ ...freshRisk(), ...change });
const recent = (...ratios: number[]) =>
  risk({ last10Trades: ratios.map(ratio => ({ time: 0, symbol: 'a', profit: 1, ratio })) });
const record = (wins: number, losses: number, payoff: number) =>
  risk({
    totalTrades: wins + losses,
    wins,
    losses,
    totalProfit: wins * toUnits(payoff),
    totalLoss: losses * toUnits(1),
  });

describe('sizing factors', () => {
  it('leave a fresh account at its full risk', () => {
    assert.deepEqual(sizingFactors(freshRisk(), settings), {
      drawdownFactor: 1,
      streakFactor: 1,
      performanceFactor: 1,
      kelly: settings.kellyCap,
    });
  });

  it('fall in a line to a quarter at the drawdown limit, and no further', () => {
    assert.equal(drawdownFactor(risk({ currentDrawdown: 0.1 }), settings), 0.625);
    assert.equal(drawdownFactor(risk({ currentDrawdown: 0.2 }), settings), 0.25);
    assert.equal(drawdownFactor(risk({ currentDrawdown: 0.9 }), settings), 0.25);
    assert.equal(
      drawdownFactor(risk({ currentDrawdown: 0.9 }), { ...settings, maxDrawdown: 0 }),
      1,
    );
  });

  it('shrink with losses faster than they grow with wins', () => {
    const afterLosses = [0, 1, 2, 3, 4, 9].map(lossStreak => streakFactor(risk({ lossStreak })));
    assert.deepEqual(afterLosses, [1, 0.8, 0.6, 0.5, 0.4, 0.4]);
    const afterWins = [1, 2, 3, 4, 9].map(winStreak => streakFactor(risk({ winStreak })));
    assert.deepEqual(afterWins, [1, 1.05, 1.1, 1.15, 1.15]);
  });

  it('follow the last trades from five on', () => {
    assert.equal(performanceFactor(recent(1, 1, 1, 1)), 1);
    assert.equal(performanceFactor(recent(1, 1, 1, 1, 1)), 1.25);
    assert.equal(performanceFactor(recent(-1, -1, -1, -1, -1)), 0.75);
    assert.equal(performanceFactor(recent(1, -1, 2, -2, 0)), 1);
    assert.equal(performanceFactor(recent(0, 0, 0, 0, 0)), 1);
    assert.equal(performanceFactor(recent(0.3, -0.1, 0.2, -0.2, 0.2)), 1.1);
  });

  it('take the Kelly share from 30 trades on, by hand', () => {
    assert.equal(kellyShare(record(20, 9, 1), settings), settings.kellyCap);
    // W = 0.6, R = 1: f = 0.2
    assert.ok(Math.abs(kellyShare(record(18, 12, 1), settings) - 0.2) < 1e-12);
    // W = 0.5, R = 2: f = 0.25, at the cap
    assert.equal(kellyShare(record(15, 15, 2.1), settings), settings.kellyCap);
  });

  it('[Kelly] a negative share is the floor, so that a tape never ends silently', () => {
    assert.equal(kellyShare(record(5, 95, 1), settings), settings.kellyFloor);
    assert.equal(kellyShare(record(0, 100, 1), settings), settings.kellyFloor);
    assert.equal(kellyShare(record(100, 0, 1), settings), settings.kellyCap);
  });

  it('[bounds] stay within what they promise, whatever happened', () => {
    const nat = fc.nat({ max: 500 });
    fc.assert(
      fc.property(
        nat,
        nat,
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        (wins, losses, payoff) => {
          const factors = sizingFactors(record(wins, losses, payoff), settings);
          assert.ok(factors.kelly >= settings.kellyFloor && factors.kelly <= settings.kellyCap);
          for (const factor of Object.values(factors)) assert.ok(factor > 0 && factor <= 1.25);
        },
      ),
      { seed: 4 },
    );
  });
});
