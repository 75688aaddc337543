/**
 * What a page asks for by itself: an answer that is kept, and asked for again once it is stale.
 *
 * Promises: at most one question at a time and one in two seconds; an answer to a former question
 * never replaces that of a later one; what was shown stays while the next is on its way.
 * Never: asks for a page that nobody looks at.
 */
import { type Answered, ask } from './call.ts';

export interface Asked<T> {
  readonly value: T | null;
  /** Why there is no newer one. */
  readonly fault: string | null;
  readonly loading: boolean;
}

export interface Question<T> {
  readonly answer: () => Asked<T>;
  /** The page is looked at: asks unless the answer to this is there and fresh. */
  readonly want: (url: string) => void;
  /** Nobody looks at it any more. */
  readonly leave: () => void;
  /** The answer is out of date. */
  readonly stale: () => void;
}

const PAUSE_MS = 2000;

export function openQuestion<T>(changed: () => void): Question<T> {
  let answer: Asked<T> = { value: null, fault: null, loading: false };
  let url = '';
  /** The URL whose answer is fresh. */
  let fresh: string | null = null;
  let lookedAt = false;
  /** From a question until a while after its answer. */
  let resting = false;
  let timer = 0;
  let round = 0;

  const set = (next: Asked<T>): void => {
    answer = next;
    changed();
  };

  async function load(): Promise<void> {
    clearTimeout(timer);
    resting = true;
    round += 1;
    const own = round;
    fresh = url;
    set({ ...answer, loading: true });
    const got: Answered<T> = await ask<T>(url);
    if (own !== round) return;
    if (!got.ok) fresh = null;
    set({
      value: got.ok ? got.value : answer.value,
      fault: got.ok ? null : got.text,
      loading: false,
    });
    timer = setTimeout(rested, PAUSE_MS);
  }

  function rested(): void {
    resting = false;
    if (lookedAt && fresh !== url) void load();
  }

  return {
    answer: () => answer,
    want: next => {
      lookedAt = true;
      const isOther = next !== url;
      url = next;
      if (isOther || (fresh !== url && !resting)) void load();
    },
    leave: () => {
      lookedAt = false;
    },
    stale: () => {
      fresh = null;
      if (lookedAt && !resting) void load();
    },
  };
}
