import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { tableOf } from '../learn/example-table.ts';
import { plantedExamples, plantedRequest } from '../learn/planted-example.ts';
import { plantedSequences } from '../learn/planted-sequence.ts';
import { type SequenceExample, sequenceTable } from '../learn/sequence-table.ts';
import { train } from '../learn/training.ts';
import { createTrainer, MODELS, type TrainJob } from './trainer.ts';

const examples = plantedExamples({ count: 1500, seed: 5, rule: 'linear' });
const sequences = plantedSequences({ count: 2200, seed: 5, rule: 'last' });
const jobOf = (model: (typeof MODELS)[number]): TrainJob =>
  model === 'signal-model'
    ? { request: plantedRequest(model, examples), examples: tableOf(examples), champion: null }
    : {
        request: plantedRequest(model, sequences),
        examples: sequenceTable(sequences as readonly SequenceExample[]),
        champion: null,
      };

describe('a trainer', () => {
  for (const model of MODELS)
    it(`trains the ${model} in its worker as this thread would, and names the blob`, async () => {
      const trainer = createTrainer();
      try {
        const job = jobOf(model);
        const here = train(job.request, job.examples, job.champion);
        const { outcome, blob } = await trainer.train(job);
        assert.deepEqual(blob, here.blob);
        assert.ok(blob !== null, 'something was learned');
        const sha256 = createHash('sha256').update(blob).digest('hex');
        assert.deepEqual(outcome, { ...here.outcome, blob: sha256 });
        assert.ok(trainer.elapsedMs() > 0);
      } finally {
        await trainer.close();
      }
    });

  it('gives the same once more, and after its worker was ended', async () => {
    const trainer = createTrainer();
    const first = await trainer.train(jobOf('signal-model'));
    const second = await trainer.train(jobOf('signal-model'));
    await trainer.close();
    const third = await trainer.train(jobOf('signal-model'));
    await trainer.close();
    for (const { outcome, blob } of [second, third])
      assert.deepEqual([outcome, blob], [first.outcome, first.blob]);
  });

  it('gives its job away: the main thread copies no megabytes', async () => {
    const trainer = createTrainer();
    const job = jobOf('signal-model');
    assert.ok('features' in job.examples && job.examples.features.byteLength > 0);
    const done = trainer.train(job);
    assert.equal(job.examples.features.byteLength, 0);
    await done;
    await trainer.close();
  });

  it('tells a training that breaks, and can train the next', async () => {
    const trainer = createTrainer();
    try {
      const job = jobOf('signal-model');
      const broken = { ...jobOf('signal-model'), request: null } as unknown as TrainJob;
      await assert.rejects(trainer.train(broken), TypeError);
      assert.ok((await trainer.train(job)).blob !== null);
    } finally {
      await trainer.close();
    }
  });

  it('has no worker where nothing is trained', async () => {
    const trainer = createTrainer();
    assert.equal(trainer.elapsedMs(), 0);
    await trainer.close();
  });
});
