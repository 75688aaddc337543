import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DeepSignalModelState, deepSignalModel } from './deep-signal-model.ts';
import { deepVersion, signalVersion } from './former-champion.ts';
import { type SignalModelState, signalModel } from './signal-model.ts';
import type { TrainingRecord } from './train-record.ts';

const SCORE = { logLoss: 0.9, brier: 0.5, accuracy: 0.5, examples: 100, error: 0.02 };
const record = (version: number): TrainingRecord => ({
  ...{ time: version, adopted: true, version, champion: null, baseRate: SCORE },
  challenger: { ...SCORE, logLoss: version / 10 },
});

/** Versions 3 in use, 1 and 2 before it; models are told apart by their names alone. */
const signal: SignalModelState = {
  ...signalModel.initial(),
  ...{ version: 3, lastVersion: 3, trained: 'three' as never, history: [1, 2, 3].map(record) },
  former: [1, 2].map(version => ({ version, trained: ['', 'one', 'two'][version] as never })),
};
const deep: DeepSignalModelState = {
  ...deepSignalModel.initial(),
  ...{ version: 2, lastVersion: 2, model: 'two' as never, history: [] },
  former: [{ version: 1, model: 'one' as never }],
};

describe('a former champion', () => {
  it('takes the place of the present one, which stays among the former ones', () => {
    const back = signalVersion(signal, 1);
    assert.equal(back?.version, 1);
    assert.equal(back?.trained, 'one');
    assert.deepEqual(back?.former, [
      { version: 2, trained: 'two' },
      { version: 3, trained: 'three' },
    ]);
    assert.equal(back?.lastVersion, 3, 'no version is given twice');
    assert.equal(signal.version, 3, 'the state itself is left');
    const again = back && signalVersion(back, 3);
    assert.deepEqual([again?.version, again?.trained], [3, 'three']);
  });

  it('is watched for drift from what it scored when it was chosen; unknown, not at all', () => {
    assert.equal(signalVersion(signal, 2)?.retraining.drift.mean, 0.2);
    assert.deepEqual(deepVersion(deep, 1)?.retraining.drift, { sum: 0, mean: 0, deviation: 0 });
  });

  it('that is not kept is none', () => {
    assert.equal(signalVersion(signal, 7), null);
    assert.equal(deepVersion(deep, 7), null);
    assert.equal(deepVersion(deep, 1)?.model, 'one');
  });
});
