/**
 * Trades in tables: by symbol, strategy and exit reason, the largest, the streaks, what is open.
 */
import {
  decimal,
  durationText,
  percent,
  priceText,
  signed,
  signedPercent,
  UNKNOWN,
} from '../app/number-text.ts';
import type { GroupView, ReportView, TradeView } from '../app/report-view.ts';
import { utcMinute } from '../base/time.ts';
import { type Html, html } from './html.ts';
import { keptText } from './scatter.ts';
import { NONE, pairs, table, toned } from './table.ts';

const LARGEST_SHOWN = 10;
const text = (title: string) => ({ title, text: true as const });
const number = (title: string) => ({ title });

export function exposureTables({ trades, quote, metrics }: ReportView): Html {
  const { rows, count, bySymbol, byStrategy, byExitReason } = trades;
  if (count === 0) return html`<p class="none">No trades yet.</p>`;
  return html`<p>A position was held in ${percent(metrics.exposure)} of the time. Profit is net of fees and funding, in ${quote}; trades, profit, fees and funding are of all time. Time in market and notional are of ${keptText(rows.length, count)}.</p>
<h3>By symbol</h3>${groupTable('symbol', bySymbol)}
<h3>By strategy</h3>${groupTable('strategy', byStrategy)}
<h3>By exit reason</h3>${groupTable('exit reason', byExitReason)}`;
}

function groupTable(name: string, groups: readonly GroupView[]): Html {
  const titles = ['trades', 'win rate', 'profit', 'fees', 'funding', 'time in market', 'notional'];
  return table(
    [text(name), ...titles.map(number)],
    groups.map(group => [
      group.name,
      decimal(group.trades, 0),
      percent(group.winRate, 1),
      toned(group.profit, signed(group.profit)),
      decimal(group.fees),
      decimal(group.funding),
      percent(group.timeInMarket, 1),
      decimal(group.notional, 0),
    ]),
  );
}

export function largestTables({ trades }: ReportView): Html {
  const { rows, count } = trades;
  if (count === 0) return html`<p class="none">No trades yet.</p>`;
  const sorted = rows.toSorted((a, b) => b.profit - a.profit);
  const wins = sorted.filter(({ profit }) => profit > 0).slice(0, LARGEST_SHOWN);
  const losses = sorted
    .filter(({ profit }) => profit < 0)
    .toReversed()
    .slice(0, LARGEST_SHOWN);
  return html`<p class="note">Of ${keptText(rows.length, count)}, by net profit.</p>
<h3>Largest wins</h3>${tradeTable(wins)}
<h3>Largest losses</h3>${tradeTable(losses)}`;
}

function tradeTable(trades: readonly TradeView[]): Html {
  const columns = [
    ...['left at (UTC)', 'symbol', 'side', 'strategy'].map(text),
    ...['entry', 'exit', 'held', 'profit', 'of margin'].map(number),
    text('exit reason'),
  ];
  const rows = trades.map(trade => [
    utcMinute(trade.exitTime),
    trade.symbol,
    `${trade.side} ${decimal(trade.leverage, 1)}×`,
    trade.strategy,
    priceText(trade.entryPrice),
    priceText(trade.exitPrice),
    durationText(trade.durationMs),
    toned(trade.profit, signed(trade.profit)),
    toned(trade.profitRatio, signedPercent(trade.profitRatio)),
    trade.exitReason,
  ]);
  return table(columns, rows);
}

export function holdBacks({ metrics, trades, breakers, held }: ReportView): Html {
  const streaks: [string, string][] = [
    ['Longest winning streak', decimal(metrics.winStreakMax, 0)],
    ['Longest losing streak', decimal(metrics.lossStreakMax, 0)],
    ['In a row now', streakText(trades)],
  ];
  const latches = breakers.map(({ breaker, latchedMs, on }): [string, string] => [
    `Entries stopped by ${breaker}`,
    latchedMs === 0 && !on ? 'never' : `${durationText(latchedMs)}${on ? ', still latched' : ''}`,
  ]);
  return pairs([
    ...streaks,
    ...latches,
    ...held.map((line): [string, string] => ['Held back', line]),
  ]);
}

function streakText({ winStreak, lossStreak }: ReportView['trades']): string {
  if (winStreak > 0) return `${decimal(winStreak, 0)} won`;
  return lossStreak > 0 ? `${decimal(lossStreak, 0)} lost` : UNKNOWN;
}

export function openPositions({ positions, quote }: ReportView): Html {
  if (positions.length === 0) return NONE;
  const columns = [
    ...['symbol', 'side', 'strategy', 'since (UTC)'].map(text),
    ...['quantity', 'entry', 'last price', `not realised, ${quote}`].map(number),
  ];
  const rows = positions.map(each => [
    each.symbol,
    each.side,
    each.strategy,
    utcMinute(each.openedAt),
    String(each.quantity),
    priceText(each.entryPrice),
    priceText(each.price),
    toned(each.profit, signed(each.profit)),
  ]);
  return table(columns, rows);
}
