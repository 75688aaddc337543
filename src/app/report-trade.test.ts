import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closed, configured, folded, START } from '../../test/analytics-fixture.ts';
import { HOUR_MS } from '../base/time.ts';
import { initialAnalytics } from '../trade/analytics-state.ts';
import { tradesView } from './report-trade.ts';

const hour = (count: number): number => START + count * HOUR_MS;
const state = folded([
  configured(1000),
  closed(1, 10),
  closed(2, -4, { entryTime: hour(0.5), symbol: 'ETH/USDT:USDT' }),
  closed(4, -3, { strategy: 'momentum', exitReason: 'exit_signal' }),
]);
state.startedAt = START;

describe('the trades of a report', () => {
  it('are counted as analytics counts them', () => {
    const { count, byStrategy, bySymbol, lossStreak, winStreak } = tradesView(state, hour(10));
    assert.deepEqual([count, winStreak, lossStreak], [3, 0, 2]);
    const [breakout, momentum] = byStrategy;
    assert.deepEqual([breakout?.name, breakout?.trades, breakout?.profit], ['breakout', 2, 6]);
    assert.deepEqual([momentum?.name, momentum?.winRate, momentum?.profit], ['momentum', 0, -3]);
    assert.deepEqual(
      bySymbol.map(({ name, fees, funding }) => [name, fees, funding]),
      [
        ['BTC/USDT:USDT', 1, -0.5],
        ['ETH/USDT:USDT', 0.5, -0.25],
      ],
    );
  });

  it('hold a time once where two of them overlap', () => {
    const { byStrategy, bySymbol } = tradesView(state, hour(10));
    // Breakout held from 0 to 1, and from 0.5 to 2.
    assert.equal(byStrategy[0]?.timeInMarket, 0.2);
    assert.equal(bySymbol[0]?.timeInMarket, 0.2);
    assert.equal(bySymbol[0]?.notional, 300);
  });

  it('are none at the beginning', () => {
    const { rows, bySymbol } = tradesView(initialAnalytics(), 0);
    assert.deepEqual([rows, bySymbol], [[], []]);
  });
});
