/**
 * Training requests: when a model is owed a training, and on what.
 *
 * Promises: at most one request waits per model; the seed is drawn from the run's generator and
 * recorded, so that a training that was cut off is run again exactly.
 */
import { Rng } from '../base/rng.ts';
import type { Millis } from '../base/time.ts';
import type { ModelId, TrainTrigger } from '../core/fact.ts';
import { FEATURE_LIST_FIELD } from '../core/feature.ts';
import type { Telling } from '../core/step.ts';
import { gateOf, openGate } from '../learn/attention.ts';
import * as deep from '../learn/deep-signal-model.ts';
import * as signal from '../learn/signal-model.ts';
import type { World } from './world.ts';

export function tellTrainingRequests(world: World, time: Millis, telling: Telling): void {
  const { settings } = world.run;
  const { learning } = settings;
  if (learning.signalModel) {
    const due = signal.trainingDue(world['signal-model'], settings);
    if (due !== null) tellRequest(world, { model: 'signal-model', time, ...due }, telling);
  }
  if (learning.deepSignalModel) {
    const due = deep.trainingDue(world['deep-signal-model'], settings);
    if (due !== null) tellRequest(world, { model: 'deep-signal-model', time, ...due }, telling);
  }
}

interface Due {
  readonly model: ModelId;
  readonly time: Millis;
  readonly from: number;
  readonly through: number;
  readonly trigger: TrainTrigger;
  readonly seenUntil?: Millis;
  readonly version?: number;
}

function tellRequest(world: World, due: Due, telling: Telling): void {
  const { attention: isOn } = world.run.settings.learning;
  const { gate } = world[due.model].retraining;
  const rng = new Rng(world.run.rng);
  const seed = [rng.nextUint32(), rng.nextUint32(), rng.nextUint32(), 1] as const;
  telling.tell({
    type: 'model.train.requested',
    ...due,
    seed,
    rng: rng.state,
    champion: world[due.model].version,
    // What attention has learned since the last decision would know the labels of this one.
    gate: isOn && gate !== null ? gate : openGate(),
    ...(isOn && { nextGate: gateOf(world.attention) }),
    ...FEATURE_LIST_FIELD,
  });
}
