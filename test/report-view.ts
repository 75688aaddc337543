/**
 * A report's view made by hand: a run of two pairs over ten weeks, from a seed.
 *
 * Promises: the same for everybody; every section of a report has something to show. Never: a run of
 * the bot, whose figures change with its strategies.
 */
import type { EquityPointView, GroupView, ReportView, TradeView } from '../src/app/report-view.ts';
import type { Segment, WalkForward } from '../src/app/walk-forward.ts';
import { Rng, seedRng } from '../src/base/rng.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Millis } from '../src/base/time.ts';

export const BEGIN: Millis = Date.UTC(2024, 10, 20);
const DAYS = 70;
const START = 10_000;
const REASONS = ['stop_loss', 'take_profit', 'exit_signal'];
const SYMBOLS = ['BTC/USDT:USDT', 'ETH/USDT:USDT'];

const pick = <T>(dice: Rng, from: readonly T[]): T =>
  from[Math.floor(dice.nextFloat() * from.length)] as T;

function tradeAt(dice: Rng, exitTime: Millis): TradeView {
  const durationMs = (5 + Math.floor(dice.nextFloat() * 600)) * MINUTE_MS;
  const profit = Math.round((dice.nextFloat() - 0.45) * 10_000) / 100;
  const entryPrice = 1000 + Math.floor(dice.nextFloat() * 500);
  return {
    ...{ symbol: pick(dice, SYMBOLS), side: pick(dice, ['long', 'short'] as const) },
    ...{ strategy: pick(dice, ['momentum', 'breakout']), exitReason: pick(dice, REASONS) },
    ...{ entryTime: exitTime - durationMs, exitTime, durationMs, entryPrice, quantity: 0.5 },
    ...{ exitPrice: entryPrice + 2 * profit, leverage: 3, fees: 0.6, funding: 0.1, profit },
    profitRatio: (profit * 3) / (entryPrice * 0.5),
  };
}

function groupsOf(trades: readonly TradeView[], key: 'symbol' | 'strategy' | 'exitReason') {
  return [...Map.groupBy(trades, trade => trade[key])].map(
    ([name, own]): GroupView => ({
      ...{ name, trades: own.length, fees: 0.6 * own.length, funding: 0.1 * own.length },
      winRate: own.filter(({ profit }) => profit > 0).length / own.length,
      profit: own.reduce((sum, { profit }) => sum + profit, 0),
      ...{ timeInMarket: 0.25, notional: 500 * own.length },
    }),
  );
}

function curveOf(trades: readonly TradeView[]): EquityPointView[] {
  let [equity, peak] = [START, START];
  return trades.map(({ exitTime, profit }) => {
    equity += profit;
    peak = Math.max(peak, equity);
    return [exitTime, equity, (peak - equity) / peak];
  });
}

const interval = (middle: number, half: number) => ({ low: middle - half, high: middle + half });

const segment = (from: string, to: string, totalReturn: number): Segment => ({
  ...{ from, to, days: 23, totalReturn, totalReturnInterval: interval(totalReturn, 0.02) },
  ...{ sharpe: 0.5, sharpeInterval: interval(0.5, 2), maxDrawdown: 0.02, trades: 20 },
  ...{ feesPaid: 12, fundingPaid: 2 },
  buyAndHold: { totalReturn: 0.1, totalReturnInterval: null, sharpe: 1.2, maxDrawdown: 0.08 },
  forecasts: {
    pool: {
      ...{ examples: 300, logLoss: 1.05, brier: 0.62, baseLogLoss: 1.08, baseBrier: 0.65 },
      ...{ gain: totalReturn, gainInterval: interval(totalReturn, 0.01) },
    },
  },
});

export const sampleWalkForward = (): WalkForward => ({
  segments: [
    segment('2024-11-20', '2024-11-30', 0.03),
    segment('2024-12-01', '2024-12-31', -0.01),
    segment('2025-01-01', '2025-01-28', 0.02),
  ],
  overall: segment('2024-11-20', '2025-01-28', 0.04),
  reliability: null,
  bootstrap: { seed: 1, resamples: 2000, level: 0.95 },
  daily: null,
});

const metricsOf = (trades: readonly TradeView[], finalEquity: number): ReportView['metrics'] => ({
  ...{ cagr: 0.12, sharpe: 0.8, sortino: 1.1, calmar: 3.2, maxDrawdown: 0.021 },
  ...{ maxDrawdownAmount: 210, profitFactor: 1.2, expectancy: 2.5, winRate: 0.55 },
  ...{ trades: trades.length, wins: 33, losses: 27, totalReturn: finalEquity / START - 1 },
  ...{ totalProfit: finalEquity - START, bestTrade: 54.9, worstTrade: -44.1 },
  ...{ winStreakMax: 6, lossStreakMax: 4, averageDurationMs: 5 * HOUR_MS, exposure: 0.31 },
  ...{ feesPaid: 36, fundingPaid: 6, startBalance: START, finalEquity, days: DAYS },
});

const NOT_TRAINED = {
  ...{ id: 'deep-signal-model', title: 'deep signal model', reliability: null },
  note: 'No deep signal model is trained yet.',
};

