/**
 * What can be said of a start on a live market without asking anybody: exchange, pairs, timeframe,
 * currency, and for real orders what config and environment have to allow and to give.
 *
 * Promises: each refusal is one line with its remedy (exit 64), an unknown exchange first. Never:
 * asks the network, reads or begins a directory, shows a key.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { checkPairs, checkTimeframe } from '../exchange/ccxt/connect.ts';
import {
  type Client,
  checkExchangeId,
  EXCHANGES,
  type Keys,
  loadClient,
  testExchangeUrl,
} from '../exchange/ccxt/load.ts';
import type { AppConfig } from './config.ts';
import { ENV_PREFIX } from './config-file.ts';
import { admit } from './live/admission.ts';
import { refuseConflict } from './market-source.ts';

export interface TermsWish {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Real orders were asked for. */
  readonly live: boolean;
}

export async function checkTerms(config: AppConfig, { env, live }: TermsWish): Promise<void> {
  const { name, pairs } = config.exchange;
  const id = name ?? '';
  checkExchangeId(id);
  checkPairs(id, pairs);
  refuseConflict(config, { exchange: id, symbols: pairs });
  testExchangeUrl(env);
  const keys = live ? admit({ config, id, verified: EXCHANGES[id]?.verified ?? false }) : null;
  const client = await loadClient(id, keys === null ? {} : { keys });
  checkTimeframe(client, id, config.settings.timeframeMs);
  if (keys !== null) checkKeys(client, id, keys);
}

/** Of what an exchange may want besides key and secret, what the environment can give. */
const FURTHER = ['password', 'uid'] as const;

function checkKeys({ requiredCredentials }: Client, id: string, keys: Keys): void {
  const wanted = requiredCredentials as Readonly<Record<string, boolean>>;
  for (const name of FURTHER)
    if (wanted[name] === true && (keys[name] ?? '') === '')
      throw new Fault(
        EXIT.config,
        `--live at ${id} needs the ${name} of its key too`,
        `set the environment variable ${ENV_PREFIX}EXCHANGE__${name.toUpperCase()}`,
      );
}
