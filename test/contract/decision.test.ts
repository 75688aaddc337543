/**
 * Looking back at a decision: what is told of it is what the facts of its step say.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decisionAt, entryOf } from '../../src/app/decision-point.ts';
import { decisionText } from '../../src/app/decision-text.ts';
import { journalOf, lookAt, memoryOf, placeHeld, reach } from '../../src/app/directory.ts';
import { openSession, runSession } from '../../src/app/session.ts';
import type { Fault } from '../../src/base/fault.ts';
import type { Fact } from '../../src/core/fact.ts';
import { FEATURE_NAMES } from '../../src/core/feature.ts';
import { newestOf, readManifests } from '../../src/state/manifest.ts';
import { writeManifest } from '../../src/state/snapshot.ts';
import { LIVELY } from '../fixtures/pipeline.ts';
import { sessionOptions } from '../fixtures/session.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-decision-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const place = placeHeld({ directory, journalMirror: null, allowNetwork: true });

before(async () => {
  const until = { kind: 'candles', count: 3000 } as const;
  await runSession(sessionOptions({ until }, { directory, settings: LIVELY, seed: 3 }));
});

const factsAt = (seq: number) => {
  for (const step of journalOf(place).steps(seq)) return step.facts;
  return [];
};
const tradesOf = () => memoryOf(lookAt(place)).analytics;

describe('the decision behind a trade', () => {
  it('is the step that approved its entry, with what was forecast of it', () => {
    const { trades, totals } = tradesOf();
    assert.ok(totals.trades > 3);
    const number = totals.trades - 1;
    const trade = trades[number - 1];
    const { point, ...outcome } = entryOf(place, { kind: 'trade', number });
    const decision = decisionAt(place, point);
    assert.deepEqual(outcome, { trade, position: null });
    const facts = factsAt(decision.step);
    const order = facts.find(fact => fact.type === 'order.approved');
    assert.ok(order?.type === 'order.approved' && order.order.id === trade?.id);
    assert.deepEqual(decision.orders, [order.order]);
    assert.deepEqual(
      decision.weighed,
      facts.find(fact => fact.type === 'signal.weighed'),
    );
    assert.equal(decision.choice?.action, trade?.strategy);
    assert.equal(decision.quiet, null);
    assert.ok((decision.marketTime ?? 0) <= (trade?.entryTime ?? 0) + 60_000);
    const text = decisionText(decision, outcome);
    for (const words of ['Verdict', trade?.id ?? '', 'It became', 'return_60'])
      assert.ok(text.includes(words), words);
  });

  it('knew the features that the learners were told', () => {
    const opened = [...journalOf(place).steps()].find(({ facts }) =>
      facts.some(fact => fact.type === 'example.opened' && fact.proposed),
    );
    const fact = opened?.facts.find(each => each.type === 'example.opened');
    assert.ok(opened !== undefined && fact?.type === 'example.opened');
    const { features } = decisionAt(place, { kind: 'step', seq: opened.seq });
    const told = Object.fromEntries(FEATURE_NAMES.map((name, at) => [name, fact.features[at]]));
    assert.deepEqual(features, told);
  });
});

describe('a step that decided nothing', () => {
  it('says why nothing was proposed', () => {
    const { quiet, orders } = decisionAt(place, { kind: 'step', seq: 9 });
    assert.equal(quiet, 'the symbol warms up');
    assert.deepEqual(orders, []);
  });

  it('of no candle is refused; a market time is that of its candle', () => {
    assert.throws(
      () => decisionAt(place, { kind: 'step', seq: 1 }),
      ({ message }: Fault) => /step 1 is of no candle: it holds directory\.bound/.test(message),
    );
    const { step, marketTime } = decisionAt(place, { kind: 'step', seq: 2000 });
    const same = decisionAt(place, { kind: 'time', time: marketTime ?? 0 });
    assert.ok(same.step >= step && same.marketTime === marketTime);
  });

  it('a trade that is not there names those that are', () => {
    const { totals } = tradesOf();
    for (const number of [0, totals.trades + 1])
      assert.throws(
        () => entryOf(place, { kind: 'trade', number }),
        ({ remedy }: Fault) => remedy === `give a number from 1 to ${totals.trades}, or open`,
      );
  });
});

describe('a trade that is open', () => {
  const open = mkdtempSync(join(tmpdir(), 'holdfast-open-'));
  after(() => rmSync(open, { recursive: true, force: true }));
  const own = placeHeld({ directory: open, journalMirror: null, allowNetwork: true });

  it('is named by its symbol, or as the only one', async () => {
    const wire = { ...sessionOptions().wire, directory: open, settings: LIVELY, seed: 3 };
    const session = await openSession(wire);
    const { portfolio } = session.bot.world;
    for (let count = 1000; Object.keys(portfolio.positions).length !== 1; count += 1)
      await session.run({ ...sessionOptions(), until: { kind: 'candles', count } });
    await session.close();
    const [position] = Object.values(memoryOf(lookAt(own)).portfolio.positions);
    assert.ok(position !== undefined);
    for (const symbol of [null, position.symbol, position.symbol.slice(0, 3).toLowerCase()]) {
      const { point, ...outcome } = entryOf(own, { kind: 'open', symbol });
      assert.deepEqual(outcome, { trade: null, position });
      const decision = decisionAt(own, point);
      assert.equal(decision.orders[0]?.id, position.entryOrderId);
      assert.match(decisionText(decision, outcome), /It became {2}\w+ \S+, still open/);
    }
    assert.throws(
      () => entryOf(own, { kind: 'open', symbol: 'DOGE' }),
      ({ remedy }: Fault) => remedy === `open are ${position.symbol}`,
    );
  });
});

describe('at the edge of what is kept', () => {
  const edges = mkdtempSync(join(tmpdir(), 'holdfast-edge-'));
  after(() => rmSync(edges, { recursive: true, force: true }));

  /** A directory whose oldest generation is of such a step, which the journal has. */
  async function edgeAt(name: string, isWanted: (facts: readonly Fact[]) => boolean) {
    const own = placeHeld({
      directory: join(edges, name),
      journalMirror: null,
      allowNetwork: true,
    });
    const { directory: at, disks } = own;
    const told = { facts: [] as readonly Fact[] };
    const session = await openSession({
      ...sessionOptions().wire,
      ...{ directory: at, settings: LIVELY, seed: 3, watch: step => Object.assign(told, step) },
    });
    const run = (count: number) =>
      session.run({ ...sessionOptions(), until: { kind: 'candles', count } });
    for (const count of [1000, 1400]) {
      await run(count);
      await session.checkpoint('asked for');
    }
    for (let count = 1401; !isWanted(told.facts); count += 1) await run(count);
    const { seq } = await session.checkpoint('asked for');
    await session.close();
    const whole = decisionAt(own, { kind: 'step', seq });
    const manifest = newestOf(readManifests(disks.a));
    assert.ok(manifest !== null);
    const generations = manifest.generations.filter(each => each.seq === seq);
    writeManifest(disks.a, { ...manifest, generations });
    assert.equal(reach(own).first, seq);
    return { whole, left: decisionAt(own, { kind: 'step', seq }) };
  }

  it('a step that told nothing after it decided is known whole', async () => {
    const { whole, left } = await edgeAt('plain', facts => facts.length === 1);
    assert.deepEqual(left, whole);
  });

  it('of another one the parts are known that it left as they were', async () => {
    const isWanted = (facts: readonly Fact[]) => facts.at(-1)?.type === 'example.opened';
    const { whole, left } = await edgeAt('more', isWanted);
    const unknown = { reading: null, features: null, inCharge: null, weights: null };
    assert.match(left.doubts.join(), /^the memory before step \d+ is not kept: what it changed/);
    assert.deepEqual({ ...left, quiet: null, doubts: [] }, { ...whole, ...unknown, quiet: null });
    assert.notEqual(left.account, null);
  });
});
