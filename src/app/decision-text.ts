/**
 * A decision as text for people.
 *
 * Promises: says what the decision says, and nothing more.
 */
import { toQuote } from '../base/money.ts';
import { utcMinute } from '../base/time.ts';
import type { Fact, Probabilities } from '../core/fact.ts';
import type { Order, Position, TradeRecord } from '../core/order.ts';
import type { Decision, Outcome } from './decision.ts';
import { decimal, percent, priceText, signed, signedPercent } from './number-text.ts';
import { pairs, table } from './table.ts';

const UNKNOWN = 'no longer known';

export function decisionText(decision: Decision, { trade, position }: Outcome): string {
  const { weighed, orders } = decision;
  return [
    headText(decision),
    featureText(decision),
    choiceText(decision),
    weighed === null ? `Nothing was weighed: ${decision.quiet}` : weighedText(weighed, decision),
    accountText(decision),
    orders.length === 0 ? 'No order was approved' : orders.map(orderText).join('\n\n'),
    ...(trade === null ? [] : [tradeText(trade)]),
    ...(position === null ? [] : [positionText(position)]),
  ].join('\n\n');
}

function headText({ step, marketTime, candle, reading }: Decision): string {
  const { symbol, open, high, low, close, volume, gap, late } = candle;
  const prices = [open, high, low, close].map(priceText).join(' / ');
  return pairs([
    ['Step', marketTime === null ? `${step}` : `${step}, decided at ${utcMinute(marketTime)} UTC`],
    ['Candle', `${symbol}  open/high/low/close ${prices}  volume ${decimal(volume)}`],
    ...(gap === undefined ? [] : [['Missing before it', `${gap} candles`] as const]),
    ...(late ? [['It came', 'too late to act on'] as const] : []),
    ...readingRows(reading),
  ]);
}

function readingRows(reading: Decision['reading']): [string, string][] {
  if (reading === null) return [['Regime, volatility', UNKNOWN]];
  const { ready, regime, volatility, atr, adx, rsi } = reading;
  return [
    ['Regime, volatility', ready ? `${regime}, ${volatility}` : 'warming up'],
    ['ATR, ADX, RSI', [atr, adx, rsi].map(each => decimal(each)).join(', ')],
  ];
}

function featureText({ features }: Decision): string {
  if (features === null) return `Features: ${UNKNOWN}`;
  const rows = Object.entries(features).map(([name, value]) => [name, decimal(value, 4)]);
  return table([{ title: 'feature' }, { title: 'value', align: 'right' }], rows);
}

function choiceText({ choice, inCharge }: Decision): string {
  if (choice === null)
    return inCharge === null
      ? 'No choice of the Q-table waits'
      : `The Q-table is off: the regime alone decides, for ${inCharge}`;
  const { market, values, visits, epsilon, action, explored, since } = choice;
  const rows = Object.entries(values).map(([name, value]) => [
    name,
    decimal(value, 4),
    String(visits[name] ?? 0),
    name === action ? (explored ? 'chosen, to try it out' : 'chosen') : '',
  ]);
  const columns = [
    { title: `strategy in ${market}` },
    { title: 'value', align: 'right' as const },
    { title: 'visits', align: 'right' as const },
    { title: '' },
  ];
  const when = `chosen at ${utcMinute(since)} UTC; epsilon is ${decimal(epsilon, 4)}`;
  return `${table(columns, rows)}\n${when}`;
}

function weighedText(weighed: Fact<'signal.weighed'>, { weights }: Decision): string {
  const { own = null, signal, deep, attention, pooled = null, models } = weighed;
  const row = (name: string, vote: Probabilities | null, expert = ''): string[] => [
    name,
    ...(vote === null ? ['–', '–', '–'] : vote.map(chance => percent(chance))),
    decimal(weights?.[expert] ?? null, 3),
  ];
  const rows = [
    row('strategy', own, 'strategy'),
    row(`signal model (version ${models.signal})`, signal, 'signal'),
    row(`deep signal model (version ${models.deep})`, deep, 'deep'),
    row('attention', attention, 'attention'),
    row('ensemble', pooled),
  ];
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [{ title: 'expert' }, ...['hold', 'buy', 'sell', 'weight'].map(right)];
  const { strategy, direction, strength = null, confidence, verdict } = weighed;
  const head = pairs([
    ['Proposal', `${direction} by ${strategy}, strength ${decimal(strength)}`],
    ['Confidence', percent(confidence)],
    ['Verdict', verdict],
  ]);
  return `${head}\n\n${table(columns, rows)}`;
}

function accountText({ account }: Decision): string {
  if (account === null) return `Account: ${UNKNOWN}`;
  const { equity, available, openTrades, factors, minConfidence, held } = account;
  const { drawdownFactor, streakFactor, performanceFactor, kelly } = factors;
  const shrunk = [drawdownFactor, streakFactor, performanceFactor].map(each => decimal(each));
  return pairs([
    ['Equity, free', `${decimal(equity)}, ${decimal(available)}`],
    ['Open trades, entries on their way', String(openTrades)],
    ['Entries', held === null ? 'free' : `held back: ${held}`],
    ['Risk × drawdown, streak, performance', shrunk.join(', ')],
    ['Kelly stake, least confidence', `${percent(kelly)}, ${percent(minConfidence)}`],
  ]);
}

function orderText(order: Order): string {
  const { id, side, kind, lots, leverage, protection, exitReason, expiresAt } = order;
  const bracket =
    protection === null
      ? []
      : [
          ['Stop', priceText(protection.stop)] as const,
          ['Target', priceText(protection.takeProfit)] as const,
          ['Trailing', priceText(protection.trail)] as const,
        ];
  const isExit = exitReason !== null;
  return pairs([
    ['Order', `${id}: ${side} ${lots} lots at ${kind}${isExit ? `, ${exitReason}` : ''}`],
    ['Leverage', decimal(leverage, 0)],
    ...bracket,
    ...(isExit ? [] : [['Expires', `${utcMinute(expiresAt)} UTC`] as const]),
  ]);
}

const tradeText = (trade: TradeRecord): string =>
  pairs([
    ['It became', `${trade.side} ${trade.quantity} ${trade.symbol}`],
    ['Entry', `${priceText(trade.entryPrice)} at ${utcMinute(trade.entryTime)} UTC`],
    [
      'Exit',
      `${priceText(trade.exitPrice)} at ${utcMinute(trade.exitTime)} UTC, ${trade.exitReason}`,
    ],
    ['Profit', `${signed(toQuote(trade.profit))} (${signedPercent(trade.profitRatio)} of margin)`],
  ]);

const positionText = ({ direction, symbol, openedAt, strategy }: Position): string =>
  pairs([
    ['It became', `${direction} ${symbol}, still open`],
    ['Entry', `at ${utcMinute(openedAt)} UTC, by ${strategy}`],
  ]);
