/**
 * The test exchange: KuCoin futures' API on 127.0.0.1, driven by tapes on a virtual clock.
 *
 * Promises: ccxt's kucoinfutures is satisfied with nothing but its URLs overridden; time stands
 * still but for `advance`. Never: shares code with the product.
 */
import { candleMessages } from './candle-message.ts';
import { Market } from './market.ts';
import { marketRoutes } from './market-route.ts';
import { Push } from './push.ts';
import { Refusal } from './refusal.ts';
import { findRoute, type Route } from './route.ts';
import type { Tape } from './tape.ts';
import { type Answer, type Asked, Web } from './web.ts';

export interface ExchangeOptions {
  readonly tapes: readonly Tape[];
  readonly seed?: number;
  /** Where the clock starts; candles before it are history. Default: the tapes' first candle. */
  readonly startMs?: number;
  /** 0: any free port. */
  readonly port?: number;
  /** How often clients are asked to ping. */
  readonly pingIntervalMs?: number;
}

const PING_INTERVAL_MS = 18_000;
/** The same rate at every settlement, unless told otherwise. */
const FUNDING_RATE = 0.0001;

export class TestExchange {
  readonly market: Market;
  readonly push: Push;
  readonly #web: Web;
  readonly #routes: readonly Route[];

  private constructor(options: ExchangeOptions) {
    const { seed = 1, port = 0, pingIntervalMs = PING_INTERVAL_MS } = options;
    this.market = new Market({ ...options, seed });
    this.push = new Push(pingIntervalMs);
    this.#web = new Web(
      asked => this.#respond(asked),
      (...upgrade) => this.push.upgrade(...upgrade),
      port,
    );
    this.#routes = marketRoutes({
      market: this.market,
      timeMs: () => this.market.nowMs,
      status: () => 'open',
      fundingRate: () => FUNDING_RATE,
      bullet: isPrivate => this.push.bullet(this.#web.address, isPrivate),
      shown: (_, bars) => bars,
    });
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
    for (;;) {
      const move = this.market.step(untilMs);
      if (move === null) return;
      const { topics } = this.push;
      for (const message of candleMessages(this.market, move.contract.id, { topics }))
        this.push.say(message);
    }
  }

  async close(): Promise<void> {
    this.push.cut();
    await this.#web.down();
  }

  async #respond(asked: Asked): Promise<Answer | null> {
    try {
      const { route, params } = findRoute(this.#routes, asked);
      return { status: 200, body: { code: '200000', data: route.answer(params) ?? null } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: { code: error.code, msg: error.message } };
    }
  }
}
