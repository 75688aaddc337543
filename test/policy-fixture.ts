/**
 * What tests of the policy share: a contract, a candle, a reading, a fresh risk state.
 */
import { toUnits } from '../src/base/money.ts';
import type { Candle, Contract, Reading } from '../src/core/market.ts';
import type { Position, TradeRecord } from '../src/core/order.ts';
import { DEFAULT_SETTINGS, type Settings } from '../src/core/settings.ts';
import type { EntryRequest } from '../src/policy/sizing.ts';
import { initialRiskState, type RiskState } from '../src/trade/risk-state.ts';
import { candlesThrough, readingOf } from './naive-reading.ts';

export const CONTRACT: Contract = {
  symbol: 'BTC/USDT:USDT',
  priceStep: 0.1,
  lotSize: 0.001,
  notionalMin: toUnits(5),
  leverageMax: 50,
  tiers: [
    { notionalMax: toUnits(50_000), rate: 0.005 },
    { notionalMax: toUnits(1_000_000), rate: 0.02 },
  ],
};

export const CANDLE: Candle = {
  symbol: CONTRACT.symbol,
  time: Date.UTC(2024, 7, 5, 12),
  open: 999,
  high: 1003,
  low: 997,
  close: 1000,
  volume: 100_000,
};

export const READING: Reading = readingOf(
  candlesThrough(Array.from({ length: 80 }, (_, index) => 1000 + Math.sin(index))),
);

export function freshRisk(equity = DEFAULT_SETTINGS.startBalance): RiskState {
  const state = initialRiskState();
  state.peakBalance = equity;
  state.equity = equity;
  state.dailyStartBalance = equity;
  return state;
}

export function entryRequest(change: Partial<EntryRequest> = {}): EntryRequest {
  const settings: Settings = DEFAULT_SETTINGS;
  return {
    risk: freshRisk(),
    account: { equity: settings.startBalance, available: settings.startBalance, openTrades: 0 },
    settings,
    contract: CONTRACT,
    candle: CANDLE,
    reading: READING,
    proposal: {
      direction: 'long',
      strength: 0.5,
      stopDistance: 20,
      takeProfitDistance: 40,
      trailDistance: 28,
      maxCandles: 240,
    },
    strategy: 'breakout',
    confidence: 0.6,
    explored: false,
    models: { signal: 1, deep: 0 },
    place: { seq: 12, index: 3 },
    epoch: 2,
    expiresAt: CANDLE.time + 120_000,
    ...change,
  };
}

export const position = (change: Partial<Position> = {}): Position => ({
  symbol: CONTRACT.symbol,
  direction: 'long',
  lots: 70,
  entryNotional: toUnits(70),
  openedAt: CANDLE.time - 600_000,
  leverage: 3,
  margin: toUnits(24),
  liquidationPrice: 670,
  strategy: 'breakout',
  models: { signal: 1, deep: 0 },
  entryOrderId: '3-1',
  highest: 1004,
  lowest: 990,
  candlesHeld: 10,
  fees: 0,
  funding: 0,
  realised: 0,
  closedLots: 0,
  closedEntryNotional: 0,
  closedExitNotional: 0,
  ...change,
});

/** A closed trade with this net profit in units. */
export const trade = (profit: number, change: Partial<TradeRecord> = {}): TradeRecord => ({
  id: '1',
  symbol: CONTRACT.symbol,
  side: 'long',
  entryTime: CANDLE.time - 600_000,
  exitTime: CANDLE.time,
  entryPrice: 1000,
  exitPrice: 1001,
  quantity: 0.07,
  leverage: 3,
  fees: 0,
  funding: 0,
  profit,
  profitRatio: profit / toUnits(24),
  durationMs: 600_000,
  exitReason: 'take_profit',
  strategy: 'breakout',
  models: { signal: 0, deep: 0 },
  ...change,
});
