/**
 * The worker thread of the notifications: it reads the journal beside the loop, sends, and listens for
 * commands.
 *
 * Promises: the bot waits for none of it. When it is to stop, what waits is tried once more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { EventName } from '../app/event-name.ts';
import { placeHeld, shapeOfNotes } from '../app/journal-tail.ts';
import { SideFolder } from '../app/side-folder.ts';
import { must } from '../base/assert.ts';
import {
  NOTIFY_LOOK_MS,
  NOTIFY_PAUSE_MS,
  NOTIFY_QUIET_MS,
  NOTIFY_STOP_MS_MAX,
} from '../base/limits.ts';
import type { Channel } from './channel.ts';
import { Cursor } from './cursor.ts';
import type { Position } from './event.ts';
import type { FactContext } from './fact-event.ts';
import { type Heard, Lane } from './lane.ts';
import { strangeness } from './outbox.ts';
import type { NotifyPlan } from './plan.ts';
import { TelegramApi } from './telegram-api.ts';
import { telegramChat } from './telegram-chat.ts';
import { TelegramListener } from './telegram-listener.ts';
import { webhook } from './webhook.ts';

/** Plain data. */
export interface NotifyTask {
  readonly directory: string;
  readonly journalMirror: string | null;
  readonly allowNetwork: boolean;
  readonly plan: NotifyPlan;
  readonly context: FactContext;
  /** Where the directory stands. */
  readonly start: Position;
}

export type NotifyWorkerEvent =
  | { readonly kind: 'warning'; readonly what: string }
  | { readonly kind: 'ask'; readonly number: number; readonly command: string };

export type NotifyWorkerWord =
  | ({ readonly kind: 'heard' } & Heard)
  | { readonly kind: 'answer'; readonly number: number; readonly text: string }
  | { readonly kind: 'stop' };

const port = must(parentPort, 'the parent of the notify worker');
const task = workerData as NotifyTask;
const { plan, start } = task;
const place = placeHeld(task);
const folder = new SideFolder(task.directory, 'notify');
const ending = new AbortController();
const cut = new AbortController();
const tell = (event: NotifyWorkerEvent): void => port.postMessage(event);
const warn = (what: string): void => tell({ kind: 'warning', what });

/** A lane, and the bell that wakes it. */
class Belled {
  readonly lane: Lane;
  #ring: () => void = () => undefined;
  #rung = true;

  constructor(lane: Lane) {
    this.lane = lane;
  }

  ring(): void {
    this.#rung = true;
    this.#ring();
  }

  async run(): Promise<void> {
    while (!ending.signal.aborted) {
      this.#rung = false;
      await this.lane.tell(ending.signal);
      await sleep(NOTIFY_PAUSE_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      if (!this.#rung && !ending.signal.aborted)
        await new Promise<void>(resolve => {
          this.#ring = resolve;
        });
    }
  }
}

const laneOf = (channel: Channel): Belled => {
  const { name } = channel;
  const cursor = new Cursor({
    ...{ folder, name, now: start, warn },
    strangeness: position => strangeness(place, position, start),
  });
  const lane = new Lane({
    ...{ channel, cursor, folder, warn, now: Date.now, random: Math.random },
    cut: cut.signal,
    outbox: { place, context: task.context, events: new Set<EventName>(plan.events) },
  });
  return new Belled(lane);
};

const api = plan.telegram === null ? null : new TelegramApi(plan.telegram);
const lanes = [
  ...(plan.webhook === null ? [] : [webhook({ ...plan.webhook, now: Date.now })]),
  ...(plan.telegram?.chatIds ?? []).map(id => telegramChat(must(api, 'the api'), id)),
].map(laneOf);

const questions = new Map<number, (text: string) => void>();
let asked = 0;
const answer = (command: string): Promise<string> =>
  new Promise(resolve => {
    asked += 1;
    questions.set(asked, resolve);
    tell({ kind: 'ask', number: asked, command });
  });

function hear(word: NotifyWorkerWord): void {
  if (word.kind === 'heard')
    for (const each of lanes) {
      each.lane.hear(word);
      each.ring();
    }
  else if (word.kind === 'answer') {
    questions.get(word.number)?.(word.text);
    questions.delete(word.number);
  } else {
    ending.abort();
    for (const each of lanes) each.ring();
  }
}

let notes = shapeOfNotes(place);
const look = setInterval(() => {
  const now = shapeOfNotes(place);
  if (now === notes) return;
  notes = now;
  for (const each of lanes) each.ring();
}, NOTIFY_LOOK_MS);
const rest = setInterval(() => {
  for (const { lane } of lanes) lane.rest();
}, NOTIFY_QUIET_MS);

port.on('message', hear);
const listening =
  api === null || plan.telegram === null
    ? Promise.resolve()
    : new TelegramListener({
        ...{ api, folder, answer, warn, chatIds: plan.telegram.chatIds },
        ...{ now: Date.now, random: Math.random },
      }).listen(ending.signal);
ending.signal.addEventListener('abort', () => {
  setTimeout(() => cut.abort(), NOTIFY_STOP_MS_MAX).unref();
});
await Promise.all([...lanes.map(each => each.run()), listening]);
await Promise.all(lanes.map(({ lane }) => lane.tellOnce()));
clearInterval(look);
clearInterval(rest);
port.close();
