/**
 * The test exchange: KuCoin futures' API on 127.0.0.1, driven by tapes on a virtual clock.
 *
 * Promises: ccxt's kucoinfutures is satisfied with nothing but its URLs overridden; time stands
 * still but for `advance` and `run`. Never: shares code with the product.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountRoutes } from './account-route.ts';
import { answerTo } from './answering.ts';
import { Books } from './books.ts';
import { candleMessages } from './candle-message.ts';
import { decimal } from './decimal.ts';
import type { AccountMode } from './desk.ts';
import { type FaultPlan, Faults } from './fault.ts';
import { Hand } from './hand.ts';
import { HiddenFills } from './hidden-fills.ts';
import { type JudgedBooks, judgedBooks } from './judge.ts';
import { Market } from './market.ts';
import { FUNDING_MS, marketRoutes } from './market-route.ts';
import { moveThrough } from './matching.ts';
import type { Order, Wanted } from './order.ts';
import { contractIn, orderRoutes } from './order-route.ts';
import type { Bar, Move } from './price-path.ts';
import { type Message, Push } from './push.ts';
import type { Params, Route } from './route.ts';
import type { ApiKey } from './sign.ts';
import type { Tape } from './tape.ts';
import { Web } from './web.ts';

export interface ExchangeOptions {
  readonly tapes: readonly Tape[];
  readonly seed?: number;
  /** Where the clock starts; candles before it are history. Default: the tapes' first candle. */
  readonly startMs?: number;
  /** 0: any free port. */
  readonly port?: number;
  /** How often clients are asked to ping. */
  readonly pingIntervalMs?: number;
  /** USDT in the account at first. */
  readonly wallet?: string;
  readonly faults?: FaultPlan;
  /** The rate of a settlement; a constant one by default. */
  readonly fundingRate?: (id: string, atMs: number) => number;
  /** How far the time in a request's signature may be off; by default it is not looked at. */
  readonly timestampToleranceMs?: number;
  /**
   * A client id is refused only while its first order is live, as some exchanges do: then a resend
   * is a second order, and judges see it.
   */
  readonly forgetsIds?: boolean;
  /** The key that is known, by default TEST_KEY. */
  readonly key?: typeof TEST_KEY;
  /** An order is in the books, and nobody was answered yet: the instant to kill a bot at. */
  readonly onAccepted?: (order: Order) => void;
  /** More routes, asked first. */
  readonly routes?: (exchange: TestExchange) => readonly Route[];
}

const PING_INTERVAL_MS = 18_000;
const FUNDING_RATE = 0.0001;

/** The key that the exchange knows. */
export const TEST_KEY = { key: 'test-key', secret: 'test-secret', passphrase: 'test-passphrase' };

export class TestExchange {
  readonly market: Market;
  readonly push: Push;
  readonly accounts: Books;
  readonly faults: Faults;
  readonly hand: Hand;
  readonly hidden: HiddenFills;
  /** When connections were refused, by the machine's clock. */
  readonly outages: { readonly fromMs: number; untilMs: number | null }[] = [];
  readonly mode: AccountMode = { margin: new Map(), crossLeverage: new Map(), isHedged: false };
  readonly #key: ApiKey;
  readonly #options: ExchangeOptions;
  readonly #web: Web;
  /** Until when a contract's streams are stale, by the virtual clock. */
  readonly #staleUntil = new Map<string, number>();
  #runner: NodeJS.Timeout | null = null;
  #isClosed = false;

  private constructor(options: ExchangeOptions) {
    const { seed = 1, port = 0, pingIntervalMs = PING_INTERVAL_MS, wallet = '10000' } = options;
    this.#options = options;
    this.#key = { ...(options.key ?? TEST_KEY), permissions: ['General', 'Futures'] };
    this.market = new Market({ ...options, seed });
    this.faults = new Faults(options.faults ?? {}, seed, () => this.market.nowMs);
    this.push = new Push(pingIntervalMs);
    this.accounts = new Books({
      market: this.market,
      wallet: decimal(wallet),
      tell: message => this.#say(message),
      pieces: wanted => this.#pieces(wanted),
      hiddenMs: ({ symbol }) =>
        this.faults.ofHouse('lateFind', symbol) ? this.faults.lateMs(symbol) : 0,
      forgetsIds: options.forgetsIds === true,
      onAccepted: order => options.onAccepted?.(order),
      realMs: () => performance.now(),
    });
    this.hidden = new HiddenFills(this.accounts, this.faults);
    this.hand = new Hand(this.accounts, this.#key);
    const routes = this.#table();
    const { faults } = this;
    const by = {
      ...{ routes, faults, key: this.#key, clock: () => this.#clock() },
      contractOf: (params: Params) => contractIn(this.accounts, params),
    };
    this.#web = new Web(
      asked => answerTo(asked, by),
      (...upgrade) => this.push.upgrade(...upgrade),
      port,
    );
  }

  static async open(options: ExchangeOptions): Promise<TestExchange> {
    const exchange = new TestExchange(options);
    await exchange.#web.up();
    return exchange;
  }

  /** In the place of KuCoin's addresses. */
  get url(): string {
    return `http://${this.#web.address}`;
  }

  /** What the exchange says that the time is. */
  get timeMs(): number {
    return this.market.nowMs + this.faults.plan.skewMs;
  }

  /** For judges. */
  books = (): JudgedBooks => judgedBooks(this.accounts);

  /**
   * To the end of the candle that is being made, and the opening of the next.
   * False: every tape is over.
   */
  advance(): boolean {
    const { stepMs, nowMs } = this.market;
    this.advanceTo((Math.floor(nowMs / stepMs) + 1) * stepMs);
    return this.market.nextMs !== null;
  }

  /** To the next point of any price (a candle has four); false: every tape is over. */
  advancePoint(): boolean {
    const { nextMs } = this.market;
    if (nextMs !== null) this.advanceTo(nextMs);
    return nextMs !== null;
  }

  advanceTo(untilMs: number): void {
    const first = (Math.floor(this.market.nowMs / FUNDING_MS) + 1) * FUNDING_MS;
    for (let atMs = first; atMs <= untilMs; atMs += FUNDING_MS) {
      this.#walk(atMs - 1);
      for (const { id } of this.market.contracts)
        this.accounts.settle(id, this.#fundingRate(id, atMs), atMs);
    }
    this.#walk(untilMs);
  }

  /** Lets time run by itself, so many times as fast as the machine's. */
  run(speed: number): void {
    const [startMs, realMs] = [this.market.nowMs, performance.now()];
    this.stop();
    this.#runner = setInterval(() => {
      this.advanceTo(startMs + Math.floor((performance.now() - realMs) * speed));
    }, TICK_MS);
  }

