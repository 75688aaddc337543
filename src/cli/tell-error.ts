/**
 * Faults and bugs as a line for a person and an exit code.
 *
 * Promises: a fault is `holdfast: <what> — <remedy>` and its exit code; a bug is exit 70 with its
 * stack in the log (on stderr with HOLDFAST_DEBUG). Never: more than one line without it.
 */
import { escaped } from '../base/escaped.ts';
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
import type { Io } from './io.ts';

/** Tells a person what went wrong, once, and gives the exit code. */
export function tellError(thrown: unknown, io: Io): ExitCode {
  const error = isExhausted(thrown) ? exhausted(thrown) : thrown;
  if (error instanceof Fault) {
    io.stderr.write(`holdfast: ${oneLine(error.message)} — ${oneLine(error.remedy)}\n`);
    io.log?.error(error.message, { exitCode: error.exitCode });
    return error.exitCode;
  }
  const debug = (io.env['HOLDFAST_DEBUG'] ?? '') !== '';
  const stack = error instanceof Error ? error.stack : String(error);
  const message = error instanceof Error ? error.message : String(error);
  const where =
    io.log === null
      ? 'run it again with HOLDFAST_DEBUG=1 and report what it prints'
      : `please report it with ${io.log.file}`;
  io.log?.error('bug', { err: error instanceof Error ? error : new Error(message) });
  io.stderr.write(`holdfast: this is a bug: ${oneLine(message)} — ${where}\n`);
  if (debug) io.stderr.write(`${stack}\n`);
  return EXIT.bug;
}

/** The machine has no more of something: nobody's bug, wherever it was met. */
const EXHAUSTED = ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EDQUOT'];

const isExhausted = (error: unknown): error is Error =>
  error instanceof Error &&
  !(error instanceof Fault) &&
  'code' in error &&
  EXHAUSTED.includes(String(error.code));

const exhausted = ({ message }: Error): Fault =>
  new Fault(EXIT.disk, message, 'free what it names or raise its limit (ulimit -a), start again');

/** Names of files may be in it. */
const oneLine = (text: string): string => escaped(text.replace(/\s*\n\s*/g, ' '));
