import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { components, type Memory } from '../components.ts';
import { learningOf, versionRowsOf } from './learning-view.ts';
import { listText } from './model-text.ts';
import { versionsOf } from './model-view.ts';

const empty = (): Memory =>
  Object.fromEntries(
    components.map(component => [component.id, component.initial()]),
  ) as unknown as Memory;

describe('what was learned, for the dashboard', () => {
  it('tells of each bin how many forecasts came true, not their share', () => {
    const memory = empty();
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

  it('calls a challenger that was refused by no version: its number is given to the next one', () => {
    const memory = empty();
    const score = { logLoss: 1, brier: 0.6, accuracy: 0.4, examples: 500 };
    const training = (version: number, adopted: boolean) => ({
      ...{ time: 0, adopted, version, challenger: score, champion: null, baseRate: score },
      verdict: adopted ? ('adopted' as const) : ('not clearly better' as const),
    });
    memory['signal-model'].history.push(
      ...[training(1, false), training(1, true), training(2, false), training(2, true)],
      training(3, false),
    );
    const ids = [
      ...['signal-model tried after @2', 'signal-model@2', 'signal-model tried after @1'],
      ...['signal-model@1', 'signal-model tried before @1'],
    ];
    assert.deepEqual(
      versionRowsOf(memory).map(({ id }) => id),
      ids,
    );
    const lines = listText(versionsOf(memory)).split('\n').slice(-ids.length);
    for (const [row, id] of ids.entries())
      assert.match(
        lines[row] ?? '',
        new RegExp(`^${id} +${id.includes('tried') ? 'not clearly better' : 'former'} `),
      );
  });
});
