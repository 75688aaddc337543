/**
 * A model of another directory in the place of the present one.
 *
 * The model comes with its scaler, its calibration, the champions before it and the story of its
 * trainings. Labelled examples stay where they are: their times and ids are those of another market,
 * and what is compared by them has to be of this one. So do the trades that it weighed there.
 * Promises: versions go on after the last one given here, so that none means two models; the drift is
 * watched anew from what the model scored when it was chosen. Never: changes a state.
 */
import type { DeepSignalModelState } from './deep-signal-model.ts';
import { driftFrom, noDrift } from './drift.ts';
import type { ModelMemory } from './model-memory.ts';
import type { SignalModelState } from './signal-model.ts';

/** Null where there is no model to be had. */
export function importedSignal(
  arriving: SignalModelState,
  present: SignalModelState,
): SignalModelState | null {
  const { trained, former } = arriving;
  if (trained === null) return null;
  return {
    ...present,
    ...storyOf(arriving, present),
    trained,
    former: renumbered(former, present),
  };
}

export function importedDeep(
  arriving: DeepSignalModelState,
  present: DeepSignalModelState,
): DeepSignalModelState | null {
  const { model, former } = arriving;
  if (model === null) return null;
  return { ...present, ...storyOf(arriving, present), model, former: renumbered(former, present) };
}

function storyOf(arriving: ModelMemory, present: ModelMemory) {
  const { version, lastVersion, retraining } = arriving;
  const chosen = arriving.history.findLast(each => each.adopted && each.version === version);
  const drift = chosen === undefined ? noDrift() : driftFrom(chosen.challenger);
  return {
    version: version + present.lastVersion,
    lastVersion: lastVersion + present.lastVersion,
    history: renumbered(arriving.history, present),
    retraining: { ...present.retraining, drift, gate: retraining.gate },
  };
}

const renumbered = <T extends { readonly version: number }>(
  list: readonly T[],
  { lastVersion }: ModelMemory,
): T[] => list.map(each => ({ ...each, version: each.version + lastVersion }));
