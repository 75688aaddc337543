/**
 * The modes of an account: one position a symbol, each on isolated margin.
 *
 * Everything here rests on them: a stop of a position that is held both ways would reduce the wrong one, and
 * behind a position on cross margin stands the whole account.
 * Promises: before the first decision each pair is set to them, or the start is refused with what
 * a person has to do; a pair in which something is held is looked at and left as it is. What somebody
 * sets otherwise later is found by the next comparison, and no entry leaves there until it is set back.
 * Never: closes or changes a position.
 */
import { EXIT, Fault } from '../../base/fault.ts';
import type { Failure } from '../../base/result.ts';
import { LATER, type VenueMode, type VenuePosition } from '../../core/venue.ts';
import { abreast, meanwhile } from './abreast.ts';
import { type Desk, symbolsOf } from './desk.ts';

/** What is held in one of the pairs otherwise than it has to be; null: nothing. */
export function unfitIn(
  symbols: readonly string[],
  positions: readonly VenuePosition[],
): string | null {
  for (const symbol of symbols) {
    const unfit = unfitPosition(symbol, positions);
    if (unfit !== null) return `the position in ${symbol} is ${unfit}`;
  }
  return null;
}

function unfitPosition(symbol: string, positions: readonly VenuePosition[]): string | null {
  const [held, other] = positions.filter(position => position.symbol === symbol);
  if (other !== undefined) return BOTH_WAYS;
  return held === undefined || held.unfit === null ? null : `in ${held.unfit}`;
}

const BOTH_WAYS = 'held both ways, in hedge mode';

/** What is held, before anything is done about it. */
export async function checkModes(desk: Desk): Promise<Failure | null> {
  const found = await desk.venue.positions();
  if (!found.ok) return found.error;
  const unfit = unfitIn(symbolsOf(desk), found.value);
  if (unfit === null) return null;
  throw refusalOf(unfit);
}

/** `unfit`: what is held otherwise than it has to be. */
export const refusalOf = (unfit: string): Fault =>
  new Fault(
    EXIT.config,
    `${unfit}, and Holdfast trades one position a pair on isolated margin`,
    "close it on the exchange's site (or leave the pair out), then start again: an empty pair is set by itself",
  );

/** How a pair is set otherwise than it has to be; null: it is not, or the venue does not tell. */
export function unfitMode({ hedged, margin }: VenueMode): VenuePosition['unfit'] {
  if (hedged === true) return 'hedge mode';
  return margin === 'cross' ? 'cross margin' : null;
}

/** Each pair in which nothing is held is set, once a run. */
export async function setModes(desk: Desk): Promise<Failure | null> {
  const found = await meanwhile(desk, () => desk.venue.positions());
  if (!found.ok) return found.error;
  const empty = symbolsOf(desk).filter(
    symbol =>
      !desk.prepared.has(symbol) && !found.value.some(position => position.symbol === symbol),
  );
  return abreast(desk, empty, symbol => setMode(desk, symbol));
}

async function setMode(desk: Desk, symbol: string): Promise<Failure | null> {
  const { portfolio, run } = desk.world;
  const most = portfolio.contracts[symbol]?.leverageMax ?? 1;
  const leverage = Math.min(run.settings.leverage, most);
  const prepared = await desk.venue.prepare(symbol, leverage);
  if (prepared.ok) {
    desk.prepared.set(symbol, leverage);
    return null;
  }
  const { code, hint } = prepared.error;
  if (code !== 'refused') return prepared.error;
  throw new Fault(
    EXIT.config,
    `${symbol} cannot be set to one-way mode and isolated margin at leverage ${leverage} (${hint})`,
    "close what is open in the account (other pairs and orders too), or set both on the exchange's site, then start again",
  );
}

/**
 * Whether the pairs are still as they have to be: held ones by their positions, the others by what is
 * set. A new desk has set nothing yet, and its start looks itself.
 */
export async function compareModes(
  desk: Desk,
  positions: readonly VenuePosition[],
): Promise<Failure | null> {
  if (desk.comparedAt === null) return null;
  return abreast(desk, symbolsOf(desk), async symbol => {
    const isHeld = positions.some(position => position.symbol === symbol);
    if (isHeld) return note(desk, symbol, unfitPosition(symbol, positions));
    const mode = await desk.venue.mode(symbol);
    if (mode.ok) {
      const unfit = unfitMode(mode.value);
      return note(desk, symbol, unfit === null ? null : `set to ${unfit}`);
    }
    const { code, retry } = mode.error;
    // An exchange that never tells is asked to set them before each entry, as ever.
    return retry || LATER.has(code) ? mode.error : null;
  });
}

/** Said when it changes. */
function note(desk: Desk, symbol: string, unfit: string | null): null {
  const known = desk.unfit.get(symbol) ?? null;
  if (unfit === known) return null;
  if (unfit === null) {
    desk.unfit.delete(symbol);
    desk.warn(`${symbol} is in one-way mode and on isolated margin again: entries go on there`);
    return null;
  }
  desk.unfit.set(symbol, unfit);
  desk.warn(
    `${symbol} is ${unfit}: no entries there, and stops may be refused. Close what is held so, and ` +
      "set one-way mode and isolated margin on the exchange's site",
  );
  return null;
}

/** What is held both ways has no lots that could be compared with those of one position. */
export const isBothWays = (symbol: string, positions: readonly VenuePosition[]): boolean =>
  unfitPosition(symbol, positions) === BOTH_WAYS;
