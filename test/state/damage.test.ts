/**
 * What the campaign `damage` found, one case each: a single fault was refused, unseen, or cost
 * something that was whole.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { cloneOf, finishedDirectory, type PlainDisks } from '../torture/damage/directory.ts';
import { COMPONENTS, expectedAt, hashOf, openOn } from './small-bot.ts';

const alone = finishedDirectory('one disk');
const mirrored = finishedDirectory('mirrored');

const flip = (disks: PlainDisks, disk: 'a' | 'b', path: string): void => {
  const bytes = Buffer.from(must(disks[disk].contents().get(path), path));
  bytes[bytes.length >> 1]! ^= 0x10;
  disks[disk].plant(path, bytes);
};

/** Starts, sees that nothing is lost, and returns what was said of it. */
function mended(finished: typeof alone, disks: PlainDisks): string {
  const store = openOn(disks);
  store.close();
  assert.deepEqual([store.seq, hashOf(store.states)], [finished.seq, finished.hash]);
  assert.deepEqual(store.report.lost, []);
  assert.equal(verifyDirectory(disks, COMPONENTS).damaged, false);
  return store.report.repairs.join('\n');
}

const pathOf = (finished: typeof alone, pattern: RegExp): string =>
  must(
    finished.files.find(({ path }) => pattern.test(path)),
    String(pattern),
  ).path;

describe("another bot's file", () => {
  for (const [bot, strange] of alone.strangers.entries())
    for (const pattern of [/^journal.*\.a\./, /^journal.*\.b\./, /^manifest\.json/, /mirror\.json/])
      it(`under a name of ours is set aside (${pattern.source}, bot ${bot})`, () => {
        const path = pathOf(alone, pattern);
        const bytes = strange.a.contents().get(path);
        if (bytes === undefined) return;
        const disks = cloneOf(alone.disks);
        disks.a.plant(path, bytes);
        assert.equal(verifyDirectory(disks, COMPONENTS).damaged, true);
        assert.match(mended(alone, disks), /another directory/);
        assert.ok(
          [...disks.a.contents()].some(
            ([at, data]) => at.startsWith('quarantine/') && data === bytes,
          ),
        );
      });

  it('as the newest segment of a mirror that is ours is no reason to refuse the mirror', () => {
    const disks = cloneOf(mirrored.disks);
    const path = must(
      mirrored.files.findLast(file => file.path.endsWith('.b.jsonl')),
      'segment',
    ).path;
    disks.b.plant(path, must(mirrored.strangers[0]?.b.contents().get(path), 'stranger'));
    assert.match(mended(mirrored, disks), /belongs to another directory/);
  });
});

describe('a segment that was dropped long ago', () => {
  it('and stands there again is no hole in the journal', () => {
    const then = must(alone.earlier.at(-1), 'earlier').a.contents();
    const old = [...then].filter(([path]) => path.startsWith('journal/'));
    const disks = cloneOf(alone.disks);
    for (const [path, bytes] of old) disks.a.plant(path, bytes);
    assert.equal(verifyDirectory(disks, COMPONENTS).damaged, true);
    assert.match(mended(alone, disks), /of long ago.*set aside in quarantine; nothing is lost/);
  });
});

describe('a folder in the place of a spare, a blob or a segment', () => {
  for (const pattern of [/^previous/, /^blobs/, /^journal/])
    it(`is refused by name before anything is written (${pattern.source})`, () => {
      const path = pathOf(alone, pattern);
      const disks = cloneOf(alone.disks);
      disks.a.lose(path);
      disks.a.makeFolder(path);
      const { damaged, findings } = verifyDirectory(disks, COMPONENTS);
      assert.deepEqual([damaged, findings[0]?.file], [true, path]);
      assert.throws(() => openOn(disks), { exitCode: 65, message: new RegExp(path) });
    });
});

describe('a spare that only the mirror still has whole', () => {
  it('is what a part goes on from, and comes back into the directory', () => {
    const disks = cloneOf(mirrored.disks);
    const spare = pathOf(mirrored, /^previous.*purse/);
    flip(disks, 'a', 'purse_state.json');
    flip(disks, 'a', spare);
    assert.match(mended(mirrored, disks), /rebuilt from \/mirror\/previous\/.*nothing is lost/);
    assert.ok(disks.a.contents().has(spare));
  });

  it("is seen to be damaged where another part's file stands in its place", () => {
    const disks = cloneOf(mirrored.disks);
    const [purse, brain] = [/^previous.*purse/, /^previous.*brain/].map(one =>
      pathOf(mirrored, one),
    );
    disks.b.plant(
      must(purse, 'purse'),
      must(disks.b.contents().get(must(brain, 'brain')), 'brain'),
    );
    assert.equal(verifyDirectory(disks, COMPONENTS).damaged, true);
    assert.match(mended(mirrored, disks), /purse_state.json was damaged: it was only a spare/);
  });
});

describe('a spare that is damaged in the directory and in the mirror', () => {
  it('is seen in both, and kept from both before anything there is dropped', () => {
    const disks = cloneOf(mirrored.disks);
    const path = pathOf(mirrored, /^previous.*purse/);
    for (const disk of ['a', 'b'] as const) flip(disks, disk, path);
    const rotten = (['a', 'b'] as const).map(disk => disks[disk].contents().get(path));
    const { findings } = verifyDirectory(disks, COMPONENTS);
    const damaged = findings.filter(({ severity }) => severity === 'damage');
    for (const file of [path, `/mirror/${path}`])
      assert.ok(
        damaged.some(one => one.file === file),
        file,
      );
    assert.match(mended(mirrored, disks), /mirror\/previous.*purse_state.json was damaged/);
    assert.ok([...disks.a.contents().values()].includes(must(rotten[0], 'a')));
    assert.ok([...disks.b.contents().values()].includes(must(rotten[1], 'b')));
  });
});

