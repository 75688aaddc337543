/**
 * The bots that live in the torture suites: their parts, their history, and their twin.
 *
 * Promises: a bot's history is a pure function of the step's number, and `hashAt` is a pure replay
 * of it, without a disk. Never: looks at what a store recovered.
 */
import { must } from '../../../src/base/assert.ts';
import { components as realComponents } from '../../../src/components.ts';
import {
  type AnyComponent,
  type Encoded,
  initialStates,
  type States,
} from '../../../src/core/component.ts';
import type { Fact } from '../../../src/core/fact.ts';
import { createFold } from '../../../src/core/fold.ts';
import { readState, writeState } from '../../../src/state/state-file.ts';
import { sha256, stateHashes } from '../../../src/state/state-hash.ts';
import { LIVELY, runPipeline, tidalCandles } from '../../fixtures/pipeline.ts';
import { COMPONENTS, factsAt, matrix, purse, weightsAt } from '../../state/small-bot.ts';

export interface BotStep {
  readonly facts: readonly Fact[];
  readonly texts: readonly string[];
  /** What the facts name; no step names two. */
  readonly blob: Uint8Array | undefined;
}

/** A part that begins with its defaults after this step: reset, or lost with the operator's word. */
export interface Afresh {
  readonly id: string;
  readonly at: number;
}

export class Bot {
  readonly components: readonly AnyComponent[];
  readonly stepAt: (seq: number) => BotStep;
  readonly #known = new Map<string, string>();
  /** By step; before the first it is 1. */
  readonly #epochs = [1];

  constructor(components: readonly AnyComponent[], stepAt: (seq: number) => BotStep) {
    this.components = components;
    this.stepAt = stepAt;
  }

  /** The epoch that the facts up to this step have begun. */
  epochAt(seq: number): number {
    for (let step = this.#epochs.length; step <= seq; step += 1) {
      const begun = this.stepAt(step).facts.map(fact =>
        fact.type === 'memory.replaced' ? fact.epoch : 1,
      );
      this.#epochs.push(Math.max(must(this.#epochs.at(-1), 'epoch'), ...begun));
    }
    return must(this.#epochs[seq], `epoch of step ${seq}`);
  }

  /** The hash of all states after steps 1 to `seq`. */
  hashAt(seq: number, afresh: Afresh | null = null): string {
    const key = `${seq} ${afresh?.id} ${afresh?.at}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const states = initialStates(this.components);
    let fold = createFold(this.components, states, readState);
    for (let step = 1; step <= seq; step += 1) {
      const { facts, blob } = this.stepAt(step);
      for (const fact of facts) fold(fact, 'blob' in fact ? blob : undefined);
      if (afresh?.at !== step) continue;
      Object.assign(states, freshState(this.components, afresh.id, states));
      fold = createFold(this.components, states, readState);
    }
    const { all } = stateHashes(this.components, states);
    this.#known.set(key, all);
    return all;
  }
}

function freshState(components: readonly AnyComponent[], id: string, states: States): States {
  const component = must(
    components.find(one => one.id === id),
    id,
  );
  return { [id]: component.afresh?.(states[id]) ?? component.initial() };
}

function smallStep(seq: number): BotStep {
  const facts = factsAt(seq);
  const blob = facts.some(fact => 'blob' in fact) ? weightsAt(seq) : undefined;
  return { facts, texts: facts.map(fact => JSON.stringify(fact)), blob };
}

export const SMALL = new Bot(COMPONENTS, smallStep);

const replaced = (changed: AnyComponent): readonly AnyComponent[] =>
  COMPONENTS.map(component => (component.id === changed.id ? changed : component));

/** The small bot with a purse of which a reset keeps what was paid. */
export const KEEPING = new Bot(
  replaced({ ...purse, afresh: (former: { paid: number }) => ({ ...former, settlements: 0 }) }),
  smallStep,
);

interface Purse3 {
  paid: number;
  settlements: number;
  mean: number;
}

const plainOf = (content: Encoded): Readonly<Record<string, unknown>> => {
  if (content.format !== 'json') throw new Error('not JSON');
  return content.value;
};

const meanOf = (total: number, settlements: number): number =>
  settlements === 0 ? 0 : total / settlements;

/** The purse two releases on: version 2 renamed `paid`, version 3 keeps the mean beside it. */
const purse3: AnyComponent = {
  ...purse,
  version: 3,
  file: {
    ...purse.file,
    encode: ({ paid: total, settlements, mean }: Purse3) => ({
      format: 'json',
      value: { total, settlements, mean },
    }),
    decode: content => {
      const { total, settlements, mean } = plainOf(content);
      if (typeof total !== 'number' || typeof settlements !== 'number' || typeof mean !== 'number')
        throw new Error('not version 3');
      return { paid: total, settlements, mean };
    },
  },
  initial: () => ({ paid: 0, settlements: 0, mean: 0 }),
  on: {
    'funding.settled': (state: Purse3, fact: Fact<'funding.settled'>) => {
      state.paid += fact.amount;
      state.settlements += 1;
      state.mean = meanOf(state.paid, state.settlements);
    },
  },
  upgrades: {
    2: old => {
      const { paid, ...rest } = plainOf(old);
      return { format: 'json', value: { ...rest, total: paid } };
    },
    3: old => {
      const value = plainOf(old);
      const mean = meanOf(Number(value['total']), Number(value['settlements']));
      return { format: 'json', value: { ...value, mean } };
    },
  },
};

/** The small bot, two upgrades on. */
export const UPGRADED = new Bot(replaced(purse3), smallStep);

/** The step that gives the small bot's matrix back what it was at another. */
export const ROLLED_BACK = { at: 16, to: 8 } as const;

/** The small bot with a rollback in its history. */
export const ROLLING = new Bot(COMPONENTS, seq => {
  const step = smallStep(seq);
  if (seq !== ROLLED_BACK.at) return step;
  const { to } = ROLLED_BACK;
  const states = initialStates(COMPONENTS);
  const fold = createFold(COMPONENTS, states);
  for (let former = 1; former <= to; former += 1) {
    const { facts, blob } = smallStep(former);
    for (const fact of facts) fold(fact, 'blob' in fact ? blob : undefined);
  }
  const blob = writeState(matrix, states[matrix.id], to);
  const replaced: Fact = {
    ...{ type: 'memory.replaced', id: matrix.id, time: seq * 60_000, why: 'rollback' },
    ...{ from: `step ${to}`, blob: sha256(blob), epoch: 2 },
  };
  const facts = [...step.facts, replaced];
  return { facts, texts: facts.map(fact => JSON.stringify(fact)), blob };
});

/** The whole bot on a tape with trades, labels and trained models. */
export interface RealBot {
  readonly bot: Bot;
  readonly last: number;
}

export async function realBot(minutes: number): Promise<RealBot> {
  const { steps, blobs } = await runPipeline({ candles: tidalCandles(minutes), settings: LIVELY });
  const stepAt = (seq: number): BotStep => {
    const { texts } = must(steps[seq - 1], `step ${seq}`);
    const facts = texts.map(text => JSON.parse(text) as Fact);
    const named = facts.flatMap(fact => ('blob' in fact && fact.blob ? [fact.blob] : []));
    return { facts, texts, blob: named[0] === undefined ? undefined : blobs.get(named[0]) };
  };
  return { bot: new Bot(realComponents, stepAt), last: steps.length };
}
