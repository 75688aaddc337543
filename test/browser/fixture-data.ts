/**
 * A bot's life made of dice: all that a dashboard shows, the same for every run of the tests.
 *
 * Promises: seeded; what belongs together agrees (equity follows the trades, marks follow them).
 */
import { Rng, seedRng } from '../../src/base/rng.ts';
import { FEATURE_NAMES } from '../../src/core/feature.ts';
import { ACTIONS, MARKET_STATES } from '../../src/learn/q-values.ts';
import type {
  CandleRow,
  EquityRow,
  Learning,
  Mark,
  PositionRow,
  Snapshot,
  StateView,
  TradeRow,
} from '../../src/web/view.ts';
import { statusOf } from './fixture-status.ts';

export const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** 2025-03-01 00:00 UTC. */
const START = 1_740_787_200_000;
const CANDLES = 1500;
const END = START + CANDLES * MINUTE_MS;
export const TRADES = 137;
const SYMBOLS = ['BTC/USDT:USDT', 'ETH/USDT:USDT'] as const;
const STRATEGIES = ['momentum', 'mean_reversion', 'breakout'];
const REASONS = {
  won: ['take_profit', 'trailing_stop_loss', 'exit_signal', 'time_exit'],
  lost: ['stop_loss', 'trailing_stop_loss', 'exit_signal', 'time_exit'],
};

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
const oneOf = <T>(rng: Rng, list: readonly T[]): T => list[rng.nextInt(list.length)]!;

function candlesFrom(rng: Rng, first: number): CandleRow[] {
  let close = first;
  return Array.from({ length: CANDLES }, (_, at) => {
    const open = close;
    close = open * (1 + 0.0008 * rng.nextNormal() + 0.0004 * Math.sin(at / 90));
    const high = Math.max(open, close) * (1 + 0.0004 * Math.abs(rng.nextNormal()));
    const low = Math.min(open, close) * (1 - 0.0004 * Math.abs(rng.nextNormal()));
    const volume = round(5 + 20 * rng.nextFloat(), 3);
    return [START + at * MINUTE_MS, round(open), round(high), round(low), round(close), volume];
  });
}

function tradesFrom(rng: Rng, candles: Snapshot['candles']): TradeRow[] {
  return Array.from({ length: TRADES }, (_, at): TradeRow => {
    const symbol = oneOf(rng, SYMBOLS);
    const side = rng.nextFloat() < 0.55 ? 'long' : 'short';
    const from = Math.floor((at / TRADES) * (CANDLES - 60));
    const to = from + 2 + rng.nextInt(50);
    const entryPrice = candles[symbol]![from]![4];
    const exitPrice = candles[symbol]![to]![4];
    const quantity = round(2500 / entryPrice, 4);
    const gross = (exitPrice - entryPrice) * quantity * (side === 'long' ? 1 : -1);
    const fees = round(quantity * (entryPrice + exitPrice) * 0.0006);
    const profit = round(gross - fees + 6);
    return {
      ...{ id: `t${at}`, symbol, side, entryPrice, exitPrice, quantity, leverage: 3, fees },
      entryTime: START + from * MINUTE_MS,
      exitTime: START + to * MINUTE_MS,
      ...{ funding: round(rng.nextNormal() * 0.1), profit, profitRatio: profit / (2500 / 3) },
      ...{
        durationMs: (to - from) * MINUTE_MS,
        exitReason: oneOf(rng, profit > 0 ? REASONS.won : REASONS.lost),
      },
      strategy: oneOf(rng, STRATEGIES),
    };
  }).sort((one, other) => one.exitTime - other.exitTime);
}

function equityOf(trades: readonly TradeRow[]): EquityRow[] {
  let balance = 10_000;
  return trades.map(({ exitTime, profit }, at) => {
    balance = round(balance + profit);
    return [exitTime + at, balance, round(balance + 25 * Math.sin(at / 3))];
  });
}

