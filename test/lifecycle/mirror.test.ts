/**
 * A journal with its second copy on another disk, as a person meets it: the mirror of another
 * directory, a disk that is not mounted, a disk that is lost.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { EXIT } from '../../src/base/fault.ts';
import { components } from '../../src/components.ts';
import { inspectStates } from '../../src/state/inspect.ts';
import { openDisks } from '../../src/state/open-disks.ts';
import { type StateHashes, stateHashes } from '../../src/state/state-hash.ts';
import { runBot, runWell, startBot } from './bot-process.ts';
import { digest, fingerprint, stepOf } from './memory.ts';
import { assertRefused } from './refusal.ts';
import { mount, succeeds } from './small-disk.ts';
import { workFolder, writeText } from './work-folder.ts';

const folder = workFolder('mirror');
const at = (...names: string[]): string => join(folder, ...names);
const mirrored = (mirror: string, more: object = {}): string =>
  writeText(folder, `${mirror}.json`, JSON.stringify({ journal_mirror: at(mirror), ...more }));
const trade = (name: string, config: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--dir', at(name), '--config', config, ...more],
];

/** Of a directory with its mirror, which has the second copy. */
function hashesOf(name: string, mirror: string): StateHashes {
  const { states, doubt } = inspectStates(openDisks(at(name), at(mirror)), components);
  assert.equal(doubt, null);
  return stateHashes(components, states);
}

const hashOf = (name: string, mirror: string): string => hashesOf(name, mirror).all;

before(async () => {
  await runWell(['trade', '--no-web', '--speed', 'max', '--dir', at('twin'), '--until', '900']);
});

describe('two directories that name one mirror', () => {
  it('never meet: the second is refused, the first goes on as if nobody had tried', async () => {
    mkdirSync(at('m'));
    const config = mirrored('m');
    await runWell(trade('e', config, '--until', '300'));
    const before = fingerprint(at('m', 'journal'));
    const names = /m is the mirror of \S+\/e — give each directory a journal_mirror of its own/;
    for (const more of [[], ['--accept-loss']])
      await assertRefused(
        trade('f', config, ...more),
        { code: EXIT.config, names },
        {
          HOLDFAST__LEVERAGE: '7',
        },
      );
    assert.equal(fingerprint(at('m', 'journal')), before);
    await runWell(['trade', '--no-web', '--speed', 'max', '--dir', at('g'), '--until', '50']);
    await assertRefused(trade('g', config), { code: EXIT.config, names: /m holds the journal of/ });
    assert.equal(fingerprint(at('m', 'journal')), before);
    const { stdout } = await runBot(['state', 'verify', '--dir', at('g'), '--config', config]);
    assert.match(
      stdout,
      /damage .*m holds the journal of directory .* a journal_mirror of its own/,
    );

    const again = await runWell(trade('e', config, '--until', '900'));
    assert.equal(again.stderr, '');
    assert.match(again.stdout, /^ready: resumed at .* with 300 candles/m);
    assert.equal(hashOf('e', 'm'), digest(at('twin')).hashes['all']);
  });

  it('at the same time: 75, and both remedies are named', async () => {
    const first = startBot(trade('e', mirrored('m'), '--speed', '50'));
    await first.says(/^ready/m);
    await assertRefused(trade('h', mirrored('m')), {
      code: EXIT.inUse,
      names: /m is in use by another Holdfast .* — stop that one first, or give each directory a/,
    });
    first.send('SIGTERM');
    assert.equal((await first.end()).code, 0);
  });

  it('the mirror itself is no state directory', () =>
    assertRefused(['trade', '--dir', at('m')], {
      code: EXIT.config,
      names: /m is the mirror of \S+\/e, no state directory — choose another folder with --dir/,
    }));
});

describe('the state commands', () => {
  it('know the mirror without being told, and keep it in step', async () => {
    mkdirSync(at('told'));
    await runWell(trade('asked', mirrored('told'), '--until', '200'));
    const { stdout } = await runWell(['state', 'verify', '--dir', at('asked')]);
    assert.match(stdout, /^clean at step/m);
    await runWell(['state', 'reset', 'q-table', '--yes', '--dir', at('asked')]);
    assert.deepEqual(
      readdirSync(at('asked', 'journal')).filter(name => name.includes('.b.')),
      [],
    );
    const again = await runWell(trade('asked', mirrored('told'), '--until', '300'));
    assert.equal(again.stderr, '');
  });
});

