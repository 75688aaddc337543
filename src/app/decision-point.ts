/**
 * The decision at a point: finds its step, and the memory of that moment.
 *
 * Promises: read-only, on a running or damaged directory too; a point at the edge of what is kept is
 * answered with what is still known of it. Never: decides.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { utcMinute } from '../base/time.ts';
import { components } from '../components.ts';
import type { Fact } from '../core/fact.ts';
import { addressOf, createFold, listensTo } from '../core/fold.ts';
import type { Position, TradeRecord } from '../core/order.ts';
import { toldBefore } from '../policy/hindsight.ts';
import { REACH_FURTHER, UnkeptFault } from '../state/inspect.ts';
import { readState } from '../state/state-file.ts';
import { steadily } from '../state/steady.ts';
import { type Decision, decisionOf, first, type Knowledge, type Outcome } from './decision.ts';
import { doubtsOf, journalOf, lookAt, memoryOf, type Place, reach } from './directory.ts';
import { closeIn, type Point, stepOf } from './point.ts';
import { marketTimeOf } from './view.ts';

export type DecisionPoint =
  | Point
  /** The last candle's. */
  | { readonly kind: 'last' }
  | { readonly kind: 'trade'; readonly number: number }
  /** A trade that has no number yet; of a symbol, or the only one. */
  | { readonly kind: 'open'; readonly symbol: string | null };

const NO_OUTCOME: Outcome = { trade: null, position: null };

/** Where a trade was decided, and what became of it by now. */
export function entryOf(place: Place, point: DecisionPoint): Outcome & { readonly point: Point } {
  if (isPoint(point)) return { ...NO_OUTCOME, point };
  if (point.kind === 'last') return { ...NO_OUTCOME, point: lastPoint(place) };
  const outcome =
    point.kind === 'trade'
      ? { trade: tradeNumbered(place, point.number), position: null }
      : { trade: null, position: openTrade(place, point.symbol) };
  return { ...outcome, point: { kind: 'step', seq: entryStepOf(outcome) } };
}

/** It takes no look to know where it is. */
export const isPoint = (point: DecisionPoint): point is Point =>
  point.kind === 'step' || point.kind === 'time';

function lastPoint(place: Place): Point {
  const time = marketTimeOf(memoryOf(lookAt(place)));
  if (time !== null) return { kind: 'time', time };
  throw new Fault(EXIT.usage, `${place.directory} has seen no candle yet`, 'trade first');
}

export function decisionAt(place: Place, point: Point): Decision {
  const { seq, facts } = steadily(place.disks, () => stepAt(place, point));
  const candle = first(facts, 'candle.closed');
  if (candle === null)
    throw new Fault(
      EXIT.usage,
      `step ${seq} is of no candle: it holds ${facts.map(({ type }) => type).join(', ')}`,
      'give the step of a candle, a market time, or --trade N',
    );
  const step = { seq, facts, candle };
  return decisionOf(step, knowledgeOf(place, step));
}

interface Step {
  readonly seq: number;
  readonly facts: readonly Fact[];
}

function stepAt(place: Place, point: Point): Step {
  const wanted = stepOf(place, point);
  const seq = point.kind === 'time' ? lastCandleUpTo(place, wanted) : wanted;
  return { seq, facts: factsOf(place, seq) };
}

function factsOf(place: Place, seq: number): readonly Fact[] {
  const journal = journalOf(place);
  if (seq >= journal.first && seq <= journal.last)
    for (const step of journal.steps(seq)) if (step.seq === seq) return step.facts;
  if (seq < 1 || journal.last === 0)
    throw new Fault(
      EXIT.usage,
      `nothing was decided at step ${seq} yet: the first step is 1`,
      'give the step of a candle, a market time, or --trade N',
    );
  const { first: oldest, last } = journal;
  const what = `the journal of ${place.directory} does not have step ${seq}`;
  if (seq > last) throw new Fault(EXIT.usage, what, `the last step is ${last}`);
  throw new UnkeptFault(EXIT.usage, what, `its earliest is step ${oldest}${REACH_FURTHER}`);
}

