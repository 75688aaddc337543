/**
 * Rollback of a directory: by a session that runs and at rest, to a step, a time and a version; both
 * go on alike, and what is refused stops nobody.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { changeDirectory, lookAt, memoryOf, placeHeld, reach } from '../../src/app/directory.ts';
import { eventsOf } from '../../src/app/history.ts';
import { stepOf } from '../../src/app/point.ts';
import { type RollbackTarget, type RolledBack, rollBackAtRest } from '../../src/app/rollback.ts';
import { openSession, type Session } from '../../src/app/session.ts';
import { hashesOf, marketTimeOf } from '../../src/app/view.ts';
import { EXIT, Fault } from '../../src/base/fault.ts';
import type { Memory } from '../../src/components.ts';
import { LIVELY } from '../fixtures/pipeline.ts';
import { sessionOptions } from '../fixtures/session.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-rollback-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const placeOf = (name: string) =>
  placeHeld({ directory: at(name), journalMirror: null, allowNetwork: true });

const MIDDLE = 2400;
const TOLD = 3000;
const END = 3600;

const wireOf = (name: string) => ({
  ...sessionOptions().wire,
  ...{ directory: at(name), settings: LIVELY, seed: 3 },
});

const runTo = (session: Session, count: number) =>
  session.run({ ...sessionOptions(), until: { kind: 'candles', count } });

async function stop(session: Session): Promise<string> {
  const { all } = hashesOf(session.bot.world);
  await session.checkpoint('stopped');
  await session.close();
  return all;
}

/** To where the word is given, with a generation behind it. */
async function until(name: string, count = TOLD): Promise<{ session: Session; middle: number }> {
  const session = await openSession(wireOf(name));
  await runTo(session, MIDDLE);
  const { seq: middle } = await session.checkpoint('middle');
  await runTo(session, count);
  return { session, middle };
}

/** A run that is given the word on the way, and its twin that is stopped for it. */
async function both(id: keyof Memory, toOf: (middle: number) => RollbackTarget) {
  const { session, middle } = await until(`${id}-running`);
  const { world } = session.bot;
  const older = memoryOf(lookAt(placeOf(`${id}-running`), middle));
  const partsOf = () => new Map(hashesOf(world).components.map(each => [each.id, each.sha256]));
  const before = partsOf();
  const told: RolledBack = await session.rollBack({ ids: [id], to: toOf(middle) });
  const changed = [...partsOf()].flatMap(([part, hash]) =>
    hash === before.get(part) ? [] : [part],
  );
  const learned = JSON.stringify([world['q-table'].q, world['signal-model'].examples]);
  const resting = await until(`${id}-rest`);
  await stop(resting.session);
  const atRest = await rollBackAtRest(placeOf(`${id}-rest`), { ids: [id], to: toOf(middle) });
  await runTo(session, END);
  const again = await openSession(wireOf(`${id}-rest`));
  await runTo(again, END);
  const hashes = [await stop(session), await stop(again)];
  return { told, atRest, hashes, middle, older, changed, learned };
}

describe('a rollback to a step', () => {
  for (const id of ['q-table', 'signal-model'] as const)
    it(`of the ${id} is the same step on a running bot and at rest: both end alike`, async () => {
      const { told, atRest, hashes, middle, older, changed, learned } = await both(id, seq => ({
        kind: 'step',
        seq,
      }));
      assert.deepEqual(atRest, told);
      assert.deepEqual(told.replaced, [id]);
      assert.deepEqual(changed, [id], 'and nothing else');
      assert.match(told.from, new RegExp(`^step ${middle} \\(2025-01-01 \\d\\d:\\d\\d UTC\\)$`));
      assert.equal(hashes[0], hashes[1]);
      const part = id === 'q-table' ? older[id].q : older[id].examples;
      assert.ok(learned.includes(JSON.stringify(part)));
    });

  it('of a market time is that of its last step', async () => {
    const { session, middle } = await until('time');
    const seen = memoryOf(lookAt(placeOf('time'), middle));
    const time = marketTimeOf(seen) ?? 0;
    const told = await session.rollBack({ ids: ['attention'], to: { kind: 'time', time } });
    assert.match(told.from, /^step \d+ /);
    assert.deepEqual(session.bot.world.attention.table, seen.attention.table);
    const again = await session.rollBack({ ids: ['attention'], to: { kind: 'time', time } });
    assert.deepEqual(again.replaced, [], 'it is there already');
    assert.equal(again.seq, told.seq);
    await stop(session);
  });

  it('reaches the oldest generation, although opening the directory makes a new one', async () => {
    const { session, middle } = await until('oldest');
    await stop(session);
    const told = await rollBackAtRest(placeOf('oldest'), {
      ids: ['ensemble'],
      to: { kind: 'step', seq: middle },
    });
    assert.deepEqual(told.replaced, ['ensemble']);
  });
});

