/**
 * The page's questions to its server: what is fetched, and what the operator sends.
 *
 * Promises: a failure is a sentence to show, never an exception. Never: speaks to another host, or
 * keeps a token: it goes to the server once and comes back as a cookie that no script can read.
 */
import type { ActionAnswer, ActionName } from '../view.ts';

export type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly text: string };

const UNREACHABLE = 'The bot does not answer. Is it running?';
/** As long as the longest command may take. */
const ANSWER_MS_MAX = 90_000;

const TEXTS: Readonly<Record<number, string>> = {
  401: 'The token is needed for this.',
  403: 'The bot refuses this request: it came from another site.',
  429: 'Too many tries. Wait a minute, then try again.',
};

export async function ask<T>(url: string): Promise<Answered<T>> {
  return call<T>(url, {});
}

/** What the server says to what it does not give; null: it gives it, or nobody is there. */
export async function refusalOf(
  url: string,
): Promise<{ readonly status: number; readonly text: string } | null> {
  try {
    const response = await fetch(url);
    if (!response.ok)
      return { status: response.status, text: reasonOf(response.status, await response.json()) };
    // Of a stream there is no end to wait for.
    await response.body?.cancel();
  } catch {
    // Nobody is there: that is seen by what was cut.
  }
  return null;
}

export const act = (action: ActionName): Promise<Answered<ActionAnswer>> =>
  call<ActionAnswer>('/api/action', posted({ action }));

export const login = (token: string): Promise<Answered<unknown>> =>
  call('/api/login', posted({ token }));

export const logout = (): Promise<Answered<unknown>> => call('/api/logout', posted({}));

const posted = (body: unknown): RequestInit => ({
  method: 'POST',
  // A header that no form and no other site can send: the cookie alone orders nothing.
  headers: { 'content-type': 'application/json', 'x-holdfast': '1' },
  body: JSON.stringify(body),
});

async function call<T>(url: string, init: RequestInit): Promise<Answered<T>> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    const text = await response.text();
    const value: unknown = text === '' ? null : JSON.parse(text);
    if (response.ok) return { ok: true, value: value as T };
    return { ok: false, status: response.status, text: reasonOf(response.status, value) };
  } catch {
    return { ok: false, status: 0, text: UNREACHABLE };
  }
}

/** What the server says, in its words where it has some. */
function reasonOf(status: number, value: unknown): string {
  const said = value !== null && typeof value === 'object' && 'text' in value ? value.text : null;
  if (typeof said === 'string' && said !== '') return said;
  return TEXTS[status] ?? `The bot answered with an error (${status}).`;
}
