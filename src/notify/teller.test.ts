import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_NAMES } from '../app/event-name.ts';
import { type Place, placeHeld } from '../app/journal-tail.ts';
import { SideFolder } from '../app/side-folder.ts';
import { openBot } from '../index.ts';
import type { Channel } from './channel.ts';
import { Cursor } from './cursor.ts';
import { Lane } from './lane.ts';
import { Teller } from './teller.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-teller-'));
after(() => rmSync(root, { recursive: true }));
const directory = join(root, 'models');
let place: Place;

before(async () => {
  const bot = await openBot({ directory });
  await bot.pause();
  await bot.resume();
  await bot.pause();
  await bot.close();
  place = placeHeld({ directory, journalMirror: null, allowNetwork: false });
});

/** A channel in a folder of its own, told of three events; `onSend` is called with each. */
function tellerIn(own: string, onSend: () => void = () => undefined) {
  mkdirSync(own);
  const [sent, warnings]: [string[], string[]] = [[], []];
  const channel: Channel = {
    name: 'webhook',
    async send({ type }) {
      sent.push(type);
      onSend();
      return { kind: 'delivered' };
    },
  };
  const folder = new SideFolder(own, 'notify');
  const shared = { warn: (line: string) => warnings.push(line), random: () => 0.01 };
  const note = { at: '2999-01-01T00:00:00.000Z', hash: '' };
  const now = { directory: 'd', epoch: 1, seq: 0, index: 0, note };
  const teller = new Teller({
    ...{ name: 'webhook', ...shared },
    open: () =>
      new Lane({
        ...{ channel, folder, ...shared, now: () => 0, cut: new AbortController().signal },
        outbox: { place, context: { directory, lotSizes: {} }, events: new Set(EVENT_NAMES) },
        cursor: new Cursor({
          ...{ folder, name: 'webhook', now, strangeness: () => null, warn: shared.warn },
        }),
      }),
  });
  return { teller, sent, warnings };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

const ALL = ['trading.paused', 'trading.resumed', 'trading.paused'];

describe('a teller', () => {
  it('tells when its folder is there, and warns once that it is not', async () => {
    const own = join(root, 'a');
    const stop = new AbortController();
    const { teller, sent, warnings } = tellerIn(own);
    writeFileSync(join(own, 'notify'), 'in the way');
    const running = teller.run(stop.signal);
    await until(() => warnings.length > 0);
    await sleep(100);
    teller.hear({ seq: 3, epoch: 1, told: 3 });
    teller.rest();
    assert.deepEqual(sent, []);
    rmSync(join(own, 'notify'));
    await until(() => sent.length === 3);
    stop.abort();
    await running;
    assert.deepEqual(sent, ALL);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /^webhook: nothing is told for now \(.*notify.*\): trying again/,
    );
  });

  it('sends nothing twice while its cursor cannot be written, and goes on after it', async () => {
    const own = join(root, 'b');
    const notify = join(own, 'notify');
    const stop = new AbortController();
    const { teller, sent, warnings } = tellerIn(own, () => {
      if (sent.length !== 1) return;
      rmSync(notify, { recursive: true });
      writeFileSync(notify, 'in the way');
    });
    const running = teller.run(stop.signal);
    await until(() => warnings.length > 0);
    await sleep(100);
    assert.deepEqual(sent, ['trading.paused']);
    rmSync(notify);
    await until(() => sent.length === 3);
    stop.abort();
    await running;
    await teller.finish();
    assert.deepEqual(sent, ALL);
    assert.match(readFileSync(join(notify, 'webhook.json'), 'utf8'), /"format": 1/);
  });

  it('ends where its folder is away, and says that it has not saved', async () => {
    const own = join(root, 'c');
    const { teller, warnings } = tellerIn(own);
    writeFileSync(join(own, 'notify'), 'in the way');
    await teller.run(AbortSignal.abort());
    await teller.finish();
    assert.match(warnings.join(), /^webhook: what waits is told after the next start \(.*notify/);
  });
});
