/**
 * The doctor's look at an account: what its key may do, how it is set, and what is in it that the
 * directory does not know of.
 *
 * Promises: the checks of a start, by the same functions; each failure to ask is a finding. Never:
 * places, cancels or sets anything: it is given no method of the venue that could.
 */
import { toQuote } from '../base/money.ts';
import type { Failure } from '../base/result.ts';
import type { Memory } from '../components.ts';
import type { Contract } from '../core/market.ts';
import type { Venue, VenueAccess, VenueMode, VenueOrder, VenuePosition } from '../core/venue.ts';
import { type Keys, loadClient } from '../exchange/ccxt/load.ts';
import { ccxtVenue } from '../exchange/ccxt/venue.ts';
import { bindingConflict } from '../trade/run.ts';
import { type Checkup, failed, failedWith, ok, warned } from './checkup.ts';
import { isOfDirectory } from './client-id.ts';
import type { AppConfig } from './config.ts';
import { isEmpty, isFolder, lookAt, memoryOf, placeOf } from './directory.ts';
import { refusalsOf, UNTOLD_REMEDY, unreached, untoldOf } from './live/admission.ts';
import { signedLots } from './live/desk.ts';
import { refusalOf, unfitIn, unfitMode } from './live/mode.ts';
import { fingerprintOf } from './live-source.ts';
import { decimal } from './number-text.ts';

/** What only asks. */
export type ReadVenue = Pick<Venue, 'access' | 'mode' | 'openOrders' | 'positions' | 'wallet'>;

export interface AccountWish {
  /** ccxt's id. */
  readonly id: string;
  readonly keys: Keys;
  readonly testUrl: string | null;
  /** Of the pairs that are traded there. */
  readonly contracts: readonly Contract[];
}

export async function checkAccount(
  config: AppConfig,
  { id, keys, testUrl, contracts }: AccountWish,
): Promise<Checkup[]> {
  const client = await loadClient(id, { keys, testUrl });
  return examineAccount(ccxtVenue(client), { config, id, contracts });
}

interface Wish extends Pick<AccountWish, 'id' | 'contracts'> {
  readonly config: AppConfig;
}

export async function examineAccount(venue: ReadVenue, wish: Wish): Promise<Checkup[]> {
  const { config, id, contracts } = wish;
  const access = await venue.access();
  if (!access.ok) return [failedWith('account', unreached(id, access.error))];
  const known = knownIn(config);
  const checkups = [...rightsOf(access.value, wish), ...boundTo(access.value, known, wish)];
  const wallet = await venue.wallet();
  checkups.push(wallet.ok ? balanceOf(toQuote(wallet.value)) : unasked('balance', wallet.error));
  const positions = await venue.positions();
  const held = positions.ok ? positions.value : [];
  for (const contract of contracts)
    checkups.push(...(await pairOf(venue, contract, { config, known, held })));
  checkups.push(
    ...(positions.ok ? positionsOf(held, known, wish) : [unasked('positions', positions.error)]),
  );
  return checkups;
}

const unasked = (check: string, { code, hint }: Failure): Checkup =>
  failed(check, [`the exchange does not tell (${code}: ${hint})`, 'ask again later'], { code });

function rightsOf(access: VenueAccess, { config, id }: Wish): Checkup[] {
  const { mayTrade, mayWithdraw } = access;
  const figures = { mayTrade, mayWithdraw };
  const check = 'key rights';
  const refusals = refusalsOf(access, { config, id }).map(one => failedWith(check, one));
  if (refusals.length > 0) return refusals;
  if (mayWithdraw === null)
    return [warned(check, [`the key may trade; ${untoldOf(id)}`, UNTOLD_REMEDY], figures)];
  if (!mayWithdraw) return [ok(check, 'the key may trade, and not withdraw', figures)];
  const text = 'the key may trade and withdraw, and "allow_withdrawal" takes that';
  return [warned(check, [text, 'make a key without that right'], figures)];
}

/** What the directory remembers of an account; null: nothing, or it cannot be read. */
interface Known {
  readonly directory: string;
  readonly memory: Memory;
}

function knownIn(config: AppConfig): Known | null {
  if (!isFolder(config.dir)) return null;
  try {
    const seen = lookAt(placeOf(config));
    if (isEmpty(seen) || seen.directoryId === null) return null;
    return { directory: seen.directoryId, memory: memoryOf(seen) };
  } catch {
    // The look at the directory itself tells what is wrong with it.
    return null;
  }
}

