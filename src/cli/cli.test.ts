import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { EXIT, Fault } from '../base/fault.ts';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';
import { toSpeed, toUntil } from './option.ts';
import { registerState, resolvePart } from './state-command.ts';
import { tellError } from './tell-error.ts';
import { registerTrade } from './trade-command.ts';

function recordingIo(env: Record<string, string> = {}) {
  const text = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write: (chunk: string) => {
      text[name] += chunk;
    },
    on: () => {},
  });
  const io: Io = { stdout: stream('out'), stderr: stream('err'), env, now: () => 0, log: null };
  return { io, text };
}

describe('the command line', () => {
  for (const [argv, message] of [
    [
      ['foo'],
      /unknown command "foo" — there are trade, backtest, report, pause, resume, flatten, kill-switch, release-breaker, state, model, notify, doctor, download-data, crash-test/,
    ],
    [['baktest'], /did you mean backtest\?/],
    [['state', 'lst'], /unknown command "state lst" \(did you mean state list\?\)/],
    [['state'], /which one\? — see holdfast state --help/],
    [['state', 'show'], /missing required argument 'part'/],
    [['--bogus'], /unknown option '--bogus'/],
    [['trade', 'x'], /too many arguments/],
    [['trade', '--seed', '-1'], /'--seed <number>' argument '-1' is invalid/],
    [['trade', '--seed', '4294967296'], /up to 4294967295/],
    [['--speed', '0'], /max, or candles per second above 0/],
    [['trade', '--port', '70000'], /port from 0 to 65535/],
    [['trade', '--tape'], /argument missing/],
    [['backtest'], /required option '--tape/],
    [['backtest', '--tape', 'A', '--walk-forward', '1'], /months, or a number of segments from 2/],
    [['backtest', '--tape', 'A', '--walk-forward', 'weeks'], /'weeks' is invalid/],
    [['crash-test', '--kills', '0'], /whole number from 1 on/],
  ] as const)
    it(`answers "${argv.join(' ')}" with one line and exit 2`, async () => {
      const { io, text } = recordingIo();
      assert.equal(await runCli(argv, io), EXIT.usage);
      assert.match(text.err, message);
      assert.match(text.err, /^holdfast: [^\n]+\n$/);
      assert.equal(text.out, '');
    });

  it('prints help and version on stdout', async () => {
    const { io, text } = recordingIo();
    assert.equal(await runCli(['--help'], io), EXIT.ok);
    assert.equal(await runCli(['--version'], io), EXIT.ok);
    assert.match(text.out, /crash-test/);
    assert.match(text.out, /\d+\.\d+\.\d+\n$/);
    assert.equal(text.err, '');
  });

  it('takes options without a command for those of trade', async () => {
    const seen: unknown[] = [];
    const program = new Command().exitOverride();
    registerTrade(program, { run: async () => {} });
    program.commands[0]?.hook('preAction', (_, command) => {
      seen.push(command.opts());
    });
    const tapes = ['--tape', 'a.csv', 'b.csv', '--tape', 'c.csv'];
    await program.parseAsync([...tapes, '--speed', 'max', '--until', '500'], { from: 'user' });
    assert.deepEqual(seen, [
      {
        tape: ['a.csv', 'b.csv', 'c.csv'],
        funding: [],
        speed: 'max',
        until: { kind: 'candles', count: 500 },
        web: true,
        trial: false,
        live: false,
        skipBadRows: false,
        acceptLoss: false,
      },
    ]);
  });

  it('registers every state command of this release and no other', () => {
    const program = new Command();
    registerState(program, { run: async () => {} });
    assert.deepEqual(
      program.commands[0]?.commands.map(command => command.name()),
      'list show hash verify scrub history diff replay checkpoint import export rollback reset upgrade backup restore'.split(
        ' ',
      ),
    );
  });
});

describe('option values', () => {
  it('read speeds and ends', () => {
    assert.equal(toSpeed('0.5'), 0.5);
    assert.deepEqual(toUntil('2024-08-05'), { kind: 'time', time: Date.UTC(2024, 7, 5) });
    assert.deepEqual(toUntil('2024-08-05T13:45Z'), {
      kind: 'time',
      time: Date.UTC(2024, 7, 5, 13, 45),
    });
    for (const wrong of ['', '0', '-1', '2024-02-31', 'tomorrow', '2024-8-5'])
      assert.throws(() => toUntil(wrong), /Give/, wrong);
    for (const wrong of ['', 'fast', '-1', 'Infinity'])
      assert.throws(() => toSpeed(wrong), /Give/, wrong);
  });

  it('know a part by id, title, file and stem', () => {
    const parts = [{ id: 'q-table', title: 'Q-table', file: { name: 'q_table.json' } }];
    for (const name of ['q-table', 'Q-table', 'q_table', 'q_table.json'])
      assert.equal(resolvePart(name, parts), 'q-table');
    assert.throws(() => resolvePart('q-tabel', parts), { remedy: 'did you mean q-table?' });
    assert.throws(() => resolvePart('zebra', parts), { remedy: 'the parts are q-table' });
  });
});

describe('errors', () => {
  it('tell a fault as one line with its remedy', () => {
    const { io, text } = recordingIo();
    assert.equal(tellError(new Fault(EXIT.disk, 'disk\nfull', 'make room'), io), 74);
    assert.equal(text.err, 'holdfast: disk full — make room\n');
  });

  it('calls what the machine has no more of no bug', () => {
    const { io, text } = recordingIo();
    const error = Object.assign(new Error('EMFILE: too many open files, open x'), {
      code: 'EMFILE',
    });
    assert.equal(tellError(error, io), EXIT.disk);
    assert.match(text.err, /^holdfast: EMFILE: too many open files, open x — free what it names/);
  });

  it('tell a bug without its stack, which HOLDFAST_DEBUG shows and the log keeps', () => {
    const quiet = recordingIo();
    assert.equal(tellError(new Error('planted'), quiet.io), 70);
    assert.match(quiet.text.err, /^holdfast: this is a bug: planted — [^\n]*\n$/);
    const loud = recordingIo({ HOLDFAST_DEBUG: '1' });
    const kept: unknown[] = [];
    const drop = () => {};
    const error = (_: string, details?: object) => kept.push(details);
    loud.io.log = { debug: drop, info: drop, warn: drop, error, close: drop, file: 'x.log' };
    tellError(new Error('planted'), loud.io);
    assert.match(loud.text.err, /x\.log\n.*planted\n +at /s);
    assert.equal(kept.length, 1);
  });
});
