/**
 * `state import`, as a person meets it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { digest, fingerprint, remembered } from '../../test/lifecycle/memory.ts';
import { workFolder } from '../../test/lifecycle/work-folder.ts';
import { toUnits } from '../base/money.ts';
import type { Finding } from '../legacy/finding.ts';
import { runCli } from './cli.ts';

const OLD = join(import.meta.dirname, '../../test/fixtures/python-bot');
const folder = workFolder('import');
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

const importing = (from: string, name: string, ...more: readonly string[]) =>
  say('state', 'import', '--from', join(OLD, from), '--dir', at(name), ...more);

async function trade(name: string, until: number, ...more: readonly string[]) {
  const limit = ['--until', String(until), '--speed', 'max'];
  const { code, out, err } = await say('trade', '--no-web', '--dir', at(name), ...limit, ...more);
  assert.equal(code, 0, err);
  return out;
}

describe('state import', () => {
  it('says what it would do, and does nothing without a word on the balance', async () => {
    const { code, out, err } = await importing('plain', 'asked');
    assert.equal(code, 2);
    assert.match(out, /^analytics_state\.pkl\n {2}carried over +trades: 5, 2025-03-01 12:00 to /m);
    assert.match(
      err,
      /^holdfast: the old state names a balance of 997\.30: .* — say --yes[^\n]+\n$/,
    );
    assert.deepEqual(readdirSync(folder).includes('asked'), false);
  });

  it('needs no word where the old state names no balance', async () => {
    mkdirSync(at('half'));
    for (const name of ['q_table.pkl', 'attention_weights.npy', 'signal_model.pkl'])
      cpSync(join(OLD, 'plain', name), join(at('half'), name));
    const { code, out, err } = await say(
      ...['state', 'import', '--from', at('half'), '--dir', at('half-new'), '--json'],
    );
    assert.equal(code, 0, err);
    const { imported, balance } = JSON.parse(out) as { imported: string[]; balance: null };
    assert.deepEqual([imported, balance], [['q-table', 'attention'], null]);
    await trade('half-new', 20);
    const { states } = remembered(at('half-new'));
    assert.equal(states['q-table'].q['range|high'].stay_out, 1.9);
    assert.equal(states.portfolio.startBalance, toUnits(10_000));
  });

  it('tells of every other file, and of many how many', async () => {
    cpSync(join(OLD, 'plain'), at('beside'), { recursive: true });
    for (const name of ['trades.csv', 'bot.sqlite', 'notes'])
      writeFileSync(join(at('beside'), name), '');
    const words = ['state', 'import', '--from', at('beside'), '--dir', at('beside-new'), '--json'];
    const strangers = async () =>
      (JSON.parse((await say(...words)).out).findings as Finding[])
        .filter(({ text }) => text === 'it is none of the six that are known')
        .map(({ file }) => file);
    assert.deepEqual(await strangers(), ['bot.sqlite', 'notes', 'trades.csv']);
    for (let day = 0; day < 30; day += 1) writeFileSync(join(at('beside'), `log.${day}`), '');
    assert.equal((await strangers()).at(-1), '13 more');
  });

  it('leaves the old directory as it is', async () => {
    const before = fingerprint(join(OLD, 'plain'));
    await importing('plain', 'read', '--yes');
    assert.deepEqual(fingerprint(join(OLD, 'plain')), before);
  });

  it('is the beginning that a trade goes on from', async () => {
    const { code, out, err } = await importing('plain', 'lived', '--yes', '--json');
    assert.equal(code, 0, err);
    const told = JSON.parse(out) as { seq: number; balance: number; findings: Finding[] };
    assert.deepEqual([told.seq, told.balance], [1, 997.3]);
    assert.ok(told.findings.some(({ what }) => what === 'end of the history'));
    const printed = await trade('lived', 40);
    assert.match(printed, /ready: resumed at .* 5 trades and equity 997\.30 remembered/);
    assert.match(printed, /^Trades +5 closed/m);
    assert.match(printed, /^Start balance +997\.30/m);
    const { states } = remembered(at('lived'));
    assert.equal(states.analytics.trades[0]?.symbol, 'BTC/USDT:USDT');
    assert.equal(states.analytics.former?.curve.length, 6, 'the simulated market is earlier');
    assert.equal(states['risk-manager'].totalTrades, 25);
    assert.equal(states['risk-manager'].tradingDate, '2025-01-01', 'a day of this market');
    assert.equal(states.portfolio.balance, toUnits(997.3));
  });

  it('ends alike however often the run after it was stopped', async () => {
    await importing('plain', 'once', '--yes');
    await importing('plain', 'often', '--yes');
    await trade('once', 90);
    for (const until of [1, 2, 45, 90]) await trade('often', until);
    const [once, often] = [digest(at('once')), digest(at('often'))];
    assert.deepEqual(often.hashes, once.hashes);
    assert.equal(often.trades, 5);
  });

  it('goes on with the equity curve where the market is later', async () => {
    const { code, err } = await importing('objects', 'later', '--yes');
    assert.equal(code, 0, err);
    const start = Date.parse('2025-04-01T00:00:00Z');
    const rows = Array.from({ length: 90 }, (_, minute) =>
      [start + minute * 60_000, 100, 101, 99, 100, 5].join(),
    );
    const tape = at('BINANCE-BTC-USDT-1m-PERP.csv');
    const text = ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n');
    writeFileSync(tape, text);
    await trade('later', 90, '--tape', tape);
    const { analytics } = remembered(at('later')).states;
    assert.equal(analytics.curve.length, 6 + 2);
    assert.equal(analytics.startBalance, toUnits(1000));
    assert.equal(analytics.former, undefined);
  });

  it('refuses a directory in which something has happened', async () => {
    await importing('plain', 'twice', '--yes');
    const { code, err } = await importing('plain', 'twice', '--yes');
    assert.equal(code, 64);
    assert.match(err, /twice holds a memory already — import into a new directory, with --dir\n$/);
  });

  it('needs a word where a file cannot be read, and goes on without it then', async () => {
    cpSync(join(OLD, 'plain'), at('torn'), { recursive: true });
    writeFileSync(join(at('torn'), 'q_table.pkl'), 'no pickle');
    const words = ['state', 'import', '--from', at('torn'), '--dir', at('torn-new')];
    const refused = await say(...words);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /q_table\.pkl in .* cannot be read, and the rest would go without/);
    const { code, out } = await say(...words, '--yes');
    assert.equal(code, 0);
    assert.match(
      out,
      /^q_table\.pkl\n {2}not carried over +the file: it cannot be read: no pickle: /m,
    );
  });

  for (const [what, from, why] of [
    ['that is not there', '/nowhere', /\/nowhere cannot be read: ENOENT — check --from/],
    ['without any of its files', OLD, /there is no file of the Python bot in .* — it should hold /],
  ] as const)
    it(`refuses a folder ${what}`, async () => {
      const { code, err } = await say('state', 'import', '--from', from, '--dir', at('none'));
      assert.equal(code, 64);
      assert.match(err, why);
    });

  it('refuses a pipe in place of a file, and does not wait for it', async t => {
    mkdirSync(at('pipe'));
    const { status } = spawnSync('mkfifo', [join(at('pipe'), 'q_table.pkl')]);
    if (status !== 0) return t.skip('no mkfifo');
    const { code, err } = await say('state', 'import', '--from', at('pipe'), '--dir', at('none'));
    assert.equal(code, 64);
    assert.match(err, /q_table\.pkl cannot be read: it is no plain file — check --from\n$/);
  });

  it('refuses a Holdfast directory, and a folder that is somebody else’s', async () => {
    await importing('plain', 'own', '--yes');
    const own = await say('state', 'import', '--from', at('own'), '--dir', at('none'));
    assert.equal(own.code, 64);
    assert.match(own.err, /own is a Holdfast directory/);
    mkdirSync(at('strange'));
    writeFileSync(join(at('strange'), 'thesis.txt'), '');
    const strange = await importing('plain', 'strange', '--yes');
    assert.equal(strange.code, 64);
    assert.deepEqual(readdirSync(at('strange')), ['thesis.txt']);
  });

  it('answers in JSON what it would do where it needs a word, and writes nothing', async () => {
    const { code, out, err } = await importing('plain', 'told', '--json');
    assert.equal(code, 2);
    const told = JSON.parse(out) as { would: string[]; imported: string[]; refused: string };
    assert.deepEqual(told.would, [
      ...['q-table', 'attention', 'analytics', 'risk-manager', 'portfolio'],
    ]);
    assert.deepEqual(told.imported, []);
    assert.match(told.refused, /^the old state names a balance of 997\.30: /);
    assert.ok(err.includes(told.refused));
    assert.equal(existsSync(at('told')), false);
  });

  it('begins no directory where nothing could be carried over', async () => {
    mkdirSync(at('empty'));
    // {'kill_switch': False}, which is what a new directory says.
    const pickle = Buffer.from('\x80\x04}\x8c\x0bkill_switch\x89s.', 'latin1');
    writeFileSync(join(at('empty'), 'risk_manager_state.pkl'), pickle);
    const words = ['state', 'import', '--from', at('empty'), '--dir', at('empty-new'), '--json'];
    const { code, out, err } = await say(...words);
    assert.equal(code, 65);
    assert.match(err, /^holdfast: nothing in .* could be carried over — the report says why/);
    const { findings } = JSON.parse(out) as { findings: Finding[] };
    assert.ok(
      findings.some(({ what, outcome }) => what === 'kill switch' && outcome === 'carried over'),
    );
    assert.equal(existsSync(at('empty-new')), false);
  });

  it('goes on with the kill switch of the old bot, and says how to lift it', async () => {
    const { code, out, err } = await importing('whole', 'held', '--yes');
    assert.equal(code, 0, err);
    const lift = `kill switch is on: no new entries until you lift it: holdfast kill-switch off --dir ${at('held')}`;
    assert.ok(out.includes(lift));
    assert.ok((await trade('held', 20)).includes(lift));
    assert.equal(remembered(at('held')).states['risk-manager'].killSwitch, true);
  });

  it('calls a balance that was worked out by that name', async () => {
    const { code, err } = await importing('nested', 'derived');
    assert.equal(code, 2);
    assert.match(
      err,
      /names no balance, and 995\.00 was worked out \(its peak balance less .*0\.50 %\)/,
    );
    const { out } = await importing('nested', 'derived', '--json');
    const { balance, balanceDerived } = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual(
      [balance, balanceDerived],
      [995, 'its peak balance less a drawdown of 0.50 %'],
    );
  });

  it('writes what a terminal would take for a command as its code', async () => {
    cpSync(join(OLD, 'nested'), at('odd'), { recursive: true });
    writeFileSync(join(at('odd'), 'a\x1b[2J\u009b31m\n\u202e.pkl'), '');
    const words = ['state', 'import', '--from', at('odd'), '--dir', at('odd-new')];
    const { out } = await say(...words);
    assert.ok(out.includes('\na\\x1b[2J\\x9b31m\\x0a\\u{202e}.pkl\n'));
    const json = (await say(...words, '--json')).out;
    assert.ok(!['\x1b', '\x9b', '\u202e'].some(sign => json.includes(sign)));
    const { findings } = JSON.parse(json) as { findings: Finding[] };
    assert.ok(findings.some(({ file }) => file === 'a\x1b[2J\u009b31m\n\u202e.pkl'));
    mkdirSync(at('stranger'));
    writeFileSync(join(at('stranger'), 'b\x1b[2J'), '');
    const { err } = await importing('plain', 'stranger', '--yes');
    assert.match(err, /it holds b\\x1b\[2J — /);
  });

  for (const [what, ...words] of [
    ['a trade', 'trade', '--no-web', '--dir', '#'],
    ['a look', 'state', 'list', '--dir', '#'],
    [
      'an import of what was learned',
      'state',
      'import',
      '--learned',
      '--dir',
      at('none'),
      '--from',
      '#',
    ],
  ] as const)
    it(`is what ${what} names where it is given a directory of the Python bot`, async () => {
      const place = at('old');
      cpSync(join(OLD, 'plain'), place, { recursive: true });
      // As a start of an older release leaves it.
      writeFileSync(join(place, 'lock'), '');
      const { code, err } = await say(...words.map(word => (word === '#' ? place : word)));
      assert.equal(code, 64);
      assert.match(err, /old is a directory of the Python bot — .*: holdfast state import --from /);
      assert.equal(existsSync(at('none')), false);
    });

  it('runs nothing of a pickle that would run a command', async () => {
    mkdirSync(at('evil'));
    cpSync(join(OLD, 'evil.pkl'), join(at('evil'), 'analytics_state.pkl'));
    const words = ['state', 'import', '--from', at('evil'), '--dir', at('evil-new')];
    const { code, out } = await say(...words);
    assert.equal(code, 65);
    assert.match(out, /not carried over {2}trades: 1: not a dictionary or an object/);
    assert.deepEqual(readdirSync('/tmp').includes('holdfast-was-run'), false);
  });
});
