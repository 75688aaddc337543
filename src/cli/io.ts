/**
 * What a command has of the world: streams, environment, a clock, and where a bug is told.
 *
 * Promises: the same shape in tests and in the process. Never: holds state of the bot.
 */
import type { OutputStream } from '../app/console.ts';
import type { Log } from '../app/log.ts';
import type { ExitCode } from '../base/fault.ts';

export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Wall clock. */
  readonly now: () => number;
  /** The open log, set by the command that opened one: a bug leaves its stack there. */
  log: Log | null;
}

/** The body of a command. It throws a Fault for what the user or the world did wrong. */
export type Command<Options> = (options: Options, io: Io) => Promise<ExitCode>;
