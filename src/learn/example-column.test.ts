import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { columnMap } from '../core/feature-migration.ts';
import { columnsOf, examplesIn } from './example-column.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { plantedExamples } from './planted-example.ts';

const MAP = columnMap(FEATURE_NAMES);
const examples = plantedExamples({ count: 40, seed: 3, rule: 'linear' });
const columns = columnsOf(examples);

describe('examples in columns', () => {
  it('come back as they were, the extremes and zero too', () => {
    const [first] = examples;
    const features = first!.features.map((_, column) => [4, -4, 0, 1e-6, -1e-6][column] ?? 0.1);
    const odd = [{ ...first!, features }, ...examples];
    assert.deepEqual(examplesIn(JSON.parse(JSON.stringify(columnsOf(odd))), MAP), odd);
    assert.deepEqual(examplesIn(columnsOf([]), MAP), []);
  });

  it('hold their feature rows as other programs read them: int32, little-endian, in 1e-6', () => {
    const bytes = Buffer.from(columns.features, 'base64');
    assert.equal(bytes.length, 4 * 40 * FEATURE_COUNT);
    const at = 4 * (7 * FEATURE_COUNT + 2);
    assert.equal(bytes.readInt32LE(at) / 1e6, examples[7]!.features[2]);
  });

  it('are refused where a column is shorter than the others, or is no column', () => {
    const refused = (change: object, reason: RegExp) =>
      assert.throws(() => examplesIn({ ...columns, ...change }, MAP), reason);
    refused({ time: columns.time.slice(1) }, /examples\.time is not a list of 40/);
    refused({ features: columns.features.slice(4) }, /examples\.features is not 1240 values/);
    refused({ features: `*${columns.features.slice(1)}` }, /examples\.features is not base64/);
    refused({ features: [1, 2] }, /examples\.features is not a text/);
    refused({ proposed: columns.proposed.map(() => 2) }, /examples\.proposed is not one of 0, 1/);
    refused({ label: columns.label.map(() => 3) }, /examples\.label is not one of 0, 1, 2/);
  });
});
