/**
 * The doctor's look at an exchange: whether it answers, what time it is there, whether the pairs are
 * traded, and what keeps real orders back; then at the account (doctor-account.ts).
 *
 * Promises: asks and reads, once, by the checks of a start itself; one thing that is wrong hides no
 * other. Never: sends an order, changes a setting, shows a key.
 */
import { Fault } from '../base/fault.ts';
import { toQuote } from '../base/money.ts';
import type { Result } from '../base/result.ts';
import { SECOND_MS } from '../base/time.ts';
import type { Contract } from '../core/market.ts';
import { ask } from '../exchange/ccxt/ask.ts';
import { checkPairs, checkTimeframe } from '../exchange/ccxt/connect.ts';
import { findMarket, type ListedMarket, liveMarket } from '../exchange/ccxt/contract.ts';
import { createExchangeClock } from '../exchange/ccxt/exchange-clock.ts';
import { type Client, EXCHANGES, loadClient, testExchangeUrl } from '../exchange/ccxt/load.ts';
import { type Checkup, failed, failedWith, ok, warned } from './checkup.ts';
import type { AppConfig } from './config.ts';
import { checkAccount } from './doctor-account.ts';
import { conditionsOf, keysOf } from './live/admission.ts';
import { decimal } from './number-text.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Listed = Readonly<Record<string, ListedMarket | undefined>>;

/** Nothing where the config names no exchange. */
export async function checkExchange(config: AppConfig, env: Env): Promise<Checkup[]> {
  const id = config.exchange.name;
  if (id === null) return [];
  try {
    return await look(config, id, env);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [failedWith('exchange', error)];
  }
}

async function look(config: AppConfig, id: string, env: Env): Promise<Checkup[]> {
  const testUrl = testExchangeUrl(env);
  const client = await loadClient(id, { testUrl });
  const terms = termsOf(config, id);
  const { value: listed, checkup } = await reach(client, id);
  if (listed === null) return [checkup, ...terms];
  const { contracts, checkups } = await pairsOf(client, config, { id, listed });
  const found = [checkup, await clockOf(client, id), ...checkups, ...terms];
  const keys = keysOf(config);
  if (keys === null) return found;
  return [...found, ...(await checkAccount(config, { id, keys, testUrl, contracts }))];
}

async function reach(client: Client, id: string) {
  const startedAt = performance.now();
  const answer: Result<unknown> = await ask(() => client.loadMarkets());
  const ms = Math.round(performance.now() - startedAt);
  if (answer.ok) {
    const text = `${id} answers (its list of contracts came in ${decimal(ms, 0)} ms)`;
    return { value: answer.value as Listed, checkup: ok('exchange', text, { id, ms }) };
  }
  const { code, hint } = answer.error;
  const remedy =
    'check the network (name server, firewall, proxy) and the status page of the exchange';
  const text = `${id} cannot be reached (${code}: ${hint})`;
  return { value: null, checkup: failed('exchange', [text, remedy], { id, code }) };
}

/** Farther off, something is wrong with this machine's clock. */
const SKEW_MS_MAX = SECOND_MS;

async function clockOf(client: Client, id: string): Promise<Checkup> {
  const check = 'exchange clock';
  const limitMs = EXCHANGES[id]?.signedMsMax ?? SKEW_MS_MAX;
  const startedAt = performance.now();
  const clock = createExchangeClock(client);
  const asked = await clock.adjust();
  const answeredMs = Math.round(performance.now() - startedAt);
  if (!asked.ok) {
    const text = `${id} does not tell its time (${asked.error.code}: ${asked.error.hint})`;
    return failed(check, [text, 'without it no order can be signed: ask again later'], {});
  }
  const skewMs = Math.round(Date.now() - clock.now());
  const figures = { skewMs, answeredMs, refusedFromMs: limitMs };
  const way = skewMs < 0 ? 'behind' : 'ahead of';
  const limit = `orders are refused from ${decimal(limitMs / SECOND_MS, 0)} s on`;
  const text = `this machine is ${decimal(Math.abs(skewMs), 0)} ms ${way} ${id}; ${limit}`;
  // What is not known better than that is no finding.
  if (Math.abs(skewMs) <= SKEW_MS_MAX + answeredMs / 2) return ok(check, text, figures);
  const remedy = 'timedatectl set-ntp true, or chrony';
  const isRefused = Math.abs(skewMs) >= limitMs;
  return warned(
    check,
    [
      `${text}${isRefused ? ': what is signed goes by the clock of the exchange alone' : ''}`,
      remedy,
    ],
    figures,
  );
}

interface Pairs {
  readonly contracts: readonly Contract[];
  readonly checkups: readonly Checkup[];
}

async function pairsOf(
  client: Client,
  config: AppConfig,
  { id, listed }: { readonly id: string; readonly listed: Listed },
): Promise<Pairs> {
  const contracts: Contract[] = [];
  const checkups: Checkup[] = [];
  const tried = async (check: string, work: () => Checkup[] | Promise<Checkup[]>) => {
    try {
      checkups.push(...(await work()));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      checkups.push(failedWith(check, error));
    }
  };
  const { pairs } = config.exchange;
  await tried('pairs', () => {
    checkPairs(id, pairs);
    checkTimeframe(client, id, config.settings.timeframeMs);
    return [];
  });
  for (const pair of pairs)
    await tried(`pair ${pair}`, async () => {
      const { contract } = await liveMarket(client, id, findMarket(listed, { id, pair }));
      contracts.push(contract);
      return [pairOf(contract, config)];
    });
  return { contracts, checkups };
}

function pairOf(contract: Contract, { settings }: AppConfig): Checkup {
  const { symbol, priceStep, lotSize, lotsMin = 1, notionalMin, leverageMax } = contract;
  const check = `pair ${symbol}`;
  const sizeMin = Number((lotsMin * lotSize).toPrecision(12));
  const figures = { priceStep, lotSize, sizeMin, notionalMin: toQuote(notionalMin), leverageMax };
  const least = notionalMin > 0 ? `, ${decimal(figures.notionalMin)} of value` : '';
  const text = `tick ${priceStep}, lot ${lotSize}, least order ${sizeMin}${least}, leverage to ${leverageMax}`;
  if (settings.leverage <= leverageMax) return ok(check, text, figures);
  const more = `${text}: the config's leverage ${settings.leverage} is more`;
  return warned(check, [more, `it is traded at ${leverageMax}; or lower leverage`], figures);
}

/** What config and environment say of real orders; on paper they are what would be missing. */
function termsOf(config: AppConfig, id: string): Checkup[] {
  const verified = EXCHANGES[id]?.verified ?? false;
  if (!config.live && keysOf(config) === null)
    return [ok('live orders', '"live" is off: paper money, which needs no key')];
  return conditionsOf({ config, id, verified }).map(({ check, refusal }) => {
    if (refusal !== null && config.live) return failedWith(check, refusal);
    if (refusal !== null) return warned(check, [refusal.message, refusal.remedy]);
    if (check === 'live orders') return ok(check, '"live" allows them; trade --live sends them');
    if (check === 'keys') return ok(check, 'given by the environment');
    if (verified) return ok(check, `Holdfast was tried on ${id} (at a test exchange)`);
    const text = `Holdfast was never tried on ${id}, and "accept_unverified" takes that`;
    return warned(check, [text, 'begin with little money: docs/LIVE.md']);
  });
}
