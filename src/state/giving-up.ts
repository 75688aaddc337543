/**
 * Parts whose memory of a step cannot be had: given up by themselves where they are learned, at the
 * operator's word else.
 *
 * Promises: a part that took every fact and yet cannot be gone on from is never replaced in silence.
 * Never: writes.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent, States } from '../core/component.ts';
import type { Choice } from './choice.ts';
import { ACCEPT_LOSS } from './disk-fault.ts';
import { type Encoding, fitting, unfitToSave } from './encoding.ts';
import type { Broken, Replay } from './replay.ts';

export interface Outcome {
  readonly components: readonly AnyComponent[];
  readonly choices: ReadonlyMap<string, Choice>;
  readonly replay: Replay;
}

/** Components that start from their defaults, with the sentence that says so. */
export function giveUpBroken(outcome: Ended, acceptLoss: boolean): Map<string, string> {
  const { components, choices, states } = outcome;
  const lost = new Map<string, string>();
  const refused: string[] = [];
  for (const component of components) {
    const broken = brokenBy(component, choices.get(component.id), outcome);
    if (broken === null) continue;
    const { why, lost: isLost } = broken;
    const { id, title, learned, file } = component;
    // What nobody understands is not given up without a word, learned or not.
    if ((learned !== true || !isLost) && !acceptLoss) {
      refused.push(`${file.name} (${title}) cannot be rebuilt without loss: ${why}`);
      continue;
    }
    states[id] = component.initial();
    lost.set(id, `${title} is lost and starts from its defaults: ${file.name} ${why}`);
  }
  if (refused.length > 0) throw new Fault(EXIT.corrupt, refused.join('; '), ACCEPT_LOSS);
  return lost;
}

interface Ended extends Outcome {
  readonly states: States;
  /** Of those that are found fit; null: they are saved later, and only judged. */
  readonly encodings: Map<string, Encoding> | null;
}

function brokenBy(
  component: AnyComponent,
  choice: Choice | undefined,
  { replay, states, encodings }: Ended,
): Broken | null {
  if (choice === undefined || choice.kind === 'none')
    return { why: choice?.why ?? 'is missing', lost: true };
  const broken = replay.broken.get(component.id);
  if (broken !== undefined) return broken;
  if (!replay.touched.has(component.id)) return null;
  if (encodings === null) {
    const why = unfitToSave(component, states[component.id]);
    return why === null ? null : unfit(why);
  }
  const found = fitting(component, states[component.id]);
  if (typeof found === 'string') return unfit(found);
  encodings.set(component.id, found);
  return null;
}

const unfit = (why: string): Broken => ({ why: `is unfit after the replay: ${why}`, lost: false });
