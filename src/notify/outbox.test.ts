import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { EVENT_NAMES } from '../app/event-name.ts';
import { type Place, placeHeld } from '../app/journal-tail.ts';
import { SideFolder } from '../app/side-folder.ts';
import { openBot } from '../index.ts';
import type { Channel, Sent } from './channel.ts';
import { Cursor } from './cursor.ts';
import type { Event, Position } from './event.ts';
import { Lane } from './lane.ts';
import { batchAfter, type OutboxOptions, strangeness } from './outbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-outbox-'));
after(() => rmSync(folder, { recursive: true }));
const directory = join(folder, 'models');
const context = { directory, lotSizes: {} };
let place: Place;
let outbox: OutboxOptions;
let end = 0;

const at = (seq: number, change: Partial<Position> = {}): Position => ({
  ...{ directory: 'd', epoch: 1, seq, index: 0 },
  note: { at: '2000-01-01T00:00:00.000Z', hash: '' },
  ...change,
});
const NO_NOTES = { note: { at: '2999-01-01T00:00:00.000Z', hash: '' } };
const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

before(async () => {
  const bot = await openBot({ directory });
  await bot.run({ until: 4 });
  await bot.pause();
  await bot.setKillSwitch(true);
  await bot.run({ until: 8 });
  await bot.setKillSwitch(false);
  await bot.resume();
  end = bot.seq;
  await bot.close();
  place = placeHeld({ directory, journalMirror: null, allowNetwork: false });
  outbox = { place, context, events: new Set(EVENT_NAMES) };
});

describe('the outbox', () => {
  it('has every event after a position, each under its place in the journal', () => {
    const { waiting, next, more } = batchAfter(outbox, at(0, NO_NOTES));
    const events = waiting.map(({ event }) => event);
    assert.deepEqual(typesOf(events), [
      ...['trading.paused', 'kill-switch.set', 'kill-switch.set', 'trading.resumed'],
    ]);
    for (const { id } of events) assert.match(id, /^d:1:\d+:\d+$/);
    assert.deepEqual([next.seq, more], [end, false]);
  });

  it('goes on from any event as if it had never stopped', () => {
    const all = batchAfter(outbox, at(0)).waiting;
    for (const [index, { next }] of all.entries())
      assert.deepEqual(
        batchAfter(outbox, next).waiting.map(({ event }) => event.id),
        all.slice(index + 1).map(({ event }) => event.id),
      );
  });

  it('leaves out what nobody asked for', () => {
    const some = { ...outbox, events: new Set(['trading.resumed'] as const) };
    const { waiting } = batchAfter(some, at(0, NO_NOTES));
    assert.deepEqual(typesOf(waiting.map(({ event }) => event)), ['trading.resumed']);
  });

  it('says how many steps the journal no longer has', async () => {
    const own = join(folder, 'pruned');
    const bot = await openBot({ directory: own });
    for (const until of [5, 10, 15, 20]) {
      await bot.run({ until });
      await bot.checkpoint();
    }
    await bot.close();
    const pruned = placeHeld({ directory: own, journalMirror: null, allowNetwork: false });
    const { waiting, next } = batchAfter({ ...outbox, place: pruned }, at(2, NO_NOTES));
    const [gap] = waiting;
    assert.equal(gap?.event.type, 'notify.gap');
    assert.match(gap?.event.text ?? '', /^\d+ steps \(3 to \d+\) are no longer in the journal/);
    assert.ok(next.seq >= 20);
    const to = gap?.next.seq ?? 0;
    const [one] = batchAfter({ ...outbox, place: pruned }, at(to - 1, NO_NOTES)).waiting;
    assert.match(one?.event.text ?? '', new RegExp(`^step ${to} is no longer in the journal: `));
  });

  it('knows a position that says nothing of this directory', () => {
    const now = at(end);
    assert.equal(strangeness(place, at(end), now), null);
    assert.equal(strangeness(place, at(0), now), null);
    assert.match(strangeness(place, at(end + 1), now) ?? '', /beyond the last/);
    assert.match(strangeness(place, at(end, { directory: 'e' }), now) ?? '', /another directory/);
    assert.match(strangeness(place, at(end, { epoch: 2 }), now) ?? '', /were replaced since/);
  });
});

function laneOf(context: TestContext, name: string, outcomes: Sent[]) {
  const own = join(folder, name);
  context.after(() => rmSync(own, { recursive: true, force: true }));
  const side = new SideFolder(own, 'notify');
  const sent: Event[] = [];
  const warnings: string[] = [];
  const channel: Channel = {
    name: 'webhook',
    async send(event) {
      sent.push(event);
      return outcomes.shift() ?? { kind: 'delivered' };
    },
  };
  const warn = (line: string): number => warnings.push(line);
  const cursorNow = (now: Position): Cursor =>
    new Cursor({
      ...{ folder: side, name: 'webhook', now, warn },
      strangeness: position => strangeness(place, position, at(end)),
    });
  const lane = (cursor: Cursor): Lane =>
    new Lane({
      ...{ channel, cursor, outbox, folder: side, warn, now: () => 0, random: () => 0 },
      cut: new AbortController().signal,
    });
  return { own, side, sent, warnings, cursorNow, lane };
}

describe('a lane', () => {
  const running = new AbortController().signal;

  it('sends until it is taken, keeps what is refused, and goes on after it', async context => {
    const failed: Sent = { kind: 'failed', why: 'it answered 500', afterMs: 0 };
    const outcomes: Sent[] = [failed, failed, { kind: 'refused', why: 'it answered 410' }];
    const { side, sent, warnings, cursorNow, lane } = laneOf(context, 'a', outcomes);
    await lane(cursorNow(at(0, NO_NOTES))).tell(running);
    assert.deepEqual(typesOf(sent), [
      ...['trading.paused', 'trading.paused', 'trading.paused'],
      ...['kill-switch.set', 'kill-switch.set', 'trading.resumed'],
    ]);
    assert.equal(warnings.length, 2);
    assert.match(
      side.read('undelivered.jsonl') ?? '',
      /"why":"it answered 410","event":\{"id":"d:1:/,
    );
    assert.equal(cursorNow(at(0)).position.seq, end);
  });

  it('sends nothing twice when it begins again', async context => {
    const { sent, cursorNow, lane } = laneOf(context, 'b', []);
    await lane(cursorNow(at(0, NO_NOTES))).tell(running);
    const before = sent.length;
    await lane(cursorNow(at(0, NO_NOTES))).tell(running);
    assert.equal(sent.length, before);
  });

  it('moves over steps without anything to tell and reads no journal for it', context => {
    const { cursorNow, lane } = laneOf(context, 'c', []);
    const one = lane(cursorNow(at(5, NO_NOTES)));
    one.hear({ seq: 100_000, epoch: 1, told: 6 });
    one.rest();
    assert.equal(cursorNow(at(0)).position.seq, 5);
    one.hear({ seq: 7, epoch: 1, told: 5 });
    one.rest();
    assert.equal(cursorNow(at(0)).position.seq, 7);
  });

  it('begins from now where its cursor is damaged, and keeps that one', context => {
    const { own, warnings, cursorNow } = laneOf(context, 'd', []);
    cursorNow(at(3));
    writeFileSync(join(own, 'notify', 'webhook.json'), '{"format":1,"position":{"seq":0}}');
    assert.equal(cursorNow(at(end)).position.seq, end);
    assert.match(warnings.join(), /set aside as quarantine\/0001-webhook\.json: it is damaged/);
  });
});
