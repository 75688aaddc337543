/**
 * The plan of one life of a live account: market, faults, deaths and strange hands, all by its seed.
 *
 * Promises: the same seed gives the same plan (what becomes of it depends on the machine's clock,
 * too: processes are real). Never: starts anything.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Candle } from '../../src/core/market.ts';
import { createSimulatedMarket } from '../../src/exchange/simulated-market.ts';
import { dice } from './dice.ts';
import type { FaultPlan } from './fault.ts';
import { readTape, type Tape, tapeOf } from './tape.ts';

/** How a process ends: by SIGKILL, but for `stop`, which is SIGTERM. */
export type End =
  /** So long after it was started: perhaps in the middle of its recovery. */
  | { readonly kind: 'early'; readonly afterMs: number }
  /** So long after it was ready. */
  | { readonly kind: 'any'; readonly afterMs: number }
  /** The exchange has just taken an order or a stop of it, and has not answered yet. */
  | { readonly kind: 'accepted'; readonly orders: number; readonly afterMs: number }
  /** As before, and it is an order that opens a position: what must not be sent again. */
  | { readonly kind: 'entered'; readonly orders: number; readonly afterMs: number }
  | { readonly kind: 'stop'; readonly afterMs: number };

export interface Scene {
  readonly end: End;
  /** Until the next process is started. */
  readonly awayMs: number;
  /** What a person opens meanwhile, and which stops they take away. */
  readonly opened: readonly HandAct[];
}

/** What a person does on the exchange's site, so long after a bot has met the account. */
export interface HandAct {
  readonly atMs: number;
  readonly act: 'open' | 'close' | 'reduce' | 'deposit' | 'withdraw' | 'cancel-stop' | 'limit';
  /** Of the tapes, counted round and round; where a stop is canceled, of the stops that stand. */
  readonly market: number;
  readonly side: 'buy' | 'sell';
  readonly lots: number;
  /** A limit order waits so many thousandths away from the price. */
  readonly away: number;
}

export interface LifePlan {
  readonly seed: number;
  /** The stretch of the market, and whether the bot has warmed up on it before. */
  readonly stretch: number;
  readonly isWarm: boolean;
  readonly tapes: readonly Tape[];
  readonly startMs: number;
  /** Times the machine's clock. */
  readonly speed: number;
  readonly faults: FaultPlan;
  readonly forgetsIds: boolean;
  readonly unknown: 'adopt' | 'leave';
  /**
   * What a person did before a bot without a memory is started; its times count for nothing. By no seed:
   * at the speed of lives a bot's clock is behind by minutes as it opens its books, and a settlement of
   * funding that fell into them would be booked twice.
   */
  readonly before: readonly HandAct[];
  readonly scenes: readonly Scene[];
  readonly hands: readonly HandAct[];
}

/** What a bot asks for at its start (app/live-source.ts), and some more. */
const HISTORY = 760;
/** A bot warms up on each of them once, and the lives go on from there. */
const STRETCHES = 8;
/** More than any life lasts. */
const FUTURE = 600;
const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const FUNDING_MS = 8 * 60 * MINUTE_MS;
const RECORDED = fileURLToPath(new URL('../../../shared/data/demo', import.meta.url));
const COINS = ['BTC', 'ETH', 'SOL'] as const;
/** More, so that more is traded: each goes the way of one of those some days later. */
const OTHERS = [
  { coin: 'LTC', like: 'SOL', scale: 1, days: 10 },
  { coin: 'XRP', like: 'ETH', scale: 1000, days: 10 },
  { coin: 'ADA', like: 'BTC', scale: 100_000, days: 10 },
  { coin: 'DOT', like: 'SOL', scale: 20, days: 5 },
  { coin: 'LINK', like: 'ETH', scale: 100, days: 5 },
] as const;
const LATER_MS_MAX = 10 * DAY_MS;

const recordedFile = (coin: string): string => `${RECORDED}/BINANCE-${coin}-USDT-1m-PERP.csv.gz`;

/** Where they are not at hand, the simulated market stands in for them. */
export const hasRecorded = (): boolean => COINS.every(coin => existsSync(recordedFile(coin)));

/** `market`: of a seed that was found on one of the two. */
export function planOf(seed: number, market: 'recorded' | 'simulated'): LifePlan {
  const roll = (...name: (string | number)[]): number => dice(seed, 'life', ...name);
  const stretch = seed % STRETCHES;
  return {
    ...{ seed, stretch, isWarm: roll('warm') < 0.85 },
    ...(market === 'recorded' ? recordedStretch(stretch) : simulated(stretch)),
    speed: SPEED_MIN + Math.floor(SPEED_MIN * roll('speed')),
    faults: faultsOf(roll),
    forgetsIds: roll('forgets') < 0.5,
    unknown: roll('unknown') < 0.12 ? 'leave' : 'adopt',
    before: [],
    scenes: Array.from({ length: 2 + Math.floor(3 * roll('scenes')) }, (_, index) =>
      sceneOf((...name) => roll('scene', index, ...name)),
    ),
    hands: Array.from({ length: Math.floor(7 * roll('hands')) }, (_, index) =>
      actOf((...name) => roll('hand', index, ...name)),
    ),
  };
}

