/**
 * The step: one input in, the facts of that step out, folded as they are told.
 *
 * Promises: every fact is folded in its recorded form (encoded and decoded once where it will be
 * journaled), so memory equals what a replay gives; facts of one step become one journal line.
 * Never: waits, reads a clock, or does I/O. A fact told inside a step is seen by what follows it.
 */
import { assert } from '../base/assert.ts';
import type { Millis } from '../base/time.ts';
import type { BlobContent } from './component.ts';
import type { Binding, Breaker, Fact, Report, TrainOutcome, VenueReport } from './fact.ts';
import type { Fold } from './fold.ts';
import type { FedCandle } from './market.ts';
import type { ExitReason } from './order.ts';
import type { Settings } from './settings.ts';

/** What the operator may say to a bot. A word that changes nothing leaves no fact. */
export type Word =
  /** On: no entry is made. Positions keep their stops and exits. */
  | { readonly kind: 'kill-switch'; readonly on: boolean }
  /** No entry is made until `resume`. `reason`: in words, where the bot itself says it. */
  | { readonly kind: 'pause'; readonly reason?: string }
  | { readonly kind: 'resume' }
  /** Every position is left at the market, and trading is paused. */
  | { readonly kind: 'flatten'; readonly reason?: string }
  /** What tripped it has to happen anew. */
  | { readonly kind: 'release-breaker'; readonly breaker: Breaker };

/** Memories from outside that take the place of those of their parts, all in one step. */
export interface Replacement {
  readonly why: Fact<'memory.replaced'>['why'];
  readonly parts: readonly ReplacedPart[];
}

export interface ReplacedPart {
  readonly id: string;
  /** Where it comes from, for people. */
  readonly from: string;
  /** A state file, and its SHA-256. */
  readonly file: Uint8Array;
  readonly blob: string;
}

/** Everything that can reach the bot from outside. */
export type Input =
  | { readonly kind: 'bind'; readonly binding: Binding; readonly settings: Settings }
  | { readonly kind: 'configure'; readonly settings: Settings }
  /** Components that start afresh are told the binding and the settings. */
  | { readonly kind: 'found'; readonly ids: readonly string[] }
  | { readonly kind: 'candle'; readonly candle: FedCandle; readonly reports: readonly Report[] }
  | { readonly kind: 'answer'; readonly report: Report | VenueReport }
  /** Live: a position whose stop the venue will not take is left. */
  | {
      readonly kind: 'unprotected';
      readonly symbol: string;
      readonly reason: ExitReason;
      readonly time: Millis;
    }
  | { readonly kind: 'trained'; readonly outcome: TrainOutcome; readonly blob: BlobContent }
  | (Replacement & { readonly kind: 'replace'; readonly time: Millis })
  | (Word & { readonly time: Millis });

/** Where a fact will stand: the step's sequence number and the fact's index in it. */
export interface Place {
  readonly seq: number;
  readonly index: number;
}

export interface Telling {
  /** Tells a fact: it is folded before this returns. */
  tell(fact: Fact, blob?: BlobContent): void;
  /** Where the next fact will stand (order ids are made of it). */
  place(): Place;
  /**
   * The directory's epoch: raised when its history or a memory is replaced, so that no id is used
   * twice. A fact that raises it holds from itself on.
   */
  readonly epoch: number;
}

export type Decide<World> = (world: World, input: Input, telling: Telling) => void;

/** Turns a fact into its recorded text and back; the journal's form of it. */
export interface Recorder {
  encode(fact: Fact): string;
  decode(text: string): Fact;
}

/** JSON as it stands in the journal. Facts are plain, so this is exact. */
export const jsonRecorder: Recorder = {
  encode: fact => JSON.stringify(fact),
  decode: text => JSON.parse(text) as Fact,
};

export interface Stepper {
  /** Runs one step as number `seq`; returns its facts and, with a recorder, their texts. */
  run(seq: number, input: Input): StepResult;
}

export interface StepResult {
  readonly seq: number;
  readonly facts: readonly Fact[];
  /** Empty without a recorder. */
  readonly texts: readonly string[];
}

export function createStepper<World>(options: {
  world: World;
  fold: Fold;
  decide: Decide<World>;
  recorder: Recorder | null;
  epoch: number;
}): Stepper {
  const { world, fold, decide, recorder } = options;
  let { epoch } = options;
  // Of the step under way. One telling serves all steps: a step per candle is a hot path.
  let current = 0;
  let facts: Fact[] = [];
  let texts: string[] = [];
  const telling: Telling = {
    tell(fact, blob) {
      let recorded = fact;
      if (recorder !== null) {
        const text = recorder.encode(fact);
        recorded = recorder.decode(text);
        texts.push(text);
      }
      // A step of a candle tells one fact as a rule, and an array pushed to takes room for many.
      if (facts.length === 0) facts = [recorded];
      else facts.push(recorded);
      if (recorded.type === 'memory.replaced') epoch = recorded.epoch;
      fold(recorded, blob);
    },
    place: () => ({ seq: current, index: facts.length }),
    get epoch() {
      return epoch;
    },
  };
  return {
    run(seq, input) {
      current = seq;
      facts = [];
      texts = [];
      decide(world, input, telling);
      assert(facts.length > 0 || input.kind !== 'candle', 'a candle leaves at least one fact');
      return { seq, facts, texts };
    },
  };
}
