/**
 * A former champion, taken back: the model of an earlier version in the place of the present one,
 * which stays among the former ones; examples and the story of the trainings are as they were.
 *
 * Promises: the drift is watched anew, against what that model scored when it was chosen. Never:
 * changes a state.
 */
import type { DeepSignalModelState } from './deep-signal-model.ts';
import { driftFrom, noDrift } from './drift.ts';
import type { ModelMemory } from './model-memory.ts';
import type { Retraining } from './retraining.ts';
import type { SignalModelState } from './signal-model.ts';

/** Null where that version is not kept. */
export function signalVersion(state: SignalModelState, version: number): SignalModelState | null {
  const found = state.former.find(each => each.version === version);
  if (found === undefined) return null;
  const { trained } = state;
  const present = trained === null ? [] : [{ version: state.version, trained }];
  const former = [...state.former.filter(each => each !== found), ...present];
  const retraining = retrainingOf(state, version);
  return { ...state, version, trained: found.trained, former, retraining };
}

export function deepVersion(
  state: DeepSignalModelState,
  version: number,
): DeepSignalModelState | null {
  const found = state.former.find(each => each.version === version);
  if (found === undefined) return null;
  const { model } = state;
  const present = model === null ? [] : [{ version: state.version, model }];
  const former = [...state.former.filter(each => each !== found), ...present];
  return {
    ...state,
    version,
    model: found.model,
    former,
    retraining: retrainingOf(state, version),
  };
}

function retrainingOf({ history, retraining }: ModelMemory, version: number): Retraining {
  const chosen = history.findLast(each => each.adopted && each.version === version);
  return { ...retraining, drift: chosen === undefined ? noDrift() : driftFrom(chosen.challenger) };
}