/**
 * Nothing is decided on a candle that is half a minute old, by the exchange's clock: at this speed a
 * busy machine has a second for it, and at twice this speed half of one.
 */
const SPEED_MIN = 24;

type Roll = (...name: (string | number)[]) => number;

/** One in ten has an exchange that answers too late, one in six a list of fills that lags (under a minute). */
function faultsOf(roll: Roll): FaultPlan {
  const worst = 0.04 * roll('faults');
  const rate = (name: string): number => worst * roll('fault', name);
  return {
    ...(roll('slow') < 0.1 ? { lateMs: 12_000, only: 'POST /api/v1/orders' } : { lateMs: 1500 }),
    ...{ ordersTimes: 6, fillsLateMs: 50_000 },
    outageMs: 300 + Math.floor(2500 * roll('outage')),
    skewMs: roll('skew') < 0.3 ? Math.floor(4000 * roll('skew-by')) - 2000 : 0,
    rates: {
      ...{ dropRequest: rate('a'), dropAnswer: rate('b'), lateRequest: rate('c') },
      ...{ lateAnswer: rate('d'), twice: rate('e'), rateLimit: rate('f') },
      ...{ serverError: rate('g'), doneError: rate('h') },
      ...{ pushTwice: rate('i'), pushLate: rate('j'), pushLost: rate('k') },
      ...{ pushCut: rate('l'), pushSilent: rate('m') },
      ...{ staleCandles: rate('n'), candleGap: rate('o'), outage: rate('p') },
      ...{ partialFill: 0.5 * roll('fault', 'q'), lateFind: 0.3 * roll('fault', 'r') },
      lateFill: roll('late fills') < 0.17 ? 0.5 : 0,
    },
  };
}

function sceneOf(roll: Roll): Scene {
  const kind = roll('end');
  const awayMs = Math.floor(2500 * roll('away'));
  const opened = Array.from({ length: Math.floor(3 * roll('opened')) }, (_, index) => ({
    ...actOf((...name) => roll('open', index, ...name)),
    act: roll('open', index, 'cancels') < 0.3 ? ('cancel-stop' as const) : ('open' as const),
    atMs: Math.floor(awayMs * roll('open', index, 'when')),
  }));
  const afterMs = 1000 + Math.floor(13_000 * roll('after'));
  if (kind < 0.15) return { awayMs, opened, end: { kind: 'early', afterMs: afterMs / 3 } };
  if (kind < 0.35) return { awayMs, opened, end: { kind: 'any', afterMs } };
  if (kind < 0.45) return { awayMs, opened, end: { kind: 'stop', afterMs } };
  const soonMs = roll('at once') < 0.5 ? 0 : Math.floor(60 * roll('soon'));
  if (kind < 0.65) {
    const orders = 1 + Math.floor(8 * roll('orders'));
    return { awayMs, opened, end: { kind: 'accepted', orders, afterMs: soonMs } };
  }
  const orders = 1 + Math.floor(3 * roll('orders'));
  return { awayMs, opened, end: { kind: 'entered', orders, afterMs: soonMs } };
}

/** Acts, and up to which roll of the dice each is chosen. */
const ACTS = [
  ['open', 0.5],
  ['close', 0.65],
  ['reduce', 0.8],
  ['deposit', 0.9],
  ['withdraw', 1],
] as const;
/** Beside those: an act in so many is of the bot's stops, or an order that waits. */
const CANCELS_SHARE = 0.25;
const LIMITS_SHARE = 0.25;

function actOf(roll: Roll): HandAct {
  const kind = roll('act');
  const other = roll('other');
  const plain = ACTS.find(([, upTo]) => kind < upTo)?.[0] ?? 'withdraw';
  const act =
    other < CANCELS_SHARE ? 'cancel-stop' : other < CANCELS_SHARE + LIMITS_SHARE ? 'limit' : plain;
  return {
    atMs: 500 + Math.floor(15_000 * roll('at')),
    act,
    market: Math.floor(60 * roll('market')),
    side: roll('side') < 0.5 ? 'buy' : 'sell',
    lots: 1 + Math.floor(9 * roll('lots')),
    away: 1 + Math.floor(20 * roll('away')),
  };
}

const recorded = new Map<string, Tape>();

function wholeTape(coin: string): Tape {
  const tape = recorded.get(coin) ?? readTape(recordedFile(coin));
  recorded.set(coin, tape);
  return tape;
}

