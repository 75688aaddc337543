/**
 * The decoders of what comes from elsewhere: the files of the old bot, the catalogues and the
 * chunks of a backup.
 *
 * Promises: each input is one that its decoder takes, before it is changed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import {
  CATALOGUE_FORMAT,
  decodeCatalogue,
  encodeCatalogue,
} from '../../../src/backup/catalogue.ts';
import { blobsNamed, linesIn, marketTimeOf } from '../../../src/backup/chunk.ts';
import { type Chunk, hashMark } from '../../../src/backup/layout.ts';
import { pack, unpack } from '../../../src/backup/pack.ts';
import { assert, must } from '../../../src/base/assert.ts';
import { readPickleFile } from '../../../src/legacy/joblib.ts';
import { numbersOf, readNpy } from '../../../src/legacy/numpy-array.ts';
import { readPickle } from '../../../src/legacy/pickle.ts';
import { encodeFile } from '../../../src/state/formats.ts';
import { type Frame, frameAt } from '../../../src/state/frame.ts';
import { contentOf } from '../hostile/world.ts';
import type { PlainDisk } from '../plain-disk.ts';
import type { Target } from './target.ts';

const OLD = new URL('../../fixtures/python-bot/', import.meta.url);

const oldFiles = (name: RegExp): Uint8Array[] =>
  readdirSync(OLD)
    .filter(file => name.test(file))
    .map(file => readFileSync(new URL(file, OLD)));

const DIGEST = 'ab'.repeat(32);
const CHAIN = 'cd'.repeat(16);

const catalogue = encodeCatalogue({
  ...{ format: CATALOGUE_FORMAT, directory: '0123456789abcdef', epoch: 1, serial: 3, seq: 20 },
  ...{ chain: CHAIN, marketTime: 1_200_000, candleMs: 60_000, madeAtMs: 1_700_000_000_000 },
  through: { seq: 24, hash: CHAIN, marketTime: null },
  ...{ release: '0.2.0', node: 'v26.0.0', begins: { purse: 0 } },
  components: {
    purse: {
      ...{ file: 'purse_state.json', seq: 20, through: 20, schema: 1, bytes: 90 },
      ...{ sha256: DIGEST, state: '' },
    },
  },
});

const table = encodeFile(
  { component: 'matrix', schema: 1, seq: 3 },
  { format: 'npy', rows: 2, columns: 4, data: Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7) },
);

/** The steps of the newest segment, as they would be shipped. */
function chunkTargets(disk: PlainDisk): Target[] {
  const paths = [...disk.contents().keys()].filter(path => /^journal\/\d+\.a\.jsonl$/.test(path));
  const segment = contentOf(disk, must(paths.sort().at(-1), 'a segment'));
  const lines = segment.subarray(segment.indexOf(10) + 1);
  const frames: Frame[] = [];
  for (let at = 0; at < lines.length; at = must(frames.at(-1), 'a frame').end) {
    const frame = frameAt(lines, at);
    if (typeof frame === 'string') throw new Error(frame);
    frames.push(frame);
  }
  const [first, last] = [must(frames[0], 'a step'), must(frames.at(-1), 'a step')];
  const name = { epoch: 1, timeMs: 0, hash: hashMark(last.hash) };
  const chunk: Chunk = { ...name, first: first.seq, last: last.seq };
  assert(typeof linesIn(lines, chunk) !== 'string', 'a chunk');
  const decode = (bytes: Uint8Array): void => {
    const shipped = linesIn(bytes, chunk);
    if (typeof shipped === 'string') return;
    for (const { frame } of shipped) {
      blobsNamed(frame);
      marketTimeOf(frame, 60_000);
    }
  };
  return [
    { name: 'chunk', inputs: [lines], decode },
    {
      name: 'packed chunk',
      inputs: [pack(lines)],
      decode: bytes => {
        const unpacked = unpack(bytes, 2 * lines.length);
        if (unpacked !== null) decode(unpacked);
      },
    },
  ];
}

export function strangeTargets(disk: PlainDisk): Target[] {
  return [
    ...chunkTargets(disk),
    {
      name: 'pickle',
      inputs: oldFiles(/\.p\d$/),
      decode: bytes => void readPickle(bytes),
    },
    {
      name: 'joblib',
      inputs: oldFiles(/\.(plain|gzip|zlib)\.joblib$/),
      decode: bytes => void readPickleFile(bytes),
    },
    {
      name: 'old npy',
      inputs: [table],
      decode: bytes => void numbersOf(readNpy(bytes)),
    },
    { name: 'catalogue', inputs: [catalogue], decode: bytes => void decodeCatalogue(bytes) },
  ];
}
