/**
 * The decoders of what comes from elsewhere: the files of the old bot, the catalogues of a backup.
 *
 * Promises: each input is one that its decoder takes, before it is changed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import {
  CATALOGUE_FORMAT,
  decodeCatalogue,
  encodeCatalogue,
} from '../../../src/backup/catalogue.ts';
import { readPickleFile } from '../../../src/legacy/joblib.ts';
import { numbersOf, readNpy } from '../../../src/legacy/numpy-array.ts';
import { readPickle } from '../../../src/legacy/pickle.ts';
import { encodeFile } from '../../../src/state/formats.ts';
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

export function strangeTargets(): Target[] {
  return [
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
