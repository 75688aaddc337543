import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { components, type Memory } from '../components.ts';
import { learningOf } from './learning-view.ts';

describe('what was learned, for the dashboard', () => {
  it('tells of each bin how many forecasts came true, not their share', () => {
    const memory = Object.fromEntries(
      components.map(component => [component.id, component.initial()]),
    ) as unknown as Memory;
    Object.assign(memory.ensemble.bins[3] ?? assert.fail(), {
      examples: 10,
      confidence: 3.5,
      won: 4,
    });
    const { calibration } = learningOf(memory);
    assert.deepEqual(
      calibration.map(({ id }) => id),
      ['ensemble', 'signal-model', 'deep-signal-model'],
    );
    assert.deepEqual(calibration[0]?.bins, [{ confidence: 0.35, won: 4, forecasts: 10 }]);
    assert.deepEqual(calibration[1]?.bins, []);
  });
});
