import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Checkup } from './checkup.ts';
import { checkKind, checkSpeed, standing } from './doctor-disk.ts';
import { checkNode, clockOf, limits, swap, umask } from './doctor-machine.ts';

const told = (checkups: readonly Checkup[]): string =>
  checkups.map(({ check, level }) => `${level} ${check}`).join(', ');

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
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const { figures, level } = checkSpeed({ folder, name: 'directory' });
    assert.notEqual(level, 'fail');
    assert.ok(Number(figures['medianMs']) <= Number(figures['p99Ms']));
    assert.equal(existsSync(join(folder, `.doctor-${process.pid}.tmp`)), false);
    const barred = checkSpeed({ folder: '/proc/holdfast', name: 'directory' });
    assert.equal(barred.level, 'fail');
    assert.match(barred.text, /^no file can be written in \/proc \(/);
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
