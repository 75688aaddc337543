import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { featureShifts } from './feature-shift.ts';
import { FEATURE_NAMES } from './features.ts';

const scaler = {
  mean: FEATURE_NAMES.map(() => 1),
  scale: FEATURE_NAMES.map(() => 2),
};
const rows = (count: number, value: (column: number) => number) =>
  Array.from({ length: count }, () => ({ features: FEATURE_NAMES.map((_, at) => value(at)) }));

describe('the shift of features', () => {
  it('is the distance of the newest 500 from training, in deviations, furthest first', () => {
    const old = rows(300, () => 99);
    const shifts = featureShifts(scaler, [...old, ...rows(500, at => (at === 3 ? -5 : 2))]);
    assert.deepEqual(shifts[0], { name: FEATURE_NAMES[3], shift: -3 });
    assert.ok(shifts.slice(1).every(({ shift }) => shift === 0.5));
  });

  it('is nothing without examples', () => {
    assert.ok(featureShifts(scaler, []).every(({ shift }) => shift === 0));
  });
});