function boundTo({ account }: VenueAccess, known: Known | null, { config, id }: Wish): Checkup[] {
  const bound = known?.memory.run.binding ?? null;
  if (bound === null || !config.live) return [];
  const { pairs: symbols } = config.exchange;
  const { timeframeMs } = config.settings;
  const fingerprint = fingerprintOf(id, account);
  const wanted = { ...bound, mode: 'live', market: id, account: fingerprint } as const;
  const conflict = bindingConflict(bound, { ...wanted, symbols, timeframeMs });
  if (conflict === null) return [ok('directory: account', 'it belongs to this account')];
  const text = `${config.dir} takes no real orders of this account: ${conflict}`;
  return [warned('directory: account', [text, 'give trade --live a --dir of its own'])];
}

function balanceOf(quote: number): Checkup {
  const text = `the account holds ${decimal(quote)}`;
  const remedy = 'move money into its futures wallet, in the currency of the contracts';
  return quote > 0 ? ok('balance', text, { quote }) : warned('balance', [text, remedy], { quote });
}

interface Seen {
  readonly config: AppConfig;
  readonly known: Known | null;
  readonly held: readonly VenuePosition[];
}

async function pairOf(venue: ReadVenue, contract: Contract, seen: Seen): Promise<Checkup[]> {
  const { symbol } = contract;
  const [modes, orders] = [await venue.mode(symbol), await venue.openOrders(symbol)];
  return [
    modes.ok ? modesOf(contract, modes.value, seen) : unasked(`modes ${symbol}`, modes.error),
    orders.ok
      ? strangeIn(symbol, orders.value, seen.known)
      : unasked(`orders ${symbol}`, orders.error),
  ];
}

function modesOf(
  { symbol, leverageMax }: Contract,
  mode: VenueMode,
  { config, held }: Seen,
): Checkup {
  const check = `modes ${symbol}`;
  const wanted = Math.min(config.settings.leverage, leverageMax);
  const figures = { ...mode, leverageWanted: wanted };
  const isHeld = held.some(position => position.symbol === symbol);
  const unfit = unfitMode(mode);
  if (unfit !== null) {
    const text = `${symbol} is in ${unfit}`;
    const remedy = isHeld
      ? 'close what is open there, then set one-way mode and isolated margin on its site'
      : 'a start sets one-way mode and isolated margin while nothing is open, or is refused';
    return warned(check, [text, remedy], figures);
  }
  const margin = mode.margin ?? 'not told, set at the start';
  const way = mode.hedged === null ? 'not told, set at the start' : 'one-way';
  const leverage =
    mode.leverage === null
      ? `each order names its leverage, ${wanted}`
      : mode.leverage === wanted
        ? `leverage ${wanted}`
        : `leverage ${mode.leverage}, set to ${wanted} at the start`;
  return ok(check, `position mode: ${way}; margin: ${margin}; ${leverage}`, figures);
}

function strangeIn(symbol: string, orders: readonly VenueOrder[], known: Known | null): Checkup {
  const check = `orders ${symbol}`;
  const isOwn = ({ clientId }: VenueOrder): boolean =>
    known !== null && clientId !== null && isOfDirectory(known.directory, clientId);
  const strange = orders.filter(order => !isOwn(order)).length;
  const figures = { open: orders.length, strange };
  if (strange === 0) return ok(check, `${orders.length} open, all of this directory`, figures);
  const text = `${strange} open that this directory did not place`;
  return warned(check, [text, 'they are left alone: cancel what is not yours'], figures);
}

function positionsOf(
  held: readonly VenuePosition[],
  known: Known | null,
  { config, contracts }: Wish,
): Checkup[] {
  const symbols = contracts.map(({ symbol }) => symbol);
  const unfit = unfitIn(symbols, held);
  if (unfit !== null) return [failedWith('positions', refusalOf(unfit))];
  const strange = held.flatMap(position => strangeOf(position, { config, known, symbols }));
  if (strange.length > 0) return strange;
  const text = held.length === 0 ? 'none' : `${held.length}, all known to this directory`;
  return [ok('positions', text, { count: held.length })];
}

interface Ours extends Pick<Seen, 'config' | 'known'> {
  readonly symbols: readonly string[];
}

/** Lots that the directory does not know of, and what will become of them. */
function strangeOf(position: VenuePosition, { config, known, symbols }: Ours): Checkup[] {
  const { symbol, direction, lots, leverage } = position;
  const { positions, venue } = known?.memory.portfolio ?? {};
  const own = signedLots(positions?.[symbol]) + (venue?.foreign[symbol] ?? 0);
  const check = `position ${symbol}`;
  const figures = { lots: signedLots(position), known: own, leverage };
  if (signedLots(position) === own) return [];
  const text = `${lots} lots ${direction}, and this directory knows of ${own}`;
  if (!symbols.includes(symbol))
    return [warned(check, [text, 'its pair is not traded here: it is not touched'], figures)];
  const remedy =
    config.exchange.unknownPosition === 'adopt'
      ? 'it is adopted behind a stop; close it first, or set "unknown_position": "leave"'
      : 'it is left alone, and its pair takes no entries: close it first';
  return [warned(check, [text, remedy], figures)];
}
