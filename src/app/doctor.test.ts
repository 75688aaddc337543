import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Checkup } from './checkup.ts';
import { checkKind, checkPermissions, checkSpace, checkSpeed, standing } from './doctor-disk.ts';
import { checkNode, clockOf, limits, memory, swap, timeServer, umask } from './doctor-machine.ts';

const told = (checkups: readonly Checkup[]): string =>
  checkups.map(({ check, level }) => `${level} ${check}`).join(', ');

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

const NOW = Date.UTC(2026, 10, 26);
const clock = (more: object): string =>
  told(clockOf({ wallMs: NOW, driftMs: 0, madeAtMs: NOW - 1000, ...more }));

describe('the doctor', () => {
  for (const [what, seen, expected] of [
    ['a clock that goes right', {}, 'ok clock'],
    ['one that runs away', { driftMs: 400 }, 'warn clock'],
    [
      'one that was set back behind the newest checkpoint',
      { madeAtMs: NOW + 3_600_000 },
      'warn clock',
    ],
    ['one of 1970', { wallMs: 0, madeAtMs: 0 }, 'fail clock'],
    ['one of the far future', { wallMs: Date.UTC(2150, 0) }, 'fail clock'],
  ] as const)
    it(`calls ${what}: ${expected}`, () => assert.equal(clock(seen), expected));

  it('reads swap as the system tells it', () => {
    const meminfo = (free: number): string => `SwapTotal:  1000 kB\nSwapFree:   ${free} kB\n`;
    assert.equal(told(swap(meminfo(900))), 'ok swap');
    assert.equal(told(swap(meminfo(100))), 'warn swap');
    assert.equal(told(swap('SwapTotal:  0 kB\nSwapFree:  0 kB\n')), 'ok swap');
    assert.equal(told(swap('')), '');
  });

  it('reads limits as the system tells them', () => {
    const text = (files: string, size: string): string =>
      `Max file size             ${size}            unlimited            bytes\n` +
      `Max open files            ${files}                 524288               files\n`;
    assert.equal(told(limits(text('1024', 'unlimited'))), 'ok open files');
    assert.equal(told(limits(text('256', 'unlimited'))), 'warn open files');
    assert.equal(told(limits(text('64', 'unlimited'))), 'fail open files');
    assert.equal(told(limits(text('1024', '1048576'))), 'ok open files, warn file size');
  });

  it('knows when memory is short', () => {
    const megabytes = (available: number) => memory(available * 1024 * 1024, 1024 ** 3).level;
    assert.deepEqual([600, 400, 100].map(megabytes), ['ok', 'warn', 'fail']);
  });

  it('says whether the clock follows a time server', () => {
    assert.deepEqual(
      ['yes', 'no', ''].map(said => timeServer(said).level),
      ['ok', 'warn', 'ok'],
    );
  });

  it('reads the umask', () => {
    assert.equal(told(umask('Name:\tnode\nUmask:\t0022\n')), 'ok umask');
    assert.equal(told(umask('Name:\tnode\nUmask:\t0077\n')), 'ok umask');
    assert.equal(told(umask('Name:\tnode\nUmask:\t0002\n')), 'warn umask');
    assert.equal(told(umask('Name:\tnode\n')), '');
  });

  it('knows another Node than the one this release is made for', () => {
    assert.equal(checkNode('26.10.0', 'v26.10.0').level, 'ok');
    assert.equal(checkNode('26.10.0', 'v27.0.0').level, 'warn');
  });

  it('measures syncs with a file of its own that it removes, and says where none can be', context => {
    const folder = folderFor(context);
    const { figures, level } = checkSpeed({ folder, name: 'directory' });
    assert.notEqual(level, 'fail');
    assert.ok(Number(figures['medianMs']) <= Number(figures['p99Ms']));
    assert.equal(existsSync(join(folder, `.doctor-${process.pid}.tmp`)), false);
    const barred = checkSpeed({ folder: '/proc/holdfast', name: 'directory' });
    assert.equal(barred.level, 'fail');
    assert.match(barred.text, /^cannot write a file in \/proc: /);
  });

  it('warns of a disk that takes its time over a sync', context => {
    const folder = folderFor(context);
    let nowMs = 0;
    context.mock.method(performance, 'now', () => {
      nowMs += 30;
      return nowMs;
    });
    const { level, text } = checkSpeed({ folder, name: 'directory' });
    assert.equal(level, 'warn');
    assert.match(text, /^median 30\.00 ms, .* \(over 20 ms\)$/);
  });

  for (const [code, remedy] of [
    ['EROFS', /^mount it writable/],
    ['ENOSPC', /^free some space/],
    ['EDQUOT', /^raise the quota/],
    ['EACCES', /^give the user that runs Holdfast/],
  ] as const)
    it(`has advice for a disk that says ${code}, and leaves nothing there`, context => {
      const folder = folderFor(context);
      context.mock.method(fs, 'writeSync', () => {
        throw Object.assign(new Error(code), { code });
      });
      const { level, text, ...told } = checkSpeed({ folder, name: 'directory' });
      assert.equal(level, 'fail');
      assert.match(text, new RegExp(`\\(${code}\\)$`));
      assert.match(told.remedy ?? '', remedy);
      assert.deepEqual(fs.readdirSync(folder), []);
    });

  it('knows when room and inodes run out', context => {
    const statfs = (free: number, inodes: number): string => {
      const said = { bavail: free, bsize: 1024 * 1024, files: 1_000_000, ffree: inodes };
      const mocked = context.mock.method(fs, 'statfsSync', () => said);
      const checkups = checkSpace({ folder: tmpdir(), name: 'directory' }, 1024);
      mocked.mock.restore();
      return checkups.map(({ level }) => level).join(' ');
    };
    assert.equal(statfs(5000, 50_000), 'ok ok');
    assert.equal(statfs(500, 5000), 'warn warn');
    assert.equal(statfs(5, 50), 'fail fail');
  });

  it('refuses a network disk unless the config allows it', context => {
    context.mock.method(fs, 'statfsSync', () => ({ type: 0x6969 }));
    const place = { folder: tmpdir(), name: 'directory' };
    const levels = [false, true].map(isAllowed => checkKind(place, isAllowed).level);
    assert.deepEqual(levels, ['fail', 'warn']);
  });

  it('looks at the files of a directory whose bot removes some meanwhile', context => {
    const folder = folderFor(context);
    mkdirSync(join(folder, 'previous', '7'), { recursive: true });
    writeFileSync(join(folder, 'previous', '7', 'q_table.json'), '');
    writeFileSync(join(folder, 'run_state.json'), '');
    const { readdirSync } = fs;
    context.mock.method(fs, 'readdirSync', (path: string) => {
      const names = readdirSync(path);
      rmSync(join(folder, 'previous', '7'), { recursive: true, force: true });
      return names;
    });
    assert.equal(checkPermissions({ folder, name: 'directory' }).level, 'ok');
  });

  const isRoot = process.getuid?.() === 0;
  it('sees files of another user', { skip: !isRoot && 'only root gives files away' }, context => {
    const folder = folderFor(context);
    const file = join(folder, 'run_state.json');
    writeFileSync(file, '');
    fs.chownSync(file, 65_534, 65_534);
    const { level, text, remedy } = checkPermissions({ folder, name: 'directory' });
    assert.equal(level, 'warn');
    assert.match(text, /run_state\.json belongs to another user than /);
    assert.match(remedy ?? '', /chown -R/);
  });

  it('looks at the disk on which a directory will be made', () => {
    assert.equal(standing(join(tmpdir(), 'not', 'there')), tmpdir());
  });

  it('warns of a directory in memory', { skip: !existsSync('/dev/shm') }, () => {
    const { level, text } = checkKind({ folder: '/dev/shm/holdfast', name: 'directory' }, false);
    assert.equal(level, 'warn');
    assert.match(text, /a reboot takes all of it/);
  });
});
