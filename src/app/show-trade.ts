/**
 * What happened, for people: analytics, risk manager, portfolio, market and run as tables.
 */

import { lotsToBase, toQuote, type Units } from '../base/money.ts';
import { timeframeName, utcMinute } from '../base/time.ts';
import type { Settings } from '../core/settings.ts';
import type { VenueBooks } from '../core/venue-books.ts';
import type { AnalyticsState, FormerCurve, Tally } from '../trade/analytics-state.ts';
import type { MarketState } from '../trade/market.ts';
import type { Metrics } from '../trade/metrics.ts';
import type { Portfolio } from '../trade/portfolio.ts';
import { BREAKERS, type RiskState } from '../trade/risk-state.ts';
import type { RunState } from '../trade/run.ts';
import { holdLine, holdsOf } from './hold.ts';
import {
  counted,
  decimal,
  durationText,
  percent,
  priceText,
  signed,
  signedPercent,
} from './number-text.ts';
import { pairs, table } from './table.ts';

const RECENT_TRADES_SHOWN = 15;

const money = (units: Units): string => decimal(toQuote(units));
const result = (units: Units): string => signed(toQuote(units));
const right = (title: string) => ({ title, align: 'right' as const });

/** `metrics` at the market's time, as the summary has them. */
export function analyticsText(state: AnalyticsState, metrics: Metrics): string {
  const head = pairs([
    ['Trades', `${decimal(metrics.trades, 0)} (${metrics.wins} won, ${metrics.losses} lost)`],
    ['Win rate', percent(metrics.winRate)],
    ['Net profit', signed(metrics.totalProfit)],
    ['Total return', signedPercent(metrics.totalReturn)],
    ['CAGR', signedPercent(metrics.cagr)],
    [
      'Sharpe / Sortino / Calmar',
      [metrics.sharpe, metrics.sortino, metrics.calmar].map(each => decimal(each)).join(' / '),
    ],
    ['Max drawdown', `${percent(metrics.maxDrawdown)} (${decimal(metrics.maxDrawdownAmount)})`],
    ['Profit factor', decimal(metrics.profitFactor)],
    ['Expectancy', signed(metrics.expectancy)],
    ['Fees / funding paid', `${decimal(metrics.feesPaid)} / ${decimal(metrics.fundingPaid)}`],
    ['Exposure', percent(metrics.exposure)],
    ['Equity points / days', `${state.curve.length} / ${state.daily.length}`],
    ...(state.former === undefined ? [] : [formerRow(state.former)]),
  ]);
  const recent = state.trades.slice(-RECENT_TRADES_SHOWN).reverse();
  return [head, tallies('strategy', state.byStrategy), recentTrades(recent)]
    .filter(text => text !== '')
    .join('\n\n');
}

/** Imported, and of a later time than this market began at. */
const formerRow = ({ curve, daily }: FormerCurve): [string, string] => [
  'Imported points / days',
  `${curve.length} / ${daily.length}`,
];

function tallies(title: string, byName: Readonly<Record<string, Tally>>): string {
  const rows = Object.entries(byName).map(([name, { trades, wins, profit, fees }]) => [
    name,
    String(trades),
    percent(trades === 0 ? null : wins / trades),
    result(profit),
    money(fees),
  ]);
  if (rows.length === 0) return '';
  return table([{ title }, right('trades'), right('won'), right('profit'), right('fees')], rows);
}

function recentTrades(trades: AnalyticsState['trades']): string {
  if (trades.length === 0) return 'no trades yet';
  const rows = trades.map(trade => [
    utcMinute(trade.exitTime),
    trade.symbol,
    trade.side,
    String(trade.quantity),
    priceText(trade.entryPrice),
    priceText(trade.exitPrice),
    result(trade.profit),
    signedPercent(trade.profitRatio),
    durationText(trade.durationMs),
    trade.exitReason,
    trade.strategy,
  ]);
  const columns = [
    { title: 'closed (UTC)' },
    { title: 'symbol' },
    { title: 'side' },
    ...['quantity', 'entry', 'exit', 'profit', 'of margin', 'held'].map(right),
    { title: 'exit reason' },
    { title: 'strategy' },
  ];
  return table(columns, rows);
}

const streakText = ({ winStreak, lossStreak }: RiskState): string =>
  winStreak > 0 ? counted(winStreak, 'win') : counted(lossStreak, 'loss', 'losses');

