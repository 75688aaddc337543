/**
 * A decision looked back at: what the bot knew at one step, and what it made of it.
 *
 * The memory is that of the very moment: of the step before, with the facts that the step told before
 * it decided (fills, the candle, rewards, a choice) and without those after (the order and what it
 * reserves, labels that were learned).
 * Promises: read-only; why nothing was proposed is the answer of the policy's own rules
 * (policy/hindsight.ts); what cannot be had is null, and why is said. Never: guesses.
 */
import { toQuote } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import type { Memory } from '../components.ts';
import type { Fact, FactName } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import type { FedCandle, Reading } from '../core/market.ts';
import type { Order, Position, TradeRecord } from '../core/order.ts';
import { poolIn } from '../learn/ensemble-state.ts';
import { waitingChoice } from '../learn/q-table.ts';
import { choiceInForce, placesTaken } from '../policy/entry.ts';
import { quietReason } from '../policy/hindsight.ts';
import { entryRefusal } from '../trade/breaker.ts';
import { availableOf, equityOf } from '../trade/portfolio.ts';
import { type SizingFactors, sizingFactors } from '../trade/risk-factor.ts';

export interface Decision {
  readonly step: number;
  /** Close of the candle: when it was decided. */
  readonly marketTime: Millis | null;
  readonly candle: FedCandle & { readonly gap?: number };
  readonly reading: Readonly<Reading> | null;
  /** By name, as the learners saw them; zeros while the symbol warms up. */
  readonly features: Readonly<Record<string, number>> | null;
  /** Of the Q-table; null: none waited. */
  readonly choice: Choice | null;
  /** The strategy in charge, of the choice or, with the Q-table off, of the regime; null: none. */
  readonly inCharge: string | null;
  /** What was forecast of the strategy's proposal; null: nothing was proposed. */
  readonly weighed: Fact<'signal.weighed'> | null;
  /** Of each expert in the ensemble, at that time; null while it is switched off. */
  readonly weights: Readonly<Record<string, number>> | null;
  readonly account: Account | null;
  readonly orders: readonly Order[];
  /** Why nothing was proposed, in words; null: something was. */
  readonly quiet: string | null;
  /** Every fact of the step. */
  readonly facts: readonly FactName[];
  /** What was damaged or could not be had. */
  readonly doubts: readonly string[];
}

/** What an entry became: a closed trade, or a position that is still open. */
export interface Outcome {
  readonly trade: TradeRecord | null;
  readonly position: Position | null;
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
  /** Places taken, as `max_open_trades` counts them: entries on their way included. */
  readonly openTrades: number;
  readonly factors: SizingFactors;
  readonly minConfidence: number;
  /** What holds entries back; null: nothing. */
  readonly held: string | null;
}

/** What was known when a step decided. */
export interface Knowledge {
  readonly memory: Memory;
  /** Parts whose memory of that moment cannot be had: what stands in it is not theirs. */
  readonly unknown: ReadonlySet<string>;
  readonly doubts: readonly string[];
}

export interface CandleStep {
  readonly seq: number;
  readonly facts: readonly Fact[];
  readonly candle: Fact<'candle.closed'>;
}

/** Holds nothing of the memory, which may go on. */
export function decisionOf({ seq, facts, candle }: CandleStep, knowledge: Knowledge): Decision {
  const { memory, doubts } = knowledge;
  const { symbol } = candle;
  const { type: _type, ...closed } = candle;
  const market = memory.market.symbols[symbol];
  const isRead = market !== undefined && knows(knowledge, 'market');
  const weighed = first(facts, 'signal.weighed');
  const isPooled = memory.run.settings.learning.ensemble === true;
  return {
    step: seq,
    marketTime: knows(knowledge, 'run') ? candle.time + memory.run.settings.timeframeMs : null,
    candle: closed,
    reading: isRead ? { ...(market.reading as Reading) } : null,
    features: isRead ? byName(market.features) : null,
    choice: knows(knowledge, 'q-table') ? choiceOf(memory, symbol) : null,
    inCharge: inChargeOf(knowledge, candle),
    weighed,
    weights:
      isPooled && knows(knowledge, 'ensemble', 'run') ? poolIn(memory.ensemble).weights : null,
    account: knows(knowledge, 'portfolio', 'risk-manager', 'run') ? accountOf(memory) : null,
    orders: facts.flatMap(fact => (fact.type === 'order.approved' ? [fact.order] : [])),
    quiet: weighed === null ? whyQuiet(knowledge, candle) : null,
    facts: facts.map(({ type }) => type),
    doubts,
  };
}

export const first = <N extends FactName>(facts: readonly Fact[], type: N): Fact<N> | null =>
  (facts.find(fact => fact.type === type) as Fact<N> | undefined) ?? null;

const knows = ({ unknown }: Knowledge, ...ids: readonly (keyof Memory)[]): boolean =>
  ids.every(id => !unknown.has(id));

const byName = (features: readonly number[]): Record<string, number> =>
  Object.fromEntries(FEATURE_NAMES.map((name, column) => [name, features[column] ?? 0]));

function choiceOf({ 'q-table': table }: Memory, symbol: string): Choice | null {
  const waiting = waitingChoice(table, symbol);
  if (waiting === null) return null;
  const { state: market, action, explored, time: since } = waiting;
  const [values, visits] = [{ ...table.q[market] }, { ...table.visits[market] }];
  return { market, values, visits, epsilon: table.epsilon, action, explored, since };
}

function inChargeOf(knowledge: Knowledge, candle: FedCandle): string | null {
  const symbol = knowledge.memory.market.symbols[candle.symbol];
  if (symbol === undefined || !knows(knowledge, 'market', 'q-table', 'run')) return null;
  return choiceInForce(knowledge.memory, { candle, symbol })?.action ?? null;
}

function accountOf(memory: Memory): Account {
  const { portfolio, run, 'risk-manager': risk } = memory;
  const openTrades = placesTaken(memory);
  return {
    equity: toQuote(equityOf(portfolio)),
    available: toQuote(availableOf(portfolio)),
    openTrades,
    factors: sizingFactors(risk, run.settings),
    minConfidence: run.settings.minConfidence,
    held: entryRefusal(risk, openTrades, run.settings),
  };
}

const RULED_BY = ['market', 'portfolio', 'risk-manager', 'q-table', 'run'] as const;

function whyQuiet(knowledge: Knowledge, candle: FedCandle): string {
  const { memory } = knowledge;
  const symbol = memory.market.symbols[candle.symbol];
  const missing = RULED_BY.filter(id => !knows(knowledge, id));
  if (missing.length > 0) return `no longer known: it takes the memory of ${missing.join(', ')}`;
  // A step that an older release decided may have followed other rules.
  const elsewise = 'not known: by the rules of this release something would have been proposed';
  return symbol === undefined
    ? 'the symbol warms up'
    : (quietReason(memory, { candle, symbol }) ?? elsewise);
}
