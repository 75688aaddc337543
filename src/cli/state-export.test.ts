/**
 * `state export`, as a person meets it.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fingerprint, remembered } from '../../test/lifecycle/memory.ts';
import { workFolder } from '../../test/lifecycle/work-folder.ts';
import { runCli } from './cli.ts';

const folder = workFolder('export');
const lived = join(folder, 'lived');
const at = (name: string): string => join(folder, name);

async function say(...argv: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runCli(argv, {
    stdout: { write: text => (out += text), on: () => {} },
    stderr: { write: text => (err += text), on: () => {} },
    ...{ env: {}, now: Date.now, log: null },
  });
  return { code, out, err };
}

const exporting = (...words: readonly string[]) => say('state', 'export', '--dir', lived, ...words);

interface Told {
  readonly seq: number;
  readonly files: readonly { readonly file: string; readonly rows: number | null }[];
}

before(async () => {
  const limit = ['--until', '600', '--speed', 'max'];
  const { code, err } = await say('trade', '--no-web', '--dir', lived, ...limit);
  assert.equal(code, 0, err);
});

describe('state export', () => {
  it('writes every part as JSON where nothing else is asked for', async () => {
    const before = fingerprint(lived);
    const { code, out } = await exporting('--to', at('json'), '--json');
    assert.equal(code, 0);
    const told = JSON.parse(out) as Told;
    assert.equal(told.files.length, 10);
    const { part, seq, state } = JSON.parse(readFileSync(at('json/risk_manager.json'), 'utf8'));
    assert.deepEqual([part, seq], ['risk-manager', told.seq]);
    assert.equal(state.equity, remembered(lived).states['risk-manager'].equity);
    assert.deepEqual(fingerprint(lived), before, 'the directory is only read');
  });

  it('writes the tables of analytics, a row a trade and a point', async () => {
    const { code, out } = await exporting('analytics', '--format', 'csv', '--to', at('csv'));
    assert.equal(code, 0);
    assert.match(out, /csv\/trades\.csv {2}\d+ rows, /);
    assert.deepEqual(readdirSync(at('csv')), [
      'daily_equity.csv',
      'equity_curve.csv',
      'trades.csv',
    ]);
    const { analytics } = remembered(lived).states;
    const lines = readFileSync(at('csv/equity_curve.csv'), 'utf8').trim().split('\n');
    assert.equal(lines.length, 1 + analytics.curve.length);
    const [time, , equity, former] = (lines.at(-1) ?? '').split(',');
    assert.equal(Number(time), analytics.curve.at(-1)?.time);
    assert.equal(Math.round(Number(equity) * 1e8), analytics.curve.at(-1)?.equity);
    assert.equal(former, 'false');
  });

  it('writes one file where --to names one', async () => {
    const file = at('q.npy');
    const { code } = await exporting('q_table', '--format', 'npy', '--to', file);
    assert.equal(code, 0);
    assert.match(readFileSync(file, 'latin1'), /^.NUMPY.*\('value', '<f8'\)/s);
  });

  it('takes the format from the ending of the file where none is said', async () => {
    const { code, out } = await exporting('q-table', '--to', at('q.csv'), '--json');
    assert.equal(code, 0);
    assert.equal((JSON.parse(out) as { format: string }).format, 'csv');
    assert.match(readFileSync(at('q.csv'), 'utf8'), /^regime,volatility,strategy,value,visits\n/);
  });

  it('makes a folder of a name that ends as a file only where it is asked for', async () => {
    const refused = await exporting('analytics', '--to', at('t.csv'));
    assert.equal(refused.code, 2);
    assert.match(
      refused.err,
      /t\.csv would be one file, and these are 3: trades\.csv, .* — name a folder .*t\.csv\/ is one/,
    );
    assert.equal(existsSync(at('t.csv')), false);
    assert.equal((await exporting('q-table', '--format', 'csv', '--to', at('bare'))).code, 0);
    assert.deepEqual(readdirSync(at('bare')), ['q_table.csv']);
    const asked = await exporting('analytics', '--format', 'csv', '--to', `${at('t.csv')}/`);
    assert.equal(asked.code, 0);
    assert.equal(readdirSync(at('t.csv')).length, 3);
  });

  it('writes the files and columns that the documentation names', async () => {
    const docs = readFileSync(join(import.meta.dirname, '../../docs/STATE.md'), 'utf8');
    await exporting('--to', at('all'));
    for (const name of readdirSync(at('all')))
      assert.ok(docs.includes(`\`${name}\``), `${name} is not in docs/STATE.md`);
    await exporting('--format', 'npy', '--to', at('tables'));
    for (const name of readdirSync(at('tables')))
      assert.ok(docs.includes(`\`${name.replace('.npy', '')}\``), name);
  });

  it('writes examples with the names of their features', async () => {
    const words = ['signal-model', '--format', 'csv', '--to', at('examples.csv')];
    assert.equal((await exporting(...words)).code, 0);
    const [header] = readFileSync(at('examples.csv'), 'utf8').split('\n');
    assert.match(
      header ?? '',
      /^id,symbol,time,labelled_at,proposed,label,return,return_1,.*hour_cos$/,
    );
  });

  it('speaks of an earlier step where it is asked to', async () => {
    const words = ['run', '--at', '300', '--to', at('run.json')];
    assert.equal((await exporting(...words)).code, 0);
    assert.equal(JSON.parse(readFileSync(at('run.json'), 'utf8')).seq, 300);
  });

  it('replaces a file with --yes alone, and leaves none that is half written', async () => {
    const file = at('mine.json');
    writeFileSync(file, 'mine');
    const refused = await exporting('run', '--to', file);
    assert.equal(refused.code, 64);
    assert.match(
      refused.err,
      /mine\.json exists already — name another place with --to, or say --yes\n$/,
    );
    assert.equal(readFileSync(file, 'utf8'), 'mine');
    assert.equal((await exporting('run', '--to', file, '--yes')).code, 0);
    assert.match(readFileSync(file, 'utf8'), /^\{\n "part": "run"/);
    assert.deepEqual(
      readdirSync(folder).filter(name => name.endsWith('.tmp')),
      [],
    );
  });

  it('writes none of several files where one is there', async () => {
    await exporting('analytics', '--format', 'npy', '--to', at('some'));
    const more = ['analytics', '--format', 'csv', '--to', at('some')];
    writeFileSync(at('some/daily_equity.csv'), 'mine');
    assert.equal((await exporting(...more)).code, 64);
    assert.equal(existsSync(at('some/trades.csv')), false);
  });

  for (const [words, code, message] of [
    [['risk-manager', '--format', 'csv'], 2, /risk-manager has no csv form — choose one of json\n/],
    [['analytics', '--format', 'onnx'], 2, /choose one of json, csv, parquet, npy\n/],
    [['deep', '--format', 'json'], 2, /there is no part "deep" — did you mean|the parts are/],
    [['signal-model', '--format', 'onnx'], 2, /there is no signal-model in use yet — let the bot/],
    [['--format', 'keras-h5'], 2, /nothing has the form keras-h5 yet — no model is in use/],
    [
      ['run', '--format', 'json', '--to', '/x/run.csv'],
      2,
      /run\.csv would hold json — end it with \.json, or say --format csv\n/,
    ],
    [['--format', 'xlsx'], 2, /Allowed choices are json, csv, parquet/],
    [['run', '--to', lived], 64, /is in the state directory/],
    [['run', '--to', '/nowhere/else/run.json'], 64, /cannot be written: ENOENT — check --to/],
    [['run', '--dir', '/nowhere'], 64, /there is no directory \/nowhere — check --dir/],
  ] as const)
    it(`answers "${words.join(' ').replace(folder, '')}" with one line and exit ${code}`, async () => {
      const { code: actual, err } = await exporting(...words);
      assert.match(err, message);
      assert.match(err, /^holdfast: [^\n]+\n$/);
      assert.equal(actual, code);
    });
});
