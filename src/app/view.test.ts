import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { must } from '../base/assert.ts';
import { toQuote, toUnits } from '../base/money.ts';
import { MINUTE_MS } from '../base/time.ts';
import { components, type Memory } from '../components.ts';
import { initialStates } from '../core/component.ts';
import type { Position } from '../core/order.ts';
import type { World } from '../policy/world.ts';
import { equityOf } from '../trade/portfolio.ts';
import { runSession } from './session.ts';
import { type StatusView, statusLine } from './status-line.ts';
import { summary } from './summary.ts';
import { hashesOf, marketTimeOf, metricsNow, type Running, statusOf, summaryOf } from './view.ts';

const RUNNING: Running = {
  candlesPerSecond: 30,
  progress: null,
  checkpointAgeMs: 500,
  directory: 'btc',
  journalBytes: 1234,
  following: null,
};
const START = Date.UTC(2025, 0, 1);

const { bot } = await runSession(sessionOptions({ until: { kind: 'candles', count: 3000 } }));
const { world } = bot;

/** Views of the first moment with a position, as the screen would ask for them. */
async function statusInTrade(): Promise<{ status: StatusView; world: World }> {
  let found: StatusView | null = null;
  const control = new AbortController();
  const watch = (_: unknown, now: World): void => {
    if (found !== null || Object.keys(now.portfolio.positions).length === 0) return;
    found = statusOf(now, RUNNING);
    control.abort();
  };
  const options = sessionOptions({ stop: control.signal, until: null }, { watch });
  const { bot: stopped } = await runSession(options);
  assert.ok(found !== null);
  return { status: found, world: stopped.world };
}

describe('the status', () => {
  it('of a bot that has seen nothing knows no time and no price', () => {
    const empty = initialStates(components) as unknown as Memory;
    const status = statusOf(empty, RUNNING);
    assert.equal(status.marketTime, null);
    assert.deepEqual(status.symbols, []);
    assert.deepEqual([status.candles, status.openTrades, status.closedTrades], [0, 0, 0]);
    assert.equal(marketTimeOf(empty), null);
  });

  it('tells the market time as the close of the last candle, and what the running adds', () => {
    const status = statusOf(world, RUNNING);
    assert.equal(status.marketTime, START + 1500 * MINUTE_MS);
    assert.equal(status.candles, 3000);
    assert.equal(status.candlesPerSecond, 30);
    assert.equal(status.journalBytes, 1234);
    assert.equal(status.closedTrades, world.analytics.totals.trades);
    assert.equal(status.equity, toQuote(equityOf(world.portfolio)));
  });

  it('tells the profit of the day against its start, and the drawdown against the peak', () => {
    const { dailyStartBalance, peakBalance } = world['risk-manager'];
    const equity = equityOf(world.portfolio);
    const status = statusOf(world, RUNNING);
    assert.equal(status.dayProfit, toQuote(equity - dailyStartBalance));
    assert.equal(
      status.drawdown,
      (Math.max(peakBalance, equity) - equity) / Math.max(peakBalance, equity),
    );
    assert.ok(status.drawdown >= 0);
  });

  it('tells a position by direction, size in the base currency and profit over margin', async () => {
    const { status, world: inTrade } = await statusInTrade();
    const held = status.symbols.find(({ position }) => position !== null);
    assert.ok(held?.position !== null && held !== undefined);
    const position = inTrade.portfolio.positions[held.symbol];
    assert.ok(position !== undefined);
    assert.equal(held.position.direction, position.direction);
    assert.ok(Math.abs(held.position.quantity - position.lots * 0.001) < 1e-9);
    assert.ok(Math.abs(held.position.profitRatio ?? 9) < 0.05, 'a trade that has just begun');
    assert.equal(status.openTrades, 1);
  });

  it('tells the profit of a position whose margin funding has eaten over what was put up', async () => {
    const { world: inTrade } = await statusInTrade();
    const [symbol = ''] = Object.keys(inTrade.portfolio.positions);
    const shownWith = (change: Partial<Position>, price: number): string => {
      const eaten = structuredClone(inTrade) as World;
      const position = must(eaten.portfolio.positions[symbol], 'the position');
      Object.assign(position, { direction: 'long', lots: 1000, leverage: 4, margin: 0 }, change);
      must(eaten.portfolio.marks[symbol], 'a price').price = price;
      return statusLine(statusOf(eaten, RUNNING), 500);
    };
    // A lot is 0.001: one unit of the base currency, bought at 100.
    const entryNotional = toUnits(100);
    assert.match(shownWith({ entryNotional }, 110), /long 1 \(\+40\.0 %\)/);
    assert.match(
      shownWith({ entryNotional }, 90),
      /long 1 \(0\.0 %\)/,
      'no margin is left to lose',
    );
    assert.match(shownWith({ entryNotional: 0 }, 110), /long 1 \(–\)/);
  });

  it('says what stops entries', () => {
    const halted = structuredClone(world) as World;
    halted['risk-manager'].killSwitch = true;
    const { breakers } = halted['risk-manager'];
    breakers.max_drawdown = { since: START, until: null, equity: 1 };
    const worst = () => statusOf(halted, RUNNING).halted;
    assert.deepEqual([worst()?.reason, worst()?.lift], ['kill switch', 'kill-switch off']);
    halted['risk-manager'].killSwitch = false;
    assert.equal(worst()?.lift, 'release-breaker max_drawdown');
    breakers.max_drawdown = null;
    assert.equal(worst(), null);
  });
});

