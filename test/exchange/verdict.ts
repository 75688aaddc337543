/**
 * The verdict on a life: the exchange's own books against what the bot's directory remembers.
 *
 * Promises: to the last lot and the last unit; what is said of an order or a fill is read off the
 * journal, not off the bot's state alone. Never: forgives a difference that nobody's hand explains.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientOrderId, isOfDirectory } from '../../src/app/client-id.ts';
import { components, type Memory } from '../../src/components.ts';
import type { Fact, FactName } from '../../src/core/fact.ts';
import { inspectStates } from '../../src/state/inspect.ts';
import { openDisks } from '../../src/state/open-disks.ts';
import { wholeJournal } from '../../src/state/past.ts';
import { bareIn } from './bare-time.ts';
import type { TestExchange } from './exchange.ts';
import { TEST_KEY } from './exchange.ts';
import type { LifePlan } from './life-plan.ts';
import type { Stretch } from './live-bot.ts';
import type { Order } from './order.ts';
import { personProblems } from './person-order.ts';
import { sentTwice } from './sent-twice.ts';
import type { Starved } from './starved.ts';

export interface Evidence {
  readonly exchange: TestExchange;
  readonly directory: string;
  readonly plan: LifePlan;
  /** When a bot was ready. */
  readonly up: readonly Stretch[];
  /** When the machine was too busy. */
  readonly starved: Pick<Starved, 'of'>;
  /** Orders of the person's that still waited when all was over. */
  readonly takenBack: readonly Order[];
  /** Deposits less withdrawals, 1e-8. */
  readonly paid: bigint;
  /** All that the processes said. */
  readonly output: string;
}

export interface Findings {
  /** New since the life began, and those of them that came in time to act on. */
  readonly candles: number;
  readonly inTime: number;
  /** Orders that open a position; all orders. */
  readonly entries: number;
  readonly approved: number;
  /** Orders and stops that the exchange took of the bot. */
  readonly taken: number;
  /** Refused there since their client id was used: none was needed, and none did harm. */
  readonly repeated: number;
  readonly doubted: number;
  readonly fills: number;
  readonly trades: number;
  readonly adopted: number;
  /** Positions of a person's left alone, as they grew and shrank. */
  readonly left: number;
  /** Fills that the balance held already when the account was opened. */
  readonly found: number;
  /** The longest time without a stop: while the bot and the exchange were up, the same with what the machine was slow for, and in all. */
  readonly bareMs: number;
  readonly bareSlowMs: number;
  readonly bareAwayMs: number;
  readonly problems: readonly string[];
}

/** docs/LIVE.md: while the bot runs and the exchange answers no position is without its stop longer. */
export const BARE_MS_MAX = 10_000;

export const BALANCE_DIFFERS = 'the balance is not the wallet';

/** What is not done yet in the directory of a bot that was told to be flat; null: all is. */
export function isAtRest(directory: string, { accounts }: TestExchange): string | null {
  const { states, doubt } = inspectStates(openDisks(directory, undefined), components);
  if (doubt !== null) return doubt;
  const { portfolio, 'risk-manager': risk } = states as Memory;
  const { positions, orders, outbox, venue } = portfolio;
  for (const [what, list] of Object.entries({ positions, orders, outbox, stops: venue?.stops }))
    if (Object.keys(list ?? {}).length > 0) return `${what}: ${JSON.stringify(list)}`;
  if (risk.flattening !== undefined) return 'flatten is not completed';
  return accounts.wallet === BigInt(portfolio.balance) ? null : BALANCE_DIFFERS;
}

const venueIn = (directory: string): Memory['portfolio']['venue'] =>
  (inspectStates(openDisks(directory, undefined), components).states as Memory).portfolio.venue;

/** True when a bot has opened its account's books here. */
export const hasMet = (directory: string): boolean => venueIn(directory) !== undefined;

/** True when a bot has told of each of these orders of a person's. */
export function isTold(directory: string, orders: readonly Order[]): boolean {
  const known = Object.values(venueIn(directory)?.orphans ?? {}).flat();
  return orders.every(({ id }) => known.includes(id));
}

export function judge(evidence: Evidence): Findings {
  const { exchange, directory } = evidence;
  const { states, doubt, directoryId } = inspectStates(openDisks(directory, undefined), components);
  const facts = [...wholeJournal(openDisks(directory, undefined)).steps()].flatMap(
    step => step.facts,
  );
  const journal = { facts, directory: directoryId ?? '', states: states as Memory };
  const bare = bareIn(evidence);
  const ids = [...exchange.accounts.ids].filter(([id]) => isOfDirectory(journal.directory, id));
  const isNew = ({ time }: { readonly time: number }): boolean => time >= evidence.plan.startMs;
  const candles = told(facts, 'candle.closed').filter(isNew);
  const approved = told(facts, 'order.approved');
  const openedAt = openedAtMs(exchange, facts);
  return {
    candles: candles.length,
    inTime: candles.filter(({ late }) => late !== true).length,
    entries: approved.filter(({ order }) => !order.reduceOnly).length,
    approved: approved.length,
    taken: ids.reduce((sum, [, { accepted }]) => sum + accepted, 0),
    repeated: ids.reduce((sum, [, { repeated }]) => sum + repeated, 0),
    doubted: told(facts, 'order.doubted').length,
    fills: exchange.accounts.fills.length,
    trades: told(facts, 'trade.closed').length,
    adopted: told(facts, 'position.adopted').length,
    left: told(facts, 'position.left').length,
    found: exchange.accounts.fills.filter(({ atMs }) => atMs <= openedAt).length,
    ...bare,
    problems: [
      ...(doubt === null ? [] : [`the directory: ${doubt}`]),
      ...orderProblems(evidence, journal),
      ...fillProblems(evidence, journal),
      ...bookProblems(evidence, journal),
      ...personProblems(evidence, journal),
      ...secretProblems(evidence),
      ...(bare.bareMs <= BARE_MS_MAX
        ? []
        : [`${bare.symbol} was without its stop for ${Math.round(bare.bareMs)} ms`]),
    ],
  };
}

