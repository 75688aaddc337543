/**
 * A live account in memory: a world of real components, a desk, a venue; and a process that may die
 * at each commit, before or after the step became durable.
 */

import { type Attendant, createAttendant } from '../../src/app/live/attend.ts';
import { openDesk, type Unknown } from '../../src/app/live/desk.ts';
import { must } from '../../src/base/assert.ts';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { toUnits } from '../../src/base/money.ts';
import { Rng } from '../../src/base/rng.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import { components, type Memory } from '../../src/components.ts';
import type { Fact, FactName } from '../../src/core/fact.ts';
import { createFold } from '../../src/core/fold.ts';
import type { Contract } from '../../src/core/market.ts';
import type { Order, Side } from '../../src/core/order.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { createStepper, type Input, jsonRecorder } from '../../src/core/step.ts';
import { decide } from '../../src/policy/decide.ts';
import { openMemoryStore } from '../../src/state/memory-store.ts';
import { readState } from '../../src/state/state-file.ts';
import { FakeVenue, LOT_SIZE } from './fake-venue.ts';

export const BTC = 'BTC/USDT:USDT';
export const ETH = 'ETH/USDT:USDT';
export const DEPOSIT = toUnits(100_000);
const DIRECTORY = '0123456789abcdef';

export class Died extends Error {}

const contractFor = (symbol: string): Contract => ({
  ...{ symbol, priceStep: 0.1, lotSize: LOT_SIZE, notionalMin: toUnits(5), leverageMax: 50 },
  tiers: [{ notionalMax: Number.MAX_SAFE_INTEGER, rate: 0.005 }],
});

export class DeskWorld {
  readonly rng: Rng;
  readonly venue: FakeVenue;
  readonly world: Memory;
  readonly facts: Fact[] = [];
  readonly warnings: string[] = [];
  /** Chances in a thousand of a death at a commit. */
  deaths = 0;
  unknown: Unknown = 'adopt';
  attendant: Attendant;
  #seq = 0;
  readonly #run: (input: Input) => readonly Fact[];
  readonly #tell: (fact: Fact) => void;

  /** `venue`: the account of another life of this directory. */
  constructor(seed: number, venue?: FakeVenue) {
    this.rng = new Rng([seed, 2, 3, 4]);
    this.venue = venue ?? new FakeVenue(this.rng, DEPOSIT);
    const store = openMemoryStore(components);
    this.world = store.states as Memory;
    const fold = createFold(components, store.states, readState);
    const recorder = jsonRecorder;
    const stepper = createStepper({ world: this.world, fold, decide, recorder, epoch: 1 });
    this.#run = input => stepper.run(++this.#seq, input).facts;
    this.#tell = fact => fold(recorder.decode(recorder.encode(fact)), undefined);
    this.#bind();
    this.attendant = this.start();
  }

  /** As a process that starts: nothing but the state is known. */
  start(): Attendant {
    const desk = openDesk({
      ...{ venue: this.venue, world: this.world, directory: DIRECTORY, epoch: () => 1 },
      commit: input => this.commit(input),
      unknown: this.unknown,
      warn: line => this.warnings.push(line),
      elapsed: () => this.venue.clock,
    });
    this.attendant = createAttendant(desk);
    return this.attendant;
  }

  commit(input: Input): void {
    if (this.rng.nextInt(1000) < this.deaths) throw new Died('before it was durable');
    this.facts.push(...this.#run(input));
    if (this.rng.nextInt(1000) < this.deaths) throw new Died('after it was durable');
  }

  /** An order that the policy would have approved. */
  approve(change: Partial<Order> & { readonly side: Side }): Order {
    const order: Order = {
      ...{ id: `${this.#seq + 1}-0`, epoch: 1, symbol: BTC, kind: 'market', lots: 10 },
      ...{ price: null, trigger: null, trail: null, reduceOnly: false, leverage: 3 },
      ...{ createdAt: this.venue.clock, expiresAt: this.venue.clock + 5 * MINUTE_MS },
      ...{ strategy: 'breakout', exitReason: null, models: { signal: 0, deep: 0 } },
      protection: this.bracket(change.side),
      ...change,
    };
    this.#seq += 1;
    this.#tell({ type: 'order.approved', order });
    this.facts.push({ type: 'order.approved', order });
    return order;
  }

  bracket(side: Side) {
    const { price } = this.venue;
    const away = side === 'buy' ? -1 : 1;
    const at = (share: number): number => Math.round(price * (1 + away * share) * 10) / 10;
    return { stop: at(0.01), takeProfit: at(-0.02), trail: null };
  }

  /** Lots as the state has them, signed. */
  lots(symbol: string): number {
    const held = this.world.portfolio.positions[symbol];
    return held === undefined ? 0 : held.direction === 'long' ? held.lots : -held.lots;
  }

  told<N extends FactName>(type: N): Fact<N>[] {
    return this.facts.filter(fact => fact.type === type) as unknown as Fact<N>[];
  }

  /** Rounds until nothing waits, time passing in between. */
  async quiet(): Promise<void> {
    for (let round = 0; round < 1000; round += 1) {
      const failure = await this.attendant.round();
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

  #bind(): void {
    const contracts = [contractFor(BTC), contractFor(ETH)];
    const symbols = contracts.map(({ symbol }) => symbol);
    const binding = { mode: 'live', market: 'fake', account: 'fake', symbols, contracts } as const;
    this.commit({
      kind: 'bind',
      binding: { ...binding, seed: 1, timeframeMs: MINUTE_MS },
      settings: DEFAULT_SETTINGS,
    });
  }
}
