/**
 * The fault plan: what goes wrong, how often, decided by the seed and the number of the request.
 *
 * Promises: the same seed gives the n-th request of a route, and the n-th message of a topic, the
 * same fault; everything that went wrong is in the log. Never: touches books.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { dice } from './dice.ts';

/** What can go wrong with a request. */
export const REQUEST_FAULTS = [
  /** The connection is cut before anything is done. */
  'dropRequest',
  /** It is done, and the connection is cut in the place of the answer. */
  'dropAnswer',
  /** It is done late: perhaps after the client has given up. */
  'lateRequest',
  /** It is done, and answered late: answers overtake each other. */
  'lateAnswer',
  /** It comes twice, as from a gateway that tries again, and the second is answered. */
  'twice',
  /** 429, and nothing is done. */
  'rateLimit',
  /** 5xx, and nothing is done. */
  'serverError',
  /** 5xx, and it is done all the same. */
  'doneError',
  /** 5xx whose text repeats the request's headers, and nothing is done. */
  'echo',
] as const;

/** What can go wrong with a message of the WebSocket. */
export const PUSH_FAULTS = ['pushTwice', 'pushLate', 'pushLost', 'pushCut', 'pushSilent'] as const;

/** What can go wrong with the exchange itself. */
export const HOUSE_FAULTS = [
  /** Streams repeat the candle before for some candles' time. */
  'staleCandles',
  /** An answer of candles leaves out the newest two. */
  'candleGap',
  /** An order is filled in two to four pieces over time. */
  'partialFill',
  /** An order is accepted, and for a while neither looked up nor listed. */
  'lateFind',
  /** From an entry's fill on those of its contract are not told of for a while (hidden-fills.ts). */
  'lateFill',
  /** Connections are refused for a while; the books survive. Decided at each candle. */
  'outage',
] as const;

export type RequestFault = (typeof REQUEST_FAULTS)[number];
export type PushFault = (typeof PUSH_FAULTS)[number];
export type HouseFault = (typeof HOUSE_FAULTS)[number];
export type Fault = RequestFault | PushFault | HouseFault;

export interface FaultPlan {
  /** Chance of each, 0 to 1. What is not named does not happen. */
  readonly rates?: Partial<Readonly<Record<Fault, number>>>;
  /** Requests that go wrong by chance are of routes that hold this text: 'POST /api/v1/orders'. */
  readonly only?: string;
  /** What sends, changes or cancels an order goes wrong so many times as often. */
  readonly ordersTimes?: number;
  /** Between half of it and all of it late, milliseconds of the machine's clock. */
  readonly lateMs?: number;
  /** The same of fills that are listed late. */
  readonly fillsLateMs?: number;
  /** For so long an outage lasts, or a connection stays silent (machine's clock). */
  readonly outageMs?: number;
  /** For so many candles they are stale. */
  readonly staleCandles?: number;
  /** What the exchange's clock tells is so far from its candles' time. */
  readonly skewMs?: number;
}

export interface FaultEvent {
  /** The virtual clock's. */
  readonly atMs: number;
  readonly fault: Fault;
  /** The route, the topic, or the contract. */
  readonly what: string;
  /** Which of them it was. */
  readonly count: number;
}

/** An answer that was late. */
export interface KeptBack {
  /** A contract, the whole account, or nothing that a position waits for. */
  readonly concerns: string | 'account' | null;
  readonly fromMs: number;
  readonly untilMs: number;
}

const DEFAULTS = {
  only: '',
  ordersTimes: 1,
  lateMs: 200,
  fillsLateMs: 200,
  outageMs: 500,
  staleCandles: 2,
  skewMs: 0,
};

export class Faults {
  readonly plan: Required<FaultPlan>;
  readonly log: FaultEvent[] = [];
  /** When answers were late, by the machine's clock. */
  readonly keptBack: KeptBack[] = [];
  /** False: nothing goes wrong from now on. */
  isOn = true;
  readonly #seed: number;
  readonly #nowMs: () => number;
  readonly #counts = new Map<string, number>();
  readonly #next = new Map<string, Fault[]>();

  constructor(plan: FaultPlan, seed: number, nowMs: () => number) {
    this.plan = { rates: {}, ...DEFAULTS, ...plan };
    this.#seed = seed;
    this.#nowMs = nowMs;
  }

  /** The next request of a route, message of a topic or turn of a contract goes wrong so. */
  next(what: string, fault: Fault): void {
    this.#next.set(what, [...(this.#next.get(what) ?? []), fault]);
  }

  ofRequest = (route: string): RequestFault | null =>
    this.#pick(REQUEST_FAULTS, route, route.includes(this.plan.only));

  ofMessage = (topic: string): PushFault | null => this.#pick(PUSH_FAULTS, topic);

  /** True: this one happens to that contract or order now. */
  ofHouse = (fault: HouseFault, what: string): boolean => this.#pick([fault], what) !== null;

  /** Keeps a request or its answer back, and remembers that whom it concerns had none meanwhile. */
  async keepBack(what: string, concerns: KeptBack['concerns']): Promise<void> {
    const [fromMs, ms] = [performance.now(), this.lateMs(what)];
    this.keptBack.push({ concerns, fromMs, untilMs: fromMs + ms });
    await sleep(ms);
  }

  /** Seeded shares of the plan's lateness. */
  lateMs = (what: string): number => this.#shareOf(this.plan.lateMs, 'late', what);
  fillsLateMs = (what: string): number => this.#shareOf(this.plan.fillsLateMs, 'fills', what);

  #shareOf(mostMs: number, name: string, what: string): number {
    const count = this.#countOf(`${name}|${what}`);
    return Math.ceil((mostMs * (1 + dice(this.#seed, name, what, count))) / 2);
  }

  /** Two to four. */
  pieces = (what: string): number => 2 + Math.floor(3 * dice(this.#seed, 'pieces', what));

  #pick<F extends Fault>(faults: readonly F[], what: string, byChance: boolean = true): F | null {
    const key = `${faults[0]}|${what}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const fault =
      this.#ordered(faults, what) ?? (byChance ? this.#chance(faults, what, count) : null);
    if (fault !== null) this.log.push({ atMs: this.#nowMs(), fault, what, count });
    return fault;
  }

  /** The how-manieth it is. */
  #countOf(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  #ordered<F extends Fault>(faults: readonly F[], what: string): F | null {
    const waiting = this.#next.get(what) ?? [];
    const at = waiting.findIndex(fault => faults.includes(fault as F));
    return at === -1 ? null : (waiting.splice(at, 1)[0] as F);
  }

  #chance<F extends Fault>(faults: readonly F[], what: string, count: number): F | null {
    if (!this.isOn) return null;
    const times = /^(POST|DELETE) .*orders/i.test(what) ? this.plan.ordersTimes : 1;
    let rest = dice(this.#seed, `${faults[0]}|${what}`, count) / times;
    for (const fault of faults) {
      const rate = this.plan.rates[fault] ?? 0;
      if (rest < rate) return fault;
      rest -= rate;
    }
    return null;
  }
}
