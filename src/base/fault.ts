/**
 * Faults: what can go wrong outside the code (a user's option, a file, a disk, an exchange).
 *
 * Promises: each carries the exit code of the design and a remedy, so that the edge prints one
 * clear line. Never: a stack trace for a fault, and never a fault for a bug.
 */

/** Exit codes of the design, section 6. */
export const EXIT = {
  ok: 0,
  checkFailed: 1,
  usage: 2,
  config: 64,
  corrupt: 65,
  unreachable: 69,
  bug: 70,
  disk: 74,
  inUse: 75,
  leftAtOnce: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A fault that was thrown in another thread: it arrives here as a plain error. */
export function revived(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error) || error.name !== 'Fault') return error;
  const { exitCode, remedy } = error as Error & Partial<Record<'exitCode' | 'remedy', unknown>>;
  const code = Object.values(EXIT).find(each => each === exitCode);
  if (code === undefined || typeof remedy !== 'string') return error;
  return new Fault(code, error.message, remedy);
}

export class Fault extends Error {
  override name = 'Fault';
  readonly exitCode: ExitCode;
  /** What the user can do about it, as a sentence. */
  readonly remedy: string;

  constructor(exitCode: ExitCode, message: string, remedy: string) {
    super(message);
    this.exitCode = exitCode;
    this.remedy = remedy;
  }
}
