/**
 * A decision looked back at: what the bot knew at one step, and what it made of it.
 *
 * From the facts of the step and the memory around it: the market, the Q-table and the account as
 * the step left them (they had the candle by then), attention and the ensemble as they stood before
 * (labels that came due in the same step were learned after the decision).
 * Promises: read-only; nothing is decided anew. Never: guesses what no fact says.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { toQuote } from '../base/money.ts';
import { type Millis, utcMinute } from '../base/time.ts';
import type { Memory } from '../components.ts';
import type { Fact, FactName } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import type { Candle, Reading } from '../core/market.ts';
import type { Order, TradeRecord } from '../core/order.ts';
import { poolIn } from '../learn/ensemble-state.ts';
import { waitingChoice } from '../learn/q-table.ts';
import { entryRefusal } from '../trade/breaker.ts';
import { availableOf, equityOf } from '../trade/portfolio.ts';
import { type SizingFactors, sizingFactors } from '../trade/risk-factor.ts';
import { journalOf, lookAt, memoryOf, type Place } from './directory.ts';
import { closeIn, type Point, stepOf } from './point.ts';

export type DecisionPoint = Point | { readonly kind: 'trade'; readonly number: number };

export interface Decision {
  readonly step: number;
  /** Close of the candle: when it was decided. */
  readonly marketTime: Millis;
  readonly candle: Candle & { readonly gap?: number };
  readonly reading: Readonly<Reading>;
  /** By name, as the learners saw them; zeros while the symbol warms up. */
  readonly features: Readonly<Record<string, number>>;
  readonly choice: Choice | null;
  /** What was forecast of the strategy's proposal; null: nothing was proposed. */
  readonly weighed: Fact<'signal.weighed'> | null;
  /** Of each expert in the ensemble, at that time. */
  readonly weights: Readonly<Record<string, number>>;
  readonly account: Account;
  readonly orders: readonly Order[];
  /** Why nothing was proposed, in words; null: something was. */
  readonly quiet: string | null;
  /** Every fact of the step. */
  readonly facts: readonly FactName[];
  /** The trade that was asked for. */
  readonly trade: TradeRecord | null;
}

/** The strategy in charge, and what each had been worth in this market. */
interface Choice {
  readonly market: string;
  readonly values: Readonly<Record<string, number>>;
  readonly visits: Readonly<Record<string, number>>;
  readonly epsilon: number;
  readonly action: string;
  readonly explored: boolean;
  /** Market time at which it was made. */
  readonly since: Millis;
}

/** Quote currency. */
interface Account {
  readonly equity: number;
  readonly available: number;
  readonly openTrades: number;
  readonly factors: SizingFactors;
  readonly minConfidence: number;
  /** What holds entries back; null: nothing. */
  readonly held: string | null;
}

export function decisionAt(place: Place, point: DecisionPoint): Decision {
  const trade = point.kind === 'trade' ? tradeNumbered(place, point.number) : null;
  const wanted = point.kind === 'trade' ? entryStepOf(trade) : stepOf(place, point);
  const seq = point.kind === 'time' ? lastCandleUpTo(place, wanted) : wanted;
  const before = memoryOf(lookAt(place, Math.max(0, seq - 1)));
  const after = memoryOf(lookAt(place, seq));
  for (const step of journalOf(place).steps(seq))
    if (step.seq === seq) return decisionIn(step, { before, after, trade });
  throw new Fault(
    EXIT.usage,
    `the journal of ${place.directory} no longer has step ${seq}`,
    'keep_history in the config keeps all of it from then on',
  );
}

interface Around {
  readonly before: Memory;
  readonly after: Memory;
  readonly trade: TradeRecord | null;
}

