/**
 * The longest stall of the event loop while a model trains: a bot with a full memory, wired as
 * `trade` wires it, owed a training of each model. What the main thread does for it is in it: the
 * job made ready, sent, the weights put on the disk, the answer folded and made durable.
 *
 * Promises: challengers win, so that there are weights to keep. Wall time, and beside it the main
 * thread's own CPU time, which other processes can't lengthen.
 */
import { setTimeout } from 'node:timers/promises';
import { type BotParts, run } from '../src/app/bot.ts';
import { fullSpeed } from '../src/app/clock.ts';
import { loadConfig } from '../src/app/config.ts';
import { openTapes } from '../src/app/market-source.ts';
import { MODELS } from '../src/app/trainer.ts';
import { wire } from '../src/app/wire.ts';
import {
  CHECKPOINT_JOURNAL_BYTES_MAX,
  RECORDS_KEPT_MAX,
  SEQUENCES_KEPT_MAX,
} from '../src/base/limits.ts';
import { components, type Memory } from '../src/components.ts';
import type { Feed } from '../src/core/exchange.ts';
import type { Example, Fact, ModelId } from '../src/core/fact.ts';
import { plantedRequest } from '../src/learn/planted-example.ts';
import { plantedSequences } from '../src/learn/planted-sequence.ts';
import { openStore, type Store } from '../src/state/store.ts';
import { ALL_LEARNERS } from './all-learners.ts';
import { makeFullState, teller } from './full-state.ts';
import { quantile, type Row, row } from './table.ts';

/** The first training of a process starts the worker and runs code for the first time. */
const ROUNDS = 9;
const QUIET_MS = 2000;
const NO_CANDLES: Feed['candles'] = async function* () {};

export async function stall(folder: string): Promise<Row[]> {
  const { directory, tapes } = await makeFullState(folder);
  const told = openStore({ directory, components, now: Date.now, sync: 'shared' });
  tellExamples(told);
  told.close();
  const bot = await openBot(directory, tapes);
  const rows: Row[] = [];
  for (const model of MODELS) {
    const stalls: Stall[] = [];
    for (let round = 0; round < ROUNDS; round += 1) stalls.push(await trainOnce(bot, model));
    rows.push(...rowsOf(model, stalls));
  }
  const quiet = await longestTurn(() => setTimeout(QUIET_MS));
  bot.store.close();
  await bot.trainer.close();
  await bot.feed.close();
  const { wallMs } = quiet;
  return [...rows, row({ what: '  without any training', value: wallMs, unit: 'ms', decimals: 1 })];
}

/** Examples whose label can be learned from the last row of their window. */
function tellExamples(store: Store): void {
  const memory = store.states as Memory;
  const symbols = memory.run.binding?.symbols ?? [];
  const { nextExampleId: firstId } = memory['signal-model'];
  const planted = { count: RECORDS_KEPT_MAX, seed: 1, rule: 'last', firstId } as const;
  const tell = teller(store);
  for (const each of plantedSequences(planted)) {
    const example = { ...each, symbol: symbols[each.id % symbols.length] ?? '' };
    tell([
      { type: 'example.opened', ...withoutOutcome(example), barrier: 0.0064, candles: 60 },
      { type: 'example.labelled', ...example },
    ]);
    if (store.journalBytes >= CHECKPOINT_JOURNAL_BYTES_MAX) store.checkpoint('journal');
  }
  store.checkpoint('full');
}

const withoutOutcome = ({ id, symbol, time, proposed, features }: Example) => ({
  ...{ id, symbol, time, proposed, features },
});

async function openBot(directory: string, tape: readonly string[]): Promise<BotParts> {
  const config = loadConfig({ env: ALL_LEARNERS });
  const source = await openTapes({ tape, funding: [], skipBadRows: false }, config);
  const bot = await wire({
    ...{ directory, journalMirror: null, acceptLoss: false, allowNetwork: false },
    ...{ sharedSync: false, scrub: config.scrub, seed: undefined, settings: config.settings },
    ...{ source: () => source, watch: () => {}, warn: () => {} },
  });
  return { ...bot, feed: { ...bot.feed, candles: NO_CANDLES } };
}

interface Stall {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** The loop of the bot does what is owed and ends, since its market has no candles. */
async function trainOnce(bot: BotParts, model: ModelId): Promise<Stall> {
  const { [model]: state } = bot.world;
  const kept = model === 'signal-model' ? RECORDS_KEPT_MAX : SEQUENCES_KEPT_MAX;
  const request = plantedRequest(model, state.examples.slice(-kept));
  const owed: Fact = { type: 'model.train.requested', ...request, champion: state.version };
  teller(bot.store)([owed]);
  const stop = new AbortController().signal;
  const longest = await longestTurn(() => run(bot, { pace: fullSpeed(), stop, past: () => false }));
  if (state.request !== null) throw new Error(`the ${model} was not trained`);
  return longest;
}

/** The longest turn of the event loop while some work goes on beside it. */
async function longestTurn(work: () => Promise<unknown>): Promise<Stall> {
  const longest = { wallMs: 0, cpuMs: 0 };
  let [wall, cpu] = [performance.now(), cpuNow()];
  const look = (): void => {
    const [wallNow, cpuThen] = [performance.now(), cpuNow()];
    longest.wallMs = Math.max(longest.wallMs, wallNow - wall);
    longest.cpuMs = Math.max(longest.cpuMs, cpuThen - cpu);
    [wall, cpu] = [wallNow, cpuThen];
  };
  const timer = setInterval(look, 1);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

/** Of this thread, in ms. */
function cpuNow(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function rowsOf(model: ModelId, stalls: readonly Stall[]): Row[] {
  const walls = stalls.map(({ wallMs }) => wallMs);
  const cpus = stalls.map(({ cpuMs }) => cpuMs);
  const millis = { unit: 'ms', decimals: 1 };
  return [
    row({
      what: `longest stall of the event loop while the ${model} trains, median`,
      value: quantile(walls, 0.5),
      ...{ ...millis, atMost: 10 },
    }),
    row({ what: `  worst of ${ROUNDS} trainings`, value: Math.max(...walls), ...millis }),
    row({ what: "  of the main thread's own CPU, worst", value: Math.max(...cpus), ...millis }),
  ];
}
