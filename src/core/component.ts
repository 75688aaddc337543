/**
 * A component: one piece of memory, one file.
 *
 * Promises: `on` folds recorded facts into the component's own state, purely and in order.
 * Never: reads a clock, rolls dice, does I/O, or looks at another component.
 */
import type { Fact, FactName } from './fact.ts';

/** How a state is laid out in its file. */
export type FileFormat = 'json' | 'json.zst' | 'npy' | 'safetensors';

/**
 * The file of a component. `encode` gives what the format holds, `decode` takes it back and
 * throws on anything it does not recognise; both are pure. Formats themselves are in state/.
 */
export interface StateFile<State> {
  /** Name in the state directory, ending included: `q_table.json`. */
  readonly name: string;
  readonly format: FileFormat;
  encode(state: State): Encoded;
  /** Validates; throws an Error with the reason when the content is not a state. */
  decode(content: Encoded): State;
}

/** What a format can hold. */
export type Encoded =
  | { readonly format: 'json' | 'json.zst'; readonly value: { readonly [key: string]: unknown } }
  /** Row-major matrix of float64. */
  | {
      readonly format: 'npy';
      readonly rows: number;
      readonly columns: number;
      readonly data: Float64Array;
    }
  | {
      readonly format: 'safetensors';
      readonly tensors: Readonly<Record<string, Tensor>>;
      readonly metadata: Readonly<Record<string, string>>;
    };

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int8Array;
}

/** The content of the blob a fact names; undefined for a fact that names none. */
export type BlobContent = Uint8Array | undefined;

export type Handlers<State> = {
  readonly [N in FactName]?: (state: State, fact: Fact<N>, blob: BlobContent) => void;
};

export interface Component<Id extends string = string, State = unknown> {
  readonly id: Id;
  /** Shown to people, on the shutdown lines: `Q-table`. */
  readonly title: string;
  /** Schema version of the file, from 1. */
  readonly version: number;
  readonly file: StateFile<State>;
  initial(): State;
  /** What a reset by the operator leaves; the defaults where it is absent. */
  afresh?(former: State): State;
  /**
   * What stays of the present where a memory from outside (an older one, another directory's) takes
   * its place: what is waited for, what the settings say, numbers that are never given twice. All of
   * what arrives holds where it is absent.
   */
  reconcile?(arriving: State, present: State): State;
  readonly on: Handlers<State>;
  /** Upgrades of the encoded content to version 2, 3, ... without gaps. */
  readonly upgrades?: Readonly<Record<number, (old: Encoded) => Encoded>>;
  /** The broken invariant in words, or null. */
  check?(state: State): string | null;
  /**
   * Whether the file would give this state back, for less than it takes to encode and decode it; may
   * throw what `decode` would. Where it is absent that is done.
   */
  judge?(state: State): string | null;
  /** Money state: it is never started from defaults without the operator's word. */
  readonly money?: boolean;
  /** Learned state: it may start from defaults, loudly. */
  readonly learned?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of components is heterogeneous by nature
export type AnyComponent = Component<string, any>;

/** The states of a list of components, by id. */
export type StatesOf<List extends readonly AnyComponent[]> = {
  [C in List[number] as C['id']]: C extends Component<string, infer State> ? State : never;
};

export type States = Record<string, unknown>;

export const initialStates = (components: readonly AnyComponent[]): States =>
  Object.fromEntries(components.map(component => [component.id, component.initial()]));