function recordedStretch(stretch: number): { tapes: Tape[]; startMs: number } {
  const [begin, funding] = ['begin', 'funding'].map(name => dice(stretch, name)) as [
    number,
    number,
  ];
  const whole = COINS.map(wholeTape);
  const first = Math.max(...whole.map(tape => tape.candles[0]?.time ?? 0));
  const lastMs = Math.min(...whole.map(tape => tape.candles.at(-1)?.time ?? 0)) - LATER_MS_MAX;
  const room = lastMs - first - (HISTORY + FUTURE) * MINUTE_MS;
  const drawn = first + HISTORY * MINUTE_MS + Math.floor((begin * room) / MINUTE_MS) * MINUTE_MS;
  // Every third meets a settlement of funding.
  const settlement = Math.ceil((drawn + 1) / FUNDING_MS) * FUNDING_MS;
  const startMs = funding < 1 / 3 ? settlement - 4 * MINUTE_MS : drawn;
  const others = OTHERS.map(other => {
    const laterMs = other.days * DAY_MS;
    return likeness(other, cut(wholeTape(other.like), startMs + laterMs), laterMs);
  });
  const tapes = [...whole.map(tape => cut(tape, startMs)), ...others];
  return { tapes: tapes.map(lively), startMs };
}

const cut = (tape: Tape, startMs: number): Tape => ({
  ...tape,
  candles: tape.candles.filter(
    ({ time }) => time >= startMs - HISTORY * MINUTE_MS && time < startMs + FUTURE * MINUTE_MS,
  ),
});

/** A tape of some time later is told as of now, under another name and at another scale. */
function likeness(
  { coin, scale }: { readonly coin: string; readonly scale: number },
  { candles }: Tape,
  laterMs: number,
): Tape {
  return tapeOf(
    coin,
    candles.map(({ time, open, high, low, close, volume }) => ({
      ...{ time: time - laterMs, open: open / scale, high: high / scale },
      ...{ low: low / scale, close: close / scale, volume: Math.ceil(volume * scale) },
    })),
  );
}

/** A swing of some hours, and how far it goes in a candle; and how far every other candle goes back. */
const SWING_CANDLES = 400;
const SWING_SHARE = 0.0002;
const STEP_SHARE = 0.002;
/** Volume that is always there: a silent candle ends every idea. */
const STEADY_SHARE = 0.75;

/**
 * The same market with a swing and a zigzag on top of it, so that strategies have an idea in one candle
 * of three instead of in one of a hundred: a life has few candles, and it is orders that it is for.
 */
function lively(tape: Tape): Tape {
  const mean = tape.candles.reduce((sum, { volume }) => sum + volume, 0) / tape.candles.length;
  return {
    ...tape,
    candles: tape.candles.map(({ time, open, high, low, close, volume }) => {
      const [before, now] = [liveliness(time - MINUTE_MS), liveliness(time)];
      const ends = [open * before, close * now] as const;
      return {
        ...{ time, open: ends[0], close: ends[1] },
        high: Math.max(...ends) + (high - Math.max(open, close)) * now,
        low: Math.min(...ends) - (Math.min(open, close) - low) * now,
        volume: Math.ceil(STEADY_SHARE * mean + (1 - STEADY_SHARE) * volume),
      };
    }),
  };
}

function liveliness(time: number): number {
  const minute = Math.round(time / MINUTE_MS);
  const place = minute % (2 * SWING_CANDLES);
  const swing = SWING_SHARE * Math.min(place, 2 * SWING_CANDLES - place);
  return (1 + swing) * (1 + (minute % 2 === 0 ? STEP_SHARE : -STEP_SHARE));
}

function simulated(stretch: number): { tapes: Tape[]; startMs: number } {
  const tapes = ['BTC', 'ETH'].map(coin => simulatedTape(coin, 100 + stretch));
  const startMs = tapes[0]?.candles[HISTORY]?.time ?? 0;
  const [another, third] = [200, 300].map(seed => simulatedTape('ETH', seed + stretch));
  tapes.push(likeness({ coin: 'SOL', scale: 20 }, another as Tape, 0));
  tapes.push(likeness({ coin: 'XRP', scale: 1000 }, third as Tape, 0));
  return { tapes: tapes.map(lively), startMs };
}

function simulatedTape(coin: string, seed: number): Tape {
  const market = createSimulatedMarket(seed);
  const candles: Candle[] = [];
  for (let minute = 0; minute < HISTORY + FUTURE; minute += 1) market.next(candles);
  const own = candles.filter(({ symbol }) => symbol.startsWith(coin));
  return tapeOf(
    coin,
    own.map(candle => ({ ...candle, volume: Math.ceil(candle.volume) })),
  );
}
