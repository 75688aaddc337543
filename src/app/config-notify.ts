/**
 * The part of the config that says who is told of what (docs/NOTIFICATIONS.md).
 *
 * Promises: the address of a webhook is told by its key alone, whatever is wrong with it: it may hold
 * a secret. Never: holds a token; those come from the environment.
 */
import * as v from 'valibot';
import { EXIT, Fault } from '../base/fault.ts';
import { CHATS_MAX } from '../base/limits.ts';
import { said, text } from './config-leaf.ts';
import { EVENT_NAMES, type EventName } from './event-name.ts';
import { group } from './group.ts';

export interface NotifyConfig {
  readonly events: readonly EventName[];
  /** A function, as with secrets: many an address lets in whoever knows it. Null: none. */
  readonly webhookUrl: () => string | null;
  readonly chatIds: readonly number[];
}

/** From the environment a list comes as texts. */
const chatId = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d{1,15}$/), v.transform(Number))]),
  v.safeInteger(),
);

export const notify = group({
  events: v.optional(
    v.pipe(
      v.array(v.picklist(EVENT_NAMES)),
      said('a list of names like "trade.closed"', 'what is told of: see docs/NOTIFICATIONS.md'),
    ),
    [...EVENT_NAMES],
  ),
  webhook: v.optional(
    group({ url: text('address that every event is posted to, http or https; null: none') }),
    {},
  ),
  telegram: v.optional(
    group({
      chat_ids: v.optional(
        v.pipe(
          v.array(chatId),
          v.maxLength(CHATS_MAX),
          said(
            `a list of at most ${CHATS_MAX} numbers`,
            'chats that are told and whose commands are done; needs HOLDFAST_TELEGRAM_TOKEN',
          ),
        ),
        [],
      ),
    }),
    {},
  ),
});

export function notifyConfigOf(
  { events, webhook, telegram }: v.InferOutput<typeof notify>,
  isUrlFromEnvironment: boolean,
): NotifyConfig {
  const { url } = webhook;
  if (url !== null) refuseWrongUrl(url, isUrlFromEnvironment);
  return { events, webhookUrl: () => url, chatIds: telegram.chat_ids };
}

const VARIABLE = 'HOLDFAST__NOTIFY__WEBHOOK__URL';

function refuseWrongUrl(url: string, isFromEnvironment: boolean): void {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol))
    throw new Fault(
      EXIT.config,
      'notify.webhook.url is no address',
      'give one like https://host/path, or null',
    );
  if (parsed.username !== '' || parsed.password !== '')
    throw new Fault(
      EXIT.config,
      'notify.webhook.url holds a user or a password, which is not sent',
      'let the receiver check x-holdfast-signature instead (HOLDFAST_WEBHOOK_SECRET)',
    );
  if (parsed.search !== '' && !isFromEnvironment)
    throw new Fault(
      EXIT.config,
      'notify.webhook.url holds a query, which may be a secret',
      `remove it there and set the environment variable ${VARIABLE}`,
    );
}