/** The memory when the step was decided. */
function knowledgeOf(place: Place, { seq, facts }: Step): Knowledge {
  const told = toldBefore(facts);
  if (seq - 1 < reach(place).first) return knowledgeAfter(place, { seq, facts: facts.slice(told) });
  const seen = lookAt(place, seq - 1);
  const { lost: unknown, states } = seen;
  const known = components.filter(({ id }) => !unknown.has(id));
  const fold = createFold(known, states, readState);
  for (const fact of facts.slice(0, told)) fold(fact);
  return { memory: memoryOf(seen), unknown, doubts: doubtsOf(seen) };
}

/** At the edge only what the step left can be had: of the moment are the parts that stayed since. */
function knowledgeAfter(place: Place, { seq, facts }: Step): Knowledge {
  const seen = lookAt(place, seq);
  const changed = components.flatMap(each =>
    facts.some(fact => listensTo(each, addressOf(fact))) ? [each.id] : [],
  );
  const names = changed.join(', ');
  const edge = `the memory before step ${seq} is not kept: what it changed is not shown (${names})`;
  return {
    memory: memoryOf(seen),
    unknown: new Set([...seen.lost, ...changed]),
    doubts: changed.length === 0 ? doubtsOf(seen) : [...doubtsOf(seen), edge],
  };
}

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
      ? 'no trade was closed yet; --trade open is one that is'
      : `give a number from ${dropped + 1} to ${totals.trades}, or open`,
  );
}

function openTrade(place: Place, symbol: string | null): Position {
  const { positions } = memoryOf(lookAt(place)).portfolio;
  const open = Object.values(positions);
  const wanted = symbol === null ? open : open.filter(each => isNamed(each, symbol));
  const [only] = wanted;
  if (only !== undefined && wanted.length === 1) return only;
  const names = open.map(each => each.symbol).join(', ');
  throw new Fault(
    EXIT.usage,
    wanted.length > 1
      ? `${wanted.length} trades are open in ${place.directory}`
      : `no trade${symbol === null ? '' : ` of ${symbol}`} is open in ${place.directory}`,
    open.length === 0 ? 'give the number of a closed one' : `open are ${names}`,
  );
}

/** `BTC/USDT:USDT`, `BTC/USDT` or `btc`. */
const isNamed = ({ symbol }: Position, name: string): boolean =>
  [symbol, ...symbol.split(':', 1), ...symbol.split('/', 1)].some(
    each => each.toLowerCase() === name.toLowerCase(),
  );

/** A trade is named after its entry's order, and that after its step. */
function entryStepOf({ trade, position }: Outcome): number {
  const id = trade?.id ?? position?.entryOrderId;
  const seq = Number(id?.split('-')[0]);
  if (Number.isSafeInteger(seq) && seq > 0) return seq;
  const when = utcMinute(trade?.entryTime ?? position?.openedAt ?? 0);
  throw new Fault(
    EXIT.usage,
    `the trade of ${when} was not entered here: it was imported`,
    'give a step or a market time',
  );
}

/** The candle that a market time is of, where answers and trainings follow it. */
function lastCandleUpTo(place: Place, seq: number): number {
  const { first: oldest } = journalOf(place);
  for (let from = seq; from >= oldest; from -= 64)
    for (const step of [...stepsBetween(place, Math.max(oldest, from - 63), from)].reverse())
      if (closeIn(step.facts, 0) !== null) return step.seq;
  if (oldest === 1) return seq;
  throw new UnkeptFault(
    EXIT.usage,
    `the journal of ${place.directory} has no candle up to step ${seq}`,
    `its earliest is step ${oldest}${REACH_FURTHER}`,
  );
}

function* stepsBetween(place: Place, from: number, through: number) {
  for (const step of journalOf(place).steps(from)) {
    if (step.seq > through) return;
    yield step;
  }
}
