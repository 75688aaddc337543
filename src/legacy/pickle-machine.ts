/**
 * The pickle machine: a stack with marks, and a memo.
 *
 * Promises: bounded, however the opcodes stand: so many values, memo entries and open marks, and no
 * more. Never: takes a value from below a mark.
 */
import { Malformed } from '../state/malformed.ts';
import type { Cursor } from './byte-cursor.ts';
import type { Entry, Made, PickleValue } from './pickle-value.ts';

/** Ten thousand trades of thirty fields are a fifth of it. */
const VALUES_MAX = 2_000_000;
const MEMO_MAX = 2_000_000;
/** Marks are open only while a container is being filled: containers in containers. */
const MARKS_MAX = 10_000;

/** What may still be pushed and remembered; a pickle inside a pickle draws on the same. */
export interface Allowance {
  values: number;
  memo: number;
}

export const fullAllowance = (): Allowance => ({ values: VALUES_MAX, memo: MEMO_MAX });

/** Asked when an object has been given its state: what stands for it, or null for itself. */
export type Replace = (made: Made, machine: Machine) => PickleValue | null;

export interface Machine {
  readonly cursor: Cursor;
  readonly allowance: Allowance;
  readonly replace: Replace;
  push(value: PickleValue): void;
  pop(): PickleValue;
  top(): PickleValue;
  mark(): void;
  /** What stands above the last mark, which is taken away with it. */
  popMark(): PickleValue[];
  remember(key: number): void;
  memoSize(): number;
  recall(key: number): PickleValue;
  depth(): number;
}

export function createMachine(parts: {
  readonly cursor: Cursor;
  readonly allowance: Allowance;
  readonly replace: Replace;
}): Machine {
  const { allowance } = parts;
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  const floor = (): number => marks.at(-1) ?? 0;
  const top = (): PickleValue => {
    if (stack.length <= floor()) throw new Malformed('an opcode that lacks its value');
    return stack.at(-1) as PickleValue;
  };
  return {
    ...parts,
    push(value) {
      allowance.values -= 1;
      if (allowance.values < 0) throw new Malformed('more values than are read');
      stack.push(value);
    },
    top,
    pop() {
      const value = top();
      stack.pop();
      return value;
    },
    mark() {
      if (marks.length === MARKS_MAX) throw new Malformed(`more than ${MARKS_MAX} open marks`);
      marks.push(stack.length);
    },
    popMark() {
      const start = marks.pop();
      if (start === undefined) throw new Malformed('an opcode that lacks its mark');
      return stack.splice(start);
    },
    remember(key) {
      allowance.memo -= 1;
      if (allowance.memo < 0) throw new Malformed('more memo entries than are read');
      memo.set(key, top());
    },
    memoSize: () => memo.size,
    recall(key) {
      const value = memo.get(key);
      if (value === undefined) throw new Malformed(`memo entry ${key} was never written`);
      return value;
    },
    depth: () => stack.length,
  };
}

export function pairsOf(items: readonly PickleValue[]): Entry[] {
  if (items.length % 2 !== 0) throw new Malformed('a key without a value');
  const entries: Entry[] = [];
  for (let place = 0; place < items.length; place += 2)
    entries.push([items[place] as PickleValue, items[place + 1] as PickleValue]);
  return entries;
}
