/**
 * A directory with a full memory: 10,000 trades, 10,000 equity points and 10,000 examples.
 *
 * The bot itself trades a few days of the simulated market first (indicators, models and Q-table
 * are real); what a year or two would add is then told as facts, through the store's own door.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_JOURNAL_BYTES_MAX, RECORDS_KEPT_MAX } from '../src/base/limits.ts';
import { Rng, seedRng } from '../src/base/rng.ts';
import { HOUR_MS, MINUTE_MS } from '../src/base/time.ts';
import { components, type Memory } from '../src/components.ts';
import type { Fact } from '../src/core/fact.ts';
import { FEATURE_COUNT } from '../src/core/feature.ts';
import { createFold } from '../src/core/fold.ts';
import type { TradeRecord } from '../src/core/order.ts';
import { packSequence, SEQUENCE_SIZE, type Sequence } from '../src/core/sequence.ts';
import { openStore, type Store } from '../src/state/store.ts';
import { backtest } from './backtest.ts';
import { simulatedTapes } from './market.ts';

/** Long enough for every indicator and for a first training of both models. */
const MINUTES = 12_000;
/** How much of the tape is left for a run that goes on. */
const MINUTES_LEFT = 2000;

export interface FullState {
  readonly directory: string;
  readonly tapes: readonly string[];
}

export async function makeFullState(folder: string): Promise<FullState> {
  const directory = join(folder, 'full');
  mkdirSync(folder, { recursive: true });
  const tapes = await simulatedTapes(folder, { minutes: MINUTES + MINUTES_LEFT, symbols: 2 });
  await backtest(['--dir', directory, '--until', String(2 * MINUTES), '--tape', ...tapes]);
  const store = openStore({ directory, components, now: Date.now, sync: 'shared' });
  const tell = teller(store);
  for (let count = 0; count < RECORDS_KEPT_MAX; count += 1) {
    tell(memorable(store, count));
    // As the checkpointer does it: what a start has to read of the journal is bounded by this.
    if (store.journalBytes >= CHECKPOINT_JOURNAL_BYTES_MAX) store.checkpoint('journal');
  }
  store.checkpoint('full');
  store.close();
  return { directory, tapes };
}

/** Folds and appends one step of facts, each in its journaled form. */
export function teller(store: Store): (facts: readonly Fact[]) => void {
  const fold = createFold(components, store.states);
  return told => {
    const texts = told.map(fact => JSON.stringify(fact));
    const facts = texts.map(text => JSON.parse(text) as Fact);
    for (const fact of facts) fold(fact);
    store.append({ seq: store.seq + 1, facts, texts });
  };
}

/** A trade, an equity point and an example, of ordinary length and numbers. */
export function memorable(store: Store, count: number): Fact[] {
  const world = store.states as Memory;
  const rng = new Rng(seedRng(count, 3));
  const symbol = world.run.binding?.symbols[0] ?? '';
  const time = (world.analytics.curve.at(-1)?.time ?? 0) + HOUR_MS;
  const id = world['signal-model'].nextExampleId;
  const rowOf = (): number[] =>
    Array.from({ length: FEATURE_COUNT }, () => Math.round(rng.nextNormal() * 1e6) / 1e6 + 0);
  const example = { id, symbol, time, proposed: false, features: rowOf() };
  const equity = world.analytics.curve.at(-1)?.equity ?? 0;
  return [
    { type: 'example.opened', ...example, barrier: 0.0064, candles: 60 },
    {
      type: 'example.labelled',
      ...example,
      labelledAt: time,
      label: rng.nextInt(3) as 0 | 1 | 2,
      return: Math.round(rng.nextNormal() * 1e5) / 1e8 + 0,
      sequence: sequenceOf(rng),
    },
    { type: 'trade.closed', trade: tradeOf(symbol, time, rng) },
    { type: 'equity.marked', time, balance: equity, equity: equity + rng.nextInt(1e6), open: 0 },
  ];
}

/** A window of noise: nothing that compresses. */
function sequenceOf(rng: Rng): string {
  const sequence: Sequence = new Int8Array(SEQUENCE_SIZE);
  return packSequence(sequence.map(() => (rng.nextUint32() % 125) - 62));
}

function tradeOf(symbol: string, exitTime: number, rng: Rng): TradeRecord {
  const minutes = 1 + rng.nextInt(240);
  const entryPrice = 60_000 + rng.nextInt(10_000) / 10;
  return {
    id: `${exitTime / MINUTE_MS}-3`,
    symbol,
    side: rng.nextFloat() < 0.5 ? 'long' : 'short',
    entryTime: exitTime - minutes * MINUTE_MS,
    exitTime,
    entryPrice,
    exitPrice: entryPrice + rng.nextInt(2000) / 10,
    quantity: 0.013,
    leverage: 3,
    fees: 74_512_345 + rng.nextInt(1e6),
    funding: 0,
    profit: rng.nextInt(2e9) - 1e9,
    profitRatio: rng.nextNormal() / 100,
    durationMs: minutes * MINUTE_MS,
    exitReason: 'take_profit',
    strategy: 'trend_following',
    models: { signal: 3, deep: 2 },
  };
}
