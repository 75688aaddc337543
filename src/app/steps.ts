/**
 * Steps on a store: what is needed to tell a directory something, without a market or an exchange.
 */
import { components, type Memory } from '../components.ts';
import { createFold } from '../core/fold.ts';
import { createStepper, jsonRecorder } from '../core/step.ts';
import { decide } from '../policy/decide.ts';
import type { World } from '../policy/world.ts';
import { readState } from '../state/state-file.ts';
import type { Store } from '../state/store.ts';
import type { Steps } from './bot.ts';

export function stepsOn(store: Store): Steps {
  const world = store.states as Memory;
  const stepper = createStepper<World>({
    world,
    fold: createFold(components, store.states, readState),
    decide,
    recorder: jsonRecorder,
    epoch: store.epoch,
  });
  return { world, store, stepper, watch: () => {} };
}
