/**
 * A bot killed around a training: while it is asked for, in the middle of it, while its weights are
 * written, between the weights and the fact, while the model is adopted, and just after.
 */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ModelId } from '../../src/core/fact.ts';
import { Bot, MAIN, runWell } from './bot-process.ts';
import { digest, remembered } from './memory.ts';
import { QUICK_LEARNING, workFolder, writeConfig, writeTapes } from './work-folder.ts';

const PRELOAD = fileURLToPath(new URL('./kill-point.ts', import.meta.url));
const SIGNAL = 'signal-model';
const DEEP = 'deep-signal-model';
/** Just before both models are trained: the signal model is adopted the first time, the other not. */
const FIRST_EVE = 2 * 2870;
/** The other way round. */
const SECOND_EVE = 2 * 4330;
const MINUTES = 4400;

const folder = workFolder('training-kill');
const tapes = writeTapes(folder, { seed: 7, minutes: MINUTES });
const config = writeConfig(folder, { learning: QUICK_LEARNING });
const at = (name: string): string => join(folder, name);
const options = (name: string): string[] => [
  ...['--config', config, '--dir', at(name), '--tape', ...tapes],
];
const trade = (name: string): string[] => ['trade', '--no-web', '--speed', 'max', ...options(name)];

/** What the disk is asked to do with weights, and the lines of a request and of an outcome. */
const BLOB = '/blobs';
const WRITTEN = 'renameSync .*/blobs/';
const REQUESTED = 'writeSync .*journal.*"type":"model.train.requested"';
const trained = (model: ModelId): string =>
  `writeSync .*journal.*"type":"model.trained","model":"${model}"`;
/** Exponentials of a training, in its own thread. */
const training = (model: ModelId): string => `train ${model}`;

const trainedModels = (name: string): ModelId[] => {
  const { states } = remembered(at(name));
  return ([SIGNAL, DEEP] as const).filter(id => states[id].version > 0);
};
const requestedModels = (name: string): ModelId[] => {
  const { states } = remembered(at(name));
  return ([SIGNAL, DEEP] as const).filter(id => states[id].request !== null);
};

before(async () => {
  await runWell(['backtest', ...options('first'), '--until', String(FIRST_EVE)]);
  cpSync(at('first'), at('second'), { recursive: true });
  await runWell(['backtest', ...options('second'), '--until', String(SECOND_EVE)]);
  cpSync(at('second'), at('twin'), { recursive: true });
  await runWell(['backtest', ...options('twin')]);
  assert.deepEqual(trainedModels('first'), []);
  assert.deepEqual(trainedModels('second'), [SIGNAL]);
  assert.deepEqual(trainedModels('twin'), [SIGNAL, DEEP]);
});

interface Moment {
  readonly eve: 'first' | 'second';
  readonly where: string;
  /** Of all changes that the pattern is found in. */
  readonly count: number;
  /** What is still owed then. */
  readonly owed: readonly ModelId[];
}

async function killedAt(name: string, { eve, where, count }: Moment): Promise<void> {
  cpSync(at(eve), at(name), { recursive: true });
  const bot = new Bot([process.execPath, '--import', PRELOAD, MAIN, ...trade(name)], {
    HOLDFAST_KILL_AT: String(count),
    HOLDFAST_KILL_WHERE: where,
  });
  const { signal, stderr } = await bot.end();
  assert.equal(signal, 'SIGKILL', stderr);
}

/** Exactly as the bot that nobody killed: hash by hash, every component. */
async function comesBack(name: string): Promise<void> {
  const { stderr } = await runWell(trade(name));
  assert.equal(stderr, '', 'a kill is no damage: nothing to warn of');
  assert.deepEqual(digest(at(name)), digest(at('twin')));
}

const both = [SIGNAL, DEEP] as const;
const MOMENTS: Readonly<Record<string, readonly Moment[]>> = {
  'while it is asked for': [
    { eve: 'first', where: REQUESTED, count: 1, owed: [] },
    { eve: 'first', where: REQUESTED, count: 2, owed: both },
  ],
  'in the middle of it': [
    { eve: 'first', where: training(SIGNAL), count: 1, owed: both },
    { eve: 'first', where: training(SIGNAL), count: 50_000, owed: both },
    { eve: 'first', where: training(DEEP), count: 1, owed: [DEEP] },
    { eve: 'second', where: training(DEEP), count: 5000, owed: [DEEP] },
  ],
  'while its weights are written, and between the weights and the fact': [
    ...[1, 2, 3, 4, 5, 6, 7, 8].map(count => ({
      ...{ eve: 'first' as const, where: BLOB, count },
      owed: both,
    })),
    { eve: 'second', where: WRITTEN, count: 2, owed: [DEEP] },
  ],
  'while it is adopted': [
    { eve: 'first', where: trained(SIGNAL), count: 1, owed: both },
    { eve: 'first', where: trained(SIGNAL), count: 2, owed: [DEEP] },
    { eve: 'second', where: trained(DEEP), count: 1, owed: [DEEP] },
    { eve: 'second', where: trained(DEEP), count: 2, owed: [] },
  ],
  'just after, or while a challenger is refused': [
    { eve: 'first', where: trained(DEEP), count: 1, owed: [DEEP] },
    { eve: 'first', where: trained(DEEP), count: 2, owed: [] },
    { eve: 'second', where: trained(SIGNAL), count: 2, owed: [DEEP] },
  ],
};

let names = 0;

describe('a SIGKILL around a training', () => {
  for (const [when, moments] of Object.entries(MOMENTS))
    it(`${when} changes nothing of what is learned`, async () => {
      for (const moment of moments) {
        names += 1;
        const name = `killed-${names}`;
        await killedAt(name, moment);
        assert.deepEqual(requestedModels(name), moment.owed, `${moment.where} ${moment.count}`);
        await comesBack(name);
      }
    });
});