export function riskText(
  state: RiskState,
  { settings, directory }: { readonly settings: Settings; readonly directory: string },
): string {
  const head = pairs([
    ['Trades', `${state.totalTrades} (${state.wins} won, ${state.losses} lost)`],
    ['Total profit / loss', `${money(state.totalProfit)} / ${money(state.totalLoss)}`],
    ['Peak balance', money(state.peakBalance)],
    ['Equity', money(state.equity)],
    ['Drawdown now', `${percent(state.currentDrawdown)} (limit ${percent(settings.maxDrawdown)})`],
    ['Drawdown ever', percent(state.maxDrawdown)],
    ['Streak', streakText(state)],
    ['Trading day (UTC)', state.tradingDate ?? 'none yet'],
    ['Day started with', money(state.dailyStartBalance)],
    [
      'Lost today, at worst',
      `${money(state.dailyLoss)} (the larger of marked and realised; limit ${percent(settings.dailyLossLimit)} of the start)`,
    ],
    ['Paused', pausedText(state)],
    ['Kill switch', state.killSwitch ? 'ON' : 'off'],
  ]);
  const breakers = BREAKERS.map(name => {
    const latch = state.breakers[name];
    const now =
      latch === null
        ? ['off', '']
        : ['LATCHED', latch.until === null ? 'it is released' : utcMinute(latch.until)];
    return [name, ...now, durationText(state.latchedMs[name])];
  });
  const columns = [
    { title: 'breaker' },
    { title: 'now' },
    { title: 'until' },
    right('latched before'),
  ];
  const holds = holdsOf(state).map(hold => holdLine(hold, directory));
  const last = state.last10Trades.map(trade => [
    utcMinute(trade.time),
    trade.symbol,
    result(trade.profit),
    signedPercent(trade.ratio),
  ]);
  const recent = table(
    [{ title: 'last trades' }, { title: 'symbol' }, right('profit'), right('of margin')],
    last,
  );
  return [
    [head, ...holds].join('\n'),
    table(columns, breakers),
    last.length === 0 ? 'no trades yet' : recent,
  ].join('\n\n');
}

function pausedText({ paused, flattening }: RiskState): string {
  if (paused === undefined) return 'no';
  const { since: time } = paused;
  const since = time === 0 ? 'BEFORE THE FIRST CANDLE' : `SINCE ${utcMinute(time)}`;
  return flattening === undefined ? since : `${since}, every position is being closed`;
}

export function portfolioText(state: Portfolio): string {
  const head = pairs([
    ['Start balance', money(state.startBalance)],
    ['Balance', money(state.balance)],
    ['Realised', result(state.realised)],
    ['Fees / funding paid', `${money(state.feesPaid)} / ${money(state.fundingPaid)}`],
    ['Orders waiting for an answer', String(Object.keys(state.outbox).length)],
    ...(state.ownTiers === undefined ? [] : [tierRow(state.ownTiers)]),
    ...foreignRows(state),
  ]);
  const positions = Object.values(state.positions).map(position => {
    const lotSize = state.contracts[position.symbol]?.lotSize ?? 1;
    return [
      position.symbol,
      position.direction,
      String(lotsToBase(position.lots, lotSize)),
      priceText(toQuote(position.entryNotional) / (position.lots * lotSize)),
      priceText(position.liquidationPrice),
      utcMinute(position.openedAt),
      position.strategy,
    ];
  });
  const orders = Object.values(state.orders).map(({ order, filledLots, trigger }) => [
    order.id,
    order.symbol,
    order.side,
    order.kind,
    `${filledLots}/${order.lots} lots`,
    trigger === null ? '' : priceText(trigger),
    ...(state.venue === undefined ? [] : [standing(state.venue, order.id)]),
  ]);
  const titles = ['order', 'symbol', 'side', 'kind', 'filled', 'trigger'];
  if (state.venue !== undefined) titles.push('at the exchange');
  return [
    head,
    positions.length === 0
      ? 'no position'
      : table(
          ['position', 'side', 'quantity', 'entry', 'liquidation', 'opened (UTC)', 'strategy'].map(
            title => ({ title }),
          ),
          positions,
        ),
    orders.length === 0
      ? 'no open order'
      : table(
          titles.map(title => ({ title })),
          orders,
        ),
  ].join('\n\n');
}

/** What of a leg stands at the exchange, as far as it was heard. */
function standing({ stops }: VenueBooks, id: string): string {
  const newest = stops[id]?.placed.at(-1);
  return newest === undefined ? '–' : `${newest.lots} lots at ${priceText(newest.trigger)}`;
}

const foreignRows = ({ venue }: Portfolio): [string, string][] =>
  Object.entries(venue?.foreign ?? {}).map(([symbol, lots]) => [
    `Not of this bot, ${symbol}`,
    `${lots} lots, left alone`,
  ]);

const tierRow = (replaced: Readonly<Record<string, unknown>>): [string, string] => [
  'Maintenance tiers',
  `of the config, for ${Object.keys(replaced).join(', ')}`,
];

export function marketText(state: MarketState): string {
  const rows = Object.entries(state.symbols).map(
    ([symbol, { last, candles, gaps, reading, pending }]) => [
      symbol,
      last === null ? '–' : utcMinute(last.time),
      last === null ? '–' : priceText(last.close),
      String(candles),
      `${gaps.count} (${gaps.missing} candles)`,
      reading.ready ? `${reading.regime}, ${reading.volatility}` : 'warming up',
      String(pending.length),
    ],
  );
  const titles = [
    'symbol',
    'last candle (UTC)',
    'close',
    'candles',
    'gaps',
    'regime, volatility',
    'labels open',
  ];
  return table(
    titles.map(title => ({ title })),
    rows,
  );
}

export function runText(state: RunState): string {
  const { binding, settings } = state;
  return pairs([
    ['Bound to', binding === null ? 'nothing yet' : `${binding.mode} ${binding.market}`],
    ['Symbols', binding?.symbols.join(', ') ?? '–'],
    ['Timeframe', timeframeName(settings.timeframeMs)],
    ['Seed', String(state.seed)],
    ['Candles', decimal(state.candles, 0)],
    ['Last candle (UTC)', state.lastCandleTime === null ? '–' : utcMinute(state.lastCandleTime)],
    ['Settings', JSON.stringify(settings)],
  ]);
}