describe('a mirror on a disk that is not mounted', () => {
  it('is noticed, and when it is back the bot goes on as its twin', async context => {
    const place = at('disk');
    if (!mount(context, '-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', place))
      return context.skip('cannot mount a disk here');
    mkdirSync(join(place, 'kept'));
    // Below the mount point, and as the mount point itself.
    for (const [name, mirror] of [
      ['below', 'disk/kept'],
      ['point', 'disk'],
    ] as const) {
      const config = writeText(
        folder,
        `${name}.json`,
        JSON.stringify({ journal_mirror: at(mirror) }),
      );
      await runWell(trade(name, config, '--until', '300'));
    }
    // Moved, not taken away: what was on it has to come back.
    const elsewhere = at('elsewhere');
    mkdirSync(elsewhere);
    assert.ok(succeeds('mount', '--bind', place, elsewhere));
    context.after(() => succeeds('umount', elsewhere));
    assert.ok(succeeds('umount', place));
    const refused = async (name: string, names: RegExp): Promise<void> => {
      const before = fingerprint(at(name));
      await assertRefused(trade(name, at(`${name}.json`)), { code: EXIT.config, names });
      assert.equal(fingerprint(at(name)), before);
      assert.deepEqual(readdirSync(place), name === 'below' ? [] : ['lock']);
    };
    await refused(
      'below',
      /second copy is not there: \S+kept — mount its disk, or make the folder/,
    );
    await refused('point', /second copy was in \S+disk, and there is nothing now — mount its disk/);
    assert.ok(succeeds('mount', '--bind', elsewhere, place));
    for (const [name, mirror] of [
      ['below', 'disk/kept'],
      ['point', 'disk'],
    ] as const) {
      const { stderr } = await runWell(trade(name, at(`${name}.json`), '--until', '900'));
      assert.equal(stderr, '');
      assert.equal(hashOf(name, mirror), digest(at('twin')).hashes['all']);
    }
  });
});

describe('a state directory whose disk is lost', () => {
  it('asks, and comes back from its mirror as its twin', async () => {
    mkdirSync(at('survivor'));
    const config = mirrored('survivor');
    const bot = startBot(trade('lost', config, '--speed', '400'));
    await bot.until('some steps', () => stepOf(at('lost')) > 100);
    bot.send('SIGKILL');
    await bot.end();
    renameSync(at('lost'), at('the-old-disk'));
    await assertRefused(trade('lost', config), {
      code: EXIT.corrupt,
      names:
        /lost is empty, but \S+survivor holds the journal of directory \w+ \(last in \S+lost\), complete to step \d+ — start once with --accept-loss/,
    });
    const { stderr } = await runWell(trade('lost', config, '--accept-loss', '--until', '500'));
    assert.match(
      stderr,
      /^warning: \S+lost was empty: it was rebuilt from the journal in \S+, step \d+\n$/,
    );
    await runWell(trade('lost', config, '--until', '900'));
    // Its orders bear the new epoch, and nothing else tells it from a bot that lost no disk.
    const { portfolio, all, ...others } = digest(at('twin')).hashes;
    const { components: parts } = hashesOf('lost', 'survivor');
    const mine = Object.fromEntries(parts.map(({ id, sha256 }) => [id, sha256]));
    assert.notEqual(portfolio, mine['portfolio']);
    assert.deepEqual({ ...mine, portfolio, all }, { ...others, portfolio, all });
    rmSync(at('the-old-disk'), { recursive: true });
  });
});

describe('crash-test', () => {
  it('gives each of its directories a mirror of its own', () => {
    mkdirSync(at('shared'));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        new URL('../../src/main.ts', import.meta.url).pathname,
        ...['crash-test', '--kills', '1', '--dir', at('crash'), '--config', mirrored('shared')],
      ],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout + stderr);
    assert.deepEqual(readdirSync(at('shared')), []);
    assert.ok(readdirSync(at('crash')).includes('twin-mirror'));
  });
});
