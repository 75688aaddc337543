/**
 * A process that lives one life after the other, for faults that no life of a bot survives but the
 * process does: a start-up costs more than a life.
 *
 * Promises: a fault is told as the bot tells it, as a line and an exit code; what a life leaves open
 * is the next one's undoing, as it would be an embedded bot's.
 */
import { tellError } from '../../../src/cli/tell-error.ts';
import { type Life, live } from './life.ts';

/** What a process that lived it would have left: its exit code and streams. */
export interface LifeTold {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

process.on('message', async (life: Life) => {
  let [code, stdout, stderr] = [0, '', ''];
  const write = (text: string): void => {
    stderr += text;
  };
  const stream = { write, on: () => undefined };
  try {
    await live(life, line => {
      stdout += `${line}\n`;
    });
  } catch (error) {
    code = tellError(error, { stdout: stream, stderr: stream, env: {}, now: () => 0, log: null });
  }
  process.send?.({ code, stdout, stderr } satisfies LifeTold);
});
process.send?.('ready');
