/**
 * What a directory remembers, read as recovery would: for comparing two bots.
 *
 * Promises: read-only. Never: needs the bot's process.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { components, type Memory } from '../../src/components.ts';
import type { FactName } from '../../src/core/fact.ts';
import { inspectStates } from '../../src/state/inspect.ts';
import { openDisks } from '../../src/state/open-disks.ts';
import { stateHashes } from '../../src/state/state-hash.ts';

export interface Remembered {
  readonly seq: number;
  /** By component id, and `all`. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly states: Memory;
}

export function remembered(directory: string): Remembered {
  const { seq, states, doubt } = inspectStates(openDisks(directory, undefined), components);
  if (doubt !== null) throw new Error(`${directory}: ${doubt}`);
  const { all, components: parts } = stateHashes(components, states);
  const hashes = Object.fromEntries(parts.map(({ id, sha256 }) => [id, sha256]));
  return { seq, hashes: { ...hashes, all }, states: states as Memory };
}

/** What two bots are compared by: steps, candles, trades, and the hash of every component. */
export function digest(directory: string) {
  const { seq, hashes, states } = remembered(directory);
  const { candles } = states.run;
  const { trades, winStreakMax } = states.analytics.totals;
  return { seq, candles, trades, winStreakMax, hashes };
}

/** The last step in the journal, read off its newest segment; 0: none yet. For a running bot. */
export function stepOf(directory: string): number {
  const segment = newestSegment(directory);
  if (segment === null) return 0;
  const seq = /^\{"len":"\w+","crc":"\w+","seq":(\d+),/.exec(lastLine(segment))?.[1];
  return seq === undefined ? Number.parseInt(basename(segment), 10) - 1 : Number(seq);
}

/** True when the last step in the journal holds a fact of this type. */
export function endsWith(directory: string, type: FactName): boolean {
  const segment = newestSegment(directory);
  return segment !== null && lastLine(segment).includes(`{"type":"${type}",`);
}

function newestSegment(directory: string): string | null {
  const folder = join(directory, 'journal');
  if (!existsSync(folder)) return null;
  const name = readdirSync(folder).filter(isOpen).toSorted().at(-1);
  return name === undefined ? null : join(folder, name);
}

const lastLine = (segment: string): string => tailOf(segment).split('\n').at(-2) ?? '';

const isOpen = (name: string): boolean => name.endsWith('.a.jsonl');

const TAIL_BYTES = 64 * 1024;

function tailOf(file: string): string {
  // It may be packed between the look and this.
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return '';
  const handle = openSync(file, 'r');
  try {
    const tail = Buffer.alloc(Math.min(bytes, TAIL_BYTES));
    readSync(handle, tail, 0, tail.length, bytes - tail.length);
    return tail.toString();
  } finally {
    closeSync(handle);
  }
}

/** SHA-256 over names and contents of every file: equal only when nothing at all was changed. */
export function fingerprint(directory: string): string {
  const sum = createHash('sha256');
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted(byName)) {
      const path = join(folder, entry.name);
      sum.update(`${entry.name}\n`);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) sum.update(readFileSync(path));
    }
  };
  walk(directory);
  return sum.digest('hex');
}

const byName = (one: { name: string }, other: { name: string }): number =>
  one.name < other.name ? -1 : 1;
