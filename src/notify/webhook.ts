/**
 * The webhook: each event is posted as JSON to an address of the user's.
 *
 *   POST  content-type: application/json
 *         idempotency-key: <id>
 *         x-holdfast-signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">
 *   {"version":1,"id":…,"type":…,"time":…,"text":…,"data":{…}}
 *
 * Promises: 2xx is delivered; 408, 425, 429, 5xx, a redirect and no answer are tried again, any other
 * 4xx is not; the body of an event is the same each time. Never: follows a redirect (the body would
 * go elsewhere), reads an answer's body, tells the address beyond its host.
 */
import { createHmac } from 'node:crypto';
import { NOTIFY_ANSWER_MS_MAX } from '../base/limits.ts';
import { type Channel, DELIVERED, failedSend, failureOf, type Sent } from './channel.ts';
import type { Event } from './event.ts';
import { retryAfterMs } from './retry.ts';

export interface WebhookOptions {
  readonly url: string;
  /** Null: bodies are not signed. */
  readonly secret: string | null;
  /** Wall clock. */
  readonly now: () => number;
  readonly answerMsMax?: number;
}

const BODY_VERSION = 1;

export function bodyOf({ id, type, time, text, data }: Event): string {
  return JSON.stringify({ version: BODY_VERSION, id, type, time, text, data });
}

/** What a receiver makes of the body to compare. */
export function signatureOf(secret: string, body: string, atMs: number): string {
  const seconds = Math.floor(atMs / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}

export function webhook(options: WebhookOptions): Channel {
  return { name: 'webhook', send: (event, stop) => post(options, event, stop) };
}

async function post(
  { url, secret, now, answerMsMax = NOTIFY_ANSWER_MS_MAX }: WebhookOptions,
  event: Event,
  stop: AbortSignal,
): Promise<Sent> {
  const body = bodyOf(event);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'holdfast',
        'idempotency-key': event.id,
        ...(secret !== null && { 'x-holdfast-signature': signatureOf(secret, body, now()) }),
      },
      body,
      signal: AbortSignal.any([stop, AbortSignal.timeout(answerMsMax)]),
    });
    await answer.body?.cancel().catch(() => undefined);
    return outcomeOf(answer, now());
  } catch (error) {
    return failedSend(failureOf(error));
  }
}

const AGAIN = [408, 425, 429];

function outcomeOf({ status, headers }: Response, now: number): Sent {
  if (status >= 200 && status < 300) return DELIVERED;
  const why = `it answered ${status}`;
  if (status >= 400 && status < 500 && !AGAIN.includes(status)) return { kind: 'refused', why };
  return failedSend(why, retryAfterMs(headers.get('retry-after'), now));
}
