/**
 * What a durable step of `trade` costs, against a bare append and fdatasync of the same bytes to
 * two files, taken in turns so that a busy disk is busy for both.
 */
import { closeSync, fdatasyncSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { commit } from '../src/app/bot.ts';
import { loadConfig } from '../src/app/config.ts';
import { openTapes } from '../src/app/market-source.ts';
import { wire } from '../src/app/wire.ts';
import { ALL_LEARNERS } from './all-learners.ts';
import { simulatedTapes } from './market.ts';
import { quantile, type Row, row } from './table.ts';

const WARM_CANDLES = 2000;
const CANDLES = 4000;
const LINE_BYTES_MAX = 1 << 20;

export async function step(folder: string): Promise<Row[]> {
  const tapes = await simulatedTapes(folder, { minutes: WARM_CANDLES + CANDLES, symbols: 1 });
  const config = loadConfig({ env: ALL_LEARNERS });
  const source = await openTapes({ tape: tapes, funding: [], skipBadRows: false }, config);
  const directory = join(folder, 'step');
  const bot = await wire({
    ...{
      directory,
      journalMirror: null,
      acceptLoss: false,
      allowNetwork: false,
      sharedSync: false,
      scrub: { hours: 0, share: 1 },
      seed: 1,
    },
    ...{ settings: config.settings, source: () => source, watch: () => {}, warn: () => {} },
  });
  const bare = bareFiles(folder);
  const line = lineReader(join(directory, 'journal'));
  const durable: number[] = [];
  const floor: number[] = [];
  let count = 0;
  for await (const batch of bot.feed.candles({}))
    for (const candle of batch) {
      const before = bot.store.journalBytes;
      const startedAt = performance.now();
      commit(bot, { kind: 'candle', candle, reports: bot.exchange.advance(candle) });
      const middle = performance.now();
      const bytes = line(before, bot.store.journalBytes);
      const bareAt = performance.now();
      bare.append(bytes);
      const endedAt = performance.now();
      count += 1;
      if (count > WARM_CANDLES) {
        durable.push(middle - startedAt);
        floor.push(endedAt - bareAt);
      }
      if (!bot.courier.idle()) await bot.courier.deliver();
    }
  bare.close();
  bot.store.close();
  await bot.trainer.close();
  return rowsOf(durable, floor);
}

function rowsOf(durable: readonly number[], floor: readonly number[]): Row[] {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return [
    row({
      what: 'durable step of `trade`, median',
      value: quantile(durable, 0.5),
      unit: 'ms',
      decimals: 3,
    }),
    row({
      what: '  bare append and fdatasync to two files, median',
      value: quantile(floor, 0.5),
      unit: 'ms',
      decimals: 3,
    }),
    row({
      what: '  ratio of the medians',
      value: quantile(durable, 0.5) / quantile(floor, 0.5),
      unit: '×',
      decimals: 2,
      atMost: 1.3,
    }),
    row({
      what: '  ratio of the sums',
      value: sum(durable) / sum(floor),
      unit: '×',
      decimals: 2,
    }),
  ];
}

function bareFiles(folder: string) {
  const handles = ['bare.a', 'bare.b'].map(name => openSync(join(folder, name), 'a'));
  return {
    append(bytes: Uint8Array): void {
      for (const handle of handles) {
        writeSync(handle, bytes);
        fdatasyncSync(handle);
      }
    },
    close: () => handles.forEach(closeSync),
  };
}

/** Reads back what the last step wrote: bytes `from` to `to` of the journal's segment. */
function lineReader(folder: string): (from: number, to: number) => Uint8Array {
  const buffer = Buffer.alloc(LINE_BYTES_MAX);
  const newest = readdirSync(folder)
    .filter(name => name.endsWith('.a.jsonl'))
    .sort()
    .at(-1);
  const handle = openSync(join(folder, newest ?? ''), 'r');
  return (from, to) => buffer.subarray(0, readSync(handle, buffer, 0, to - from, from));
}
