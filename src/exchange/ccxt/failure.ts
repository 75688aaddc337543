/**
 * What went wrong at an exchange, in our words: ccxt's errors as failures.
 *
 * Promises: says whether it may have happened all the same (`ambiguous`) and whether asking again
 * can help (`retry`); in doubt it may have happened. No key and no query of a URL, where tokens and
 * signatures are, is in a hint. Never: takes a bug of ours for a failure of the exchange's.
 */
import { Bug } from '../../base/assert.ts';
import { Fault } from '../../base/fault.ts';
import type { Failure } from '../../base/result.ts';

export type FailureCode =
  /** No answer in time. */
  | 'timeout'
  | 'rate-limited'
  /** No connection, a lost one, or an exchange that is down. */
  | 'unavailable'
  /** An answer that cannot be read. */
  | 'unreadable'
  /** Its clock or its numbering disagrees with ours. */
  | 'clock'
  | 'auth'
  | 'permission'
  | 'not-found'
  /** The client order id was used before. */
  | 'duplicate'
  | 'no-funds'
  /** The setting is already so. */
  | 'no-change'
  | 'unsupported'
  /** The client was closed by us. */
  | 'closed'
  /** The exchange understood, and said no. */
  | 'refused';

export interface ClientFailure extends Failure {
  readonly code: FailureCode;
  /** What was asked for may have been done: look before asking again. */
  readonly ambiguous: boolean;
}

interface Kind {
  readonly code: FailureCode;
  readonly retry: boolean;
  readonly ambiguous: boolean;
}

const kind = (code: FailureCode, retry: boolean, ambiguous: boolean): Kind => ({
  ...{ code, retry, ambiguous },
});

const UNAVAILABLE = kind('unavailable', true, true);
const UNREADABLE = kind('unreadable', true, true);
const REFUSED = kind('refused', false, false);
const AUTH = kind('auth', false, false);
const LIMITED = kind('rate-limited', true, false);
const CLOCK = kind('clock', true, false);

/** By the names of ccxt's errors. One that is not here is in doubt. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['RequestTimeout', kind('timeout', true, true)],
  ['RateLimitExceeded', LIMITED],
  ['DDoSProtection', LIMITED],
  ['NetworkError', UNAVAILABLE],
  ['ExchangeNotAvailable', UNAVAILABLE],
  ['OnMaintenance', UNAVAILABLE],
  ['OperationFailed', UNAVAILABLE],
  ['CancelPending', UNAVAILABLE],
  ['BadResponse', UNREADABLE],
  ['NullResponse', UNREADABLE],
  ['InvalidNonce', CLOCK],
  ['ChecksumError', CLOCK],
  ['AuthenticationError', AUTH],
  ['AccountSuspended', AUTH],
  ['PermissionDenied', kind('permission', false, false)],
  ['AccountNotEnabled', kind('permission', false, false)],
  ['OrderNotFound', kind('not-found', false, false)],
  ['BadSymbol', kind('not-found', false, false)],
  ['DuplicateOrderId', kind('duplicate', false, false)],
  ['InsufficientFunds', kind('no-funds', false, false)],
  ['NoChange', kind('no-change', false, false)],
  ['MarginModeAlreadySet', kind('no-change', false, false)],
  ['NotSupported', kind('unsupported', false, false)],
  ['ExchangeClosedByUser', kind('closed', false, true)],
  ['ExchangeError', REFUSED],
  ['ArgumentsRequired', REFUSED],
  ['BadRequest', REFUSED],
  ['OperationRejected', REFUSED],
  ['MarketClosed', REFUSED],
  ['ManualInteractionNeeded', REFUSED],
  ['RestrictedLocation', REFUSED],
  ['InvalidOrder', REFUSED],
  ['OrderImmediatelyFillable', REFUSED],
  ['OrderNotFillable', REFUSED],
  ['ContractUnavailable', REFUSED],
]);

const HINT_LENGTH_MAX = 200;
/** Shorter ones would blank out half of what is told. */
const SECRET_LENGTH_MIN = 4;

/** `secrets`: texts that no hint may hold. Faults and bugs of ours are thrown on. */
export function failureOf(error: unknown, secrets: readonly string[] = []): ClientFailure {
  if (error instanceof Fault || error instanceof Bug) throw error;
  const { name, message } =
    error instanceof Error ? error : { name: 'unknown', message: String(error) };
  return { ...(KINDS.get(name) ?? UNREADABLE), hint: plain(`${name}: ${message}`, secrets) };
}

/** Of any text that may quote a request. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let told = text;
  for (const secret of secrets)
    if (secret.length >= SECRET_LENGTH_MIN) told = told.replaceAll(secret, '***');
  return told;
}

function plain(text: string, secrets: readonly string[]): string {
  return withoutSecrets(text, secrets)
    .replaceAll(/(\b(?:https?|wss?):\/\/[^\s?#]*)[?#]\S*/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, HINT_LENGTH_MAX);
}
