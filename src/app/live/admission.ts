/**
 * Admission: what has to be so before real orders may leave.
 *
 * Promises: each refusal is one line with its remedy, before anything is opened or sent; a key that
 * can move money out is refused unless the config takes it. Never: shows a key or a part of it.
 */
import { must } from '../../base/assert.ts';
import { EXIT, Fault } from '../../base/fault.ts';
import { EXCHANGE_ATTEMPTS_MAX } from '../../base/limits.ts';
import type { Failure, Result } from '../../base/result.ts';
import { LATER, type Venue, type VenueAccess } from '../../core/venue.ts';
import { createBackOff, pause } from '../../exchange/ccxt/ask.ts';
import type { Keys } from '../../exchange/ccxt/load.ts';
import type { AppConfig } from '../config.ts';
import { ENV_PREFIX } from '../config-file.ts';

export interface Wish {
  readonly config: AppConfig;
  /** ccxt's id. */
  readonly id: string;
  readonly verified: boolean;
  readonly warn: (line: string) => void;
  readonly stop: AbortSignal;
}

const refuse = (message: string, remedy: string): Fault => new Fault(EXIT.config, message, remedy);

type Terms = Pick<Wish, 'config' | 'id' | 'verified'>;

/** Something that has to be so, and why a start is refused where it is not. */
export interface Condition {
  readonly check: 'live orders' | 'unverified exchange' | 'keys';
  /** Null: it is so. */
  readonly refusal: Fault | null;
}

/** What config and environment have to say, in the order in which a start looks. */
export const conditionsOf = ({ config, id, verified }: Terms): readonly Condition[] => [
  {
    check: 'live orders',
    refusal: config.live
      ? null
      : refuse('--live sends real orders, and the config does not allow it', 'set "live": true'),
  },
  {
    check: 'unverified exchange',
    refusal:
      verified || config.exchange.acceptUnverified
        ? null
        : refuse(
            `Holdfast was never tried on ${id} with real orders`,
            'set "exchange": { "accept_unverified": true } to be the first, with little money: docs/LIVE.md',
          ),
  },
  {
    check: 'keys',
    refusal:
      keysOf(config) !== null
        ? null
        : refuse(
            `--live needs the keys of an account at ${id}`,
            `set the environment variables ${ENV_PREFIX}EXCHANGE__KEY and ${ENV_PREFIX}EXCHANGE__SECRET ` +
              `(and ${ENV_PREFIX}EXCHANGE__PASSWORD where the exchange has one)`,
          ),
  },
];

/** Null: not enough of them are given. */
export function keysOf(config: AppConfig): Keys | null {
  const { key, secret, password, uid } = config.secrets();
  if (key === undefined || secret === undefined) return null;
  return {
    ...{ apiKey: key, secret },
    ...(password !== undefined && { password }),
    ...(uid !== undefined && { uid }),
  };
}

/** The keys, where config and environment allow real orders. */
export function admit(terms: Terms): Keys {
  for (const { refusal } of conditionsOf(terms)) if (refusal !== null) throw refusal;
  return must(keysOf(terms.config), 'keys');
}

/** Asks on for a while: an exchange that is away for a moment is no reason not to start. */
async function reach(venue: Venue, { id, warn, stop }: Wish): Promise<Result<VenueAccess>> {
  const backOff = createBackOff();
  for (let attempt = 1; ; attempt += 1) {
    const found = await venue.access();
    if (found.ok || stop.aborted || attempt === EXCHANGE_ATTEMPTS_MAX) return found;
    const { code, retry } = found.error;
    if (!retry && (code === 'auth' || !LATER.has(code))) return found;
    const waitMs = backOff.next();
    warn(`${id} does not answer (${code}): trying again in ${Math.ceil(waitMs / 1000)} s`);
    await pause(waitMs, stop);
  }
}

/** Whose account it is; a fault where its key may not do what is needed, or may do too much. */
export async function checkAccess(venue: Venue, wish: Wish): Promise<VenueAccess> {
  const { id, warn } = wish;
  const found = await reach(venue, wish);
  if (!found.ok) throw unreached(id, found.error);
  for (const refusal of refusalsOf(found.value, wish)) throw refusal;
  if (found.value.mayWithdraw === null) warn(`${untoldOf(id)}: ${UNTOLD_REMEDY}`);
  return found.value;
}

/** What a key may not do and has to, or may do and must not. */
export function refusalsOf(
  { mayTrade, mayWithdraw }: VenueAccess,
  { config, id }: Pick<Wish, 'config' | 'id'>,
): Fault[] {
  const refusals: Fault[] = [];
  if (!mayTrade)
    refusals.push(
      refuse(
        `the key of ${id} may not trade`,
        'give it the right to trade futures, or another key',
      ),
    );
  if (mayWithdraw === true && !config.exchange.allowWithdrawal)
    refusals.push(
      refuse(
        `the key of ${id} may withdraw: whoever steals it has the money`,
        'make a key without that right (or set "exchange": { "allow_withdrawal": true })',
      ),
    );
  return refusals;
}

/** Where the exchange does not tell whether the key may withdraw. */
export const untoldOf = (id: string): string => `${id} does not tell whether the key may withdraw`;
export const UNTOLD_REMEDY = 'see to it that it may not';

export function unreached(id: string, { code, hint }: Failure): Fault {
  return code === 'auth'
    ? refuse(
        `${id} does not take the key (${hint})`,
        'check key, secret and password, and its IP list',
      )
    : new Fault(
        EXIT.unreachable,
        `the account at ${id} cannot be reached (${code}: ${hint})`,
        'check the network and the status page of the exchange, then start again; nothing was sent',
      );
}
