/**
 * Who is to be told, out of the config and the environment.
 *
 * Promises: off unless asked for; what is asked for and cannot be is refused before anything begins.
 * Never: shows a token, a secret, or more of an address than its host.
 */
import type { AppConfig } from '../app/config.ts';
import type { EventName } from '../app/event-name.ts';
import { EXIT, Fault } from '../base/fault.ts';

export const TOKEN_VARIABLE = 'HOLDFAST_TELEGRAM_TOKEN';
export const SECRET_VARIABLE = 'HOLDFAST_WEBHOOK_SECRET';
/** A Bot API server of one's own. */
export const API_VARIABLE = 'HOLDFAST_TELEGRAM_API';
const API_ROOT = 'https://api.telegram.org';

export interface WebhookPlan {
  readonly url: string;
  readonly secret: string | null;
}

export interface TelegramPlan {
  readonly token: string;
  readonly apiRoot: string;
  readonly chatIds: readonly number[];
}

export interface NotifyPlan {
  readonly events: readonly EventName[];
  readonly webhook: WebhookPlan | null;
  readonly telegram: TelegramPlan | null;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Null: nobody is to be told. */
export function notifyPlanOf({ notify }: Pick<AppConfig, 'notify'>, env: Env): NotifyPlan | null {
  const url = notify.webhookUrl();
  const webhook = url === null ? null : { url, secret: setIn(env, SECRET_VARIABLE) };
  const telegram = telegramPlanOf(notify.chatIds, env);
  if (webhook === null && telegram === null) return null;
  return { events: notify.events, webhook, telegram };
}

const setIn = (env: Env, name: string): string | null => {
  const value = env[name]?.trim() ?? '';
  return value === '' ? null : value;
};

function telegramPlanOf(chatIds: readonly number[], env: Env): TelegramPlan | null {
  if (chatIds.length === 0) return null;
  const token = setIn(env, TOKEN_VARIABLE);
  if (token === null)
    throw new Fault(
      EXIT.config,
      `notify.telegram.chat_ids is set, and ${TOKEN_VARIABLE} is not`,
      "set it to your bot's token in the environment, or remove the chats",
    );
  if (!/^\d+:[\w-]+$/.test(token))
    throw new Fault(
      EXIT.config,
      `${TOKEN_VARIABLE} is not the token of a Telegram bot`,
      'copy it from @BotFather: digits, a colon, and a long word',
    );
  const apiRoot = setIn(env, API_VARIABLE) ?? API_ROOT;
  if (URL.parse(apiRoot) === null)
    throw new Fault(EXIT.config, `${API_VARIABLE} is no address`, 'leave it out');
  return { token, apiRoot: apiRoot.replace(/\/+$/, ''), chatIds: [...new Set(chatIds)] };
}

/** `https://host`: what may be told of an address. */
export const hostOf = (url: string): string => URL.parse(url)?.origin ?? 'its address';
