/**
 * A process that holds a directory and goes on when it is told to: a line on stdin is a step.
 *
 * Says `ready SEQ`, `step SEQ`, and at the end of stdin, `stopped`. Arguments: directory, mirror.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tellError } from '../../../src/cli/tell-error.ts';
import { openStore } from '../../../src/state/store.ts';
import { COMPONENTS, runSteps, slowClock } from '../../state/small-bot.ts';

const [directory = '', mirror = ''] = process.argv.slice(2);
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

try {
  const store = openStore({
    ...{ directory, components: COMPONENTS, now: slowClock(), sync: 'each' },
    ...(mirror === '' ? {} : { journalMirror: mirror }),
  });
  say(`ready ${store.seq}`);
  for await (const _ of createInterface({ input: process.stdin }))
    runSteps(store, 1, seq => say(`step ${seq}`));
  store.checkpoint('shutdown');
  store.close();
  say('stopped');
} catch (error) {
  const { stdout, stderr, env } = process;
  process.exitCode = tellError(error, { stdout, stderr, env, now: () => 0, log: null });
}