export interface Journal {
  readonly facts: readonly Fact[];
  /** Its id. */
  readonly directory: string;
  readonly states: Memory;
}

const told = <N extends FactName>(facts: readonly Fact[], type: N): Fact<N>[] =>
  facts.filter(fact => fact.type === type) as unknown as Fact<N>[];

/** None twice, none without an approval, none without an end. */
export function orderProblems({ exchange }: Evidence, { facts, directory }: Journal): string[] {
  const problems: string[] = [];
  const approved = new Map(
    told(facts, 'order.approved').map(({ order }) => [clientOrderId(directory, order), order]),
  );
  problems.push(...sentTwice(exchange));
  for (const { clientOid, stop, id } of exchange.accounts.orders.values())
    if (clientOid !== '' && stop === '' && !approved.has(clientOid))
      problems.push(`order ${id} (${clientOid}) was taken and never approved`);
  const done = endsOf(facts);
  for (const { id, lots, symbol } of approved.values())
    if (!done.ended.has(id) && (done.filled.get(id) ?? 0) < lots)
      problems.push(`order ${id} (${symbol}) was approved and has no end`);
  return problems;
}

function endsOf(facts: readonly Fact[]) {
  const ended = new Set<string>();
  const filled = new Map<string, number>();
  const latest = new Map<string, string>();
  for (const fact of facts) {
    if (fact.type === 'order.filled') {
      filled.set(fact.id, (filled.get(fact.id) ?? 0) + fact.lots);
      latest.set(fact.symbol, fact.id);
    }
    // Whose fill closes the position has ended, with fewer lots where a stop took some before.
    if (fact.type === 'trade.closed') ended.add(latest.get(fact.trade.symbol) ?? '');
    if (
      fact.type === 'order.rejected' ||
      fact.type === 'order.expired' ||
      fact.type === 'order.canceled'
    )
      ended.add(fact.id);
  }
  return { ended, filled };
}

/** Each fill of the exchange is in the journal, once. */
export function fillProblems({ exchange }: Evidence, { facts }: Journal): string[] {
  const counts = new Map<string, number>();
  for (const fact of facts)
    if ('fillId' in fact && typeof fact.fillId === 'string')
      counts.set(fact.fillId, (counts.get(fact.fillId) ?? 0) + 1);
  const problems: string[] = [];
  const openedAt = openedAtMs(exchange, facts);
  for (const { tradeId, orderId, side, symbol, clientOid, atMs } of exchange.accounts.fills) {
    if (atMs <= openedAt) continue;
    const name = `${tradeId}/${orderId}/${side}`;
    const count = counts.get(name) ?? 0;
    if (count !== 1) problems.push(`fill ${tradeId} (${symbol} ${clientOid}) is booked ${count}×`);
    counts.delete(name);
  }
  for (const id of counts.keys()) problems.push(`fill ${id} was booked and never happened`);
  return problems;
}

/**
 * When the account was as the bot found it: what a person had bought by then is in its balance, and
 * a position that is adopted.
 */
function openedAtMs({ accounts }: TestExchange, facts: readonly Fact[]): number {
  const [opened] = told(facts, 'account.opened');
  const balance = BigInt(opened?.balance ?? 0);
  return accounts.ledger.find(({ wallet }) => wallet === balance)?.atMs ?? 0;
}

/** Positions, what stands open, and the money. */
function bookProblems(evidence: Evidence, { facts, directory, states }: Journal): string[] {
  const { exchange, paid, plan } = evidence;
  const { portfolio } = states;
  const problems: string[] = [];
  for (const { contract } of plan.tapes) {
    const symbol = `${contract.base === 'XBT' ? 'BTC' : contract.base}/USDT:USDT`;
    const held = portfolio.positions[symbol];
    const own = held === undefined ? 0 : held.direction === 'long' ? held.lots : -held.lots;
    const here = own + (portfolio.venue?.foreign[symbol] ?? 0);
    const position = exchange.accounts.position(contract.id);
    const there = position.lots;
    if (here !== there)
      problems.push(`${symbol}: ${here} lots in the state, ${there} at the exchange`);
  }
  for (const { clientOid, stop, symbol } of exchange.accounts.live)
    if (isOfDirectory(directory, clientOid))
      problems.push(`${stop === '' ? 'an order' : 'a stop'} of the bot still stands in ${symbol}`);
  const wallet = exchange.accounts.wallet;
  if (wallet !== BigInt(portfolio.balance))
    problems.push(`the wallet holds ${wallet}, the state says ${portfolio.balance}`);
  const corrected = told(facts, 'balance.corrected').reduce((sum, { amount }) => sum + amount, 0);
  // The fees of what it leaves alone are no fills of its own.
  if (BigInt(corrected) !== paid && plan.unknown === 'adopt')
    problems.push(`the balance was corrected by ${corrected}, and ${paid} was paid in`);
  return problems;
}

/** The key, the secret and the passphrase are nowhere. */
function secretProblems({ directory, output }: Evidence): string[] {
  const secrets = Object.values(TEST_KEY);
  const problems = secrets
    .filter(secret => output.includes(secret))
    .map(secret => `${secret} was printed`);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    for (const secret of secrets)
      if (bytes.includes(secret)) problems.push(`${secret} is in ${file}`);
  }
  return problems;
}
