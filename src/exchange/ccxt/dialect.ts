/**
 * What each exchange says otherwise than the others, although ccxt unifies them: one file each.
 *
 * Promises: client ids are turned into the exchange's alphabet and back without loss, so they collide
 * no more than ours do. Never: decides; a dialect is a table of parameters, fields and codes.
 */
import { hash } from 'node:crypto';
import type { Order } from 'ccxt';
import type { Units } from '../../base/money.ts';
import type { Ticket, VenueAccess, VenueMode, VenuePosition } from '../../core/venue.ts';
import { inside } from './decimal.ts';
import type { Client } from './load.ts';
import type { Meaning, Saying } from './outcome.ts';

export type Params = Readonly<Record<string, unknown>>;

/** How an order is looked for: by its client id as the exchange has it, or by the exchange's own. */
export type Key =
  | { readonly by: 'client'; readonly id: string }
  | { readonly by: 'venue'; readonly id: string };

/** Where an order may be. Not found in one place means nothing before all have been asked. */
export type Place =
  /** Asked for by itself. */
  | { readonly ask: 'one'; readonly params: Params }
  /** Looked up in a list: open orders, done ones by ccxt's two names for them. Where the list can be asked for one order alone, `keys` are its names. */
  | {
      readonly ask: 'open' | 'closed' | 'history';
      readonly params: Params;
      readonly keys?: Readonly<Record<Key['by'], string>>;
    };

/** As it goes out. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A list that is given in parts: fills and funding. */
export interface Span {
  /** Longest time that can be asked for at once. */
  readonly lengthMs: number;
  /** So many in an answer, and there may be more of them. */
  readonly pageMax: number;
  /** Null: up to now. */
  readonly params: (since: number, until: number | null) => Params;
  /**
   * For the next page of a stretch that cannot be halved: by its number, from 2 on, and the rows of the
   * page before. Null: that one was the last. Without it such a stretch cannot be read.
   */
  readonly turn?: (page: number, before: readonly Params[]) => Params | null;
}

export interface Dialect {
  readonly name: string;
  /** What ccxt would do beside what it is asked for is switched off. */
  readonly tame: (client: Client) => void;
  /** Of the list of markets. */
  readonly marketParams: Params;
  readonly clientId: ClientIdForm;
  /** Of every order. */
  readonly orderParams: (ticket: Ticket, clientId: string) => Params;
  /** Of stops and targets, beside ccxt's own `stopLossPrice` and `takeProfitPrice`. */
  readonly triggerParams: (ticket: Ticket, clientId: string) => Params;
  /** Market orders must name a price that ccxt allows its slippage from. */
  readonly marketNamesPrice: boolean;
  readonly places: readonly Place[];
  /** Lists of open orders which together hold all of them. */
  readonly openLists: readonly Params[];
  /** Of the page of such a list, from 1; null: it is told whole, or to `openMax`. */
  readonly openPage: ((page: number) => Params) | null;
  readonly openMax: number;
  /** Where in its answer the list is that a request asks for; null: it asks for no list. */
  readonly listPath: (request: Request) => readonly string[] | null;
  /** How much of an order is filled, by the exchange's own field. */
  readonly filled: (info: Params, order: Order) => unknown;
  /** Of a cancel of what waits, where that is in a service of its own. */
  readonly cancelWaiting: Params;
  /** The order that a stop became when it was reached, where that has an id of its own. */
  readonly became: (info: Params) => string | null;
  /** Of a position: how it is kept, where `settings` would have it otherwise. */
  readonly unfit: (info: Params) => VenuePosition['unfit'];
  /** Asks alone: changes nothing. */
  readonly mode: (client: Client, symbol: string) => Promise<VenueMode>;
  /** One after the other: one position a symbol, isolated margin, the leverage. */
  readonly settings: (client: Client, symbol: string, leverage: number) => readonly Setting[];
  readonly fills: Span;
  /** Kinds of fills that must be asked for apart. */
  readonly fillKinds: readonly Params[];
  /** Paid, as a decimal. */
  readonly fee: (info: Params) => unknown;
  readonly liquidation: (info: Params) => boolean;
  readonly funding: Span;
  /** What the account got (positive) or paid, as a decimal. */
  readonly fundingIncome: (info: Params) => unknown;
  /** Null: the exchange does not tell it. */
  readonly fundingRate: (info: Params) => unknown;
  /** In the one currency that contracts are settled in: USDC at Hyperliquid, USDT elsewhere. */
  readonly wallet: (info: unknown) => Units;
  readonly access: (client: Client) => Promise<VenueAccess>;
  readonly sayings: readonly Saying[];
  /** Parameters of `watchOrders`: a stream each. */
  readonly streams: readonly Params[];
}

export const UNTOLD: VenueMode = { hedged: null, margin: null, leverage: null };

/** As ccxt has it; another kind (a portfolio's) is none that `settings` would leave. */
export const marginOf = (told: unknown): VenueMode['margin'] =>
  told === 'isolated' ? 'isolated' : told === undefined || told === null ? null : 'cross';

export type Setting = () => Promise<unknown>;

export interface ClientIdForm {
  /** Ours → the exchange's. */
  readonly encode: (id: string) => string;
  /** The exchange's → ours; what is none of ours stays as it is. */
  readonly decode: (id: string) => string;
}

/** The end of a span under the name that the exchange has for it. */
export const untilIn =
  (name: string) =>
  (_: number, until: number | null): Params =>
    until === null ? {} : { [name]: until };

/** Where the exchange tells no account: the key's hash, so that another key is another account. */
export const accountOfKey = ({ apiKey }: Client): string =>
  `key-${hash('sha256', apiKey ?? '', 'hex').slice(0, 16)}`;

export const listIn = (value: unknown): readonly Params[] => (Array.isArray(value) ? value : []);

/** '-0.1' → '0.1'. */
export function negated(value: unknown): unknown {
  const text = String(value);
  return text.startsWith('-') ? text.slice(1) : `-${text}`;
}

export const sayingsOf = (means: Meaning, codes: readonly string[]): readonly Saying[] =>
  codes.map(code => [code, means]);

/** Methods that ccxt makes at run time, one for each path of the exchange. */
export async function call(client: Client, method: string, params: object = {}): Promise<Params> {
  const methods = client as unknown as Readonly<
    Record<string, (params: object) => Promise<unknown>>
  >;
  return inside(await (methods[method] as (params: object) => Promise<unknown>)(params));
}
