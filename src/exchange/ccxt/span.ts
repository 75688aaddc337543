/**
 * Lists that an exchange gives in parts: everything since a time, whatever the parts.
 *
 * Exchanges turn pages in six ways, by numbers, cursors and ids, some from the newest back. All can be
 * asked for a stretch of time; so a stretch whose answer may not be all of it is asked for in halves.
 * The halves share their border, since some leave the end of a stretch out.
 * Promises: complete, each item once, oldest first; a list that cannot be told apart is an error,
 * never a part. Never: more requests than stated.
 */
import { SECOND_MS } from '../../base/time.ts';
import type { Span } from './dialect.ts';
import { Unreadable } from './outcome.ts';

/** Two years by the week, or a busy week in thousands of parts. */
const REQUESTS_MAX = 500;
/** Gate counts seconds: no shorter stretch is another one. */
const STRETCH_MS_MIN = 2 * SECOND_MS;

export interface Stretch {
  readonly since: number;
  /** Null: up to now. */
  readonly until: number | null;
}

export interface Spanned<T> {
  readonly span: Span;
  readonly since: number;
  readonly now: number;
  readonly part: (stretch: Stretch) => Promise<readonly T[]>;
  readonly key: (item: T) => string;
  readonly time: (item: T) => number;
}

export async function allOf<T>(asked: Spanned<T>): Promise<readonly T[]> {
  const found = new Map<string, T>();
  const todo = stretchesOf(asked);
  for (let requests = 0; ; requests += 1) {
    const stretch = todo.shift();
    if (stretch === undefined) break;
    if (requests >= REQUESTS_MAX) throw new Unreadable('a list of too many parts');
    const items = await asked.part(stretch);
    if (items.length >= asked.span.pageMax)
      todo.unshift(...halvesOf(stretch, latest(asked, items)));
    for (const item of items) if (asked.time(item) >= asked.since) found.set(asked.key(item), item);
  }
  return [...found.values()].sort((a, b) => asked.time(a) - asked.time(b));
}

function stretchesOf<T>({ span, since, now }: Spanned<T>): Stretch[] {
  const stretches: Stretch[] = [];
  let start = since;
  for (; now - start >= span.lengthMs; start += span.lengthMs)
    stretches.push({ since: start, until: start + span.lengthMs });
  stretches.push({ since: start, until: null });
  return stretches;
}

/** The exchange's clock may be ahead of what is known of it. */
const latest = <T>({ now, time }: Spanned<T>, items: readonly T[]): number =>
  Math.max(now, ...items.map(time));

function halvesOf({ since, until }: Stretch, now: number): readonly Stretch[] {
  const end = until ?? Math.max(now, since + 2 * STRETCH_MS_MIN);
  if (end - since < STRETCH_MS_MIN) throw new Unreadable('more in a moment than can be listed');
  const middle = Math.floor((since + end) / 2);
  return [
    { since, until: middle },
    { since: middle, until },
  ];
}
