/**
 * A process that lives one life (life.ts), told on stdout. A fault ends it as it ends the bot: one
 * line, the exit code.
 *
 * Arguments: directory, last step, the mirror's folder ('' for none), the release,
 * the clock.
 */
import { writeSync } from 'node:fs';
import { tellError } from '../../../src/cli/tell-error.ts';
import { live } from './life.ts';

const [directory = '', until, mirror = '', release = '', clock = ''] = process.argv.slice(2);

try {
  await live({ directory, until: Number(until), mirror, release, clock }, line => {
    writeSync(1, `${line}\n`);
  });
} catch (error) {
  const { stdout, stderr, env } = process;
  process.exitCode = tellError(error, { stdout, stderr, env, now: () => 0, log: null });
}
