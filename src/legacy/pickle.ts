/**
 * Reads Python pickles, protocols 0 to 5, without running a word of them.
 *
 * A pickle is a program for a stack machine that may name any function of Python and call it. Here
 * the same opcodes build inert data (pickle-value.ts): what would be called is written down.
 * What the data means, for the few types that are understood, is python-value.ts.
 * Promises: whatever the bytes are, a value or Malformed; time and memory in proportion to the bytes,
 * and bounded. Never: calls, imports, or follows a persistent id.
 */
import { Malformed } from '../state/malformed.ts';
import { createCursor } from './byte-cursor.ts';
import { byteText, decimalOf, escapedOf, floatOf, longOf, quotedOf } from './pickle-literal.ts';
import {
  type Allowance,
  createMachine,
  fullAllowance,
  type Machine,
  pairsOf,
  type Replace,
} from './pickle-machine.ts';
import {
  type Dictionary,
  isKind,
  type Made,
  type PickleValue,
  type Sequence,
} from './pickle-value.ts';

export interface PickleOptions {
  readonly replace?: Replace;
  readonly allowance?: Allowance;
}

export const readPickle = (
  bytes: Uint8Array,
  { replace = () => null, allowance = fullAllowance() }: PickleOptions = {},
): PickleValue => runPickle({ cursor: createCursor(bytes), allowance, replace });

const STOP = 0x2e;

/** From where the cursor stands, to the end of the pickle. */
export function runPickle(parts: Pick<Machine, 'cursor' | 'allowance' | 'replace'>): PickleValue {
  const machine = createMachine(parts);
  const { cursor } = machine;
  for (let code = cursor.byte(); code !== STOP; code = cursor.byte()) {
    const operate = OPERATIONS[code];
    if (operate === undefined)
      throw new Malformed(
        `no pickle: 0x${code.toString(16)} at ${cursor.position() - 1} is no opcode`,
      );
    operate(machine);
  }
  return machine.pop();
}

type Operation = (machine: Machine) => void;

/** Operations that push what they read. */
const literal =
  (read: (machine: Machine) => PickleValue): Operation =>
  machine =>
    machine.push(read(machine));

const sequence = (kind: Sequence['kind'], items: PickleValue[] = []): Sequence => ({ kind, items });
const dictionary = (items: PickleValue[] = []): Dictionary => ({
  kind: 'dict',
  entries: pairsOf(items),
});

const tupleOf = (count: number): Operation =>
  literal(machine => {
    const items: PickleValue[] = [];
    for (let left = count; left > 0; left -= 1) items.unshift(machine.pop());
    return sequence('tuple', items);
  });

/** What Python 2, and numpy before and after 2.0, call alike. */
const RENAMED: readonly (readonly [from: string, to: string])[] = [
  ['__builtin__.', 'builtins.'],
  ['copy_reg.', 'copyreg.'],
  ['numpy._core.', 'numpy.core.'],
];

function globalOf(module: string, name: string): PickleValue {
  const full = `${module}.${name}`;
  const renamed = RENAMED.find(([from]) => full.startsWith(from));
  const plain = renamed === undefined ? full : `${renamed[1]}${full.slice(renamed[0].length)}`;
  return { kind: 'global', name: plain };
}

const made = (maker: PickleValue, args: readonly PickleValue[]): Made => ({
  kind: 'made',
  maker,
  args,
  state: undefined,
  items: [],
  entries: [],
});

function argumentsOf(value: PickleValue): readonly PickleValue[] {
  if (!isKind(value, 'tuple')) throw new Malformed('a call without a tuple of arguments');
  return value.items;
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const target = machine.top();
  if (!isKind(target, 'list', 'set', 'made')) throw new Malformed('items for what is no list');
  for (const item of items) target.items.push(item);
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const target = machine.top();
  if (!isKind(target, 'dict', 'made')) throw new Malformed('entries for what is no dictionary');
  for (const entry of pairsOf(items)) target.entries.push(entry);
}

function build(machine: Machine): void {
  const state = machine.pop();
  const target = machine.top();
  // Python would set attributes of anything; nothing that is understood has such a state.
  if (!isKind(target, 'made')) return;
  target.state = state;
  const instead = machine.replace(target, machine);
  if (instead === null) return;
  machine.pop();
  machine.push(instead);
}

function reduce(machine: Machine): void {
  const args = argumentsOf(machine.pop());
  machine.push(made(machine.pop(), args));
}

function reduceWithKeywords(machine: Machine): void {
  const keywords = machine.pop();
  const args = argumentsOf(machine.pop());
  machine.push(made(machine.pop(), [...args, keywords]));
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== 'string' || typeof module !== 'string')
    throw new Malformed('a class whose name is no text');
  machine.push(globalOf(module, name));
}

function instance({ popMark, push }: Machine): void {
  const [maker, ...args] = popMark();
  if (maker === undefined) throw new Malformed('an object without a class');
  push(made(maker, args));
}

const lineText = ({ cursor }: Machine): string => byteText(cursor.line());

