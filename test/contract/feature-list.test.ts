/**
 * A release with other features goes on from files and facts of this one: what was learned of a
 * feature that stays is kept, whatever its column and its name.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { canonicalText } from '../../src/base/canonical.ts';
import { SEQUENCE_ROWS } from '../../src/base/limits.ts';
import { components, type Memory } from '../../src/components.ts';
import type { AnyComponent, States } from '../../src/core/component.ts';
import type { Fact, TrainRequest } from '../../src/core/fact.ts';
import { FEATURE_COUNT, FEATURE_LIST, FEATURE_NAMES } from '../../src/core/feature.ts';
import { ROW } from '../../src/learn/attention-table.ts';
import { forecastOf } from '../../src/policy/forecast.ts';
import { decodeFile, encodeFile } from '../../src/state/formats.ts';
import { type FeatureChange, nextRelease, type Release } from '../fixtures/next-release.ts';
import { createPipeline, LIVELY, replayed, type Step, tidalCandles } from '../fixtures/pipeline.ts';

const OPTIONS = { candles: tidalCandles(6000), settings: LIVELY, seed: 5 };
/** Both models were adopted by then, and a training falls into the facts behind the files. */
const SAVED_AT = 7500;
const LEFT_AT = 9000;

type File = readonly [id: string, bytes: Uint8Array];

/** What this release leaves: files, and behind them facts that end with a training requested. */
async function directory() {
  const run = createPipeline(OPTIONS);
  await run.run(SAVED_AT);
  const files = components.map((component: AnyComponent): File => {
    const envelope = { component: component.id, schema: component.version, seq: run.steps.length };
    return [component.id, encodeFile(envelope, component.file.encode(run.states[component.id]))];
  });
  const savedSteps = run.steps.length;
  const saved = replayed(run.steps, run.blobs) as Memory;
  await run.run(LEFT_AT);
  const isRequest = ({ texts }: Step) =>
    texts.some(text => text.includes('"model.train.requested"'));
  const steps = run.steps.slice(0, run.steps.findLastIndex(isRequest) + 1);
  assert.ok(steps.length > savedSteps + 500);
  return { files, saved, savedSteps, steps, blobs: run.blobs };
}

const left = await directory();
const end = replayed(left.steps, left.blobs) as Memory;

/** The states in the files, as that release reads them. */
function opened({ components: theirs, upgradeContent }: Release): States {
  const read = theirs.map((component: AnyComponent) => {
    const bytes = must(new Map(left.files).get(component.id), 'a file');
    const { schema, content } = decodeFile(bytes, component.file.format, component.id);
    const state = component.file.decode(upgradeContent(component, schema, content));
    assert.equal(component.check?.(state) ?? null, null, component.id);
    return [component.id, state];
  });
  return Object.fromEntries(read);
}

const RENAMED: Readonly<Record<string, string>> = { body: 'candle_body' };
const MOVED = FEATURE_NAMES.toReversed().map(name => RENAMED[name] ?? name);
/** What the trees heed most. */
const HEEDED = must(
  Object.entries(must(left.saved['signal-model'].trained, 'trees').importance).toSorted(
    ([, a], [, b]) => b - a,
  )[0],
  'a feature',
)[0];

const CHANGES: readonly (FeatureChange & { readonly what: string; readonly drops: boolean })[] = [
  {
    ...{ what: 'with all moved, one renamed and one added', drops: false, renamed: RENAMED },
    names: [...MOVED.slice(0, 9), 'surge', ...MOVED.slice(9)],
  },
  {
    ...{ what: 'with one dropped as well, and as many as before', drops: true, renamed: RENAMED },
    names: ['surge', ...MOVED.filter(name => name !== HEEDED)],
  },
];

