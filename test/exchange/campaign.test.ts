/**
 * One life of the campaign (`npm run test:exchange` runs as many as it is told), on the simulated
 * market, so that it is the same wherever it runs; and those that were not survived once.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { workFolder } from '../lifecycle/work-folder.ts';
import { live } from './life.ts';
import { planOf } from './life-plan.ts';

/** Seeds of the simulated market, and what their life has shown to be wrong. */
const LIVES: Readonly<Record<number, string>> = {
  21: 'killed as orders are taken, at an exchange that forgets client ids, with a person at its site',
};

describe('a live bot as a real process', () => {
  const home = workFolder('campaign');
  const nursery = new Map<number, Promise<void>>();
  for (const [seed, what] of Object.entries(LIVES))
    it(`survives life ${seed} whole: ${what}`, async () => {
      const { problems, output } = await live(planOf(Number(seed), 'simulated'), home, nursery);
      assert.deepEqual(problems, [], output);
    });
});
