/**
 * A bot of four small components and a history that is a pure function of the step's number.
 *
 * Promises: `expectedAt` is what any recovery to that step must give. Never: touches a disk.
 */
import { createHash } from 'node:crypto';
import { must } from '../../src/base/assert.ts';
import {
  type AnyComponent,
  type Component,
  type Encoded,
  initialStates,
  type States,
} from '../../src/core/component.ts';
import type { Fact } from '../../src/core/fact.ts';
import { createFold } from '../../src/core/fold.ts';
import type { Disks } from '../../src/state/journal.ts';
import { readState } from '../../src/state/state-file.ts';
import { stateHashes } from '../../src/state/state-hash.ts';
import { openStore, type Store, type StoreOptions } from '../../src/state/store.ts';

const jsonValue = (content: Encoded): Record<string, unknown> => {
  if (content.format !== 'json' && content.format !== 'json.zst') throw new Error('not JSON');
  return content.value;
};

interface Purse {
  paid: number;
  settlements: number;
}

/** Money: never started from defaults without the operator's word. Changes every other step. */
export const purse: Component<'purse', Purse> = {
  id: 'purse',
  title: 'Purse',
  version: 1,
  money: true,
  file: {
    name: 'purse_state.json',
    format: 'json',
    encode: state => ({ format: 'json', value: { ...state } }),
    decode: content => {
      const { paid, settlements } = jsonValue(content);
      if (typeof paid !== 'number' || typeof settlements !== 'number')
        throw new Error('no numbers');
      return { paid, settlements };
    },
  },
  initial: () => ({ paid: 0, settlements: 0 }),
  on: {
    'funding.settled': (state, fact) => {
      state.paid += fact.amount;
      state.settlements += 1;
    },
  },
  check: state => (state.settlements < 0 ? 'fewer than no settlements' : null),
};

/** Changes every step. */
export const curve: Component<'curve', { points: number[] }> = {
  id: 'curve',
  title: 'Curve',
  version: 1,
  file: {
    name: 'curve_state.json.zst',
    format: 'json.zst',
    encode: state => ({ format: 'json.zst', value: { points: state.points } }),
    decode: content => {
      const { points } = jsonValue(content);
      if (!Array.isArray(points)) throw new Error('no points');
      return { points };
    },
  },
  initial: () => ({ points: [] }),
  on: {
    'equity.marked': (state, fact) => {
      state.points.push(fact.equity);
      if (state.points.length > 50) state.points.shift();
    },
  },
};

/** Learned, in a matrix. Changes every fifth step. */
export const matrix: Component<'matrix', { cells: Float64Array }> = {
  id: 'matrix',
  title: 'Matrix',
  version: 1,
  learned: true,
  file: {
    name: 'matrix_weights.npy',
    format: 'npy',
    encode: state => ({ format: 'npy', rows: 2, columns: 4, data: state.cells }),
    decode: content => {
      if (content.format !== 'npy' || content.data.length !== 8) throw new Error('not 2×4');
      return { cells: content.data };
    },
  },
  initial: () => ({ cells: new Float64Array(8) }),
  on: {
    'reward.observed': (state, fact) => {
      const index = fact.candles % 8;
      state.cells[index] = state.cells[index]! * 0.9 + fact.reward;
    },
  },
};

/** Learned, out of a blob. Changes every seventh step. */
export const brain: Component<'brain', { version: number; weights: Float32Array }> = {
  id: 'brain',
  title: 'Brain',
  version: 1,
  learned: true,
  file: {
    name: 'brain_model.safetensors',
    format: 'safetensors',
    encode: state => ({
      format: 'safetensors',
      tensors: { weights: { shape: [state.weights.length], data: state.weights } },
      metadata: { modelVersion: String(state.version) },
    }),
    decode: content => {
      if (content.format !== 'safetensors') throw new Error('not safetensors');
      const weights = content.tensors['weights']?.data;
      if (!(weights instanceof Float32Array)) throw new Error('no weights');
      return { version: Number(content.metadata['modelVersion']), weights };
    },
  },
  initial: () => ({ version: 0, weights: new Float32Array(0) }),
  on: {
    'model.trained': (state, fact, blob) => {
      state.version = fact.version;
      state.weights = new Float32Array(must(blob, 'weights').slice().buffer);
    },
  },
};

export const COMPONENTS: readonly AnyComponent[] = [purse, curve, matrix, brain];

const SCORE = { logLoss: 1, brier: 0.5, accuracy: 0.5, examples: 10 };

export const weightsAt = (seq: number): Uint8Array =>
  new Uint8Array(Float32Array.from([seq, seq / 3, -seq]).buffer);

export function factsAt(seq: number): Fact[] {
  const time = seq * 60_000;
  const facts: Fact[] = [
    { type: 'equity.marked', time, balance: seq * 10, equity: seq * 10 + (seq % 3), open: 0 },
  ];
  if (seq % 2 === 0)
    facts.push({ type: 'funding.settled', symbol: 'BTC', time, rate: 1e-4, amount: seq });
  if (seq % 5 === 0)
    facts.push({
      ...{ type: 'reward.observed', symbol: 'BTC', time, reward: seq / 7, candles: seq },
      ...{ nextRegime: 'range', nextVolatility: 'low' },
    });
  if (seq % 7 === 0)
    facts.push({
      ...{ type: 'model.trained', model: 'signal-model', time, adopted: true, version: seq / 7 },
      ...{ through: seq, challenger: SCORE, champion: null, baseRate: SCORE },
      blob: createHash('sha256').update(weightsAt(seq)).digest('hex'),
    });
  return facts;
}

const expected = new Map<number, string>();

/** The hash of all states after steps 1 to `seq`. */
export function expectedAt(seq: number, components = COMPONENTS): string {
  const known = components === COMPONENTS ? expected.get(seq) : undefined;
  if (known !== undefined) return known;
  const states = initialStates(components);
  const fold = createFold(components, states);
  for (let step = 1; step <= seq; step += 1)
    for (const fact of factsAt(step)) fold(fact, 'blob' in fact ? weightsAt(step) : undefined);
  const { all } = stateHashes(components, states);
  if (components === COMPONENTS) expected.set(seq, all);
  return all;
}

export const hashOf = (states: States, components = COMPONENTS): string =>
  stateHashes(components, states).all;

/** Runs the next `count` steps as the app does; `told` hears of each that is acknowledged. */
export function runSteps(
  store: Store,
  count: number,
  told: (seq: number) => void = () => undefined,
  components = COMPONENTS,
): void {
  const fold = createFold(components, store.states, readState);
  for (let done = 0; done < count; done += 1) {
    const seq = store.seq + 1;
    const facts = factsAt(seq);
    for (const fact of facts) {
      const blob = 'blob' in fact ? weightsAt(seq) : undefined;
      if (blob !== undefined) store.putBlob(blob);
      fold(fact, blob);
    }
    store.append({ seq, facts, texts: facts.map(fact => JSON.stringify(fact)) });
    told(seq);
  }
}

/** A clock that moves on by ten minutes a look, so that no generation stays young. */
export function slowClock(startMs = 1_700_000_000_000, stepMs = 600_000): () => number {
  let time = startMs;
  return () => {
    time += stepMs;
    return time;
  };
}

export function openOn(disks: Disks, options: Partial<StoreOptions> = {}): Store {
  return openStore({
    ...{ directory: disks.a.root, components: COMPONENTS, now: slowClock(), sync: 'each' },
    ...options,
    disks,
  });
}
