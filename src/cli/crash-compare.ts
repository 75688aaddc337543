/**
 * Compares two state directories by what `state hash` and `state verify` say of them.
 *
 * Promises: reads only; every difference is a sentence.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { type BotCommand, runBot } from './crash-bot.ts';

/** The answer of `state hash --json`. */
export interface HashAnswer {
  readonly seq: number;
  /** Hash of the journal's last line, each hashed into the next: of every fact there ever was. */
  readonly chain: string;
  readonly components: Readonly<Record<string, string>>;
  readonly all: string;
}

/** A directory under test, and what is set in the environment of those who look at it. */
export interface Tried {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

const look = (command: BotCommand, { directory, env }: Tried, ...what: readonly string[]) =>
  runBot(command, ['state', ...what, '--dir', directory], { killAfterMs: null, env });

export async function hashOf(command: BotCommand, tried: Tried): Promise<HashAnswer> {
  const run = await look(command, tried, 'hash', '--json');
  try {
    const answer = JSON.parse(run.stdout) as HashAnswer;
    if (run.code === 0 && isAnswer(answer)) return answer;
  } catch {
    // Told below, with what it printed instead.
  }
  throw new Fault(
    EXIT.checkFailed,
    `state hash of ${tried.directory} exited ${run.code}: ${lastLine(run.output)}`,
    'look at it with: state verify',
  );
}

const isAnswer = ({ seq, chain, all }: HashAnswer): boolean =>
  typeof seq === 'number' && typeof chain === 'string' && typeof all === 'string';

/** What `state verify` finds wrong, or null. */
export async function damageOf(command: BotCommand, tried: Tried): Promise<string | null> {
  const run = await look(command, tried, 'verify');
  return run.code === 0 ? null : `state verify exited ${run.code}: ${lastLine(run.output)}`;
}

export function differences(twin: HashAnswer, other: HashAnswer): string[] {
  const found: string[] = [];
  if (twin.seq !== other.seq) found.push(`${other.seq} steps instead of ${twin.seq}`);
  const ids = new Set([...Object.keys(twin.components), ...Object.keys(other.components)]);
  for (const id of ids)
    if (twin.components[id] !== other.components[id]) found.push(`${id} has another hash`);
  // Each line is hashed with its number and its facts: none is missing, repeated or another.
  if (twin.seq === other.seq && twin.chain !== other.chain)
    found.push('the journal holds other facts');
  if (found.length === 0 && twin.all !== other.all) found.push('the hash of all differs');
  return found;
}

export const lastLine = (output: string): string =>
  output.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
