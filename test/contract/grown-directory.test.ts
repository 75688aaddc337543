/**
 * A directory of a release that had fewer parts: what is new in this one is founded quietly.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openSession } from '../../src/app/session.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import { components } from '../../src/components.ts';
import type { Fact } from '../../src/core/fact.ts';
import { createFold } from '../../src/core/fold.ts';
import { jsonRecorder } from '../../src/core/step.ts';
import { simulatedFeed } from '../../src/exchange/simulated.ts';
import { roundTripCost } from '../../src/learn/labels.ts';
import { openStore } from '../../src/state/store.ts';
import { runPipeline, settingsWith, simulatedCandles } from '../fixtures/pipeline.ts';
import { sessionOptions } from '../fixtures/session.ts';

const settings = settingsWith(
  { takerFee: 0.001 },
  { signalModel: false, deepSignalModel: false, exampleMinutes: 0 },
);
const MINUTES = 1500;

/** A directory as a release leaves it that does not know the ensemble. */
async function formerDirectory(context: TestContext): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-grown-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const former = components.filter(({ id }) => id !== 'ensemble');
  const store = openStore({ directory, components: former, now: Date.now, sync: 'shared' });
  const fold = createFold(former, store.states);
  const { steps } = await runPipeline({ candles: simulatedCandles(MINUTES), settings });
  for (const { seq, texts } of steps) {
    const facts = texts.map(jsonRecorder.decode);
    for (const fact of facts) fold(fact);
    store.append({ seq, facts, texts });
    // Often enough for the journal's beginning to be dropped: else it is simply replayed.
    if (seq % 500 === 0) store.checkpoint('test');
  }
  store.checkpoint('test');
  store.close();
  return directory;
}

/** A session of this release there, with what it warned of and told. */
async function sessionIn(directory: string) {
  const warnings: string[] = [];
  const facts: Fact[] = [];
  const { wire } = sessionOptions(
    {},
    {
      ...{ directory, settings },
      source: seed => ({
        ...{ mode: 'tape', market: 'test', timeframeMs: MINUTE_MS, fundingFiles: [] },
        feed: simulatedFeed({ seed }),
      }),
      warn: line => warnings.push(line),
      watch: step => facts.push(...step.facts),
    },
  );
  return { session: await openSession(wire), warnings, facts };
}

describe('a directory from before the ensemble', () => {
  it('is opened without a warning, and the ensemble begins with the settings in force', async context => {
    const directory = await formerDirectory(context);
    const { session, warnings, facts } = await sessionIn(directory);
    const { world, store } = session.bot;
    assert.deepEqual([warnings, store.report.repairs, store.report.lost], [[], [], []]);
    assert.deepEqual(store.report.upgraded, ['ensemble is new and starts from its defaults']);
    assert.deepEqual(
      facts.flatMap(fact => (fact.type === 'component.founded' ? [fact.ids] : [])),
      [['ensemble']],
    );
    assert.deepEqual([world.ensemble.active, world.ensemble.cost], [true, roundTripCost(settings)]);

    // Labels that waited when it was founded are not its own; later ones are.
    const until = { kind: 'candles', count: 4 * MINUTES } as const;
    await session.run({ ...sessionOptions(), until });
    const judged = world.ensemble.records.pool.examples;
    const labelled = facts.filter(fact => fact.type === 'example.labelled' && fact.proposed).length;
    assert.ok(judged > 30 && judged < labelled, `${judged} of ${labelled}`);
    await session.checkpoint('test');
    await session.close();

    const again = await sessionIn(directory);
    const { upgraded, repairs } = again.session.bot.store.report;
    assert.deepEqual([upgraded, repairs, again.facts], [[], [], []]);
    await again.session.close();
  });
});
