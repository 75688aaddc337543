import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHART_CANDLES_MAX, NEWS_KEPT_MAX } from '../base/limits.ts';
import type { Fact } from '../core/fact.ts';
import type { TradeRecord } from '../core/order.ts';
import { FactQueue } from './fact-queue.ts';

type World = Parameters<FactQueue['see']>[1];

const BTC = 'BTC/USDT:USDT';
const candleAt = (time: number, symbol = BTC): Fact => ({
  ...{ type: 'candle.closed', symbol, time, open: 1, high: 3, low: 0.5, close: 2, volume: 9 },
});
const fillOf = (id: string): Fact<'order.filled'> => ({
  ...{ type: 'order.filled', id, symbol: BTC, side: 'buy', price: 100, lots: 2, fee: 5 },
  ...{ liquidity: 'taker', time: 60_000, exitReason: null },
});
const TRADE: TradeRecord = {
  ...{ id: '5-1', symbol: BTC, side: 'long', entryTime: 60_000, exitTime: 120_000 },
  ...{ entryPrice: 100, exitPrice: 97, quantity: 2, leverage: 3, fees: 100_000_000, funding: 0 },
  ...{ profit: -700_000_000, profitRatio: -0.1, risk: 600_000_000, durationMs: 60_000 },
  ...{ exitReason: 'stop_loss', strategy: 'momentum', models: { signal: 0, deep: 0 } },
};
/** What the queue reads of a world: the position that a fill began, with its stop. */
const worldWith = (entryOrderId: string | null): World =>
  ({
    run: { lastCandleTime: 60_000, settings: { timeframeMs: 60_000 } },
    portfolio: {
      positions:
        entryOrderId === null
          ? {}
          : { [BTC]: { symbol: BTC, direction: 'long', strategy: 'momentum', entryOrderId } },
      orders: { [`${entryOrderId}.stop`]: { order: { trigger: 97 } } },
    },
  }) as unknown as World;

function seen(facts: readonly Fact[], world = worldWith(null)) {
  const queue = new FactQueue('models');
  queue.see({ seq: 5, facts }, world);
  return queue.take();
}

describe('the fact queue', () => {
  it('makes rows of candles by symbol, of equity points and of trades', () => {
    const point = { time: 7, balance: 1_000_000_000, equity: 1_100_000_000, open: 1 };
    const happened = seen([
      ...[candleAt(0), candleAt(60_000), candleAt(0, 'ETH/USDT:USDT')],
      { type: 'equity.marked', ...point },
      { type: 'trade.closed', trade: TRADE },
    ]);
    assert.deepEqual(happened.candles[BTC], [
      [0, 1, 3, 0.5, 2, 9],
      [60_000, 1, 3, 0.5, 2, 9],
    ]);
    assert.equal(happened.candles['ETH/USDT:USDT']?.length, 1);
    assert.deepEqual(happened.equity, [[7, 10, 11]]);
    assert.equal(happened.trades[0]?.profit, -7);
    assert.deepEqual(happened.stale, ['trades']);
    assert.equal(happened.news[0]?.seq, 5);
    assert.match(happened.news[0]?.text ?? '', /^closed long 2 BTC/);
  });

  it('marks an entry with its stop, and the exit with what it came to', () => {
    const { marks } = seen([fillOf('5-1')], worldWith('5-1'));
    assert.deepEqual(
      marks.map(({ kind, price, text }) => [kind, price, text]),
      [
        ['entry', 100, 'entry momentum'],
        ['stop', 97, 'stop'],
      ],
    );
    const [exit, ...more] = seen([{ type: 'trade.closed', trade: TRADE }]).marks;
    assert.equal(exit?.text, 'stop_loss, -7.00');
    assert.deepEqual(more, []);
  });

  it('marks a trade that was entered and left inside one candle, once', () => {
    const { marks } = seen([fillOf('5-1'), { type: 'trade.closed', trade: TRADE }]);
    assert.deepEqual(
      marks.map(({ kind, price }) => [kind, price]),
      [
        ['entry', 100],
        ['stop', 97],
        ['exit', 97],
      ],
    );
  });

  it('marks no fill that leaves a position', () => {
    assert.deepEqual(seen([fillOf('9-9')], worldWith('5-1')).marks, []);
  });

  it('is empty when it was taken', () => {
    const queue = new FactQueue('models');
    queue.see({ seq: 1, facts: [candleAt(0)] }, worldWith(null));
    assert.equal(queue.isEmpty, false);
    queue.take();
    assert.equal(queue.isEmpty, true);
    assert.deepEqual(queue.take().candles, {});
  });

  it('keeps the newest of what comes too fast, and stays bounded', () => {
    const queue = new FactQueue('models');
    const count = 5 * CHART_CANDLES_MAX;
    for (let seq = 1; seq <= count; seq += 1) {
      const news: Fact = { type: 'trading.resumed', time: seq };
      queue.see({ seq, facts: [candleAt(seq), news] }, worldWith(null));
    }
    const { candles, news } = queue.take();
    assert.equal(candles[BTC]?.length, CHART_CANDLES_MAX);
    assert.equal(candles[BTC]?.at(-1)?.[0], count);
    assert.equal(candles[BTC]?.[0]?.[0], count - CHART_CANDLES_MAX + 1);
    assert.ok(news.length < 2 * NEWS_KEPT_MAX);
    assert.equal(news.at(-1)?.seq, count);
  });

  it('says of a word of the operator what the screen says', () => {
    const [row] = seen([{ type: 'trading.paused', time: 1 }]).news;
    assert.equal(row?.time, 120_000, 'the close of the last candle');
    assert.match(
      row?.text ?? '',
      /^trading is paused: no new entries until you lift it: .*models$/,
    );
  });
});
