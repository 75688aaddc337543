/**
 * Made-up sequences for tests: features are noise, and the label follows a planted rule or nothing.
 *
 * Promises: the same examples for the same options. Never: used outside tests.
 */
import { SEQUENCE_ROWS } from '../base/limits.ts';
import { Rng, seedRng } from '../base/rng.ts';
import { MINUTE_MS } from '../base/time.ts';
import type { Example, Label } from '../core/fact.ts';
import { packSequence, SEQUENCE_SCALE, SEQUENCE_SIZE, type Sequence } from '../core/sequence.ts';
import { FEATURE_COUNT } from './features.ts';
import { PLANTED_START } from './planted-example.ts';
import { rounded } from './scores.ts';

/**
 * `none`: labels are dice. `last`: feature 0 of the last row pulls. `order`: which of two marks in
 * feature 1 came first decides, so a bag of the same rows says nothing.
 */
export type SequenceRule = 'none' | 'last' | 'order';

export interface SequencePlanting {
  readonly count: number;
  readonly seed: number;
  readonly rule: SequenceRule;
  readonly firstId?: number;
}

const EVERY_MS = 10 * MINUTE_MS;
const LABEL_MINUTES_MAX = 60;
const MARK = 110;
/** Of `order`: how often the rule holds. */
const TRUTH = 0.85;

export function plantedSequences({ count, seed, rule, firstId = 1 }: SequencePlanting): Example[] {
  const rng = new Rng(seedRng(seed));
  return Array.from({ length: count }, (_, index) => {
    const sequence = noiseSequence(rng);
    const label = plantedLabel(rule, sequence, rng);
    const id = firstId + index;
    const time = PLANTED_START + id * EVERY_MS;
    const last = sequence.subarray(SEQUENCE_SIZE - FEATURE_COUNT);
    return {
      id,
      symbol: index % 2 === 0 ? 'BTC/USDT:USDT' : 'ETH/USDT:USDT',
      time,
      labelledAt: time + (1 + rng.nextInt(LABEL_MINUTES_MAX)) * MINUTE_MS,
      proposed: false,
      label,
      return: 0,
      features: Array.from(last, value => rounded(value / SEQUENCE_SCALE)),
      sequence: packSequence(sequence),
    };
  });
}

/** Whole numbers of −62 to 62: two units wide. */
function noiseSequence(rng: Rng): Sequence {
  const sequence: Sequence = new Int8Array(SEQUENCE_SIZE);
  for (let place = 0; place < SEQUENCE_SIZE; place += 1)
    sequence[place] = (rng.nextUint32() % 125) - 62;
  return sequence;
}

function plantedLabel(rule: SequenceRule, sequence: Sequence, rng: Rng): Label {
  const dice = rng.nextFloat();
  if (rule === 'last') {
    const pull = sequence[SEQUENCE_SIZE - FEATURE_COUNT]! / 62;
    return dice < 0.2 ? 0 : dice < 0.2 + 0.8 / (1 + Math.exp(-4 * pull)) ? 1 : 2;
  }
  if (rule === 'none') return dice < 0.4 ? 0 : dice < 0.75 ? 1 : 2;
  for (let step = 0; step < SEQUENCE_ROWS; step += 1) sequence[step * FEATURE_COUNT + 1] = 0;
  const first = rng.nextInt(SEQUENCE_ROWS - 1);
  const second = first + 1 + rng.nextInt(SEQUENCE_ROWS - 1 - first);
  const rises = rng.nextInt(2) === 1;
  sequence[first * FEATURE_COUNT + 1] = rises ? -MARK : MARK;
  sequence[second * FEATURE_COUNT + 1] = rises ? MARK : -MARK;
  return dice < TRUTH === rises ? 1 : 2;
}

/** The same examples with the rows of each window in a random order: a bag. */
export function shuffledRows(examples: readonly Example[], seed: number): Example[] {
  const rng = new Rng(seedRng(seed));
  return examples.map(example => {
    const from = new Int8Array(Uint8Array.fromBase64(example.sequence!).buffer);
    const sequence: Sequence = new Int8Array(SEQUENCE_SIZE);
    const rows = Array.from({ length: SEQUENCE_ROWS }, (_, row) => ({ row, at: rng.nextFloat() }));
    rows
      .sort((a, b) => a.at - b.at)
      .forEach(({ row }, place) => {
        const values = from.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT);
        sequence.set(values, place * FEATURE_COUNT);
      });
    return { ...example, sequence: packSequence(sequence) };
  });
}
