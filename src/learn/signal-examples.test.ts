import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import { DAY_MS } from '../base/time.ts';
import type { Example } from '../core/fact.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { plantedRequest } from './planted-example.ts';
import { labelled, learners, requested, row, SIGNAL } from './planted-learners.ts';
import * as signal from './signal-model.ts';

describe('the examples', () => {
  const tiny = (id: number, time: number): Example => ({
    id,
    symbol: 'BTC/USDT:USDT',
    time,
    labelledAt: time + 1,
    proposed: false,
    label: 0,
    return: 0,
    features: row(id),
  });

  it('are the last 10,000, oldest first', () => {
    const world = learners();
    for (let id = 1; id <= RECORDS_KEPT_MAX + 5; id += 1) world.fold(labelled(tiny(id, id)));
    assert.equal(world.signal.examples.length, RECORDS_KEPT_MAX);
    assert.equal(world.signal.examples[0]!.id, 6);
    assert.equal(world.signal.examplesSeen, RECORDS_KEPT_MAX + 5);
    assert.equal(world.signal.nextExampleId, RECORDS_KEPT_MAX + 6);
  });

  it('wait for the answer while a training names them', () => {
    const world = learners();
    for (let id = 1; id <= RECORDS_KEPT_MAX; id += 1) world.fold(labelled(tiny(id, id)));
    const request = { ...plantedRequest(SIGNAL, world.signal.examples) };
    world.fold(requested(request));
    for (let id = 1; id <= 40; id += 1)
      world.fold(labelled(tiny(RECORDS_KEPT_MAX + id, RECORDS_KEPT_MAX + id)));
    assert.equal(world.signal.examples.length, RECORDS_KEPT_MAX + 40);
    assert.equal(signal.examplesOf(world.signal, request).count, RECORDS_KEPT_MAX);
    const score = { logLoss: 1, brier: 1, accuracy: 0, examples: 100 };
    const result = { challenger: score, champion: null, baseRate: score, blob: null };
    const { time, through } = request;
    world.fold({
      type: 'model.trained',
      model: SIGNAL,
      time,
      adopted: false,
      version: 1,
      through,
      ...result,
    });
    assert.equal(world.signal.examples.length, RECORDS_KEPT_MAX);
    assert.equal(world.signal.examples[0]!.id, 41);
  });

  it('get the next id also when one was opened and voided', () => {
    const world = learners();
    const { features } = tiny(1, 1);
    world.fold({
      type: 'example.opened',
      id: 7,
      symbol: 'A',
      time: 1,
      proposed: true,
      features,
      barrier: 0.01,
      candles: 60,
    });
    assert.equal(world.signal.nextExampleId, 8);
  });

  it('make a training due, at most once a market day and one at a time', () => {
    const world = learners();
    const due = () => signal.trainingDue(world.signal, DEFAULT_SETTINGS);
    const add = (count: number, time: number) => {
      for (let index = 0; index < count; index += 1)
        world.fold(labelled(tiny(world.signal.nextExampleId, time)));
    };
    add(999, 0);
    assert.equal(due(), null);
    add(1, 0);
    assert.deepEqual(due(), { from: 1, through: 1000, trigger: 'no model' });
    const request = plantedRequest(SIGNAL, world.signal.examples);
    world.fold(requested(request));
    add(700, 5);
    assert.equal(due(), null, 'while one is pending');
    world.signal.request = null;
    assert.equal(due(), null, 'on the same day');
    add(1, request.time + DAY_MS);
    assert.deepEqual(due(), { from: 1, through: 1701, trigger: 'no model' });
    const off = { ...DEFAULT_SETTINGS.learning, signalModel: false };
    const settings = { ...DEFAULT_SETTINGS, learning: off };
    assert.equal(signal.trainingDue(world.signal, settings), null);
  });
});
