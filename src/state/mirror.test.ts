import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { assertWhole, opened, Place } from '../../test/mirror-fixture.ts';
import { COMPONENTS, expectedAt, hashOf, runSteps } from '../../test/state/small-bot.ts';
import { inspectStates } from './inspect.ts';
import { openDisks } from './open-disks.ts';
import { atOnce } from './retention.ts';
import { prepareCheckpoint } from './store.ts';

const TESTS = ['mirror.test.ts', 'mirror-drift.test.ts'];

describe('the table of the mirror in docs/STATE.md', () => {
  it('has a test for each row, and a row for each test', () => {
    const textOf = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
    const marks = (text: string, mark: RegExp): string[] =>
      [...new Set([...text.matchAll(mark)].map(([, row]) => row ?? ''))].sort();
    assert.deepEqual(
      marks(textOf('../../docs/STATE.md'), /^\| (M\d+) \|/gm),
      marks(TESTS.map(textOf).join(), /it\('\[(M\d+)\]/g),
    );
  });
});

describe('a mirror of another directory', () => {
  it('[M1] is never adopted by an empty one, nor written to, whatever is accepted', () => {
    const place = new Place();
    place.live('e', 'm', 20);
    const before = place.files('m');
    for (const acceptLoss of [false, true])
      assert.throws(() => place.open('f', 'm', { acceptLoss }), {
        exitCode: 64,
        message: `${place.at('m')} is the mirror of ${place.at('e')}`,
        remedy: /a journal_mirror of its own/,
      });
    assert.deepEqual(place.files('m'), before);
    assert.deepEqual(place.files('f'), []);
    assertWhole(opened(place.open('e')), 20);
  });

  it('[M1] is refused to a directory with a past of its own, whatever is accepted', () => {
    const place = new Place();
    place.live('e', 'm', 20);
    place.live('f', null, 7);
    const before = [...place.files('m'), ...place.files('f')];
    for (const acceptLoss of [false, true])
      assert.throws(() => place.open('f', 'm', { acceptLoss }), {
        exitCode: 64,
        message:
          /m holds the journal of directory \w{16} \(last in \S+\/e\), which is not \S+\/f's/,
      });
    place.remove('e');
    assert.throws(() => place.open('f'), { exitCode: 64, remedy: /m\/journal away if nobody/ });
    assert.deepEqual([...place.files('m'), ...place.files('f')], before);
    assert.match(place.verify('f').findings[0]?.text ?? '', /m holds the journal of directory/);
    const seen = inspectStates(openDisks(place.at('f'), place.at('m')), COMPONENTS);
    assert.deepEqual([seen.seq, hashOf(seen.states)], [7, expectedAt(7)]);
    assert.match(seen.doubt ?? '', /m holds the journal of directory/);
  });

  it('[M2] is refused to a copy of that directory as long as both are there', () => {
    const place = new Place();
    place.live('e', 'm', 20);
    place.copy('e', 'f');
    assert.throws(() => place.open('f', 'm', { acceptLoss: true }), {
      exitCode: 64,
      message: `${place.at('m')} is the mirror of ${place.at('e')}, of which ${place.at('f')} is a copy`,
    });
    place.remove('e');
    place.live('f', 'm', 5);
    place.copy('f', 'e');
    assert.throws(() => place.open('e'), { exitCode: 64, message: /is the mirror of \S+\/f, of/ });
  });

  it('[M2] that was copied with its directory begins anew once its journal is moved away', () => {
    const place = new Place();
    place.live('e', 'm', 20);
    place.copy('e', 'f');
    place.copy('m', 'n');
    assert.throws(() => place.open('f', 'n', { acceptLoss: true }), {
      exitCode: 64,
      message: `${place.at('f')} and ${place.at('n')} are copies of ${place.at('e')} and its mirror, and that goes on`,
      remedy: `move ${place.at('n')}/journal away: the second copy of this directory then begins there`,
    });
    renameSync(place.at('n', 'journal'), place.at('n', 'journal.old'));
    place.live('f', 'n', 5);
    assertWhole(opened(place.open('f', 'n')), 25);
    assert.equal(place.verify('f', 'n').damaged, false);
    assertWhole(opened(place.open('e')), 20);
  });

  it('[M2] is its own after a move, and says nothing', () => {
    const place = new Place();
    place.live('e', 'm', 20);
    renameSync(place.at('e'), place.at('f'));
    const store = opened(place.open('f'));
    assertWhole(store, 20);
    assert.deepEqual(store.report.repairs, []);
  });

  it('[M3] is no state directory itself', () => {
    const place = new Place();
    place.live('e', 'm', 20);
    const before = place.files('m');
    assert.throws(() => place.open('m', null, { acceptLoss: true }), {
      exitCode: 64,
      message: `${place.at('m')} is the mirror of ${place.at('e')}, no state directory`,
    });
    place.make('m2');
    assert.throws(() => place.open('m', 'm2'), { exitCode: 64 });
    assert.deepEqual(place.files('m'), before);
    const seen = inspectStates(openDisks(place.at('m')), COMPONENTS);
    assert.equal(seen.seq, 0);
    assert.match(seen.doubt ?? '', /no state directory/);
  });

  it('[M3] two directories cannot be each other’s mirror', () => {
    const place = new Place();
    place.live('e', null, 20);
    place.make('f');
    place.live('f', null, 3);
    for (const [name, mirror] of [
      ['e', 'f'],
      ['f', 'e'],
    ] as const)
      assert.throws(() => place.open(name, mirror), {
        exitCode: 64,
        message: new RegExp(`second copy is a state directory: \\S+/${mirror}$`),
      });
    place.make('g');
    place.live('e', 'g', 4);
    assert.throws(() => place.open('g', 'e'), { exitCode: 64, message: /is a state directory/ });
    assert.throws(() => place.open('g', null), { exitCode: 64, message: /is the mirror of \S+e,/ });
  });

  it('in use says so, and what to do about it', () => {
    const place = new Place();
    const first = place.open('e');
    assert.throws(() => place.open('f'), {
      exitCode: 75,
      message: /m is in use by another Holdfast \(process \d+/,
      remedy: /a journal_mirror of its own/,
    });
    first.close();
  });
});

describe('a directory whose disk is lost', () => {
  it('[M4] is rebuilt after a long life, from the spares in its mirror', () => {
    const place = new Place();
    place.live('e', 'm', 10, 10, 10, 10);
    const store = place.open('e');
    runSteps(store, 3);
    store.close();
    place.remove('e');
    assert.throws(() => place.open('e'), { exitCode: 65, message: /complete to step 43/ });
    const back = opened(place.open('e', 'm', { acceptLoss: true }));
    assertWhole(back, 43);
    assert.equal(back.report.repairs.length, 1);
    assert.equal(place.verify('e').damaged, false);
    assertWhole(opened(place.open('e')), 43);
    place.remove('e');
    assertWhole(opened(place.open('e', 'm', { acceptLoss: true })), 43);
  });

  it('[M4] has in its mirror what it has in previous/, and nothing more', () => {
    const place = new Place();
    const store = place.open('e');
    for (const steps of [14, 14, 3]) {
      runSteps(store, steps);
      const prepared = prepareCheckpoint(store.beginCheckpoint(), COMPONENTS);
      store.finishCheckpoint(prepared, 'worker');
      atOnce(store.cleanup());
      assert.deepEqual(place.tree('m', 'previous'), place.tree('e', 'previous'));
    }
    store.close();
    assertWhole(opened(place.open('e')), 31);
    assert.deepEqual(place.tree('m', 'previous'), place.tree('e', 'previous'));
  });

  it('[M4] a spare in the mirror that is damaged or missing is made again', () => {
    const place = new Place();
    place.live('e', 'm', 10, 10, 10);
    const [damaged = '', missing = ''] = place.tree('m', 'previous');
    writeFileSync(place.at('m', 'previous', damaged), 'damage');
    place.remove('m', 'previous', missing);
    const texts = place.verify('e').findings.filter(({ severity }) => severity !== 'ok');
    assert.deepEqual(
      texts.map(({ severity, text }) => `${severity}: ${text}`),
      ['damage: is damaged', 'note: the next start will copy it there'],
    );
    const { report } = opened(place.open('e'));
    assert.match(
      report.repairs.join('\n'),
      /^\S+m\/previous\S+ was damaged: it was only a spare; .*$/,
    );
    assert.equal(place.verify('e').damaged, false);
    assert.equal(place.list('m', 'quarantine').length, 1);
    place.remove('e');
    assertWhole(opened(place.open('e', 'm', { acceptLoss: true })), 30);
  });

  it('[M4] a spare in the mirror that holds another step’s content is made again', () => {
    const place = new Place();
    place.live('e', 'm', 10, 10, 10);
    const [path = ''] = place.tree('m', 'previous');
    const [, name = ''] = path.split('/');
    writeFileSync(place.at('m', 'previous', path), readFileSync(place.at('e', name)));
    assert.equal(place.verify('e').damaged, true);
    assert.equal(opened(place.open('e')).report.repairs.length, 1);
  });

  it('[M4] is rebuilt from its mirror on the operator’s word, under a new epoch', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    const { directoryId } = opened(place.open('e'));
    place.remove('e');
    assert.throws(() => place.open('e'), {
      exitCode: 65,
      message:
        /e is empty, but \S+m holds the journal of directory \w+ \(last in \S+e\), complete to step 10/,
      remedy: /--accept-loss to rebuild.*move \S+m\/journal away/,
    });
    assert.equal(place.verify('e').damaged, true);
    const seen = inspectStates(openDisks(place.at('e'), place.at('m')), COMPONENTS);
    assert.deepEqual([seen.seq, seen.doubt?.includes('is empty, but')], [0, true]);
    const store = opened(place.open('e', 'm', { acceptLoss: true }));
    assertWhole(store, 10);
    assert.deepEqual([store.directoryId, store.epoch], [directoryId, 2]);
    assert.deepEqual(store.report.repairs, [
      `${place.at('e')} was empty: it was rebuilt from the journal in ${place.at('m')}, step 10`,
    ]);
    const again = opened(place.open('e'));
    assertWhole(again, 10);
    assert.deepEqual([again.epoch, again.report.repairs], [2, []]);
    assert.equal(place.verify('e').damaged, false);
  });

  it('[M4] may come back in another place, once the old one is gone', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    place.remove('e');
    assert.throws(() => place.open('f'), { exitCode: 65, message: /last in \S+\/e\)/ });
    assertWhole(opened(place.open('f', 'm', { acceptLoss: true })), 10);
    place.remove('f');
    assert.throws(() => place.open('m', null), { exitCode: 65, message: /m is empty, but/ });
    assertWhole(opened(place.open('m', null, { acceptLoss: true })), 10);
  });

  it('[M5] without its state files says what is lost before it loses it', () => {
    const place = new Place();
    place.live('e', 'm', 10, 10, 10, 10);
    place.remove('e');
    place.remove('m', 'previous');
    assert.throws(() => place.open('e'), {
      exitCode: 65,
      message: /steps 31 to 40 without the state files before them/,
      remedy: /put a backup of that directory in place; --accept-loss starts/,
    });
    const store = opened(place.open('e', 'm', { acceptLoss: true }));
    assert.equal(store.seq, 40);
    assert.equal(store.report.lost.length, COMPONENTS.length);
  });

  it('[M6] from a backup goes on to the end of its mirror', () => {
    const place = new Place();
    place.live('e', 'm', 10, 10);
    place.copy('e', 'backup');
    place.live('e', 'm', 5);
    place.remove('e');
    renameSync(place.at('backup'), place.at('e'));
    const store = opened(place.open('e'));
    assertWhole(store, 25);
  });

  it('[M7] from a backup too old for that asks, and keeps the backup', () => {
    const place = new Place();
    place.live('e', 'm', 10);
    place.copy('e', 'backup');
    place.live('e', 'm', 10, 10, 10);
    place.remove('e');
    renameSync(place.at('backup'), place.at('e'));
    place.copy('m', 'm2');
    const kept = place.tree('m', 'journal').length + place.tree('m', 'previous').length;
    assert.throws(() => place.open('e'), {
      exitCode: 65,
      message: /steps 11 to \d+ are missing in both copies.*by itself \S+e is whole to step 10/,
      remedy: /to keep \S+e start once with --accept-loss .*; to keep \S+m move \S+e away first/,
    });
    const store = opened(place.open('e', 'm', { acceptLoss: true }));
    assert.deepEqual([store.seq, hashOf(store.states), store.epoch], [10, expectedAt(10), 2]);
    assert.match(store.report.lost.join(), /what only \S+m holds is set aside/);
    assert.ok(place.list('m', 'quarantine').length >= kept, 'nothing of it is removed');
    assertWhole(opened(place.open('e')), 10);
    // The other way: what the mirror held, with the backup moved away.
    renameSync(place.at('e'), place.at('away'));
    assertWhole(opened(place.open('e', 'm2', { acceptLoss: true })), 40);
  });
});
