/**
 * A venue in memory, with books of its own and a will to lose messages.
 *
 * Written from the rules of an exchange, sharing no arithmetic with what it tests: one net position a
 * symbol, average-free money (what was paid and what was received), client ids that are taken
 * once. Promises: the same seed and the same questions give the same answers.
 */
import { type Failure, failed, ok, type Result } from '../../src/base/result.ts';
import type { Rng } from '../../src/base/rng.ts';
import type { Side } from '../../src/core/order.ts';
import type {
  Ticket,
  Venue,
  VenueFill,
  VenueFunding,
  VenueMode,
  VenueOrder,
  VenuePosition,
} from '../../src/core/venue.ts';
import { CALM, type Faults } from './fake-fault.ts';
import { type Standing, shown } from './fake-order.ts';

export const LOT_SIZE = 0.001;
const UNITS = 100_000_000;
const FEE_PER_MILLE = 0.6;

const lost = (): Result<never> => failed('timed-out', 'no answer in time', true);

export class FakeVenue implements Venue {
  faults: Faults = CALM;
  /** The code with which stops are not taken for now; null: they are. */
  stopsRefused: string | null = null;
  clock = 1_000_000;
  price = 50_000;
  /** Of each position, as a person may have set it. */
  leverage = 3;
  /** Of each position. */
  unfit: VenuePosition['unfit'] = null;
  modes: VenueMode = { hedged: false, margin: 'isolated', leverage: 3 };
  /** Signed lots. */
  readonly lots = new Map<string, number>();
  readonly orders: Standing[] = [];
  readonly accepted = new Map<string, number>();
  /** Requests to place that came under a client id that was taken. */
  repeated = 0;
  /** In units of 1e-8: deposits and what closed positions brought, fees and funding in. */
  wallet8: number;
  readonly #fills: { readonly fill: VenueFill; readonly knownAt: number }[] = [];
  readonly #funding: VenueFunding[] = [];
  readonly #rng: Rng;
  readonly #cost = new Map<string, number>();

  constructor(rng: Rng, deposit: number) {
    this.#rng = rng;
    this.wallet8 = deposit;
  }

  now(): number {
    return this.clock;
  }

  async access() {
    return ok({ account: 'fake', mayTrade: true, mayWithdraw: false });
  }

  async mode(): Promise<Result<VenueMode>> {
    return this.#asked(() => ok(this.modes));
  }

  async prepare(_symbol: string, _leverage: number): Promise<Result<null>> {
    return this.#asked(() => ok(null));
  }

  async place(ticket: Ticket): Promise<Result<string>> {
    return this.#asked(() => this.#accept(ticket));
  }

  async find(clientId: string): Promise<Result<VenueOrder>> {
    return this.#asked(() => this.#known(({ ticket }) => ticket.clientId === clientId));
  }

  async order(venueId: string): Promise<Result<VenueOrder>> {
    return this.#asked(() => this.#known(order => order.venueId === venueId));
  }

