/**
 * The edge of the process: argv in, exit code out.
 *
 * Promises: whatever is thrown anywhere becomes a line and an exit code (tell-error.ts); a closed
 * stdout or stderr ends nothing; what was printed has left before the process does. Never: saves anything when something is broken; recovery does that from the journal.
 */
import { tolerateClosedStream } from '../app/console.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';
import { tellError } from './tell-error.ts';

export async function runProcess(): Promise<void> {
  const io: Io = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now: Date.now,
    log: null,
  };
  tolerateClosedStream(io.stdout);
  tolerateClosedStream(io.stderr);
  // Memory may be half changed: say it and leave. The journal has what was acknowledged.
  const crash = (error: unknown): never => process.exit(tellError(error, io));
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  const code = isSomewhere() ? await runCli(process.argv.slice(2), io) : tellError(NOWHERE, io);
  await flushed(process.stdout);
  process.exit(code);
}

const NOWHERE = new Fault(
  EXIT.config,
  'the folder in which this was started is gone',
  'change to one that is there (cd), then start again',
);

function isSomewhere(): boolean {
  try {
    return process.cwd() !== '';
  } catch {
    return false;
  }
}

/** Waits until what was written has left, also when nobody reads it any more. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise(resolve => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
