/**
 * `report`, and `backtest --html`, as a person meets them.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fingerprint } from '../../test/lifecycle/memory.ts';
import {
  workFolder,
  writeConfig,
  writeTapes,
  writeText,
} from '../../test/lifecycle/work-folder.ts';
import { malformedIn } from '../../test/markup.ts';
import { decimal, percent, signedPercent } from '../app/number-text.ts';
import { version } from '../app/version.ts';
import { EXIT } from '../base/fault.ts';
import { acquireLock } from '../state/lock.ts';
import { runCli } from './cli.ts';

const folder = workFolder('report');
const at = (name: string): string => join(folder, name);
const tapes = writeTapes(folder, { seed: 4, minutes: 2500 });
const config = writeConfig(folder, { risk: { min_confidence: 0, loss_streak_limit: 100 } });
const lived = at('lived');
/** 2026-01-02 03:04 UTC. */
const MADE_AT = { SOURCE_DATE_EPOCH: '1767323040' };

async function say(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  let [out, err] = ['', ''];
  const code = await runCli([...words, '--config', config], {
    stdout: { write: text => (out += text), on: () => {} },
    stderr: { write: text => (err += text), on: () => {} },
    ...{ env, now: Date.now, log: null },
  });
  return { code, out, err };
}

const backtest = (...words: readonly string[]) =>
  say(['backtest', '--tape', ...tapes, ...words], MADE_AT);
const report = (dir: string, ...words: readonly string[]) =>
  say(['report', '--dir', dir, ...words], MADE_AT);
const page = (name: string): string => readFileSync(at(name), 'utf8');
const textOf = (html: string): string =>
  html
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

/** A copy of the directory that lived. */
function copied(name: string): string {
  cpSync(lived, at(name), { recursive: true });
  return at(name);
}

let told: Readonly<Record<string, number>> & { readonly stateHash: string };

before(async () => {
  const { code, out, err } = await backtest('--dir', lived, '--json', '--html', at('run.html'));
  assert.equal(code, EXIT.ok, err);
  told = JSON.parse(out);
  assert.ok((told['trades'] ?? 0) >= 10);
});

describe('backtest --html', () => {
  it('shows the figures of --json', () => {
    const text = textOf(page('run.html'));
    assert.equal(malformedIn(page('run.html')), null);
    const { totalReturn = 0, sharpe = 0, maxDrawdown = 0, winRate = 0, trades = 0 } = told;
    for (const [name, value] of [
      ['Total return', signedPercent(totalReturn)],
      ['Sharpe', decimal(sharpe)],
      ['Max drawdown', `${percent(maxDrawdown)} (`],
      ['Win rate', percent(winRate)],
      ['Trades', `${trades} closed, `],
      ['State hash', told.stateHash],
    ] as const)
      assert.ok(text.includes(`${name} ${value}`), `${name} ${value}`);
    assert.match(text, /Buying and holding came to/);
  });

  it('names its tapes by their hashes, and the settings that were in force', () => {
    const text = textOf(page('run.html'));
    for (const tape of tapes) {
      const sha256 = createHash('sha256').update(readFileSync(tape)).digest('hex');
      assert.match(text, new RegExp(`${basename(tape)} 2,500 [^)]*${sha256}`));
    }
    assert.match(text, /risk\.min_confidence 0 /);
    assert.match(text, /Seed 1 /);
    assert.ok(text.includes(`Holdfast ${version()} on Node ${process.version}`));
  });

  it('needs no directory, and says that nothing was kept', async () => {
    const { code, out } = await backtest('--html', at('alone.html'), '--walk-forward', '2');
    assert.equal(code, EXIT.ok);
    assert.match(out, /alone\.html {2}[\d.]+ kB\n$/);
    const text = textOf(page('alone.html'));
    assert.match(text, /Directory none: nothing was kept/);
    assert.match(text, /Return by segment/);
    assert.ok(text.includes(`State hash ${told.stateHash}`));
    const sha256 = createHash('sha256')
      .update(readFileSync(tapes[0] ?? ''))
      .digest('hex');
    assert.ok(text.includes(sha256));
  });

  it('refuses a file that it could not write before it runs', async () => {
    writeText(folder, 'mine.html', 'mine');
    for (const [words, message] of [
      [['--html', at('mine.html')], /mine\.html exists already — name another .* or say --yes\n$/],
      [['--html', at('no/r.html')], /there is no folder .*no — make it, or check --html\n$/],
      [['--html', folder], /is a folder — name a file with --html\n$/],
      [['--html', join(lived, 'r.html'), '--dir', lived], /is in the state directory .* --html\n$/],
    ] as const) {
      const { code, out, err } = await backtest(...words);
      assert.equal(code, EXIT.config);
      assert.match(err, message);
      assert.match(err, /^holdfast: [^\n]+\n$/);
      assert.equal(out, '');
    }
    assert.equal(page('mine.html'), 'mine');
  });
});

