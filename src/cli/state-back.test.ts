/**
 * The `state` commands that look back or go back, where only a backup has the moment.
 */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fingerprint, remembered } from '../../test/lifecycle/memory.ts';
import { workFolder } from '../../test/lifecycle/work-folder.ts';
import { EXIT } from '../base/fault.ts';
import { runCli } from './cli.ts';

const folder = workFolder('back');
const at = (name: string): string => join(folder, name);
const [lived, young, kept] = [at('lived'), at('young'), at('kept')];
const SETTINGS = {
  risk: { max_hold_candles: 60, min_confidence: 0, loss_streak_limit: 100 },
  learning: { choice_candles: 20 },
};
/** Nobody listens there. */
const ENV = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
/** Steps that the directory `young` begins after, and the first backup. */
let [end, begin] = [0, 0];

async function say(...argv: readonly string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(argv, {
    stdout: { write: text => (out += text), on: () => {} },
    stderr: { write: text => (err += text), on: () => {} },
    ...{ env: ENV, now: Date.now, log: null },
  });
  return { code, out, err };
}

/** With `backup.to` in the config, or without; or with one that is out of reach. */
const state = (words: string, dir: string, config: 'keeping' | 'plain' | 'away') =>
  say('state', ...words.split(' '), '--dir', dir, '--config', at(`${config}.json`));

async function told(words: string, dir: string, config: 'keeping' | 'plain' = 'keeping') {
  const { code, out, err } = await state(`${words} --json`, dir, config);
  assert.equal(code, EXIT.ok, err);
  return JSON.parse(out);
}

before(async () => {
  writeFileSync(at('plain.json'), JSON.stringify(SETTINGS));
  writeFileSync(at('keeping.json'), JSON.stringify({ ...SETTINGS, backup: { to: kept } }));
  for (const until of ['700', '2400']) {
    const words = ['--speed', 'max', '--until', until, '--config', at('plain.json')];
    assert.equal((await say('trade', '--no-web', '--dir', lived, ...words)).code, EXIT.ok);
    ({ seq: end } = await told(`backup --to ${kept}`, lived, 'plain'));
    begin ||= end;
  }
  await told(`restore --from ${kept}`, young, 'plain');
});

describe('a moment that only a backup has', () => {
  it('is replayed as the directory that lived through it does, trades too', async () => {
    const before = fingerprint(young);
    for (const words of ['--until 1000', '--until 2025-01-01T12:00', '--trade 1', '--trade open']) {
      const decision = await told(`replay ${words}`, young);
      assert.deepEqual(decision, await told(`replay ${words}`, lived, 'plain'), words);
      assert.deepEqual(decision.doubts, []);
    }
    assert.equal((await told(`replay --until ${begin + 1}`, young)).step, begin + 1);
    assert.equal((await told('replay', young)).step, end);
    assert.equal(fingerprint(young), before, 'and nothing is written');
  });

  it('is exported', async () => {
    await told(`export run analytics --at 1500 --to ${at('one')}`, young);
    await told(`export run analytics --at 1500 --to ${at('other')}`, lived, 'plain');
    for (const file of ['run.json', 'analytics.json'])
      assert.equal(
        readFileSync(at(`one/${file}`), 'utf8'),
        readFileSync(at(`other/${file}`), 'utf8'),
      );
  });

  it('is compared with another one, and with now', async () => {
    for (const points of ['1000 1700', '1700', '2025-01-01T12:00']) {
      const { changes, from } = await told(`diff q-table ${points}`, young);
      const own = await told(`diff q-table ${points}`, lived, 'plain');
      assert.deepEqual([changes, from], [own.changes, own.from], points);
    }
    assert.ok((await told('diff q-table 1000 1700', young)).changes.length > 0);
  });

  it('is gone back to', async () => {
    cpSync(young, at('back'), { recursive: true });
    const { replaced } = await told('rollback q-table attention --to 1500 --yes', at('back'));
    assert.deepEqual(replaced, ['q-table', 'attention']);
    const { state: then } = await told('show q-table --at 1500', lived, 'plain');
    const { q, visits } = remembered(at('back')).states['q-table'];
    assert.deepEqual([{ ...q }, { ...visits }], [then.q, then.visits]);
  });

  it('is shown where the directory itself is gone', async () => {
    const from = `--from ${kept}`;
    const own = await told('show q-table --at 1000', lived, 'plain');
    assert.deepEqual(await told(`show q-table --at 1000 ${from}`, at('gone'), 'plain'), own);
    assert.equal((await told(`list ${from}`, at('gone'), 'plain')).seq, end);
    const decision = await told(`replay --trade 1 ${from}`, at('gone'), 'plain');
    assert.deepEqual(decision, await told('replay --trade 1', lived, 'plain'));
  });
});

