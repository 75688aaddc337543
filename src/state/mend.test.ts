import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alone, damageIn, flip, running, scrub, simulated } from '../../test/state/rotten.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from '../../test/state/small-bot.ts';
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { mend } from './mend.ts';
import { scrubRound } from './scrub.ts';
import { sha256 } from './state-hash.ts';
import { verifyDirectory } from './verify.ts';
import { writeWholeFile } from './whole-file.ts';

const SPARE = 'previous/21/curve_state.json.zst';

describe('a repair of the scrub', () => {
  it('is judged by hash and chain, not by which copy is whose', () => {
    const disks = alone();
    const store = running(disks);
    const disk = simulated(disks.a);
    const [hash] = disk.list('blobs').map(name => name.slice(0, 64));
    disk.tamper(`blobs/${hash}.bin`, flip);
    const whole = must(disk.read(`blobs/${hash}.b.bin`), 'a copy');
    assert.equal(store.mend({ kind: 'blob', hash: hash ?? '' }).length, 1);
    assert.deepEqual(disk.read(`blobs/${hash}.bin`), whole);
    // What comes from elsewhere under a true name is not believed.
    const suspect = { kind: 'file', copy: 'a', component: 'purse', live: true } as const;
    const record = must(store.savedFiles.get('purse'), 'a record');
    disk.tamper(record.file, flip);
    const bytes = Buffer.from('{"component":"purse","paid":1e9}');
    const [told] = store.mend({ ...suspect, sha256: record.sha256, bytes });
    assert.match(told?.what ?? '', /written anew from memory/);
    store.close();
    assert.equal(hashOf(openOn(disks).states), expectedAt(28));
  });

  it('leaves both copies of a segment alone that both are rotten, and says so', () => {
    const disks = alone();
    const store = running(disks);
    const disk = simulated(disks.a);
    const [a = '', b = ''] = disk.list('journal').filter(name => name.endsWith('.zst'));
    for (const name of [a, b]) disk.tamper(`journal/${name}`, flip);
    const before = [a, b].map(name => disk.read(`journal/${name}`));
    const told = scrub(store, disks);
    assert.deepEqual(
      told.map(({ repaired }) => repaired),
      [false],
    );
    assert.deepEqual(
      [a, b].map(name => disk.read(`journal/${name}`)),
      before,
    );
    assert.equal(verifyDirectory(disks, COMPONENTS).damaged, true);
    store.close();
  });

  it('takes no whole-looking segment that does not lead to the next one', () => {
    const disks = alone();
    const store = running(disks);
    const disk = simulated(disks.a);
    // Both copies end a line early, and one of them is rotten besides.
    const [a, b] = ['a', 'b'].map(copy => `journal/000000000025.${copy}.jsonl`) as [string, string];
    for (const path of [a, b])
      disk.tamper(path, bytes => bytes.subarray(0, bytes.lastIndexOf('\n', -2) + 1));
    const before = must(disk.read(b), b);
    disk.tamper(a, flip);
    const [told, ...more] = scrub(store, disks);
    assert.match(told?.what ?? '', /does not lead to the segment after it/);
    assert.equal(told?.repaired, false);
    assert.deepEqual(more, []);
    assert.deepEqual(disk.read(b), before);
    assert.deepEqual(disk.list('quarantine'), []);
    store.close();
  });

  it('writes a file anew from memory where no copy leads to it', () => {
    const disks = alone();
    const store = running(disks);
    const disk = simulated(disks.a);
    const spares = disk
      .list('previous')
      .flatMap(folder => disk.list(`previous/${folder}`).map(name => `previous/${folder}/${name}`));
    for (const path of [...spares, ...COMPONENTS.map(({ file }) => file.name)])
      disk.tamper(path, flip);
    // The checkpoint that writes the first anew keeps what it replaces, rotten as it is.
    const told = [...scrub(store, disks), ...scrub(store, disks)];
    assert.ok(told.length >= COMPONENTS.length && told.some(({ what }) => /memory/.test(what)));
    assert.deepEqual(damageIn(disks), []);
    store.close();
    assert.equal(hashOf(openOn(disks).states), expectedAt(28));
  });

  it('of a spare that is nowhere any more gives the newest file a second copy', () => {
    const disks = alone();
    const store = running(disks);
    const disk = simulated(disks.a);
    const path = SPARE;
    disk.tamper(path, flip);
    const record = must(store.savedFiles.get('curve'), 'a record');
    const [told] = scrub(store, disks);
    assert.match(told?.what ?? '', /only a spare; nothing is lost/);
    assert.match(disk.list('quarantine').join(), /curve_state/);
    assert.deepEqual(disk.read(`previous/24/${record.file}`), disk.read(record.file));
    assert.deepEqual(damageIn(disks), []);
    assert.deepEqual(scrub(store, disks), []);
    disk.tamper(record.file, flip);
    store.close();
    assert.equal(hashOf(openOn(disks).states), expectedAt(28));
  });

  it('is not begun beside a checkpoint, and what that has replaced is no damage', () => {
    const disks = alone();
    const store = running(disks);
    const disk = simulated(disks.a);
    const record = must(store.savedFiles.get('curve'), 'a record');
    disk.tamper(record.file, flip);
    const suspects = [...scrubRound(disks, COMPONENTS)].flatMap(({ suspect }) => suspect ?? []);
    assert.equal(suspects.length, 1);
    runSteps(store, 1);
    const task = store.beginCheckpoint();
    assert.throws(() => store.mend(must(suspects[0], 'a suspect')), /beside a checkpoint/);
    store.abandonCheckpoint();
    assert.equal(task.seq, 29);
    store.checkpoint('test');
    assert.deepEqual(
      suspects.flatMap(suspect => store.mend(suspect)).map(({ file }) => file),
      [],
    );
    store.close();
    assert.equal(hashOf(openOn(disks).states), expectedAt(29));
  });

  it('takes a file that the disk does not give for a damaged one', () => {
    const disks = alone();
    const store = running(disks);
    const disk = simulated(disks.a);
    const { file } = must(store.savedFiles.get('curve'), 'a record');
    const read = disk.read.bind(disk);
    disk.read = path => {
      if (path === file && !disk.list('quarantine').some(name => name.endsWith(file)))
        throw new Fault(EXIT.disk, `cannot read ${path}: the disk reports an error (EIO)`, '');
      return read(path);
    };
    const [told] = scrub(store, disks);
    assert.equal(told?.repaired, true);
    assert.match(disk.list('quarantine').join(), /curve_state/);
    assert.deepEqual(damageIn(disks), []);
    store.close();
    assert.equal(hashOf(openOn(disks).states), expectedAt(28));
  });

  it('of two contents of one step writes the rotten one again, and leaves the whole one', () => {
    const disks = alone();
    const disk = simulated(disks.a);
    const [older, newer] = ['first', 'second'].map(text => Buffer.from(text)) as [Buffer, Buffer];
    const file = 'curve_state.json.zst';
    const places = [`previous/5/${file}`, `previous/5.2/${file}`] as const;
    for (const folder of ['previous/5', 'previous/5.2']) disk.makeFolder(folder);
    writeWholeFile(disk, places[0], older);
    writeWholeFile(disk, places[1], Buffer.from('rotten'));
    const records = [sha256(newer), sha256(older)].map(sum => ({
      ...{ file, seq: 5, through: 5, schema: 1, sha256: sum, bytes: 6, state: '' },
    }));
    const generations = records.map((record, index) => ({
      ...{ seq: 9 - index, chain: '', madeAtMs: 0, onOpen: false, blobs: [] },
      components: { curve: record },
    }));
    const manifest = {
      ...{ format: 1, directory: 'd', epoch: 1, serial: 1, node: '', begins: {}, generations },
    };
    const known = { disks, components: COMPONENTS, manifest, live: new Map(), blobs: new Set('') };
    const suspect = { kind: 'file', copy: 'a', component: 'curve', live: false } as const;
    const { told } = mend(
      { ...known, journalFirst: 1 },
      { ...suspect, sha256: sha256(newer), bytes: newer },
    );
    assert.deepEqual(
      told.map(({ file: path }) => path),
      [`${disk.root}/${places[1]}`],
    );
    assert.deepEqual(
      places.map(path => disk.read(path)),
      [older, newer],
    );
  });
});