function decisionIn(
  { seq, facts }: { readonly seq: number; readonly facts: readonly Fact[] },
  { before, after, trade }: Around,
): Decision {
  const { settings } = after.run;
  const candle = first(facts, 'candle.closed');
  if (candle === null)
    throw new Fault(
      EXIT.usage,
      `step ${seq} is of no candle: it holds ${facts.map(({ type }) => type).join(', ')}`,
      'give the step of a candle, a market time, or --trade N',
    );
  const { type: _type, ...closed } = candle;
  const market = after.market.symbols[candle.symbol];
  const features = FEATURE_NAMES.map((name, column) => [name, market?.features[column] ?? 0]);
  const weighed = first(facts, 'signal.weighed');
  const orders = facts.flatMap(fact => (fact.type === 'order.approved' ? [fact.order] : []));
  return {
    step: seq,
    marketTime: candle.time + settings.timeframeMs,
    candle: closed,
    reading: { ...(market?.reading as Reading) },
    features: Object.fromEntries(features),
    choice: choiceOf(after, candle.symbol),
    weighed,
    weights: poolIn(before.ensemble).weights,
    account: accountOf(after),
    orders,
    quiet: weighed === null ? whyQuiet({ before, after, trade }, candle.symbol) : null,
    facts: facts.map(({ type }) => type),
    trade,
  };
}

function choiceOf({ 'q-table': table }: Memory, symbol: string): Choice | null {
  const waiting = waitingChoice(table, symbol);
  if (waiting === null) return null;
  const { state: market, action, explored, time } = waiting;
  const [values, visits] = [table.q[market], table.visits[market]];
  return { market, values, visits, epsilon: table.epsilon, action, explored, since: time };
}

function accountOf({ portfolio, run, 'risk-manager': risk }: Memory): Account {
  const openTrades = Object.keys(portfolio.positions).length;
  return {
    equity: toQuote(equityOf(portfolio)),
    available: toQuote(availableOf(portfolio)),
    openTrades,
    factors: sizingFactors(risk, run.settings),
    minConfidence: run.settings.minConfidence,
    held: entryRefusal(risk, openTrades, run.settings),
  };
}

function whyQuiet({ before, after }: Around, symbol: string): string {
  if (before.portfolio.positions[symbol] !== undefined) return 'a position is open';
  if (after.market.symbols[symbol]?.reading.ready !== true) return 'the symbol warms up';
  const { held } = accountOf(after);
  if (held !== null) return `entries are held back: ${held}`;
  const choice = waitingChoice(after['q-table'], symbol);
  return choice === null ? 'no strategy proposed' : `${choice.action} proposed nothing`;
}

const first = <N extends FactName>(facts: readonly Fact[], type: N): Fact<N> | null =>
  (facts.find(fact => fact.type === type) as Fact<N> | undefined) ?? null;

/** Trades are numbered from 1 over the directory's life; the last ones are kept. */
function tradeNumbered(place: Place, number: number): TradeRecord {
  const { trades, totals } = memoryOf(lookAt(place)).analytics;
  const dropped = totals.trades - trades.length;
  const found = trades[number - 1 - dropped];
  if (found !== undefined && number > 0) return found;
  throw new Fault(
    EXIT.usage,
    `there is no trade ${number} in ${place.directory}`,
    totals.trades === 0
      ? 'no trade was closed yet'
      : `give a number from ${dropped + 1} to ${totals.trades}`,
  );
}

/** A trade is named after its entry's order, and that after its step. */
function entryStepOf(trade: TradeRecord | null): number {
  const seq = Number(trade?.id.split('-')[0]);
  if (Number.isSafeInteger(seq) && seq > 0) return seq;
  throw new Fault(
    EXIT.usage,
    `the trade of ${utcMinute(trade?.entryTime ?? 0)} was not entered here: it was imported`,
    'give a step or a market time',
  );
}

/** The candle that a market time is of, where answers and trainings follow it. */
function lastCandleUpTo(place: Place, seq: number): number {
  const { first: oldest } = journalOf(place);
  for (let from = seq; from >= oldest; from -= 64)
    for (const step of [...stepsBetween(place, Math.max(oldest, from - 63), from)].reverse())
      if (closeIn(step.facts, 0) !== null) return step.seq;
  return seq;
}

function* stepsBetween(place: Place, from: number, through: number) {
  for (const step of journalOf(place).steps(from)) {
    if (step.seq > through) return;
    yield step;
  }
}
