import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { COMPONENTS } from '../../test/state/small-bot.ts';
import { openStore } from './store.ts';

const FOLDER = join(tmpdir(), 'holdfast-network', 'not', 'there');

/** A system that says what it says of every folder that is there. */
function onDisk(context: TestContext, type: number): void {
  context.mock.method(fs, 'statfsSync', (folder: string) => {
    if (!fs.existsSync(folder)) throw Object.assign(new Error('absent'), { code: 'ENOENT' });
    return { type };
  });
  context.after(() =>
    fs.rmSync(join(tmpdir(), 'holdfast-network'), { recursive: true, force: true }),
  );
}

const options = { directory: FOLDER, components: COMPONENTS, now: Date.now, sync: 'each' } as const;

describe('a network file system', () => {
  for (const [name, type] of [
    ['NFS', 0x6969],
    ['CIFS', 0xff534d42],
    // As a signed number.
    ['SMB2', 0xfe534d42 | 0],
  ] as const)
    it(`${name} is refused, and no directory is begun`, context => {
      onDisk(context, type);
      assert.throws(() => openStore(options), {
        exitCode: 64,
        message: new RegExp(`there lies on a network file system \\(${name}\\)`),
        remedy: /a local disk, or set allow_network_filesystem to true/,
      });
      assert.equal(fs.existsSync(FOLDER), false);
    });

  it('is taken where it is allowed', context => {
    onDisk(context, 0x6969);
    openStore({ ...options, allowNetwork: true }).close();
    assert.ok(fs.existsSync(FOLDER));
  });

  it('is not what tmpfs or ext4 are', context => {
    for (const type of [0x01021994, 0xef53]) {
      onDisk(context, type);
      openStore(options).close();
      context.mock.restoreAll();
    }
  });

  it('as the place of the journal’s second copy is refused as well', context => {
    const mirror = fs.mkdtempSync(join(tmpdir(), 'holdfast-network-mirror-'));
    context.after(() => fs.rmSync(mirror, { recursive: true }));
    context.mock.method(fs, 'statfsSync', (folder: string) => ({
      type: folder === mirror ? 0x6969 : 0xef53,
    }));
    assert.throws(() => openStore({ ...options, journalMirror: mirror }), {
      exitCode: 64,
      message: /mirror-\S+ lies on a network file system/,
    });
  });
});
