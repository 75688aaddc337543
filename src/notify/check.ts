/**
 * Whether those who are to be told can be: for `holdfast notify test` and `doctor`.
 *
 * Promises: a test is one event of its own type to each channel, with one attempt; a look sends
 * nothing to anybody. Never: moves a cursor, tells a secret.
 */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { type Checkup, failed, ok, warned } from '../app/checkup.ts';
import { NOTIFY_ANSWER_MS_MAX } from '../base/limits.ts';
import type { Channel, Sent } from './channel.ts';
import { Conversation } from './conversation.ts';
import type { Event } from './event.ts';
import { hostOf, type NotifyPlan } from './plan.ts';
import { TelegramApi } from './telegram-api.ts';
import { telegramChat } from './telegram-chat.ts';
import { webhook } from './webhook.ts';

export interface Tested {
  readonly channel: string;
  /** Null: it was taken. */
  readonly why: string | null;
}

function channelsOf({ webhook: hook, telegram }: NotifyPlan): Channel[] {
  const hooks = hook === null ? [] : [webhook({ ...hook, now: Date.now })];
  if (telegram === null) return hooks;
  const api = new TelegramApi(telegram);
  return [...hooks, ...telegram.chatIds.map(id => telegramChat(api, id, new Conversation()))];
}

export async function testChannels(plan: NotifyPlan, now: number): Promise<Tested[]> {
  const event: Event = {
    id: `test:${randomUUID()}`,
    type: 'notify.test',
    time: now,
    text: 'Holdfast can reach you: this is a test.',
    data: {},
  };
  return Promise.all(
    channelsOf(plan).map(async channel => ({
      channel: channel.name,
      why: whyNot(await channel.send(event, AbortSignal.timeout(NOTIFY_ANSWER_MS_MAX))),
    })),
  );
}

const whyNot = (sent: Sent): string | null => (sent.kind === 'delivered' ? null : sent.why);

/** `online`: they are asked whether they are there, and told nothing. */
export async function checkPlan(plan: NotifyPlan | null, online: boolean): Promise<Checkup[]> {
  if (plan === null) return [ok('notify', 'nobody is to be told of anything')];
  const { webhook: hook, telegram } = plan;
  return [
    ...(hook === null ? [] : [await checkWebhook(hook.url, hook.secret !== null, online)]),
    ...(telegram === null ? [] : [await checkTelegram(new TelegramApi(telegram), plan, online)]),
  ];
}

const TEST = 'holdfast notify test sends it a test';

async function checkWebhook(url: string, isSigned: boolean, online: boolean): Promise<Checkup> {
  const host = hostOf(url);
  const figures = { channel: 'webhook', host, signed: isSigned };
  const why = online ? await connectionFailure(new URL(url)) : null;
  if (why !== null) {
    const remedy = 'what happens waits in the journal until it is there; check notify.webhook.url';
    return failed('notify', [`webhook: ${host} cannot be reached (${why})`, remedy], figures);
  }
  if (url.startsWith('http:') && !isLocal(new URL(url)))
    return warned(
      'notify',
      [`webhook: ${host} is told in the clear`, 'use https, so that nobody on the way reads it'],
      figures,
    );
  return ok(
    'notify',
    `webhook: ${host} ${online ? 'can be reached' : 'is told'}; ${TEST}`,
    figures,
  );
}

const isLocal = ({ hostname }: URL): boolean =>
  ['localhost', '[::1]'].includes(hostname) || /^(127|10|192\.168)\./.test(hostname);

async function checkTelegram(
  api: TelegramApi,
  { telegram }: NotifyPlan,
  online: boolean,
): Promise<Checkup> {
  const chats = telegram?.chatIds.length ?? 0;
  const figures = { channel: 'telegram', chats };
  if (!online) return ok('notify', `telegram: ${chats} chats are told; ${TEST}`, figures);
  const reply = await api.getMe(AbortSignal.timeout(NOTIFY_ANSWER_MS_MAX));
  if (reply.ok)
    return ok('notify', `telegram: it is @${reply.result.username}, ${chats} chats`, figures);
  const remedy =
    reply.status === 401 ? 'copy the token from @BotFather again' : 'check the network';
  return failed('notify', [`telegram does not answer well (${reply.why})`, remedy], figures);
}

/** Whether anybody listens there; nothing is said. */
function connectionFailure({ hostname, port, protocol }: URL): Promise<string | null> {
  const byDefault = protocol === 'https:' ? 443 : 80;
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise(resolve => {
    const socket = connect({ host, port: port === '' ? byDefault : Number(port) });
    const settle = (why: string | null): void => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(NOTIFY_ANSWER_MS_MAX, () => settle('no answer in time'));
    socket.once('connect', () => settle(null));
    socket.once('error', error => settle('code' in error ? String(error.code) : 'no connection'));
  });
}