for (const change of CHANGES) {
  const { what, drops, names } = change;
  const next = await nextRelease(change);
  /** By new column the old one; −1: it is new. */
  const former = names.map(name => FEATURE_NAMES.findIndex(old => (RENAMED[old] ?? old) === name));
  const moved = (row: readonly number[], fresh = 0) =>
    former.map(column => (column < 0 ? fresh : row[column]!));
  const movedRows = (rows: readonly number[]): number[] =>
    Array.from({ length: SEQUENCE_ROWS }, (_, row) =>
      moved(rows.slice(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT)),
    ).flat();
  const movedText = (text: string): string => {
    const rows = new Int8Array(Uint8Array.fromBase64(text).buffer);
    return new Uint8Array(Int8Array.from(movedRows([...rows])).buffer).toBase64();
  };
  /** Files, then the facts behind them. */
  const reopened = (steps: readonly Step[], blobs: ReadonlyMap<string, Uint8Array>): States => {
    const states = opened(next);
    const fold = next.createFold(next.components, states);
    next.replay(steps.slice(left.savedSteps), { fold, blobs });
    return states;
  };

  describe(`a release ${what}`, () => {
    const read = opened(next) as unknown as Memory;
    const world = reopened(left.steps, left.blobs) as unknown as Memory;

    it('is another list', () => {
      assert.deepEqual([next.FEATURE_LIST, next.FEATURE_COUNT], [FEATURE_LIST + 1, names.length]);
    });

    it('finds every row under its name: in examples, windows and labels that wait', () => {
      assert.deepEqual(
        world['signal-model'].examples,
        end['signal-model'].examples.map(each => ({ ...each, features: moved(each.features) })),
      );
      assert.deepEqual(
        world['deep-signal-model'].examples,
        end['deep-signal-model'].examples.map(each => ({
          ...each,
          sequence: movedText(each.sequence),
        })),
      );
      // Of files; behind them windows are filled by the rules of that release.
      for (const [name, symbol] of Object.entries(left.saved.market.symbols)) {
        const { features, window, pending } = must(read.market.symbols[name], name);
        const { rows, next, count } = symbol.window;
        assert.deepEqual(features, moved(symbol.features));
        assert.deepEqual(window, { rows: movedRows(rows), next, count });
        assert.deepEqual(
          pending,
          symbol.pending.map(each => ({
            ...each,
            features: moved(each.features),
            sequence: each.sequence && movedText(each.sequence),
          })),
        );
      }
      for (const [name, { pending }] of Object.entries(end.market.symbols))
        assert.deepEqual(
          must(world.market.symbols[name], name).pending.map(({ id, features }) => [id, features]),
          pending.map(({ id, features }) => [id, moved(features)]),
        );
    });

    it('keeps the models, which say the same as before of the same market', () => {
      if (drops) {
        // Trees that split on what is gone would say something that nobody has measured.
        assert.equal(read['signal-model'].version, 0);
        assert.equal(read['deep-signal-model'].version, left.saved['deep-signal-model'].version);
        return;
      }
      for (const [name, symbol] of Object.entries(left.saved.market.symbols)) {
        const proposal = { direction: 'long', strength: 0.5, exits: null } as never;
        const idea = { strategy: 'momentum', proposal };
        const was = forecastOf(left.saved, { symbol, ...idea });
        const is = next.forecast.forecastOf(read, {
          symbol: must(read.market.symbols[name], name),
          ...idea,
        });
        assert.deepEqual(is.signal, was.signal);
        for (const learner of ['deep', 'attention'] as const)
          must(is[learner], learner).forEach((chance, label) => {
            assert.ok(Math.abs(chance - was[learner]![label]!) < 1e-5, learner);
          });
      }
    });

    it('keeps what attention has learned of the features that stay', () => {
      const rowOf = (of: Memory, row: number, width: number) =>
        Array.from(of.attention.table.subarray(row * width, (row + 1) * width));
      for (const row of [ROW.score, ROW.mean, ROW.variance]) {
        const was = rowOf(end, row, FEATURE_COUNT);
        assert.ok(was.some(value => value !== 0));
        assert.deepEqual(rowOf(world, row, names.length), moved(was));
      }
      const [examples] = rowOf(end, ROW.scalar, FEATURE_COUNT);
      assert.equal(rowOf(world, ROW.scalar, names.length)[0], examples);
      const weights = rowOf(read, ROW.weight, names.length);
      const were = moved(rowOf(left.saved, ROW.weight, FEATURE_COUNT));
      assert.equal(weights.indexOf(Math.max(...weights)), were.indexOf(Math.max(...were)));
    });

    it('leaves the Q-table and all that knows no features as it was', () => {
      for (const id of ['q-table', 'ensemble', 'analytics', 'portfolio', 'run'] as const)
        assert.equal(canonicalText(world[id]), canonicalText(end[id]), id);
    });

    it('owes the training that was requested, with its gate by name', () => {
      for (const id of ['signal-model', 'deep-signal-model'] as const) {
        const was: TrainRequest = must(end[id].request, 'a request');
        const [gate, nextGate] = [moved(was.gate, 1), moved(must(was.nextGate, 'a gate'), 1)];
        assert.deepEqual(world[id].request, { ...was, gate, nextGate });
        const decided = must(left.saved[id].retraining.gate, 'a gate');
        // Where the model is gone all of its examples may decide the next one.
        const isGone = read[id].version === 0;
        assert.deepEqual(read[id].retraining.gate, isGone ? null : moved(decided, 1));
      }
    });

    it('trades on, learns and trains, and comes back from its own files and facts', async () => {
      const states = reopened(left.steps, left.blobs);
      const run = next.createPipeline({ ...OPTIONS, from: { ...left, states } });
      await run.run(10_500);
      const resumed = next.createPipeline({ ...OPTIONS, from: next.saved(run) });
      for (const each of [run, resumed]) await each.run();
      assert.equal(canonicalText(resumed.states), canonicalText(run.states));
      assert.equal(canonicalText(reopened(run.steps, run.blobs)), canonicalText(run.states));

      const told = run.steps.slice(left.steps.length);
      const facts = told.flatMap(({ texts }) => texts.map(text => JSON.parse(text) as Fact));
      const trained = facts.filter(fact => fact.type === 'model.trained');
      for (const model of ['signal-model', 'deep-signal-model']) {
        const outcomes = trained.filter(fact => fact.model === model);
        assert.ok(outcomes.length >= 2, 'what was owed, and another');
        assert.ok(outcomes.some(({ adopted }) => adopted));
      }
      assert.ok(facts.some(({ type }) => type === 'trade.closed'));
      for (const fact of facts)
        if (fact.type === 'example.opened' || fact.type === 'example.labelled') {
          assert.deepEqual([fact.features.length, fact.featureList], [names.length, 1]);
        } else if (fact.type === 'model.train.requested')
          assert.deepEqual([fact.gate.length, fact.featureList], [names.length, 1]);
      for (const component of next.components as readonly AnyComponent[])
        assert.equal(component.check?.(run.states[component.id]) ?? null, null, component.id);
    });

    it('replays the old facts from their beginning', () => {
      const all = next.replayed(left.steps, left.blobs) as unknown as Memory;
      assert.deepEqual(
        all['signal-model'].examples.map(({ id }) => id),
        end['signal-model'].examples.map(({ id }) => id),
      );
      assert.equal(
        all.attention.table[ROW.scalar * names.length],
        end.attention.table[ROW.scalar * FEATURE_COUNT],
      );
    });
  });
}