describe('what is refused', () => {
  it('is refused with the reason, writes nothing, and the bot trades on', async () => {
    const { session } = await until('refused', MIDDLE + 10);
    const { seq } = session.bot.store;
    const refusals: [Parameters<Session['rollBack']>[0], number, RegExp][] = [
      [{ ids: ['portfolio'], to: { kind: 'step', seq: 5 } }, EXIT.config, /portfolio is never/],
      [{ ids: ['risk-manager'], to: { kind: 'step', seq: 5 } }, EXIT.config, /what happened/],
      [
        { ids: ['q-table'], to: { kind: 'step', seq: 99_999 } },
        EXIT.usage,
        /step 99999 is not kept/,
      ],
      [{ ids: ['q-table'], to: { kind: 'version', version: 1 } }, EXIT.usage, /has no versions/],
      [
        { ids: ['deep-signal-model'], to: { kind: 'version', version: 77 } },
        EXIT.usage,
        /version 77 of the deep signal model is not kept/,
      ],
    ];
    for (const [rollback, code, words] of refusals)
      await assert.rejects(session.rollBack(rollback), error => {
        assert.ok(error instanceof Fault);
        assert.equal(error.exitCode, code);
        assert.match(error.message, words);
        return true;
      });
    assert.equal(session.bot.store.seq, seq);
    await runTo(session, MIDDLE + 50);
    await stop(session);
  });
});

describe('looking back', () => {
  it('to a market time finds the last step by then, and names the earliest point otherwise', async () => {
    const { session, middle } = await until('back');
    await session.checkpoint('again');
    await runTo(session, TOLD + 200);
    await session.checkpoint('and again');
    await stop(session);
    const place = placeOf('back');
    const { last, first } = reach(place);
    assert.ok(first > middle, 'the journal was pruned');
    for (const seq of [first, first + 1, first + 77, last]) {
      const time = marketTimeOf(memoryOf(lookAt(place, seq))) ?? 0;
      const found = stepOf(place, { kind: 'time', time });
      const next = memoryOf(lookAt(place, Math.min(last, found + 1)));
      assert.ok(found >= seq && marketTimeOf(memoryOf(lookAt(place, found))) === time);
      assert.ok(found === last || (marketTimeOf(next) ?? 0) > time, 'and it is the last one');
    }
    const early = marketTimeOf(memoryOf(lookAt(place, first))) ?? 0;
    assert.throws(
      () => stepOf(place, { kind: 'time', time: early - 60_000 }),
      ({ message, remedy }: Fault) =>
        /is no longer kept in/.test(message) &&
        remedy.includes(`the earliest point is step ${first} (`),
    );
  });

  it('tells what happened in one list by step, with the times that are known', async () => {
    const { session, middle } = await until('told');
    await session.rollBack({ ids: ['q-table'], to: { kind: 'step', seq: middle } });
    await stop(session);
    changeDirectory(placeOf('told'), { reset: ['attention'] }, () => undefined);
    const events = eventsOf(placeOf('told'));
    const steps = events.map(({ seq }) => seq);
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => a - b),
    );
    const rollback = events.find(({ what }) => what === 'rollback');
    assert.deepEqual(rollback?.parts, ['q-table']);
    assert.match(rollback?.text ?? '', new RegExp(`^to step ${middle} `));
    assert.notEqual(rollback?.marketTime, null);
    const reset = events.find(({ what }) => what === 'reset');
    assert.deepEqual(reset?.parts, ['attention']);
    assert.match(reset?.at ?? '', /^20/);
    assert.ok(events.some(({ what, text }) => what === 'checkpoint' && text.endsWith('kept')));
    assert.ok(events.some(({ what }) => what === 'recovered'));
  });
});
