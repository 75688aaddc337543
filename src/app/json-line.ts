/**
 * JSON lines on stdout, in the place of lines for people: for containers and journald.
 *
 * Promises: one object a line, in the shape of the log file's. Never: a stack, a token.
 */
import { pino } from 'pino';
import type { OutputStream, Speaker } from './console.ts';

export function jsonSpeaker(stdout: OutputStream): Speaker {
  const logger = pino(
    {
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    { write: text => stdout.write(text) },
  );
  return {
    say: line => logger.info(line),
    warn: line => logger.warn(line),
    fail: line => logger.error(line),
    status: view => logger.info(view, 'status'),
  };
}
