/**
 * Directories that a bot cannot have: full, read-only, in use, no folder at all. Each gets one clear
 * line and its exit code, and when the cause is gone the bot goes on as its twin.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { EXIT } from '../../src/base/fault.ts';
import { type Bot, MAIN, runBot, runWell, startBot } from './bot-process.ts';
import { digest, fingerprint, remembered, stepOf } from './memory.ts';
import { assertRefusal, assertRefused } from './refusal.ts';
import { mount, succeeds } from './small-disk.ts';
import { workFolder } from './work-folder.ts';

const UNTIL = '3000';
const folder = workFolder('bad-directory');
const at = (name: string): string => join(folder, name);
const simulated = (directory: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--dir', directory, '--until', UNTIL, ...more],
];

before(async () => {
  await runWell(simulated(at('twin')));
  await runWell(simulated(at('lived'), '--until', '500'));
});

const twin = digest.bind(null, at('twin'));

describe('a disk that is full', () => {
  it('stops the bot at once with exit 74, again and again, and then it goes on', async context => {
    const place = at('small');
    if (!mount(context, '-t', 'tmpfs', '-o', 'size=500k', 'tmpfs', place))
      return context.skip('cannot mount a small disk here');
    const directory = join(place, 'models');
    const full = {
      code: EXIT.disk,
      names: /small\/models.* disk full \(ENOSPC\) — free some space/,
    };
    await assertRefused(simulated(directory), full);
    const { seq } = remembered(directory);
    assert.ok(seq > 100, `stopped at step ${seq}`);
    await assertRefused(simulated(directory), full);
    assert.equal(
      remembered(directory).seq,
      seq,
      'what was acknowledged is there, no more, no less',
    );
    assert.ok(succeeds('mount', '-o', 'remount,size=50m', place));
    await runWell(simulated(directory));
    assert.deepEqual(digest(directory), twin());
  });
});

describe('a directory that must not be written', () => {
  it('by its mount is refused untouched, and can be looked at', async context => {
    const source = at('on-read-only');
    const place = at('mounted');
    cpSync(at('lived'), source, { recursive: true });
    const isReadOnly =
      mount(context, '--bind', source, place) && succeeds('mount', '-o', 'remount,ro,bind', place);
    if (!isReadOnly) return context.skip('cannot mount anything read-only here');
    const before = fingerprint(place);
    const names = /mounted.* read-only disk \(EROFS\) — mount it writable, or give another --dir/;
    await assertRefused(simulated(place), { code: EXIT.disk, names });
    const { stdout } = await runWell(['state', 'hash', '--dir', place]);
    assert.ok(stdout.includes(`all ${digest(at('lived')).hashes['all']}`));
    assert.equal(fingerprint(place), before);
  });

  it('by an attribute is refused untouched', async context => {
    const directory = at('immutable');
    cpSync(at('lived'), directory, { recursive: true });
    if (!succeeds('chattr', '+i', directory))
      return context.skip('cannot set the attribute +i here');
    try {
      const before = fingerprint(directory);
      const names = /immutable.* not permitted \(EPERM\) — check .*lsattr/;
      await assertRefused(simulated(directory), { code: EXIT.disk, names });
      assert.equal(fingerprint(directory), before);
    } finally {
      assert.ok(succeeds('chattr', '-i', directory));
    }
    await runWell(simulated(directory));
    assert.deepEqual(digest(directory), twin());
  });
});

describe('a place where nothing can be made', () => {
  it('is refused', () =>
    assertRefused(simulated('/proc/holdfast'), { code: EXIT.disk, names: /\/proc\/holdfast/ }));
});

describe('something in the place of the control socket', () => {
  it('is told, and the bot trades all the same', async () => {
    const directory = at('no-socket');
    cpSync(at('lived'), directory, { recursive: true });
    rmSync(join(directory, 'control.sock'), { force: true });
    mkdirSync(join(directory, 'control.sock'));
    const { stderr } = await runWell(simulated(directory));
    assert.match(stderr, /^warning: no commands can reach this bot while it runs[^\n]*\n$/);
    assert.deepEqual(digest(directory), twin());
  });
});

describe('a working directory that is gone', () => {
  it('is told in one line', () => {
    const gone = at('gone');
    const script = 'mkdir "$1" && cd "$1" && rmdir "$1" && shift && exec "$@"';
    for (const args of [['trade'], ['state', 'list']]) {
      const { status, stdout, stderr } = spawnSync(
        'sh',
        ['-c', script, 'sh', gone, process.execPath, MAIN, ...args],
        { encoding: 'utf8' },
      );
      const names = /^holdfast: the folder in which this was started is gone — change to one/;
      assertRefusal({ code: status, signal: null, stdout, stderr }, { code: EXIT.config, names });
    }
  });
});

describe('a directory in use', () => {
  const directory = at('shared');
  const inUse = {
    code: EXIT.inUse,
    names: /shared is in use by another Holdfast \(process \d+ on \S+, since .*--dir/,
  };

  async function startFirst(): Promise<Bot> {
    const bot = startBot(['trade', '--no-web', '--speed', '200', '--dir', directory]);
    await bot.says(/^ready/m);
    await bot.until('a few steps', () => stepOf(directory) > 5);
    return bot;
  }

  it('is refused to a second bot and to a backtest, and the first one goes on', async () => {
    const first = await startFirst();
    const [second, third] = await Promise.all([
      runBot(simulated(directory)),
      runBot(simulated(directory, '--seed', '9')),
    ]);
    for (const ending of [second, third]) {
      assertRefusal(ending, inUse);
      assert.match(ending.stderr, new RegExp(`process ${first.pid} `));
    }
    const seq = stepOf(directory);
    await first.until('more steps', () => stepOf(directory) > seq);
    first.send('SIGTERM');
    assert.equal((await first.end()).code, 0);
  });

  it('is refused also while the first one is stopped in its tracks', async () => {
    const first = await startFirst();
    first.send('SIGSTOP');
    const before = fingerprint(directory);
    await assertRefused(simulated(directory), inUse);
    assert.equal(fingerprint(directory), before);
    first.send('SIGCONT');
    first.send('SIGTERM');
    assert.equal((await first.end()).code, 0);
  });

  it('is free the moment its owner is killed', async () => {
    const first = await startFirst();
    first.send('SIGKILL');
    await first.end();
    await runWell(simulated(directory));
    assert.deepEqual(digest(directory), twin());
  });
});

describe('a second copy of the journal', () => {
  const mirrorAt = (folder: string) => ({ HOLDFAST__JOURNAL_MIRROR: folder });

  for (const [what, folder, code, names] of [
    [
      'in the directory itself',
      at('own'),
      EXIT.config,
      /in the state directory: \S+own — .*folder of its own/,
    ],
    ['below it', join(at('own'), 'journal'), EXIT.config, /in the state directory: \S+journal/],
    ['on a disk that is not mounted', at('absent'), EXIT.config, /not there: \S+absent — mount/],
  ] as const)
    it(`${what} is refused, and no directory is begun`, async () => {
      await assertRefused(simulated(at('own')), { code, names }, mirrorAt(folder));
      assert.equal(existsSync(at('own')), false);
    });

  it('that another bot writes is refused', async () => {
    const mirror = at('mirror');
    mkdirSync(mirror);
    const args = ['trade', '--no-web', '--speed', '200', '--dir', at('mirrored')];
    const first = startBot(args, mirrorAt(mirror));
    await first.says(/^ready/m);
    const names = /mirror is in use by another Holdfast \(process \d+/;
    const refusal = { code: EXIT.inUse, names };
    await assertRefused(simulated(at('other')), refusal, mirrorAt(mirror));
    first.send('SIGKILL');
    await first.end();
  });

  it('brings a directory back whose own copy is gone', async () => {
    const mirror = at('mirror');
    const { stderr } = await runBot(simulated(at('mirrored')), mirrorAt(mirror));
    assert.equal(stderr, '');
    rmSync(join(at('mirrored'), 'journal'), { recursive: true });
    const ending = await runBot(simulated(at('mirrored')), mirrorAt(mirror));
    assert.equal(ending.code, 0, ending.stderr);
    assert.match(ending.stderr, /^warning: .* is missing: repaired from the other copy$/m);
    assert.deepEqual(digest(at('mirrored')), twin());
  });
});

describe('a file where the directory belongs', () => {
  const file = at('a-file');
  const names = /a-file is not a folder — (check --dir|choose a new or an empty folder with --dir)/;
  before(() => writeFileSync(file, 'mine'));

  for (const directory of [file, join(file, 'below', 'it')])
    for (const args of [simulated(directory), ['state', 'list', '--dir', directory]])
      it(`is refused by ${args[0]} (${directory.slice(folder.length)}), and stays`, async () => {
        await assertRefused(args, { code: EXIT.config, names });
        assert.equal(readFileSync(file, 'utf8'), 'mine');
      });
});

describe('a market that cannot be had', () => {
  const live = ['--live', '--exchange', 'kucoinfutures', '--pairs', 'BTC/USDT:USDT'];
  for (const [title, more, names] of [
    ['real orders that the config does not allow', live, /set "live": true/],
    ['a tape that is not there', ['--tape', at('KUCOIN-BTC-USDT-1h.csv')], /KUCOIN-BTC-USDT-1h/],
  ] as const)
    it(`${title}: no directory is begun for it`, async () => {
      const directory = at(`not-begun-${more.length}`);
      await assertRefused(['trade', '--no-web', '--dir', directory, ...more], {
        code: EXIT.config,
        names,
      });
      assert.equal(existsSync(directory), false);
    });
});