describe('the summary', () => {
  const figures = { candles: 3000, seconds: 2, trainingSeconds: 0.5, trainingShare: 0.25 };

  it('marks to market, and has the figures of this run', () => {
    const view = summaryOf(world, figures, null);
    assert.equal(view.equity, toQuote(equityOf(world.portfolio)));
    assert.equal(view.startBalance, 10_000);
    assert.equal(view.trades, world.analytics.totals.trades);
    assert.deepEqual([view.candles, view.seconds, view.trainingSeconds], [3000, 2, 0.5]);
    assert.match(summary(view), /^Training +0\.5 s \(25\.0 % of the time\)$/m);
    assert.equal(view.totalReturn, metricsNow(world).totalReturn);
    assert.ok(Math.abs((view.totalReturn ?? 0) - (view.equity / 10_000 - 1)) < 1e-9);
    assert.equal(view.stateHash, hashesOf(world).all);
    assert.deepEqual(
      view.latched.map(({ breaker }) => breaker),
      ['daily loss', 'max drawdown', 'loss streak'],
    );
  });

  it('says what holds entries back at the end, and the command that lifts it', () => {
    const held = structuredClone(world) as World;
    held['risk-manager'].killSwitch = true;
    assert.deepEqual(summaryOf(held, figures, 'btc').held, [
      'kill switch is on: no new entries until you lift it: holdfast kill-switch off --dir btc',
    ]);
    assert.deepEqual(summaryOf(world, figures, 'btc').held, []);
    assert.deepEqual(summaryOf(held, figures, null).held, [], 'there is nothing to give it to');
  });

  it('changes nothing', () => {
    const before = hashesOf(world).all;
    summaryOf(world, figures, 'models');
    statusOf(world, RUNNING);
    assert.equal(hashesOf(world).all, before);
  });
});

describe('the hashes', () => {
  it('name every part in the order of the list, and change with what they name alone', () => {
    const { components: parts, all } = hashesOf(world);
    assert.deepEqual(
      parts.map(({ id }) => id),
      components.map(({ id }) => id),
    );
    const other = structuredClone(world) as World;
    other.run.candles += 1;
    const changed = hashesOf(other);
    assert.notEqual(changed.all, all);
    assert.deepEqual(
      changed.components.flatMap(({ id, sha256 }, index) =>
        sha256 === parts[index]?.sha256 ? [] : [id],
      ),
      ['run'],
    );
  });
});
