import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { directoryBytes } from './directory-size.ts';
import type { Disk } from './disk.ts';
import { diskFault } from './disk-fault.ts';
import { writeWholeFile } from './whole-file.ts';

function diskOf(bytes: Readonly<Record<string, number>>): SimulatedDisk {
  const disk = new SimulatedDisk();
  for (const [file, size] of Object.entries(bytes)) {
    const folder = file.split('/').slice(0, -1).join('/');
    if (folder !== '') disk.makeFolder(folder);
    writeWholeFile(disk, file, new Uint8Array(size));
  }
  return disk;
}

/** The same, but for a folder that cannot be read. */
const withoutReading = (disk: Disk, closed: string): Disk => ({
  ...disk,
  root: disk.root,
  stat: path => disk.stat(path),
  files: folder => disk.files(folder),
  list: folder => {
    if (folder !== closed) return disk.list(folder);
    throw diskFault('list', folder, Object.assign(new Error('closed'), { code: 'EACCES' }));
  },
});

describe('the size of a directory', () => {
  const disk = diskOf({ 'run_state.json': 1, 'journal/x': 10, 'logs/holdfast.log': 100 });

  it('is that of its files, its journal and its log', () => {
    assert.equal(directoryBytes({ a: disk, b: disk }), 111);
  });

  it('leaves out a log that cannot be looked at: it is no reason to stop', () => {
    const a = withoutReading(disk, 'logs');
    assert.equal(directoryBytes({ a, b: a }), 11);
  });

  it('is not told where the journal cannot be looked at', () => {
    const a = withoutReading(disk, 'journal');
    assert.throws(() => directoryBytes({ a, b: a }), { exitCode: 74 });
  });
});
