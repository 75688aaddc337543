/**
 * The settings that decide trades. They are part of the state: a change of them is the fact
 * `config.changed`, so that a replay knows under which rules each decision was made.
 *
 * Promises: plain data with defaults; every field has its unit. Never: secrets, paths, ports.
 */
import { toUnits, type Units } from '../base/money.ts';
import { MINUTE_MS, type Millis } from '../base/time.ts';
import type { TierRule } from './market.ts';

export interface Settings {
  /** Length of the candles that decide. */
  timeframeMs: Millis;
  startBalance: Units;
  leverage: number;
  /** Positions open at once, all symbols. */
  maxOpenTrades: number;
  /** Share of equity lost when a stop is hit, before the adaptive factors. */
  riskPerTrade: number;
  /** Distances in ATRs. takeProfitAtr and trailAtr may be 0: none. */
  stopAtr: number;
  takeProfitAtr: number;
  trailAtr: number;
  /** A position is left after this many candles. */
  maxHoldCandles: number;
  /** Share of the day's starting balance that may be lost before entries stop for the day. */
  dailyLossLimit: number;
  /** Drawdown from the peak that latches the breaker. */
  maxDrawdown: number;
  /** On tapes the drawdown breaker releases after this many market days. */
  drawdownReleaseDays: number;
  /** Losses in a row that start a cooldown, and its length. */
  lossStreakLimit: number;
  cooldownCandles: number;
  /** Cap of the Kelly fraction, and its floor once it counts (30 trades). */
  kellyCap: number;
  kellyFloor: number;
  /** Fees as shares of notional; negative is a rebate. */
  makerFee: number;
  takerFee: number;
  /** Share of price lost on each market fill. */
  slippage: number;
  /** Largest share of a candle's volume that one order may take. */
  volumeShare: number;
  /** Charged against us per settlement where no funding file tells the rate. */
  fundingRate: number;
  /** Symbols whose settlements a funding file tells, in order. Absent: none. */
  recordedFunding?: readonly string[];
  /** Calibrated confidence below which a proposal is not traded. */
  minConfidence: number;
  /** Absent: the contracts' own tiers. */
  maintenanceTiers?: readonly TierRule[];
  learning: LearningSettings;
}

export interface LearningSettings {
  signalModel: boolean;
  deepSignalModel: boolean;
  attention: boolean;
  /** Off: each regime has its fixed strategy and nothing is explored. */
  qTable: boolean;
  /** Off: all opinions weigh the same and the confidence is not calibrated. Absent: off. */
  ensemble?: boolean;
  /** New examples between trainings, and the least number for the first one. */
  retrainEvery: number;
  /** Triple barrier: width in sigmas of the holding time, and the time limit in candles. */
  barrierSigmas: number;
  barrierCandles: number;
  /** CUSUM event threshold in sigmas. */
  cusumSigmas: number;
  /** Least market time between two examples of a symbol, in minutes. Absent: 0. */
  exampleMinutes?: number;
  /** Candles after which a choice that led to no trade is given up with reward 0. */
  choiceCandles: number;
  epsilonStart: number;
  epsilonMin: number;
  /** Factor per observed reward. */
  epsilonDecay: number;
  /** Q-learning rate and discount per candle of holding. */
  alpha: number;
  gamma: number;
}

export const DEFAULT_SETTINGS: Settings & { learning: Required<LearningSettings> } = {
  timeframeMs: MINUTE_MS,
  startBalance: toUnits(10_000),
  leverage: 3,
  maxOpenTrades: 3,
  riskPerTrade: 0.01,
  stopAtr: 2.5,
  takeProfitAtr: 5,
  trailAtr: 3.5,
  maxHoldCandles: 240,
  dailyLossLimit: 0.03,
  maxDrawdown: 0.2,
  drawdownReleaseDays: 7,
  lossStreakLimit: 4,
  cooldownCandles: 120,
  kellyCap: 0.25,
  kellyFloor: 0.02,
  makerFee: 0.0002,
  takerFee: 0.0006,
  slippage: 0.0002,
  volumeShare: 0.1,
  fundingRate: 0.0001,
  minConfidence: 0.5,
  learning: {
    signalModel: true,
    deepSignalModel: false,
    attention: true,
    qTable: true,
    ensemble: true,
    retrainEvery: 1000,
    barrierSigmas: 1,
    barrierCandles: 60,
    cusumSigmas: 6,
    exampleMinutes: 30,
    choiceCandles: 60,
    epsilonStart: 0.3,
    epsilonMin: 0.02,
    epsilonDecay: 0.995,
    alpha: 0.1,
    gamma: 0.995,
  },
};