describe('a moment that nothing has', () => {
  const ROLLBACK = 'rollback q-table --yes --to';
  for (const look of ['show run --at', 'export run --at', 'diff', 'replay --until', ROLLBACK]) {
    it(`is refused with the earliest point and what would have kept it: ${look}`, async () => {
      const { code, out, err } = await state(`${look} 100`, young, 'plain');
      assert.deepEqual([code, out], [EXIT.usage, '']);
      assert.match(err, /^holdfast: [^\n]*step 100 [^\n]*earliest[^\n]* is step \d+ [^\n]+\n$/);
      assert.match(err, /keep_history, or with backup\.to/);
    });

    it(`is refused with what the backups have, where there are any: ${look}`, async () => {
      const { code, err } = await state(`${look} 100`, young, 'keeping');
      assert.equal(code, EXIT.usage);
      const first = look.startsWith('replay') ? begin + 1 : begin;
      assert.match(
        err,
        new RegExp(
          `^holdfast: [^\n]*step 100[^\n]*, and step 100 cannot be restored[^\n]+` +
            `there are steps ${first} to ${end} [^\n]+; in the directory itself [^\n]+\n$`,
        ),
      );
    });
  }

  for (const [what, to, code] of [
    ['is not there', at('nowhere'), EXIT.config],
    ['does not answer', 's3://bucket/prefix', EXIT.unreachable],
  ] as const)
    it(`may be in a place that ${what}: told as such, beside what the directory has`, async () => {
      process.env['AWS_ACCESS_KEY_ID'] ??= 'key';
      process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';
      writeFileSync(at('away.json'), JSON.stringify({ ...SETTINGS, backup: { to } }));
      const refused = await state('show run --at 100', young, 'away');
      assert.deepEqual([refused.code, refused.out], [code, '']);
      assert.match(
        refused.err,
        /^holdfast: step 100 is not kept in [^\n]+, and [^\n]+; in the directory itself the earliest point is [^\n]+\n$/,
      );
    });

  it('of before or after everything is no matter of backups', async () => {
    for (const [words, message] of [
      [
        'replay --until 0',
        /nothing was decided at step 0 yet: the first step is 1 — give the step/,
      ],
      ['replay --until 99999', /does not have step 99999 — the last step is \d+\n/],
      ['show run --at 99999', /step 99999 is not kept in \S+ — give a step from \d+ to \d+\n/],
      ['replay --trade 999', /there is no trade 999 in \S+ — give a number from 1 to \d+, or open/],
      [
        'rollback deep-signal-model --yes --to deep-signal-model@9',
        /version 9 of the deep signal model/,
      ],
      ['rollback q-table --yes --to signal-model@9', /signal-model@9 is no version of q-table — /],
      ['replay --trade eth/btc', /no trade of eth\/btc is open in \S+ — open are \S+/],
    ] as const) {
      const { code, err } = await state(words, young, 'keeping');
      assert.equal(code, EXIT.usage);
      assert.match(err, message);
      assert.match(err, /^[^\n]+\n$/);
    }
  });
});

describe('a damaged directory', () => {
  const hurt = at('hurt');
  before(() => {
    cpSync(lived, hurt, { recursive: true });
    for (const name of readdirSync(hurt, { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('attention_weights.npy')) rmSync(join(hurt, name));
  });

  for (const words of ['list', 'show run', 'hash', 'diff', 'history', 'replay'])
    it(`is told as such, to people and programs: ${words}`, async () => {
      const { out, err } = await state(`${words} --json`, hurt, 'plain');
      assert.match(err, /^holdfast: attention is lost and starts from its defaults: /);
      const [doubt] = JSON.parse(out).doubts;
      assert.match(doubt, /^attention is lost and starts from its defaults: /);
    });

  it('is replayed with what is left of it, and no part is guessed', async () => {
    const wreck = at('wreck');
    cpSync(lived, wreck, { recursive: true });
    rmSync(join(wreck, 'previous'), { recursive: true });
    const whole = await told(`replay --until ${end - 12}`, lived, 'plain');
    const left = await told(`replay --until ${end - 12}`, wreck, 'plain');
    assert.deepEqual(
      { ...left, doubts: [], quiet: null },
      {
        ...{ ...whole, doubts: [], quiet: null },
        ...{ marketTime: null, reading: null, features: null, choice: null, inCharge: null },
        ...{ weights: null, account: null },
      },
    );
    assert.match(left.quiet, /^no longer known: it takes the memory of market, portfolio, /);
    assert.ok(left.doubts.length > 5);
    const { out } = await state(`replay --until ${end - 12}`, wreck, 'plain');
    assert.match(out, /^Account: no longer known$/m);
  });
});
