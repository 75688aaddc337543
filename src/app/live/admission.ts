/**
 * Admission: what has to be so before real orders may leave.
 *
 * Promises: each refusal is one line with its remedy, before anything is opened or sent; a key that
 * can move money out is refused unless the config takes it. Never: shows a key or a part of it.
 */
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

/** The keys, where config and environment allow real orders. */
export function admit({ config, id, verified }: Pick<Wish, 'config' | 'id' | 'verified'>): Keys {
  if (!config.live)
    throw refuse('--live sends real orders, and the config does not allow it', 'set "live": true');
  if (!verified && !config.exchange.acceptUnverified)
    throw refuse(
      `Holdfast was never tried on ${id} with real orders`,
      'set "exchange": { "accept_unverified": true } to be the first, with little money: docs/LIVE.md',
    );
  const { key, secret, password, uid } = config.secrets();
  if (key === undefined || secret === undefined)
    throw refuse(
      `--live needs the keys of an account at ${id}`,
      `set the environment variables ${ENV_PREFIX}EXCHANGE__KEY and ${ENV_PREFIX}EXCHANGE__SECRET ` +
        `(and ${ENV_PREFIX}EXCHANGE__PASSWORD where the exchange has one)`,
    );
  return {
    ...{ apiKey: key, secret },
    ...(password !== undefined && { password }),
    ...(uid !== undefined && { uid }),
  };
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
  const { config, id, warn } = wish;
  const found = await reach(venue, wish);
  if (!found.ok) throw unreached(id, found.error);
  const { mayTrade, mayWithdraw } = found.value;
  if (!mayTrade)
    throw refuse(
      `the key of ${id} may not trade`,
      'give it the right to trade futures, or another key',
    );
  if (mayWithdraw === true && !config.exchange.allowWithdrawal)
    throw refuse(
      `the key of ${id} may withdraw: whoever steals it has the money`,
      'make a key without that right (or set "exchange": { "allow_withdrawal": true })',
    );
  if (mayWithdraw === null)
    warn(`${id} does not tell whether the key may withdraw: see to it that it may not`);
  return found.value;
}

function unreached(id: string, { code, hint }: Failure): Fault {
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
