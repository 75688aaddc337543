/**
 * A live account in memory: a world of real components, a desk, a venue; and a process that may die
 * at each commit, before or after the step became durable.
 */
import { type Attendant, createAttendant } from '../../src/app/live/attend.ts';
import { openDesk, type Unknown } from '../../src/app/live/desk.ts';
import { must } from '../../src/base/assert.ts';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { toUnits } from '../../src/base/money.ts';
import type { Failure } from '../../src/base/result.ts';
import { Rng } from '../../src/base/rng.ts';
import type { Contract } from '../../src/core/market.ts';
import type { Order, Side } from '../../src/core/order.ts';
import { DIRECTORY, Died, Ledger } from '../fixtures/ledger.ts';
import { FakeVenue, LOT_SIZE } from './fake-venue.ts';

export const BTC = 'BTC/USDT:USDT';
export const ETH = 'ETH/USDT:USDT';
export const DEPOSIT = toUnits(100_000);

const contractFor = (symbol: string): Contract => ({
  ...{ symbol, priceStep: 0.1, lotSize: LOT_SIZE, notionalMin: toUnits(5), leverageMax: 50 },
  tiers: [{ notionalMax: Number.MAX_SAFE_INTEGER, rate: 0.005 }],
});

/** A time that does not pass while the venue has not answered. */
export const NEVER = (): Promise<void> => new Promise(() => {});

export class DeskWorld extends Ledger {
  readonly rng: Rng;
  readonly venue: FakeVenue;
  readonly warnings: string[] = [];
  /** Chances in a thousand of a death at a commit. */
  deaths = 0;
  unknown: Unknown = 'adopt';
  /** Entries have a trailing stop, too. */
  trails = false;
  attendant: Attendant;
  /** One round; at a slow venue time passes in it (slow-venue.ts). */
  round: () => Promise<Failure | null> = () => this.attendant.round();
  /** Where the venue answers at once nobody has to be looked after again meanwhile. */
  rest: (ms: number) => Promise<void> = NEVER;

  /** `venue`: the account of another life of this directory. */
  constructor(seed: number, venue?: FakeVenue) {
    super();
    this.rng = new Rng([seed, 2, 3, 4]);
    this.venue = venue ?? new FakeVenue(this.rng, DEPOSIT);
    this.dies = () => this.rng.nextInt(1000) < this.deaths;
    this.bind({ mode: 'live', contracts: [contractFor(BTC), contractFor(ETH)] });
    this.attendant = this.start();
  }

  /** As a process that starts: nothing but the state is known. */
  start(): Attendant {
    let isDead = false;
    const alive = (): void => {
      if (isDead) throw new Died('it died beside this');
    };
    const venue = new Proxy(this.venue, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function' || name === 'now') return member;
        return async (...what: unknown[]) => {
          alive();
          return member.apply(target, what);
        };
      },
    });
    const desk = openDesk({
      ...{ venue, world: this.world, directory: DIRECTORY, epoch: () => 1 },
      commit: input => {
        alive();
        isDead = true;
        this.commit(input);
        isDead = false;
      },
      unknown: this.unknown,
      warn: line => this.warnings.push(line),
      elapsed: () => this.venue.clock,
      rest: ms => this.rest(ms),
    });
    this.attendant = createAttendant(desk);
    return this.attendant;
  }

  override approve(change: Partial<Order> & { readonly side: Side }): Order {
    const protection = this.bracket(change.side);
    return super.approve({ createdAt: this.venue.clock, protection, ...change });
  }

  bracket(side: Side) {
    const { price } = this.venue;
    const away = side === 'buy' ? -1 : 1;
    const at = (share: number): number => Math.round(price * (1 + away * share) * 10) / 10;
    const trail = this.trails ? Math.round(price * 0.06) / 10 : null;
    return { stop: at(0.01), takeProfit: at(-0.02), trail };
  }

  /** Rounds until nothing waits, time passing in between. */
  async quiet(): Promise<void> {
    for (let round = 0; round < 1000; round += 1) {
      const failure = await this.round();
      this.venue.tick(this.venue.price, must(this.attendant.restMs(), 'rest'));
      if (failure === null && this.attendant.idle()) return;
    }
    throw new Error(`never quiet: ${this.warnings.join('; ')}`);
  }

  /** As long as it takes until every difference was seen to last. */
  async compared(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      this.venue.tick(this.venue.price, RECONCILE_MS);
      await this.quiet();
    }
  }
}