export function sampleReport(changes: Partial<ReportView> = {}): ReportView {
  const dice = new Rng(seedRng(7));
  const trades = Array.from({ length: 60 }, (_, place) =>
    tradeAt(dice, BEGIN + (place + 1) * 28 * HOUR_MS),
  );
  const points = curveOf(trades);
  const finalEquity = points.at(-1)?.[1] ?? START;
  return {
    ...{ seq: 1234, directory: 'models', quote: 'USDT', from: BEGIN, to: BEGIN + DAYS * DAY_MS },
    ...{ candles: 20_160, openTrades: 1, metrics: metricsOf(trades, finalEquity) },
    hold: {
      ...{ totalReturn: 0.1, sharpe: 1.2, maxDrawdown: 0.08, isWhole: true },
      points: Array.from({ length: DAYS + 1 }, (_, day) => [
        BEGIN + day * DAY_MS,
        START * (1 + 0.1 * (day / DAYS)),
      ]),
    },
    equity: { points, dailyUntil: null, leavesOutImported: false },
    years: [
      { year: 2024, months: [...Array(10).fill(null), 0.021, -0.004], total: 0.0169 },
      { year: 2025, months: [0.12, ...Array(11).fill(null)], total: 0.12 },
    ],
    trades: {
      ...{ rows: trades, count: trades.length, winStreak: 2, lossStreak: 0 },
      ...{ bySymbol: groupsOf(trades, 'symbol'), byStrategy: groupsOf(trades, 'strategy') },
      byExitReason: groupsOf(trades, 'exitReason'),
    },
    positions: [
      {
        ...{ symbol: 'BTC/USDT:USDT', side: 'long', strategy: 'momentum', openedAt: BEGIN },
        ...{ entryPrice: 60_000, price: 61_000, quantity: 0.01, profit: 10 },
      },
    ],
    breakers: [
      { breaker: 'daily loss', latchedMs: 0, on: false },
      { breaker: 'max drawdown', latchedMs: 3 * HOUR_MS, on: true },
    ],
    held: ['the kill switch is on'],
    learning: {
      on: true,
      forecasters: [
        ...[{ name: 'signal', weight: 0.4, forecasts: 300, logLoss: 1.05, baseLogLoss: 1.08 }],
        ...[{ name: 'pool', weight: null, forecasts: 300, logLoss: 1.05, baseLogLoss: 1.08 }],
      ].map(one => ({ ...one, gain: 0.03 })),
      calibration: [
        {
          ...{ id: 'ensemble', title: 'ensemble', note: 'Of all time.' },
          reliability: {
            ...{ examples: 300, expectedCalibrationError: 0.02 },
            bins: [
              { from: 0.4, to: 0.45, examples: 200, predicted: 0.42, observed: 0.43 },
              { from: 0.5, to: 0.55, examples: 100, predicted: 0.52, observed: 0.48 },
            ],
          },
        },
        {
          ...{
            id: 'signal-model',
            title: 'signal model',
            note: 'signal-model@1 on examples since.',
          },
          reliability: {
            ...{ examples: 80, expectedCalibrationError: 0.05 },
            bins: [{ from: 0.4, to: 0.45, examples: 80, predicted: 0.42, observed: 0.37 }],
          },
        },
        NOT_TRAINED,
      ],
      versions: [
        {
          ...{ id: 'signal-model@1', status: 'in use', trainedAt: BEGIN, examples: 500 },
          ...{ logLoss: 1.05, baseLogLoss: 1.08, gain: 0.03, verdict: 'adopted' },
        },
      ],
    },
    walkForward: sampleWalkForward(),
    provenance: {
      ...{ version: '0.2.0', node: 'v26.0.0', ranWith: ['0.2.0 on Node v26.0.0'] },
      files: [
        {
          ...{ kind: 'candles', file: 'BINANCE-BTC-USDT-5m.csv.gz', sha256: 'a'.repeat(64) },
          ...{ bytes: 123_456, rows: 20_160, from: BEGIN, to: BEGIN + DAYS * DAY_MS },
        },
      ],
      ...{ mode: 'tape', market: 'binance', account: null, symbols: SYMBOLS, timeframe: '5m' },
      ...{ seed: 1, directoryId: '0123456789abcdef', epoch: 1, stateHash: 'b'.repeat(64) },
      components: [{ id: 'analytics', sha256: 'c'.repeat(64) }],
      settings: [['leverage', '3']],
    },
    doubts: [],
    ...changes,
  };
}

/** Of a directory in which nothing has happened yet. */
export const emptyReport = (): ReportView => {
  const none = { cagr: null, sharpe: null, sortino: null, calmar: null, profitFactor: null };
  const { metrics, provenance } = sampleReport();
  return sampleReport({
    ...{ seq: 0, from: null, to: null, candles: 0, openTrades: 0, hold: null, walkForward: null },
    metrics: {
      ...{ ...metrics, ...none, maxDrawdown: 0, maxDrawdownAmount: 0, expectancy: null },
      ...{ winRate: null, trades: 0, wins: 0, losses: 0, totalReturn: 0, totalProfit: 0 },
      ...{ bestTrade: null, worstTrade: null, winStreakMax: 0, lossStreakMax: 0 },
      ...{ averageDurationMs: null, exposure: 0, feesPaid: 0, fundingPaid: 0 },
      ...{ startBalance: 0, finalEquity: 0, days: 0 },
    },
    equity: { points: [], dailyUntil: null, leavesOutImported: false },
    ...{ quote: '', years: [], positions: [], held: [] },
    trades: {
      ...{ rows: [], count: 0, winStreak: 0, lossStreak: 0 },
      ...{ bySymbol: [], byStrategy: [], byExitReason: [] },
    },
    learning: {
      ...{ on: true, calibration: [NOT_TRAINED], versions: [] },
      forecasters: [
        ...[
          {
            name: 'pool',
            weight: null,
            forecasts: 0,
            logLoss: null,
            baseLogLoss: null,
            gain: null,
          },
        ],
      ],
    },
    provenance: {
      ...{ ...provenance, ranWith: [], files: [], mode: null, market: null, symbols: [] },
      ...{ seed: null, directoryId: null, epoch: null },
    },
  });
};
