/**
 * A checkpoint of a full memory, made as `trade` makes it: how long it takes, and how long the
 * event loop was held up by it.
 */
import { setImmediate } from 'node:timers/promises';
import { createCheckpointer } from '../src/app/checkpointer.ts';
import { components } from '../src/components.ts';
import { openStore, type Store } from '../src/state/store.ts';
import { makeFullState, memorable, teller } from './full-state.ts';
import { quantile, type Row, row } from './table.ts';

const ROUNDS = 9;

export async function checkpoint(folder: string): Promise<Row[]> {
  const { directory } = await makeFullState(folder);
  const store = openStore({ directory, components, now: Date.now, sync: 'each' });
  const rounds: Round[] = [];
  const quiet: number[] = [];
  for (let count = 0; count < ROUNDS; count += 1) {
    const round = await checkpointOnce(store, count);
    rounds.push(round);
    quiet.push(await longestTick(() => performance.now() < round.endedAt + round.ms));
  }
  const inline = timed(() => store.checkpoint('inline'));
  store.close();
  const blocks = rounds.map(round => round.block);
  return [
    row({
      what: 'checkpoint of 10,000 trades, points and examples',
      value: quantile(
        rounds.map(round => round.ms),
        0.5,
      ),
      unit: 'ms',
    }),
    row({
      what: '  longest hold-up of the event loop, median',
      value: quantile(blocks, 0.5),
      unit: 'ms',
      decimals: 1,
      atMost: 10,
    }),
    row({
      what: `  worst of ${ROUNDS} checkpoints`,
      value: Math.max(...blocks),
      unit: 'ms',
      decimals: 1,
    }),
    row({
      what: '  worst without any checkpoint',
      value: Math.max(...quiet),
      unit: 'ms',
      decimals: 1,
    }),
    row({ what: '  the same from memory, at shutdown', value: inline, unit: 'ms' }),
  ];
}

interface Round {
  readonly ms: number;
  /** Longest time between two turns of the event loop. */
  readonly block: number;
  readonly endedAt: number;
}

async function checkpointOnce(store: Store, count: number): Promise<Round> {
  const checkpointer = createCheckpointer({
    store,
    inline: false,
    stepsMax: 1,
    warn: line => process.stderr.write(`${line}\n`),
  });
  teller(store)(memorable(store, count));
  const startedAt = performance.now();
  await setImmediate();
  let begun = false;
  const block = await longestTick(() => {
    if (!begun) checkpointer.afterStep();
    begun = true;
    return store.checkpointing;
  });
  await checkpointer.close();
  const endedAt = performance.now();
  return { ms: endedAt - startedAt, block, endedAt };
}

/** The longest turn of the event loop while `goesOn` says so; what it does counts. */
async function longestTick(goesOn: () => boolean): Promise<number> {
  let longest = 0;
  let goOn = true;
  while (goOn) {
    const startedAt = performance.now();
    goOn = goesOn();
    await setImmediate();
    longest = Math.max(longest, performance.now() - startedAt);
  }
  return longest;
}

function timed(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
