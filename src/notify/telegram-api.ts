/**
 * The three methods of Telegram's Bot API that are used: getMe, sendMessage, getUpdates.
 *
 * Promises: never throws; what is told of a failure is Telegram's own description or a code. Never:
 * tells the address, which holds the token.
 */
import * as v from 'valibot';
import { NOTIFY_ANSWER_MS_MAX, NOTIFY_POLL_MS } from '../base/limits.ts';
import { SECOND_MS } from '../base/time.ts';
import { failureOf } from './channel.ts';

export interface TelegramApiOptions {
  readonly token: string;
  readonly apiRoot: string;
  readonly answerMsMax?: number;
}

export type Reply<T> =
  | { readonly ok: true; readonly result: T }
  | {
      readonly ok: false;
      /** Of HTTP; 0: there was no answer. */
      readonly status: number;
      readonly why: string;
      readonly afterMs: number | null;
    };

const message = v.object({
  date: v.number(),
  text: v.optional(v.string()),
  chat: v.object({ id: v.number() }),
});
/** Each by itself: one of a shape that is not known stops no other. */
const update = v.object({
  update_id: v.pipe(v.number(), v.safeInteger()),
  message: v.fallback(v.optional(message), undefined),
});
export type Update = v.InferOutput<typeof update>;
/** Null: it has no number even. */
const updates = v.array(v.fallback(v.nullable(update), null));
const me = v.object({ username: v.string() });

const refusal = v.object({
  description: v.optional(v.string(), ''),
  parameters: v.optional(v.object({ retry_after: v.optional(v.number()) }), {}),
});

export class TelegramApi {
  readonly #options: TelegramApiOptions;

  constructor(options: TelegramApiOptions) {
    this.#options = options;
  }

  getMe(stop: AbortSignal): Promise<Reply<{ readonly username: string }>> {
    return this.#ask('getMe', {}, { schema: me, stop });
  }

  sendMessage(chatId: number, text: string, stop: AbortSignal): Promise<Reply<unknown>> {
    const given = { chat_id: chatId, text, link_preview_options: { is_disabled: true } };
    return this.#ask('sendMessage', given, { schema: v.unknown(), stop });
  }

  /** Waits for the next ones; `offset`: those before it are done with. */
  getUpdates(offset: number | null, stop: AbortSignal): Promise<Reply<readonly (Update | null)[]>> {
    const given = {
      ...(offset !== null && { offset }),
      timeout: NOTIFY_POLL_MS / SECOND_MS,
      allowed_updates: ['message'],
    };
    const patienceMs = NOTIFY_POLL_MS;
    return this.#ask('getUpdates', given, { schema: updates, stop, patienceMs });
  }

  async #ask<T>(
    method: string,
    given: object,
    { schema, stop, patienceMs = 0 }: Asked<T>,
  ): Promise<Reply<T>> {
    const { token, apiRoot, answerMsMax = NOTIFY_ANSWER_MS_MAX } = this.#options;
    try {
      const answer = await fetch(`${apiRoot}/bot${token}/${method}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(given),
        signal: AbortSignal.any([stop, AbortSignal.timeout(answerMsMax + patienceMs)]),
      });
      return replyOf(answer.status, JSON.parse(await answer.text()), schema);
    } catch (error) {
      const why = error instanceof SyntaxError ? 'an answer that is no JSON' : failureOf(error);
      return { ok: false, status: 0, why, afterMs: null };
    }
  }
}

interface Asked<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  readonly stop: AbortSignal;
  readonly patienceMs?: number;
}

function replyOf<T>(status: number, body: unknown, schema: v.GenericSchema<unknown, T>): Reply<T> {
  const answered = v.safeParse(v.object({ ok: v.literal(true), result: schema }), body);
  if (status === 200 && answered.success) return { ok: true, result: answered.output.result };
  const refused = v.safeParse(refusal, body);
  const seconds = refused.success ? refused.output.parameters.retry_after : undefined;
  const said = refused.success ? refused.output.description : '';
  return {
    ...{ ok: false, status },
    why: said === '' ? `it answered ${status}` : said,
    afterMs: seconds === undefined ? null : seconds * SECOND_MS,
  };
}
