/**
 * Lists that an exchange gives in parts: everything since a time, whatever the parts.
 *
 * Exchanges turn pages in six ways, by numbers, cursors and ids, some from the newest back. All can be
 * asked for a stretch of time; so a stretch whose answer may not be all of it is asked for in halves.
 * The halves share their border, since some leave the end of a stretch out. Only where a moment holds
 * more than an answer does, as when many makers fill one order, are pages turned, each in its way.
 * Promises: complete, each item once, oldest first; a list that cannot be told apart is an error,
 * never a part; what is added while pages are turned moves others to later pages at most. Never: more
 * requests than stated.
 */
import { SECOND_MS } from '../../base/time.ts';
import { inside } from './decimal.ts';
import type { Params, Span } from './dialect.ts';
import { Unreadable } from './outcome.ts';

/** Two years by the week, or a busy week in thousands of parts. */
const REQUESTS_MAX = 500;
/** Gate counts seconds: no shorter stretch is another one. */
const STRETCH_MS_MIN = 2 * SECOND_MS;

interface Stretch {
  readonly since: number;
  /** Null: up to now. */
  readonly until: number | null;
  /** A page of it, and how that is asked for. Absent: the first. */
  readonly page?: { readonly number: number; readonly params: Params };
}

/** As ccxt has it: `info` is the exchange's own. */
interface Row {
  readonly info?: unknown;
}

export interface Spanned<R extends Row, T> {
  readonly span: Span;
  readonly since: number;
  readonly now: number;
  readonly part: (since: number, params: Params) => Promise<readonly R[]>;
  readonly read: (row: R) => T;
  readonly key: (item: T) => string;
  readonly time: (item: T) => number;
}

export async function allOf<R extends Row, T>(asked: Spanned<R, T>): Promise<readonly T[]> {
  const { span, read, key, time } = asked;
  const found = new Map<string, T>();
  const todo = stretchesOf(asked);
  for (let requests = 0; ; requests += 1) {
    const stretch = todo.shift();
    if (stretch === undefined) break;
    if (requests >= REQUESTS_MAX) throw new Unreadable('a list of too many parts');
    const { since, until, page } = stretch;
    const rows = await asked.part(since, { ...span.params(since, until), ...page?.params });
    const items = rows.map(read);
    // The exchange's clock may be ahead of what is known of it.
    const now = Math.max(asked.now, ...items.map(time));
    if (rows.length >= span.pageMax) todo.unshift(...restOf(span, { stretch, rows, now }));
    for (const item of items) if (time(item) >= asked.since) found.set(key(item), item);
  }
  return [...found.values()].sort((a, b) => time(a) - time(b));
}

/** Each begins with a second: ccxt drops what Gate tells of a second's beginning, and no page would look full. */
const secondOf = (time: number): number => time - (time % SECOND_MS);

function stretchesOf({ span, since, now }: Pick<Spanned<Row, unknown>, 'span' | 'since' | 'now'>) {
  const stretches: Stretch[] = [];
  let start = secondOf(since);
  for (; now - start >= span.lengthMs; start += span.lengthMs)
    stretches.push({ since: start, until: start + span.lengthMs });
  stretches.push({ since: start, until: null });
  return stretches;
}

interface Told {
  readonly stretch: Stretch;
  readonly rows: readonly Row[];
  readonly now: number;
}

/** What is left of a stretch of which as much was told as an answer holds. */
function restOf(span: Span, { stretch, rows, now }: Told): readonly Stretch[] {
  const { since, until, page } = stretch;
  const end = until ?? Math.max(now, since + 2 * STRETCH_MS_MIN);
  if (end - since >= STRETCH_MS_MIN) {
    const middle = secondOf((since + end) / 2);
    return [
      { since, until: middle },
      { since: middle, until },
    ];
  }
  if (span.turn === undefined) throw new Unreadable('more in a moment than can be listed');
  const number = (page?.number ?? 1) + 1;
  const infos = rows.map(({ info }) => inside(info));
  const params = span.turn(number, infos);
  return params === null ? [] : [{ since, until, page: { number, params } }];
}
