/**
 * What a hash cannot vouch for: content that whoever wrote the directory has sealed right.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { STEP_MAX } from '../../src/base/limits.ts';
import { decodeFile, Malformed } from '../../src/state/formats.ts';
import { encodeLine, frameAt, parseFrame } from '../../src/state/frame.ts';
import { reasonOf } from '../../src/state/malformed.ts';
import { decodeManifest, MANIFEST_FILES, sealManifest } from '../../src/state/manifest.ts';
import { cloneOf, finishedDirectory } from '../torture/damage/directory.ts';
import { newestSegment, plantSegment } from '../torture/hostile/world.ts';
import { openOn } from './small-bot.ts';

const finished = finishedDirectory('one disk');
const manifest = JSON.parse(
  Buffer.from(must(finished.disks.a.contents().get('manifest.json'), 'manifest')).toString(),
) as Record<string, unknown>;

const readingOf = (change: object) => {
  const { sha256: _, ...body } = { ...manifest, ...change };
  return decodeManifest(Buffer.from(JSON.stringify(sealManifest(body as never))));
};

describe('a manifest whose hash is right', () => {
  it('is good as it is, also with a field of a later release', () => {
    assert.equal(readingOf({}).kind, 'good');
    assert.equal(readingOf({ later: [1] }).kind, 'good');
  });

  for (const [what, change] of [
    ['generations that are no list', { generations: {} }],
    ['a generation of nothing', { generations: [null] }],
    ['a serial beyond all steps', { serial: STEP_MAX + 1 }],
    ['a negative epoch', { epoch: -1 }],
    ['no directory', { directory: '' }],
    [
      'a path for a blob',
      {
        generations: [
          { seq: 1, chain: '', madeAtMs: 1, onOpen: true, components: {}, blobs: ['../../x'] },
        ],
      },
    ],
  ] as const)
    it(`is damaged with ${what}`, () => {
      assert.equal(readingOf(change).kind, 'damaged');
    });

  it('is damaged with a file that lies elsewhere', () => {
    const text = JSON.stringify(manifest).replace('"purse_state.json"', '"../purse_state.json"');
    assert.equal(readingOf(JSON.parse(text) as object).kind, 'damaged');
  });
});

describe("a directory whose manifests give a part's file another name, sealed right", () => {
  it('starts from what is there, and keeps them aside (hostile:1:3160)', () => {
    const disks = cloneOf(finished.disks);
    const { sha256: _, ...body } = JSON.parse(
      JSON.stringify(manifest).replaceAll('"purse_state.json"', `"${'x'.repeat(9000)}"`),
    ) as Record<string, unknown>;
    const sealed = Buffer.from(JSON.stringify(sealManifest(body as never)));
    for (const name of MANIFEST_FILES) disks.a.plant(name, sealed);
    const store = openOn(disks, { acceptLoss: true });
    assert.ok(store.report.repairs.some(text => text.includes('gives the file of purse another')));
    store.checkpoint('test');
    store.close();
    assert.ok(disks.a.list('quarantine').some(name => name.endsWith('-manifest.json')));
  });
});

describe('a fact that is sealed right', () => {
  const withFact = (fact: object) => {
    const disks = cloneOf(finished.disks);
    const segment = newestSegment(disks.a);
    must(segment.steps[1], 'step').facts.push(fact);
    plantSegment(disks.a, segment, each => JSON.stringify(each));
    return disks;
  };

  for (const [what, fact] of [
    ['of the wrong type', { type: 'funding.settled', amount: 'much' }],
    ['that lacks what it needs', { type: 'model.trained' }],
    ['that names a path as its blob', { type: 'model.trained', blob: '../../../etc/passwd' }],
  ] as const)
    it(`${what} is refused by name, and a learned part is not given up for it`, () => {
      assert.throws(() => openOn(withFact(fact)), {
        exitCode: 65,
        message: /_(state|model)\..*cannot be rebuilt/,
      });
      assert.ok(openOn(withFact(fact), { acceptLoss: true }).report.lost.length > 0);
    });

  it('of a type that every object has is nobody\u2019s', () => {
    assert.deepEqual(openOn(withFact({ type: 'constructor' })).report.lost, []);
  });

  for (const number of ['-0', '1e999', '[1,-0.0]'])
    it(`is no fact with the number ${number}`, () => {
      const { bytes } = encodeLine(1, [`{"type":"x","n":${number}}`], '0'.repeat(32));
      const frame = frameAt(bytes, 0);
      assert.ok(typeof frame !== 'string');
      assert.equal(parseFrame(frame), 'a number that no fact holds');
    });
});

describe('JSON that would take minutes or gigabytes', () => {
  for (const [what, text] of [
    ['deep', '['.repeat(1 << 20)],
    ['deep in objects', '{"a":'.repeat(1 << 18)],
    ['of millions of nothings', `[${'{},'.repeat(1 << 24)}{}]`],
  ] as const)
    it(`is malformed before it is parsed: ${what}`, () => {
      assert.throws(() => decodeFile(Buffer.from(text), 'json', 'purse'), Malformed);
    });
});

describe('the reason of a refusal', () => {
  it('quotes no value of many pages (hostile:1:1627)', () => {
    const reason = reasonOf(new Error(`missing: the market of ${'0,'.repeat(20_000)}`));
    assert.ok(reason.length < 500 && reason.startsWith('missing: the market of 0,0'));
  });
});