const marksOf = (trades: readonly TradeRow[]): Mark[] =>
  trades.flatMap(({ symbol, side, strategy, exitReason, ...trade }): Mark[] => [
    {
      ...{ symbol, side, kind: 'entry', time: trade.entryTime, price: trade.entryPrice },
      text: `entry ${strategy}`,
    },
    {
      ...{ symbol, side, kind: exitReason === 'stop_loss' ? 'stop' : 'exit' },
      ...{ time: trade.exitTime, price: trade.exitPrice, text: exitReason },
    },
  ]);

function positionOn(symbol: string, candles: readonly CandleRow[]): PositionRow {
  const price = candles.at(-1)![4];
  const entryPrice = candles.at(-25)![4];
  const quantity = round(2500 / entryPrice, 4);
  const profit = round((entryPrice - price) * quantity);
  return {
    ...{ symbol, side: 'short', quantity, entryPrice, price, profit, leverage: 3, margin: 833.33 },
    ...{ profitRatio: profit / 833.33, liquidationPrice: round(entryPrice * 1.32) },
    ...{ stop: round(entryPrice * 1.006), takeProfit: round(entryPrice * 0.982) },
    ...{ openedAt: END - 25 * MINUTE_MS, strategy: 'momentum' },
  };
}

export interface FixtureData {
  readonly snapshot: Snapshot;
  readonly trades: readonly TradeRow[];
  readonly learning: Learning;
  readonly state: StateView;
}

export function fixtureData(now: number): FixtureData {
  const rng = new Rng(seedRng(7));
  const candles = {
    [SYMBOLS[0]]: candlesFrom(rng, 84_000),
    [SYMBOLS[1]]: candlesFrom(rng, 2_200),
  };
  const trades = tradesFrom(rng, candles);
  const equity = equityOf(trades);
  const held = positionOn(SYMBOLS[0], candles[SYMBOLS[0]]!);
  const snapshot: Snapshot = {
    status: statusOf({ symbols: SYMBOLS, candles: CANDLES, end: END, equity, trades }, now),
    positions: [held],
    orders: [
      {
        ...{ id: 'o1', symbol: SYMBOLS[0], side: 'buy', kind: 'stop', quantity: held.quantity },
        ...{ filled: 0, price: held.stop },
        ...{ reduceOnly: true, state: 'open' },
      },
      {
        ...{ id: 'o2', symbol: SYMBOLS[1], side: 'buy', kind: 'market', quantity: 1.12, filled: 0 },
        ...{ price: null, reduceOnly: false, state: 'waiting' },
      },
    ],
    ...{ equity, candles, marks: marksOf(trades) },
    news: trades.slice(-12).map((trade, at) => ({
      ...{ seq: 4900 + at, time: trade.exitTime },
      text:
        `closed ${trade.side} ${trade.quantity} ${trade.symbol} at ${trade.exitPrice}: ` +
        `${trade.profit.toFixed(2)} USDT, ${trade.exitReason}`,
    })),
  };
  return { snapshot, trades, learning: learningFrom(rng), state: stateAt(now) };
}

function learningFrom(rng: Rng): Learning {
  const raw = FEATURE_NAMES.map(() => rng.nextFloat() * rng.nextFloat());
  const sum = raw.reduce((one, other) => one + other, 0);
  const weights = (): number[] => FEATURE_NAMES.map(() => round(1 + 0.25 * rng.nextNormal(), 3));
  return {
    ...{ seq: 5000, features: FEATURE_NAMES, importance: raw.map(value => value / sum) },
    attention: weights(),
    attentionPast: Array.from({ length: 30 }, (_, at) => ({
      time: START - (30 - at) * DAY_MS,
      weights: weights(),
    })),
    qTable: {
      ...{ actions: ACTIONS, epsilon: 0.083, rewards: TRADES },
      rows: MARKET_STATES.map(state => ({
        state,
        values: ACTIONS.map(() => round(0.3 * rng.nextNormal(), 4)),
        visits: ACTIONS.map(() => rng.nextInt(40)),
      })),
    },
    calibration: [
      calibration('ensemble', 'ensemble', 'Of all time.', [40, 180, 420, 160, 30]),
      calibration(
        'signal-model',
        'signal model',
        'signal-model@3 on examples since.',
        [60, 210, 90],
      ),
      calibration(
        'deep-signal-model',
        'deep signal model',
        'No deep signal model is trained yet.',
        [],
      ),
    ],
    versions: [
      version('signal-model@3', 'in use', 4200, 0.6712),
      version('deep-signal-model@2', 'refused', 4200, 0.6981),
      version('signal-model@2', 'former', 2600, 0.6788),
    ],
    experts: [
      { name: 'signal_model', weight: 0.46, forecasts: 830, logLoss: 0.6712, baseLogLoss: 0.6889 },
      { name: 'attention', weight: 0.31, forecasts: 830, logLoss: 0.6801, baseLogLoss: 0.6889 },
      { name: 'deep_signal_model', weight: null, forecasts: 0, logLoss: null, baseLogLoss: null },
    ],
  };
}