function lineKey({ cursor }: Machine): number {
  const key = Number(cursor.line().toString('latin1').trim());
  if (!Number.isSafeInteger(key) || key < 0) throw new Malformed('a memo entry without a number');
  return key;
}

function protocol({ cursor }: Machine): void {
  const version = cursor.byte();
  if (version > PROTOCOL_MAX) throw new Malformed(`pickle protocol ${version} is not known`);
}

const PROTOCOL_MAX = 5;

const extension = (read: (machine: Machine) => number): Operation =>
  literal(machine => ({ kind: 'global', name: `extension ${read(machine)}` }));

/** By their letters; those from 0x80 on by number. */
const OPERATIONS: readonly (Operation | undefined)[] = tableOf({
  '(': machine => machine.mark(),
  '0': machine => void machine.pop(),
  '1': machine => void machine.popMark(),
  '2': machine => machine.push(machine.top()),
  N: literal(() => null),
  '\x88': literal(() => true),
  '\x89': literal(() => false),
  I: literal(({ cursor }) => decimalOf(cursor.line())),
  L: literal(({ cursor }) => decimalOf(cursor.line())),
  F: literal(({ cursor }) => floatOf(cursor.line())),
  G: literal(({ cursor }) => cursor.double()),
  J: literal(({ cursor }) => cursor.int32()),
  K: literal(({ cursor }) => cursor.byte()),
  M: literal(({ cursor }) => cursor.uint16()),
  '\x8a': literal(({ cursor }) => longOf(cursor.take(cursor.byte()))),
  '\x8b': literal(({ cursor }) => longOf(cursor.take(cursor.int32()))),
  S: literal(({ cursor }) => quotedOf(cursor.line())),
  V: literal(({ cursor }) => escapedOf(cursor.line())),
  T: literal(({ cursor }) => byteText(cursor.take(cursor.int32()))),
  U: literal(({ cursor }) => byteText(cursor.take(cursor.byte()))),
  X: literal(({ cursor }) => cursor.take(cursor.uint32()).toString('utf8')),
  '\x8c': literal(({ cursor }) => cursor.take(cursor.byte()).toString('utf8')),
  '\x8d': literal(({ cursor }) => cursor.take(cursor.length64()).toString('utf8')),
  B: literal(({ cursor }) => cursor.take(cursor.uint32())),
  C: literal(({ cursor }) => cursor.take(cursor.byte())),
  '\x8e': literal(({ cursor }) => cursor.take(cursor.length64())),
  '\x96': literal(({ cursor }) => cursor.take(cursor.length64())),
  ']': literal(() => sequence('list')),
  l: literal(machine => sequence('list', machine.popMark())),
  ')': literal(() => sequence('tuple')),
  t: literal(machine => sequence('tuple', machine.popMark())),
  '\x85': tupleOf(1),
  '\x86': tupleOf(2),
  '\x87': tupleOf(3),
  '}': literal(() => dictionary()),
  d: literal(machine => dictionary(machine.popMark())),
  '\x8f': literal(() => sequence('set')),
  '\x91': literal(machine => sequence('set', machine.popMark())),
  a: machine => append(machine, [machine.pop()]),
  e: machine => append(machine, machine.popMark()),
  '\x90': machine => append(machine, machine.popMark()),
  s: machine => setItems(machine, [machine.pop(), machine.pop()].reverse()),
  u: machine => setItems(machine, machine.popMark()),
  c: literal(machine => globalOf(lineText(machine), lineText(machine))),
  '\x93': stackGlobal,
  R: reduce,
  '\x81': reduce,
  '\x92': reduceWithKeywords,
  b: build,
  i: machine => {
    const maker = globalOf(lineText(machine), lineText(machine));
    machine.push(made(maker, machine.popMark()));
  },
  o: instance,
  P: literal(machine => made({ kind: 'global', name: 'persistent id' }, [lineText(machine)])),
  Q: literal(machine => made({ kind: 'global', name: 'persistent id' }, [machine.pop()])),
  '\x82': extension(({ cursor }) => cursor.byte()),
  '\x83': extension(({ cursor }) => cursor.uint16()),
  '\x84': extension(({ cursor }) => cursor.int32()),
  p: machine => machine.remember(lineKey(machine)),
  q: machine => machine.remember(machine.cursor.byte()),
  r: machine => machine.remember(machine.cursor.uint32()),
  '\x94': machine => machine.remember(machine.memoSize()),
  g: literal(machine => machine.recall(lineKey(machine))),
  h: literal(machine => machine.recall(machine.cursor.byte())),
  j: literal(machine => machine.recall(machine.cursor.uint32())),
  '\x80': protocol,
  // Frames are hints for reading ahead; the buffer stands in the stream already.
  '\x95': ({ cursor }) => void cursor.length64(),
  '\x97': () => {
    throw new Malformed('a buffer that is kept outside the file');
  },
  '\x98': () => {},
});

function tableOf(byLetter: Readonly<Record<string, Operation>>): (Operation | undefined)[] {
  const table = new Array<Operation | undefined>(256).fill(undefined);
  for (const [letter, operation] of Object.entries(byLetter))
    table[letter.charCodeAt(0)] = operation;
  return table;
}
