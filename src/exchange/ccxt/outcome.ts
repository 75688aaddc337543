/**
 * What became of a request that failed: whether it may have had its effect (`retry`), in our words.
 *
 * Who repeats an order that was taken sends it twice, who forgets one holds a position without
 * knowing; so whatever is not surely a no is a maybe (docs/decisions/0086-failures-of-a-venue.md).
 * The exchange's own code is read before ccxt's class of it: some classes say more than was said.
 * Promises: no key, signature, header or address is in a hint; it holds the exchange's words, masked,
 * or ours. Never: takes a bug of ours for an answer.
 */
import type { Failure } from '../../base/result.ts';
import { failureOf, withoutSecrets } from './failure.ts';

/** An answer that is not what it should be: what was asked for may have been done. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** What this account or this exchange does not have; the message is ours, for people. */
export class Unfit extends Error {
  override name = 'Unfit';
}

/** What an exchange's own code means. */
export type Meaning =
  /** The client id was used. */
  | 'duplicate'
  /** Surely not accepted, and would not be. */
  | 'refused'
  /** Nothing to reduce. */
  | 'no-position'
  /** A stop beyond the price. */
  | 'triggers-at-once'
  | 'not-found'
  /** Surely not accepted; later it may be. */
  | 'not-now'
  | 'rate-limited'
  /** Already so. */
  | 'no-change'
  | 'permission'
  /** It may have been done. */
  | 'unclear';

/** A code ('': none is told), its meaning, and the words without which it means something else. */
export type Saying = readonly [code: string, means: Meaning, words?: RegExp];

interface Verdict {
  readonly code: string;
  readonly retry: boolean;
  readonly words: string;
}

const verdict = (code: string, retry: boolean, words: string): Verdict => ({ code, retry, words });

const UNREADABLE = verdict('unreadable', true, 'the answer of the exchange cannot be read');
const REFUSED = verdict('refused', false, 'the exchange refuses');
const NOT_FOUND = verdict('not-found', false, 'the exchange knows of no such order');
/** Whose request it was that used it is not known: a gateway may have sent ours twice. */
const DUPLICATE = verdict('duplicate', true, 'the client id was used before');
const LIMITED = verdict('rate-limited', false, 'the exchange was asked too often');
const NO_CHANGE = verdict('no-change', false, 'it is so already');
const NO_RIGHT = verdict('permission', false, 'the key may not do that');
const UNCLEAR = verdict('unclear', true, 'the exchange answers with an error that is not known');

const MEANINGS: Readonly<Record<Meaning, Verdict>> = {
  duplicate: DUPLICATE,
  refused: REFUSED,
  'no-position': verdict('no-position', false, 'there is no position to reduce'),
  'triggers-at-once': verdict('triggers-at-once', false, 'the price is beyond the stop already'),
  'not-found': NOT_FOUND,
  'not-now': verdict('not-now', false, 'the exchange takes no orders at the moment'),
  'rate-limited': LIMITED,
  'no-change': NO_CHANGE,
  permission: NO_RIGHT,
  unclear: UNCLEAR,
};

/** By `failureOf`'s codes; what is not here cannot be read. */
const VERDICTS: ReadonlyMap<string, Verdict> = new Map([
  ['timeout', verdict('timeout', true, 'no answer of the exchange in time')],
  ['unavailable', verdict('unavailable', true, 'the exchange cannot be reached')],
  ['closed', verdict('closed', true, 'the connection was closed')],
  ['rate-limited', LIMITED],
  ['clock', verdict('clock', false, "the clocks of this machine and the exchange's disagree")],
  ['auth', verdict('auth', false, 'the exchange does not accept the key')],
  ['permission', NO_RIGHT],
  ['not-found', NOT_FOUND],
  ['duplicate', DUPLICATE],
  ['no-change', NO_CHANGE],
  ['no-funds', REFUSED],
  ['unsupported', REFUSED],
  ['refused', REFUSED],
]);

/** Classes of ccxt's that `failureOf` takes for more than an order's fate allows. */
const CLASSES: ReadonlyMap<string, Verdict> = new Map([
  // Its parent of all: an error whose code ccxt does not know either.
  ['ExchangeError', UNCLEAR],
  // An unknown market is no answer about an order.
  ['BadSymbol', REFUSED],
]);

/** `secrets`: texts that no hint may hold. Faults and bugs of ours are thrown on. */
export function outcomeOf(
  error: unknown,
  sayings: readonly Saying[],
  secrets: readonly string[],
): Failure {
  if (error instanceof Unfit) return { code: 'refused', retry: false, hint: error.message };
  const general = failureOf(error);
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  const told = toldIn(message);
  const known = sayings.find(saying => fits(saying, told));
  const { code, retry, words } =
    known !== undefined
      ? MEANINGS[known[1]]
      : (CLASSES.get(name) ?? VERDICTS.get(general.code) ?? UNREADABLE);
  return { code, retry, hint: hintOf(words, told, message, secrets) };
}

interface Told {
  readonly code: string | null;
  readonly text: string | null;
}

const fits = ([code, , words]: Saying, told: Told): boolean =>
  code === (told.code ?? '') && (words === undefined || words.test(told.text ?? ''));

/** The inner fields before the outer ones: OKX's outer code says "some of these failed". */
const CODES = ['sCode', 'retCode', 'ret_code', 'label', 'code'].map(
  field => new RegExp(`"${field}"\\s*:\\s*"?(-?\\w{1,40})\\b`),
);
const TEXTS = [
  ...['sMsg', 'retMsg', 'ret_msg', 'msg', 'message', 'detail', 'error', 'response'],
].map(field => new RegExp(`"${field}"\\s*:\\s*"((?:[^"\\\\]|\\\\.){1,300})"`));
const NO_ERROR = '0';

/** ccxt puts the exchange's answer into its message. */
function toldIn(message: string): Told {
  const first = (patterns: readonly RegExp[]): string | null =>
    patterns
      .map(pattern => pattern.exec(message)?.[1])
      .find(found => found !== undefined && found !== NO_ERROR) ?? null;
  return { code: first(CODES), text: first(TEXTS) };
}

const HINT_TEXT_MAX = 160;

function hintOf(words: string, told: Told, message: string, secrets: readonly string[]): string {
  const answer = [told.code, told.text].filter(part => part !== null).join(': ');
  if (answer !== '') return `${words} (${masked(answer, secrets)})`;
  const reason = /\b(E[A-Z]{5,}|UND_ERR_[A-Z_]+)\b/.exec(message)?.[1];
  return reason === undefined ? words : `${words} (${reason})`;
}

/** Addresses, and whatever is as long as a key or a signature, are nobody's business. */
function masked(text: string, secrets: readonly string[]): string {
  return withoutSecrets(text, secrets)
    .replaceAll(/\b\w+:\/\/\S+/g, '…')
    .replaceAll(/[\w+/=-]{20,}/g, '…')
    .replaceAll(/\\.|\s+/g, ' ')
    .trim()
    .slice(0, HINT_TEXT_MAX);
}
