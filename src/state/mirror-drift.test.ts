/**
 * A directory and its mirror that have drifted apart: not mounted, not named, renamed, restored.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { assertWhole, opened, Place } from '../../test/mirror-fixture.ts';
import { runSteps } from '../../test/state/small-bot.ts';
import { must } from '../base/assert.ts';
import type { Store } from './store.ts';

describe('a mirror that does not say what the directory says', () => {
  it('[M8] and is empty where it was full is not mounted', () => {
    const place = new Place();
    place.live('e', 'm', 20);
    place.remove('m', 'journal');
    place.remove('m', 'blobs');
    place.remove('m', 'previous');
    assert.throws(() => place.open('e', 'm', { acceptLoss: true }), {
      exitCode: 64,
      message: `the journal's second copy was in ${place.at('m')}, and there is nothing now`,
      remedy: /mount its disk; if a new copy is to begin there, make the folder \S+m\/journal/,
    });
    assert.deepEqual(place.files('m'), []);
    assert.equal(place.verify('e').damaged, true);
    place.make('m/journal');
    const store = opened(place.open('e'));
    assertWhole(store, 20);
    assert.match(
      store.report.repairs.join(),
      /m\/journal\S* is missing: repaired from the other copy/,
    );
    assert.equal(place.verify('e').damaged, false);
  });

  it('[M9] because it was not named for one run, has the head of a start without steps', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    opened(place.open('e'));
    place.live('e', null, 5);
    const file = `${place.at('m')}/journal/000000000011.b.jsonl`;
    const what = 'has the head of an earlier start, and no steps';
    const finding = place.verify('e').findings.find(each => each.file === file);
    assert.deepEqual(finding, { file, severity: 'damage', text: what });
    const store = opened(place.open('e'));
    assertWhole(store, 15);
    assert.ok(store.report.repairs.includes(`${file} ${what}: repaired from the other copy`));
    assert.deepEqual(place.list('m', 'quarantine'), [], 'there was nothing in it to keep');
    assert.equal(place.verify('e').damaged, false);
  });

  it('[M9] because another folder was named meanwhile, gets the present journal', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    place.make('m2');
    const moved = (store: Store): string[] =>
      store.report.repairs.filter(line => line.includes('from now on'));
    const there = opened(place.open('e', 'm2'));
    assertWhole(there, 10);
    assert.deepEqual(moved(there), [
      `the journal's second copy is kept in ${place.at('m2')} from now on; it was in ${place.at('m')}`,
    ]);
    place.live('e', 'm2', 10, 10, 10);
    const old = place.tree('m', 'journal').length + place.tree('m', 'previous').length;
    assert.equal(place.verify('e').damaged, true);
    const back = opened(place.open('e'));
    assertWhole(back, 40);
    assert.match(
      back.report.repairs.join(),
      /m held a copy of the journal of long ago: .* nothing/,
    );
    assert.ok(place.list('m', 'quarantine').length >= old, 'what lay there was moved, not removed');
    assert.equal(place.verify('e').damaged, false);
    assert.deepEqual(opened(place.open('e')).report.repairs, []);
  });

  it('[M9] because it was not named meanwhile, too, and the own copies go', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    place.live('e', null, 10, 10, 10);
    assert.ok(place.list('e', 'journal').some(name => name.includes('.b.')));
    assert.equal(place.verify('e', null).damaged, false);
    const back = opened(place.open('e'));
    assertWhole(back, 40);
    assert.deepEqual(
      place.list('e', 'journal').filter(name => name.includes('.b.')),
      [],
    );
    assert.equal(place.verify('e').damaged, false);
    const alone = opened(place.open('e', null));
    assertWhole(alone, 40);
    assert.equal(alone.report.repairs.length, 2, alone.report.repairs.join('\n'));
  });

  it('[M9] that begins is made from the directory’s two copies, not from one', () => {
    const place = new Place();
    const store = place.open('e', null);
    runSteps(store, 20);
    store.close();
    const own = place.at('e', 'journal', '000000000001.a.jsonl');
    const bytes = readFileSync(own);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(own, bytes);
    const there = opened(place.open('e'));
    assertWhole(there, 20);
    assert.equal(place.verify('e').damaged, false);
  });

  it('[M10] because it is of an earlier epoch is set aside', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    place.copy('e', 'before');
    place.live('e', 'm', 5);
    place.remove('e');
    renameSync(place.at('before'), place.at('e'));
    opened(place.open('e', null, { reset: ['curve'] }));
    const back = opened(place.open('e'));
    assert.deepEqual([back.seq, back.epoch], [10, 2]);
    assert.match(back.report.repairs.join(), /m held a copy .* from before its last epoch: it was/);
    assert.deepEqual(back.report.lost, []);
    assert.deepEqual(opened(place.open('e')).report.repairs, []);
  });

  it('[M10] and mends no line of a directory that went on without it', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    place.copy('m', 'old');
    opened(place.open('e', 'm', { reset: ['curve'] }));
    place.live('e', 'm', 5);
    place.remove('m');
    renameSync(place.at('old'), place.at('m'));
    const newest = must(place.list('e', 'journal').at(-1), 'segment');
    const bytes = readFileSync(place.at('e', 'journal', newest));
    bytes[14]! ^= 0x11;
    writeFileSync(place.at('e', 'journal', newest), bytes);
    assert.throws(() => place.open('e'), {
      exitCode: 65,
      message:
        /journal in \S+e is damaged, and its second copy in \S+m is from before its last epoch/,
      remedy: /--accept-loss/,
    });
    assert.equal(place.verify('e').damaged, true);
    const back = opened(place.open('e', 'm', { acceptLoss: true }));
    assert.ok(back.epoch > 2);
    assert.deepEqual(opened(place.open('e')).report.repairs, []);
  });

  it('[M10] goes on with the directory when its epoch is raised', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    assert.equal(opened(place.open('e', 'm', { reset: ['curve'] })).epoch, 2);
    assert.equal(opened(place.open('e', 'm', { reset: ['matrix'] })).epoch, 3);
    place.live('e', 'm', 5, 5);
    const back = opened(place.open('e'));
    assert.deepEqual([back.seq, back.epoch, back.report.repairs], [20, 3, []]);
  });

  it('[M10] and knows of a later epoch than a backup passes it on', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    place.copy('e', 'before');
    opened(place.open('e', 'm', { reset: ['matrix'] }));
    place.remove('e');
    renameSync(place.at('before'), place.at('e'));
    const back = opened(place.open('e'));
    assert.deepEqual([back.seq, back.epoch], [10, 2]);
  });

  it('[M11] with another history of the same epoch is never mixed with it', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    place.copy('e', 'fork');
    place.live('e', 'm', 5);
    const fork = place.open('fork', null);
    const told = { type: 'equity.marked', time: 1, balance: 7, equity: 7, open: 0 } as const;
    for (let seq = 11; seq <= 18; seq += 1)
      fork.append({ seq, facts: [told], texts: [JSON.stringify(told)] });
    fork.close();
    place.remove('e');
    renameSync(place.at('fork'), place.at('e'));
    const before = [...place.files('m'), ...place.files('e')];
    assert.throws(() => place.open('e'), {
      exitCode: 65,
      message: /tell different histories.*by itself \S+e is whole to step 18/,
    });
    assert.deepEqual([...place.files('m'), ...place.files('e')], before);
    const store = opened(place.open('e', 'm', { acceptLoss: true }));
    assert.deepEqual([store.seq, store.epoch], [18, 2]);
    assert.match(store.report.lost.join(), /m holds is set aside/);
    assert.equal(opened(place.open('e')).seq, 18);
    assert.equal(place.verify('e').damaged, false);
  });

  it('[M12] is not there, is a file, or lies in the directory: refused before anything', () => {
    const place = new Place();
    place.live('e', null, 5);
    writeFileSync(place.at('file'), '');
    symlinkSync(place.at('e'), place.at('link'));
    symlinkSync(place.at('absent'), place.at('dangling'));
    place.make('e/inside');
    const before = place.files('e');
    for (const [mirror, message] of [
      ['absent', /is not there: \S+absent/],
      ['dangling', /is no folder: \S+dangling/],
      ['file', /is no folder: \S+file/],
      ['e', /would lie in the state directory/],
      ['link', /would lie in the state directory/],
      ['link/inside', /would lie in the state directory/],
    ] as const)
      assert.throws(() => place.open('e', mirror), { exitCode: 64, message }, mirror);
    assert.deepEqual(place.files('e'), before);
  });

  it('[M12] may be named through a link, or from where the bot was started', () => {
    const place = new Place();
    place.live('e', 'm', 5);
    symlinkSync(place.at('m'), place.at('to-m'));
    assert.deepEqual(opened(place.open('e', 'to-m')).report.repairs, []);
    const journalMirror = path.relative(process.cwd(), place.at('m'));
    const store = opened(place.open('e', null, { journalMirror }));
    assert.deepEqual([store.seq, store.report.repairs], [5, []]);
  });
});

describe('what else lies in the folder of a directory or of its mirror', () => {
  it('is neither opened, nor counted, nor in the way', () => {
    const place = new Place();
    place.live('e', 'm', 5);
    const before = place.open('e');
    const bytes = before.bytesOnDisk();
    before.close();
    for (const folder of ['e', 'm']) {
      symlinkSync('/nowhere', place.at(folder, 'a-link'));
      symlinkSync('/tmp', place.at(folder, 'logs'));
      place.make(`${folder}/others`);
      symlinkSync('/nowhere', place.at(folder, 'others', 'a-link'));
      writeFileSync(place.at(folder, 'others', 'large'), Buffer.alloc(200_000));
      place.make(`${folder}/backups`);
      writeFileSync(place.at(folder, 'backups', 'large'), Buffer.alloc(200_000));
    }
    const store = place.open('e');
    assertWhole(store, 5);
    assert.ok(store.bytesOnDisk() < bytes + 50_000, `${store.bytesOnDisk()} of ${bytes}`);
    store.close();
  });

  it('even the lock of a state directory inside its mirror is left alone', () => {
    const place = new Place();
    const directory = place.at('m', 'e');
    const store = place.open('e', 'm', { directory });
    runSteps(store, 3);
    store.checkpoint('test');
    assert.throws(() => place.open('e', null, { directory }), { exitCode: 75 });
    const other = spawnSync(process.execPath, [
      ...['--input-type=module', '-e'],
      `const { acquireLock } = await import(${JSON.stringify(import.meta.resolve('./lock.ts'))});
       acquireLock(${JSON.stringify(directory)});`,
    ]);
    assert.notEqual(other.status, 0, 'another process must not get it either');
    store.close();
  });
});