describe('report', () => {
  it('prints the figures of the run, and the step it speaks for', async () => {
    const before = fingerprint(lived);
    const json = JSON.parse((await report(lived, '--json')).out);
    for (const key of [
      'cagr',
      'sharpe',
      'sortino',
      'maxDrawdown',
      'trades',
      'totalReturn',
      'candles',
    ])
      assert.equal(json[key], told[key], key);
    assert.equal(json.stateHash, told.stateHash);
    assert.deepEqual(json.doubts, []);
    assert.equal(json.provenance.files.length, 2);
    const { out } = await report(lived);
    assert.match(out, /^Start balance {2,}10,000\.00 USDT\n/);
    assert.match(out, /\nCandles {2,}5,000\n/);
    assert.match(out, new RegExp(`lived at step ${json.seq}\n$`));
    assert.equal(fingerprint(lived), before, 'the directory is only read');
  });

  it('makes the same bytes of the same memory, also while a bot holds it', async () => {
    const lock = acquireLock(lived);
    try {
      for (const name of ['one.html', 'two.html'])
        assert.equal((await report(lived, '--html', at(name))).code, EXIT.ok);
    } finally {
      lock.release();
    }
    assert.equal(page('one.html'), page('two.html'));
    assert.match(textOf(page('one.html')), /at 2026-01-02 03:04 UTC/);
    assert.equal(malformedIn(page('one.html')), null);
    const { code, err } = await say(['report', '--dir', lived, '--html', at('x.html')], {
      SOURCE_DATE_EPOCH: 'now',
    });
    assert.equal(code, EXIT.config);
    assert.match(err, /^holdfast: SOURCE_DATE_EPOCH is "now" — set it to seconds since 1970\n$/);
  });

  it('replaces a file with --yes alone', async () => {
    writeText(folder, 'old.html', 'mine');
    const refused = await report(lived, '--html', at('old.html'));
    assert.equal(refused.code, EXIT.config);
    assert.match(refused.err, /old\.html exists already — .* or say --yes\n$/);
    assert.equal(page('old.html'), 'mine');
    assert.equal((await report(lived, '--html', at('old.html'), '--yes')).code, EXIT.ok);
    assert.match(page('old.html'), /^<!doctype html>/);
  });

  it('says of a damaged directory what is lost', async () => {
    const directory = copied('damaged');
    rmSync(join(directory, 'journal'), { recursive: true });
    rmSync(join(directory, 'previous'), { recursive: true, force: true });
    appendFileSync(join(directory, 'q_table.json'), 'x');
    const { code, err } = await report(directory, '--html', at('damaged.html'));
    assert.equal(code, EXIT.ok);
    assert.match(err, /q_table\.json/);
    assert.match(textOf(page('damaged.html')), /damaged or incomplete:[^.]*q.table/);
    const json = JSON.parse((await report(directory, '--json')).out);
    assert.ok(json.doubts.length > 0);
  });

  it('says where an older directory did not record its tapes', async () => {
    const directory = copied('older');
    rmSync(join(directory, 'notes.jsonl'));
    assert.equal((await report(directory, '--html', at('older.html'))).code, EXIT.ok);
    assert.match(textOf(page('older.html')), /Recorded files not recorded/);
  });

  it('says of an empty directory that there is nothing yet', async () => {
    mkdirSync(at('empty'));
    const { code, out } = await report(at('empty'), '--html', at('empty.html'));
    assert.equal(code, EXIT.ok);
    assert.match(out, /empty: nothing yet\n/);
    assert.match(textOf(page('empty.html')), /There is nothing to report yet/);
    assert.equal(malformedIn(page('empty.html')), null);
    const { code: absent, err } = await report(at('none'), '--html', at('none.html'));
    assert.equal(absent, EXIT.config);
    assert.match(err, /there is no directory .*none — check --dir\n$/);
    assert.equal(existsSync(at('none.html')), false);
  });
});