describe('what is given up', () => {
  it('of a learned part goes to quarantine, also where the file was whole and a blob was not', () => {
    const disks = cloneOf(alone.disks);
    const model = disks.a.contents().get('brain_model.safetensors');
    disks.a.lose('blobs');
    const store = openOn(disks);
    store.close();
    assert.match(store.report.lost.join(), /^Brain is lost/);
    const kept = [...disks.a.contents()].filter(([path]) => path.startsWith('quarantine/'));
    assert.ok(kept.some(([, data]) => data === model));
  });

  it('with the word of the operator is kept aside too, spares with it', () => {
    const disks = cloneOf(alone.disks);
    disks.a.lose('journal');
    assert.throws(() => openOn(disks), { exitCode: 65 });
    const before = [...disks.a.contents()].filter(([path]) => path.startsWith('previous/'));
    openOn(disks, { acceptLoss: true }).close();
    const after = [...disks.a.contents().values()];
    for (const [path, data] of before) assert.ok(after.includes(data), path);
  });

  it('as are the files that are gone on from, where the journal says a later step than they', () => {
    const disks = cloneOf(alone.disks);
    const manifest = must(must(alone.strangers[0], 'bot').a.contents().get('manifest.json'), 'one');
    flip(disks, 'a', 'manifest.json');
    disks.a.plant('manifest.mirror.json', manifest);
    const before = COMPONENTS.map(({ file }) => disks.a.contents().get(file.name));
    openOn(disks, { acceptLoss: true }).close();
    assert.notDeepEqual(disks.a.contents().get('purse_state.json'), before[0]);
    const after = [...disks.a.contents().values()];
    for (const data of before) assert.ok(after.includes(must(data, 'file')));
  });

  it('and taken up again from a file that nothing vouches for is named', () => {
    const disks = cloneOf(alone.disks);
    disks.a.lose(pathOf(alone, /^previous.*purse/));
    const text = Buffer.from(must(disks.a.contents().get('purse_state.json'), 'purse')).toString();
    disks.a.plant('purse_state.json', Buffer.from(text.replace(/"paid": \d/, '"paid": 9')));
    assert.throws(() => openOn(disks), { exitCode: 65, message: /purse_state.json/ });
    const store = openOn(disks, { acceptLoss: true });
    store.close();
    assert.notEqual(hashOf(store.states), expectedAt(alone.seq));
    assert.match(store.report.lost.join(), /Purse is taken from purse_state.json.*look it through/);
  });
});

describe('a bit of a packed segment that the decoder does not look at', () => {
  /** Of the frame's descriptor: unused (RFC 8878, 3.1.1.1.1.3). */
  const UNUSED = 0x10;

  it('is damage where the other copy is written anew, and kept', () => {
    const disks = cloneOf(alone.disks);
    const [a, b] = [/a\.jsonl\.zst/, /b\.jsonl\.zst/].map(one => must(pathOf(alone, one), 'path'));
    flip(disks, 'a', must(a, 'a'));
    const odd = Buffer.from(must(disks.a.contents().get(must(b, 'b')), 'b'));
    odd[4] = must(odd[4], 'descriptor') ^ UNUSED;
    disks.a.plant(must(b, 'b'), odd);
    assert.match(mended(alone, disks), /b\.jsonl\.zst is damaged in its packing/);
    assert.ok([...disks.a.contents().values()].includes(odd));
  });
});

describe('bytes behind the end of a packed segment', () => {
  it('are damage, also while the other copy cannot say so', () => {
    const disks = cloneOf(alone.disks);
    const [a, b] = [/a\.jsonl\.zst/, /b\.jsonl\.zst/].map(one => pathOf(alone, one));
    const bytes = must(disks.a.contents().get(must(a, 'a')), 'a');
    disks.a.plant(must(a, 'a'), Buffer.concat([bytes, Buffer.from('more')]));
    const findings = verifyDirectory(disks, COMPONENTS).findings.filter(
      one => one.severity === 'damage',
    );
    assert.match(findings.map(({ text }) => text).join(), /goes on behind its end \(4 bytes\)/);
    flip(disks, 'a', must(b, 'b'));
    assert.match(mended(alone, disks), /goes on behind its end/);
  });

  for (const finished of [alone, mirrored])
    it(`are damage too where the other copy is damaged, and kept (${finished.name})`, () => {
      const disks = cloneOf(finished.disks);
      const [a, b] = [/a\.jsonl\.zst/, /b\.jsonl\.zst/].map(one => pathOf(finished, one));
      flip(disks, 'a', must(a, 'a'));
      const own = finished === alone ? 'a' : 'b';
      const whole = must(disks[own].contents().get(must(b, 'b')), 'b');
      // As the next packed content would begin: the decoder alone takes it in without a word.
      const longer = Buffer.concat([whole, Buffer.from([0x28])]);
      disks[own].plant(must(b, 'b'), longer);
      assert.match(mended(finished, disks), /b\.jsonl\.zst goes on behind its end \(1 bytes\)/);
      assert.ok([...disks[own].contents().values()].includes(longer));
    });
});
