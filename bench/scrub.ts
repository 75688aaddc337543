/**
 * A round of the background scrub over a full directory: what it takes of a core, whole days and
 * while it goes round, and how long it holds up the event loop, without the rests between two files.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createScrubber, type Scrubber, type ScrubRound } from '../src/app/scrubber.ts';
import { must } from '../src/base/assert.ts';
import { DAY_MS } from '../src/base/time.ts';
import { components } from '../src/components.ts';
import { openStore, type Store } from '../src/state/store.ts';
import { makeFullState } from './full-state.ts';
import { quantile, type Row, row } from './table.ts';
import { collectGarbage, longestTurn, type Turn } from './turn.ts';

const MB = 1024 * 1024;
/** The default of `scrub_share`. */
const SHARE = 0.01;

const ROUNDS = 9;

/** Part of a slow round that is measured. */
const WINDOW_MS = 60_000;

interface Measured {
  readonly round: ScrubRound;
  readonly cpuMs: number;
}

export async function scrub(folder: string): Promise<Row[]> {
  const { directory } = await makeFullState(folder);
  const store = openStore({ directory, components, now: Date.now, sync: 'each' });
  // A bot has been running for a while when its first round comes.
  collectGarbage();
  const beside: Turn[] = [];
  const quiet: Turn[] = [];
  const rounds: Measured[] = [];
  for (let count = 0; count < ROUNDS; count += 1) {
    beside.push(
      await longestTurn(async () => {
        rounds.push(await measure(store, 1));
      }),
    );
    quiet.push(await longestTurn(() => sleep(rounds.at(-1)?.round.workMs)));
  }
  const quick = await measure(store, 1);
  const share = await shareWhileRound(store);
  store.close();
  const { files, bytes, workMs } = quick.round;
  const megabytes = (bytes / MB).toFixed(1);
  return [
    row({ what: `scrub of ${files} files, ${megabytes} MB: CPU`, value: quick.cpuMs, unit: 'ms' }),
    row({
      what: '  of a core, at a round a day',
      value: (100 * quick.cpuMs) / DAY_MS,
      unit: '%',
      decimals: 5,
      atMost: 1,
    }),
    row({
      what: '  of a core, while it goes round',
      value: 100 * share,
      unit: '%',
      decimals: 2,
      atMost: 1,
    }),
    row({ what: '  length of a round', value: workMs / SHARE / 1000, unit: 's' }),
    ...holdUpsOf(beside, quiet),
  ];
}

function holdUpsOf(beside: readonly Turn[], quiet: readonly Turn[]): Row[] {
  const millis = { unit: 'ms', decimals: 1 };
  const walls = beside.map(({ wallMs }) => wallMs);
  const cpus = beside.map(({ cpuMs }) => cpuMs);
  const alone = quiet.map(({ wallMs }) => wallMs);
  return [
    row({
      what: '  longest hold-up of the event loop, median',
      value: quantile(walls, 0.5),
      ...{ ...millis, atMost: 10 },
    }),
    row({ what: `  worst of ${ROUNDS} rounds`, value: Math.max(...walls), ...millis }),
    row({ what: "  of the main thread's own CPU, worst", value: Math.max(...cpus), ...millis }),
    row({ what: '  without a scrub, median', value: quantile(alone, 0.5), ...millis }),
    row({ what: '  without a scrub, worst', value: Math.max(...alone), ...millis }),
  ];
}

const scrubberOn = (store: Store, share: number): Scrubber =>
  createScrubber({
    ...{ store, journalMirror: null, pace: { hours: 0, share }, now: Date.now },
    between: async work => work(),
    warn: line => process.stderr.write(`${line}\n`),
  });

const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

async function measure(store: Store, share: number): Promise<Measured> {
  const before = process.cpuUsage();
  const round = must(await scrubberOn(store, share).round(), 'a round');
  return { round, cpuMs: cpuMsSince(before) };
}

/** Of a core, from the start of its thread on. */
async function shareWhileRound(store: Store): Promise<number> {
  const scrubber = scrubberOn(store, SHARE);
  const before = process.cpuUsage();
  void scrubber.round();
  await sleep(WINDOW_MS);
  const cpuMs = cpuMsSince(before);
  await scrubber.close();
  return cpuMs / WINDOW_MS;
}
