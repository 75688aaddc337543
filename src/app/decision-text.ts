/**
 * A decision as text for people.
 *
 * Promises: says what the decision says, and nothing more.
 */
import { toQuote } from '../base/money.ts';
import { utcMinute } from '../base/time.ts';
import type { Fact, Probabilities } from '../core/fact.ts';
import type { Order } from '../core/order.ts';
import type { Decision } from './decision.ts';
import { decimal, percent, priceText, signed, signedPercent } from './number-text.ts';
import { pairs, table } from './table.ts';

export function decisionText(decision: Decision): string {
  const { weighed, orders, trade } = decision;
  return [
    headText(decision),
    featureText(decision),
    choiceText(decision),
    weighed === null ? `Nothing was weighed: ${decision.quiet}` : weighedText(weighed, decision),
    accountText(decision),
    orders.length === 0 ? 'No order was approved' : orders.map(orderText).join('\n\n'),
    ...(trade === null ? [] : [tradeText(trade)]),
  ].join('\n\n');
}

function headText({ step, marketTime, candle, reading }: Decision): string {
  const { symbol, open, high, low, close, volume, gap } = candle;
  const prices = [open, high, low, close].map(priceText).join(' / ');
  return pairs([
    ['Step', `${step}, decided at ${utcMinute(marketTime)} UTC`],
    ['Candle', `${symbol}  open/high/low/close ${prices}  volume ${decimal(volume)}`],
    ...(gap === undefined ? [] : [['Missing before it', `${gap} candles`] as const]),
    [
      'Regime, volatility',
      reading.ready ? `${reading.regime}, ${reading.volatility}` : 'warming up',
    ],
    [
      'ATR, ADX, RSI',
      [reading.atr, reading.adx, reading.rsi].map(each => decimal(each)).join(', '),
    ],
  ]);
}

function featureText({ features }: Decision): string {
  const rows = Object.entries(features).map(([name, value]) => [name, decimal(value, 4)]);
  return table([{ title: 'feature' }, { title: 'value', align: 'right' }], rows);
}

function choiceText({ choice }: Decision): string {
  if (choice === null) return 'No choice of the Q-table waits: the regime alone decides';
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
  const row = (name: string, vote: Probabilities | null, weight: number | null): string[] => [
    name,
    ...(vote === null ? ['–', '–', '–'] : vote.map(chance => percent(chance))),
    decimal(weight, 3),
  ];
  const rows = [
    row('strategy', own, weights['strategy'] ?? null),
    row(`signal model (version ${models.signal})`, signal, weights['signal'] ?? null),
    row(`deep signal model (version ${models.deep})`, deep, weights['deep'] ?? null),
    row('attention', attention, weights['attention'] ?? null),
    row('ensemble', pooled, null),
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
  const { equity, available, openTrades, factors, minConfidence, held } = account;
  const { drawdownFactor, streakFactor, performanceFactor, kelly } = factors;
  const shrunk = [drawdownFactor, streakFactor, performanceFactor].map(each => decimal(each));
  return pairs([
    ['Equity, free', `${decimal(equity)}, ${decimal(available)}`],
    ['Open trades', String(openTrades)],
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

const tradeText = (trade: NonNullable<Decision['trade']>): string =>
  pairs([
    ['It became', `${trade.side} ${trade.quantity} ${trade.symbol}`],
    ['Entry', `${priceText(trade.entryPrice)} at ${utcMinute(trade.entryTime)} UTC`],
    [
      'Exit',
      `${priceText(trade.exitPrice)} at ${utcMinute(trade.exitTime)} UTC, ${trade.exitReason}`,
    ],
    ['Profit', `${signed(toQuote(trade.profit))} (${signedPercent(trade.profitRatio)} of margin)`],
  ]);
