/**
 * Runs suites side by side, so that the last long case of one leaves no core idle.
 *
 * Promises: as many threads as were asked for, whatever the number of suites; the tallies come in
 * the order of the suites.
 */
import { must } from '../../src/base/assert.ts';
import { runSuite, type SuiteRun } from './run-suite.ts';
import type { Suite } from './suite.ts';
import type { Tally } from './tally.ts';

export interface Lanes extends Omit<SuiteRun, 'watch'> {
  /** 0..1 of all suites, those that are under way, and the failures so far. */
  readonly watch: (share: number, running: readonly string[], failures: number) => void;
}

interface Progress {
  share: number;
  failures: number;
  running: boolean;
}

export async function runSuites(suites: readonly Suite[], lanes: Lanes): Promise<Tally[]> {
  const count = Math.min(lanes.threads, suites.length);
  const progress = suites.map((): Progress => ({ share: 0, failures: 0, running: false }));
  const tallies: Tally[] = [];
  let next = 0;
  const show = (): void => {
    const share = progress.reduce((sum, each) => sum + each.share, 0) / suites.length;
    const failures = progress.reduce((sum, each) => sum + each.failures, 0);
    const running = suites.filter((_, index) => progress[index]?.running).map(({ name }) => name);
    lanes.watch(share, running, failures);
  };
  const runLane = async (lane: number): Promise<void> => {
    // The threads that do not go round evenly are the first lanes'.
    const threads = Math.floor((lanes.threads + count - 1 - lane) / count);
    while (next < suites.length) {
      const index = next;
      next += 1;
      const own = must(progress[index], 'progress');
      own.running = true;
      const watch = (share: number, failures: number): void => {
        Object.assign(own, { share, failures });
        show();
      };
      const suite = must(suites[index], 'suite');
      tallies[index] = await runSuite(suite, { ...lanes, threads, watch });
      Object.assign(own, { share: 1, running: false });
      show();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, lane) => runLane(lane)));
  return tallies;
}