  stop(): void {
    if (this.#runner !== null) clearInterval(this.#runner);
    this.#runner = null;
  }

  /** Refuses connections for a while; books survive, tokens do not, prices go on. */
  async outage(forMs: number): Promise<void> {
    const outage = { fromMs: performance.now(), untilMs: null as number | null };
    this.outages.push(outage);
    this.push.forgetTokens();
    await this.#web.down();
    await sleep(forMs);
    if (!this.#isClosed) await this.#web.up();
    outage.untilMs = performance.now();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.stop();
    this.push.cut();
    await this.#web.down();
  }

  #walk(untilMs: number): void {
    for (;;) {
      const move = this.market.step(untilMs);
      if (move === null) return;
      if (move.jump) this.#openCandle(move);
      moveThrough(this.accounts, move);
      const { topics } = this.push;
      const behind = this.#isStale(move.contract.id) ? 1 : 0;
      for (const message of candleMessages(this.market, move.contract.id, { topics, behind }))
        this.#say(message);
    }
  }

  /** What the house's own faults are decided at. */
  #openCandle(move: Move): void {
    const { id } = move.contract;
    const { plan } = this.faults;
    if (this.faults.ofHouse('staleCandles', id))
      this.#staleUntil.set(id, move.atMs + plan.staleCandles * this.market.stepMs);
    if (this.faults.ofHouse('outage', id) && this.#web.isUp) void this.outage(plan.outageMs);
  }

  #isStale = (id: string): boolean => this.market.nowMs < (this.#staleUntil.get(id) ?? 0);

  #say(message: Message): void {
    this.push.say(message, send => {
      const fault = this.faults.ofMessage(message.topic);
      if (fault === 'pushLost') return;
      if (fault === 'pushLate') setTimeout(send, this.faults.lateMs(message.topic)).unref();
      else send();
      if (fault === 'pushTwice') send();
      if (fault === 'pushCut') this.push.cut();
      if (fault === 'pushSilent') this.#silence();
    });
  }

  /** Connections stay open and say nothing, not even pong. */
  #silence(): void {
    this.push.isSilent = true;
    setTimeout(() => {
      this.push.isSilent = false;
    }, this.faults.plan.outageMs).unref();
  }

  #pieces(wanted: Wanted | Order): number {
    const isWhole = wanted.size < 2 || !this.faults.ofHouse('partialFill', wanted.symbol);
    return isWhole ? 1 : this.faults.pieces(wanted.clientOid);
  }

  #shown(id: string, bars: readonly Bar[]): readonly Bar[] {
    const lag = this.faults.ofHouse('candleGap', id) ? 2 : this.#isStale(id) ? 1 : 0;
    const until = this.market.walkedMs(id) - lag * this.market.stepMs;
    return lag === 0 ? bars : bars.filter(bar => bar.time <= until);
  }

  #fundingRate = (id: string, atMs: number): number =>
    this.#options.fundingRate?.(id, atMs) ?? FUNDING_RATE;

  #clock() {
    const { timestampToleranceMs: toleranceMs = Number.POSITIVE_INFINITY } = this.#options;
    return { nowMs: this.timeMs, toleranceMs };
  }

  #table(): Route[] {
    const bullet = (isPrivate: boolean) => this.push.bullet(this.#web.address, isPrivate);
    return [
      ...(this.#options.routes?.(this) ?? []),
      ...marketRoutes({
        ...{ market: this.market, bullet, timeMs: () => this.timeMs, status: () => 'open' },
        fundingRate: this.#fundingRate,
        shown: (id, bars) => this.#shown(id, bars),
      }),
      ...orderRoutes(this.accounts, this.mode, this.hidden),
      ...accountRoutes({ books: this.accounts, mode: this.mode, key: this.#key, bullet }),
    ];
  }
}

/** How often time goes on while it runs. */
const TICK_MS = 10;