  async cancel(clientId: string): Promise<Result<null>> {
    return this.#asked(() => {
      const order = this.orders.find(({ ticket }) => ticket.clientId === clientId);
      if (order === undefined) return failed('not-found', clientId);
      order.open = false;
      return ok(null);
    });
  }

  async openOrders(symbol: string): Promise<Result<readonly VenueOrder[]>> {
    return this.#asked(() =>
      ok(this.orders.filter(({ ticket, open }) => open && ticket.symbol === symbol).map(shown)),
    );
  }

  async fills(symbol: string, since: number): Promise<Result<readonly VenueFill[]>> {
    return this.#asked(() =>
      ok(
        this.#fills
          .filter(({ knownAt }) => knownAt <= this.clock)
          .map(({ fill }) => fill)
          .filter(fill => fill.symbol === symbol && fill.time >= since),
      ),
    );
  }

  async funding(symbol: string, since: number): Promise<Result<readonly VenueFunding[]>> {
    return this.#asked(() =>
      ok(this.#funding.filter(each => each.symbol === symbol && each.time >= since)),
    );
  }

  async positions(): Promise<Result<readonly VenuePosition[]>> {
    const held = [...this.lots].filter(([, lots]) => lots !== 0);
    const { price: entryPrice, leverage, clock: time } = this;
    return this.#asked(() =>
      ok(
        held.map(([symbol, lots]) => ({
          ...{ symbol, direction: lots > 0 ? 'long' : 'short', lots: Math.abs(lots) },
          ...{ entryPrice, leverage, unfit: this.unfit, time },
        })),
      ),
    );
  }

  async wallet(): Promise<Result<number>> {
    return this.#asked(() => ok(this.wallet8));
  }

  watch(_onHint: () => void): () => Promise<void> {
    return async () => {};
  }

  /** Time passes and the price moves: stops fire, market orders fill. */
  tick(price: number, ms: number): void {
    this.clock += ms;
    this.price = price;
    for (const order of this.orders) {
      if (!order.open) continue;
      const { kind, trigger, side } = order.ticket;
      if (trigger !== null && !order.fired) {
        const isAbove = (kind === 'stop') === (side === 'buy');
        order.fired = isAbove ? price >= trigger : price <= trigger;
      }
      if (order.fired) this.#fill(order);
    }
  }

  settle(symbol: string, rate: number): void {
    const amount = Math.round((this.lots.get(symbol) ?? 0) * LOT_SIZE * this.price * rate * UNITS);
    if (amount === 0) return;
    this.#funding.push({ symbol, time: this.clock, rate, amount });
    this.wallet8 -= amount;
  }

  /** The newest order of ours fills by so many lots, and what is left of it waits. */
  fillPart(lots: number): void {
    const order = this.orders.findLast(
      ({ ticket }) => ticket.trigger === null && ticket.clientId !== '',
    );
    if (order === undefined) throw new Error('no order');
    this.#take(order, lots);
    Object.assign(order, { open: order.filled < order.ticket.lots, fired: false });
  }

  /** The newest stop fires, fills by so many lots, and ends. */
  endStop(lots: number): void {
    const order = this.orders.findLast(({ open, ticket }) => open && ticket.kind === 'stop');
    if (order === undefined) throw new Error('no stop');
    if (lots > 0) this.#take(order, lots);
    order.open = false;
  }

  /** A person on the venue's site. */
  byHand(symbol: string, side: Side, lots: number): void {
    const terms = { symbol, side, lots, kind: 'market', price: null, trigger: null } as const;
    const ticket = { ...terms, clientId: '', reduceOnly: false, leverage: 3 };
    const order = this.#stand(ticket);
    order.fired = true;
    this.#take(order, lots);
  }

  #asked<T>(work: () => Result<T>): Result<T> {
    const { lostRequest, lostAnswer, refusedForNow } = this.faults;
    if (this.#chance(lostRequest)) return lost();
    if (this.#chance(refusedForNow)) return failed('rate-limited', 'too many requests');
    const answer = work();
    return this.#chance(lostAnswer) ? lost() : answer;
  }

  #chance(inThousand: number): boolean {
    return this.#rng.nextInt(1000) < inThousand;
  }

  #accept(ticket: Ticket): Result<string> {
    if (this.accepted.has(ticket.clientId)) {
      this.repeated += 1;
      return failed('duplicate', 'the client id was used');
    }
    const refusal = this.#refusal(ticket);
    if (refusal !== null) return { ok: false, error: refusal };
    this.accepted.set(ticket.clientId, 1);
    const order = this.#stand(ticket);
    order.fired = ticket.kind === 'market';
    return ok(order.venueId);
  }

  #refusal({ symbol, kind, side, trigger, reduceOnly }: Ticket): Failure | null {
    const held = this.lots.get(symbol) ?? 0;
    if (reduceOnly && (side === 'sell' ? held <= 0 : held >= 0))
      return { code: 'no-position', retry: false, hint: 'nothing to reduce' };
    if (trigger === null) return null;
    if (this.stopsRefused !== null)
      return { code: this.stopsRefused, retry: false, hint: 'not now' };
    const isAbove = (kind === 'stop') === (side === 'buy');
    if (isAbove ? this.price >= trigger : this.price <= trigger)
      return { code: 'triggers-at-once', retry: false, hint: 'beyond the price' };
    return null;
  }

  #stand(ticket: Ticket): Standing {
    const venueId = `v${this.orders.length + 1}`;
    const order = { venueId, ticket, filled: 0, open: true, fired: false, time: this.clock };
    this.orders.push(order);
    return order;
  }

  #fill(order: Standing): void {
    const { symbol, side, lots, reduceOnly } = order.ticket;
    const held = this.lots.get(symbol) ?? 0;
    const room = reduceOnly ? Math.max(0, side === 'sell' ? held : -held) : lots;
    const left = Math.min(lots - order.filled, room);
    if (left <= 0) {
      order.open = false;
      return;
    }
    const isPart = left > 1 && this.#chance(this.faults.partialFills);
    this.#take(order, isPart ? 1 + this.#rng.nextInt(left - 1) : left);
  }

  #take(order: Standing, lots: number): void {
    const { symbol, side } = order.ticket;
    order.filled += lots;
    if (order.filled >= order.ticket.lots) order.open = false;
    const worth = Math.round(this.price * lots * LOT_SIZE * UNITS);
    const fee = Math.ceil((worth * FEE_PER_MILLE) / 1000);
    const isLate = this.#chance(this.faults.lateFills);
    const knownAt = this.clock + (isLate ? 1 + this.#rng.nextInt(5000) : 0);
    this.wallet8 -= fee;
    this.#move(symbol, side === 'buy' ? lots : -lots, worth);
    const fill = {
      fillId: `f${this.#fills.length + 1}`,
      venueId: order.venueId,
      symbol,
      side,
      lots,
    };
    const more = { price: this.price, fee, liquidity: 'taker', liquidation: false } as const;
    this.#fills.push({ fill: { ...fill, ...more, time: this.clock }, knownAt });
  }

  /** The cost of what is open is no loss yet; what is closed leaves its result in the wallet. */
  #move(symbol: string, signed: number, worth: number): void {
    const before = this.lots.get(symbol) ?? 0;
    const after = before + signed;
    const cost = this.#cost.get(symbol) ?? 0;
    const paid = signed > 0 ? worth : -worth;
    if (before * after < 0) {
      const closing = Math.round((worth * Math.abs(before)) / Math.abs(signed));
      this.#move(symbol, -before, closing);
      this.#move(symbol, after, worth - closing);
      return;
    }
    const isClosing = Math.abs(after) < Math.abs(before);
    const share = isClosing ? Math.abs(signed) / Math.abs(before) : 0;
    const released = after === 0 ? cost : Math.trunc(cost * share);
    if (isClosing) this.wallet8 -= paid + released;
    this.#cost.set(symbol, isClosing ? cost - released : cost + paid);
    this.lots.set(symbol, after);
  }

  #known(wanted: (order: Standing) => boolean): Result<VenueOrder> {
    const order = this.orders.find(wanted);
    return order === undefined ? failed('not-found', 'no such order') : ok(shown(order));
  }
}