const calibration = (
  ...[id, title, note, counts]: [
    ...[Learning['calibration'][number]['id'], string, string],
    readonly number[],
  ]
): Learning['calibration'][number] => ({
  ...{ id, title, note },
  bins: counts.map((forecasts, at) => {
    const confidence = 0.35 + at / 10;
    return { confidence, forecasts, won: Math.round(forecasts * (confidence - 0.04)) };
  }),
});

const version = (
  id: string,
  status: Learning['versions'][number]['status'],
  examples: number,
  logLoss: number,
): Learning['versions'][number] => ({
  ...{ id, status, trainedAt: END - 5 * HOUR_MS, examples, logLoss, baseLogLoss: 0.6889 },
  verdict: status === 'refused' ? 'no better than the one in use' : 'better than guessing',
});

const FILES: readonly (readonly [id: string, title: string, file: string, bytes: number])[] = [
  ['market', 'market', 'market_state.json.zst', 41_882],
  ['analytics', 'analytics', 'analytics_state.json.zst', 18_204],
  ['risk-manager', 'risk manager', 'risk_manager_state.json', 1_143],
  ['portfolio', 'portfolio', 'portfolio_state.json', 2_410],
  ['signal-model', 'signal model', 'signal_model.json.zst', 812_554],
  ['deep-signal-model', 'deep signal model', 'deep_signal_model.safetensors', 231_024],
  ['q-table', 'Q-table', 'q_table.json', 3_380],
  ['attention', 'attention', 'attention_weights.npy', 4_840],
  ['run', 'run', 'run_state.json', 2_062],
];

function stateAt(now: number): StateView {
  const rng = new Rng(seedRng(8));
  const hash = (): string =>
    Array.from({ length: 8 }, () => rng.nextUint32().toString(16).padStart(8, '0')).join('');
  return {
    ...{ at: now, seq: 5000, directory: 'models', directoryId: 'k3vq8r2m', epoch: 1 },
    files: FILES.map(([id, title, file, bytes]) => ({
      ...{ id, title, file, bytes, seq: 4_812, version: 2, sha256: hash() },
      ...{ writtenAt: now - 2 * MINUTE_MS, verifiedAt: now - MINUTE_MS },
    })),
    generations: [
      { seq: 4_512, madeAt: now - 7 * MINUTE_MS },
      { seq: 4_212, madeAt: now - 12 * MINUTE_MS },
    ],
    journal: {
      ...{ bytes: 9_482_112, stepsSinceCheckpoint: 188, mirror: '/mnt/second' },
      lag: null,
    },
    backup: { to: 's3://safe/holdfast', seq: 4_990, at: now - 2 * MINUTE_MS },
    checkpoint: { seq: 4_812, at: now - 2 * MINUTE_MS },
    recovery: {
      ...{ fromSeq: 2_950, toSeq: 3_002, replayed: 52, ms: 1_850, lost: [] },
      repairs: ['journal copy b: its last line was cut, taken from copy a'],
    },
    verification: { at: now - 20 * MINUTE_MS, files: 31, findings: 0, repaired: 0 },
    ...{ verifying: false, directoryBytes: 14_204_118 },
  };
}
