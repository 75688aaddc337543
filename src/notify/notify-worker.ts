/**
 * The worker thread of the notifications: it reads the journal beside the loop, sends, and listens for
 * commands.
 *
 * Promises: the bot waits for none of it; what fails of one channel, or of the commands, ends nothing
 * else. When it is to stop, what waits is tried once more.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventName } from '../app/event-name.ts';
import { placeHeld, shapeOfNotes } from '../app/journal-tail.ts';
import { SideFolder } from '../app/side-folder.ts';
import { must } from '../base/assert.ts';
import { NOTIFY_LOOK_MS, NOTIFY_QUIET_MS, NOTIFY_STOP_MS_MAX } from '../base/limits.ts';
import type { Channel } from './channel.ts';
import { type Answer, Conversation } from './conversation.ts';
import { Cursor } from './cursor.ts';
import type { Position } from './event.ts';
import type { FactContext } from './fact-event.ts';
import { type Heard, Lane } from './lane.ts';
import { beforeStart, strangeness } from './outbox.ts';
import type { NotifyPlan } from './plan.ts';
import { TelegramApi } from './telegram-api.ts';
import { telegramChat } from './telegram-chat.ts';
import { TelegramListener } from './telegram-listener.ts';
import { Teller } from './teller.ts';
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
  | ({ readonly kind: 'answer'; readonly number: number } & Answer)
  | { readonly kind: 'stop' };

const port = must(parentPort, 'the parent of the notify worker');
const task = workerData as NotifyTask;
const { plan } = task;
const place = placeHeld(task);
const start = startOf(task);
const folder = new SideFolder(task.directory, 'notify');
const ending = new AbortController();
const cut = new AbortController();
const tell = (event: NotifyWorkerEvent): void => port.postMessage(event);
const warn = (what: string): void => tell({ kind: 'warning', what });

const tellerOf = (channel: Channel): Teller => {
  const { name } = channel;
  const shared = { warn, random: Math.random };
  const open = (): Lane =>
    new Lane({
      ...{ channel, folder, ...shared, now: Date.now, cut: cut.signal },
      outbox: { place, context: task.context, events: new Set<EventName>(plan.events) },
      cursor: new Cursor({
        ...{ folder, name, now: start, warn },
        strangeness: position => strangeness(place, position, start),
      }),
    });
  return new Teller({ ...shared, name, open });
};

const api = plan.telegram === null ? null : new TelegramApi(plan.telegram);
const chats = new Map((plan.telegram?.chatIds ?? []).map(id => [id, new Conversation()]));
const tellers = [
  ...(plan.webhook === null ? [] : [webhook({ ...plan.webhook, now: Date.now })]),
  ...[...chats].map(([id, conversation]) => telegramChat(must(api, 'the api'), id, conversation)),
].map(tellerOf);

const questions = new Map<number, (answer: Answer) => void>();
let asked = 0;
const answer = (command: string): Promise<Answer> =>
  new Promise(resolve => {
    asked += 1;
    questions.set(asked, resolve);
    tell({ kind: 'ask', number: asked, command });
  });

function hear(word: NotifyWorkerWord): void {
  if (word.kind === 'heard') for (const each of tellers) each.hear(word);
  else if (word.kind === 'answer') {
    questions.get(word.number)?.({ text: word.text, step: word.step });
    questions.delete(word.number);
  } else {
    ending.abort();
    for (const each of tellers) each.ring();
  }
}

/** Who has no cursor yet begins there. */
function startOf({ start: given }: NotifyTask): Position {
  try {
    return { ...given, note: beforeStart(place) };
  } catch {
    return given;
  }
}

/** Where they cannot be looked at, whoever reads them tells of it. */
function shapeNow(): string {
  try {
    return shapeOfNotes(place);
  } catch {
    return 'not to be seen';
  }
}

let notes = shapeNow();
const look = setInterval(() => {
  const now = shapeNow();
  if (now === notes) return;
  notes = now;
  for (const each of tellers) each.ring();
}, NOTIFY_LOOK_MS);
const rest = setInterval(() => {
  for (const each of tellers) each.rest();
}, NOTIFY_QUIET_MS);

port.on('message', hear);
const listening =
  api === null || plan.telegram === null
    ? Promise.resolve()
    : new TelegramListener({
        ...{ api, folder, answer, warn, chats },
        ...{ now: Date.now, random: Math.random },
      }).listen(ending.signal);
ending.signal.addEventListener('abort', () => {
  setTimeout(() => cut.abort(), NOTIFY_STOP_MS_MAX).unref();
});
await Promise.all([...tellers.map(each => each.run(ending.signal)), listening]);
await Promise.all(tellers.map(each => each.finish()));
clearInterval(look);
clearInterval(rest);
port.close();
