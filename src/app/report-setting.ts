/**
 * The settings that decide trades, by the names that config.json has for them.
 *
 * Promises: every setting is there (a new one that is not is an error of types). Never: a secret;
 * none of these is one.
 */
import { toQuote } from '../base/money.ts';
import { timeframeName } from '../base/time.ts';
import type { LearningSettings, Settings } from '../core/settings.ts';

type Plain = Omit<Settings, 'learning' | 'timeframeMs' | 'startBalance' | 'maintenanceTiers'>;

const KEYS: Readonly<Record<keyof Plain, string>> = {
  leverage: 'leverage',
  maxOpenTrades: 'max_open_trades',
  riskPerTrade: 'risk.per_trade',
  stopAtr: 'risk.stop_atr',
  takeProfitAtr: 'risk.take_profit_atr',
  trailAtr: 'risk.trail_atr',
  maxHoldCandles: 'risk.max_hold_candles',
  dailyLossLimit: 'risk.daily_loss_limit',
  maxDrawdown: 'risk.max_drawdown',
  drawdownReleaseDays: 'risk.drawdown_release_days',
  lossStreakLimit: 'risk.loss_streak_limit',
  cooldownCandles: 'risk.cooldown_candles',
  kellyCap: 'risk.kelly_cap',
  kellyFloor: 'risk.kelly_floor',
  volumeShare: 'risk.volume_share',
  minConfidence: 'risk.min_confidence',
  makerFee: 'fees.maker',
  takerFee: 'fees.taker',
  slippage: 'fees.slippage',
  fundingRate: 'fees.funding_rate',
  recordedFunding: 'funding from files',
};

const LEARNING_KEYS: Readonly<Record<keyof LearningSettings, string>> = {
  signalModel: 'signal_model',
  deepSignalModel: 'deep_signal_model',
  attention: 'attention',
  qTable: 'q_table',
  ensemble: 'ensemble',
  retrainEvery: 'retrain_every',
  barrierSigmas: 'barrier_sigmas',
  barrierCandles: 'barrier_candles',
  cusumSigmas: 'cusum_sigmas',
  exampleMinutes: 'example_minutes',
  choiceCandles: 'choice_candles',
  epsilonStart: 'epsilon_start',
  epsilonMin: 'epsilon_min',
  epsilonDecay: 'epsilon_decay',
  alpha: 'alpha',
  gamma: 'gamma',
};

export function settingsView(settings: Settings): [key: string, value: string][] {
  const { timeframeMs, startBalance, maintenanceTiers, learning } = settings;
  const keys = Object.keys(KEYS) as (keyof Plain)[];
  const learningKeys = Object.keys(LEARNING_KEYS) as (keyof LearningSettings)[];
  return [
    ['timeframe', timeframeName(timeframeMs)],
    ['dry_run_wallet', String(toQuote(startBalance))],
    ...keys.map((key): [string, string] => [KEYS[key], textOf(settings[key])]),
    ['maintenance_tiers', tiersText(maintenanceTiers)],
    ...learningKeys.map((key): [string, string] => [
      `learning.${LEARNING_KEYS[key]}`,
      textOf(learning[key]),
    ]),
  ];
}

const tiersText = (tiers: Settings['maintenanceTiers']): string =>
  tiers === undefined ? 'the contracts’ own' : JSON.stringify(tiers);

function textOf(value: number | boolean | readonly string[] | undefined): string {
  if (value === undefined) return 'not set';
  return typeof value === 'object' ? value.join(', ') : String(value);
}
