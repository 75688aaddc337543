/**
 * From config.json's names to the settings that decide trades.
 *
 * Promises: every setting has its key. Never: validates; config.ts has done that.
 */
import { toUnits } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import type { Settings } from '../core/settings.ts';
import type { Config } from './config-schema.ts';
import { tierRulesOf } from './config-tier.ts';

export function toSettings(config: Config, ownTimeframeMs: Millis): Settings {
  const { risk, fees, learning } = config;
  return {
    timeframeMs: ownTimeframeMs,
    startBalance: toUnits(config.dry_run_wallet),
    leverage: config.leverage,
    maxOpenTrades: config.max_open_trades,
    riskPerTrade: risk.per_trade,
    stopAtr: risk.stop_atr,
    takeProfitAtr: risk.take_profit_atr,
    trailAtr: risk.trail_atr,
    maxHoldCandles: risk.max_hold_candles,
    dailyLossLimit: risk.daily_loss_limit,
    maxDrawdown: risk.max_drawdown,
    drawdownReleaseDays: risk.drawdown_release_days,
    lossStreakLimit: risk.loss_streak_limit,
    cooldownCandles: risk.cooldown_candles,
    kellyCap: risk.kelly_cap,
    kellyFloor: risk.kelly_floor,
    makerFee: fees.maker,
    takerFee: fees.taker,
    slippage: fees.slippage,
    volumeShare: risk.volume_share,
    fundingRate: fees.funding_rate,
    minConfidence: risk.min_confidence,
    ...tierRulesOf(config.maintenance_tiers),
    learning: {
      signalModel: learning.signal_model,
      deepSignalModel: learning.deep_signal_model,
      attention: learning.attention,
      qTable: learning.q_table,
      ensemble: learning.ensemble,
      retrainEvery: learning.retrain_every,
      barrierSigmas: learning.barrier_sigmas,
      barrierCandles: learning.barrier_candles,
      cusumSigmas: learning.cusum_sigmas,
      exampleMinutes: learning.example_minutes,
      choiceCandles: learning.choice_candles,
      epsilonStart: learning.epsilon_start,
      epsilonMin: learning.epsilon_min,
      epsilonDecay: learning.epsilon_decay,
      alpha: learning.alpha,
      gamma: learning.gamma,
    },
  };
}
