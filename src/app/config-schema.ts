/**
 * The shape of config.json: every key, its range, its default and what it means.
 *
 * Promises: the one place where an option is described; validation, messages and docs/CONFIG.md
 * are made from it. Names are freqtrade's where the meaning is the same. Never: holds a secret.
 */
import * as v from 'valibot';
import { UNITS_PER_QUOTE } from '../base/money.ts';
import { timeframeName } from '../base/time.ts';
import { DEFAULT_SETTINGS as D } from '../core/settings.ts';
import { flag, number, said, text, whole } from './config-leaf.ts';
import { notify } from './config-notify.ts';
import { group } from './group.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `auto`: pretty on a terminal, json elsewhere. */
export const LOG_FORMATS = ['pretty', 'json', 'auto'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const PAIR = v.pipe(v.string(), v.regex(/^[A-Z0-9]+\/[A-Z0-9]+:[A-Z0-9]+$/));
/** Money is counted exactly up to here. */
const NOTIONAL_MAX = 90_000_000;

const maintenanceTier = group({
  pair: v.optional(v.pipe(PAIR, said('a pair like "BTC/USDT:USDT"'))),
  notional_max: v.nullable(
    v.pipe(
      v.number(),
      v.minValue(1),
      v.maxValue(NOTIONAL_MAX),
      said(`a number from 1 to ${NOTIONAL_MAX}, or null for the last`),
    ),
  ),
  rate: v.pipe(v.number(), v.gtValue(0), v.ltValue(1), said('a number above 0 and below 1')),
});

/** What is done with a position that nobody here opened. */
export const UNKNOWN = ['adopt', 'leave'] as const;

const exchange = group({
  name: text(
    'ccxt id of the exchange whose live market is traded; tapes of another one are refused',
  ),
  pair_whitelist: v.optional(
    v.pipe(
      v.array(PAIR),
      v.maxLength(64),
      said(
        'a list of pairs like "BTC/USDT:USDT"',
        'pairs that are traded, like BTC/USDT:USDT; empty: all of a tape or the simulated market',
      ),
    ),
    [],
  ),
  accept_unverified: flag(false, 'send real orders to an exchange that Holdfast was not tried on'),
  allow_withdrawal: flag(false, 'start with a key that may withdraw'),
  unknown_position: v.optional(
    v.pipe(
      v.picklist(UNKNOWN),
      said(
        `one of ${UNKNOWN.join(', ')}`,
        'what is done with a position that was opened by hand: a stop is put behind it, or nothing',
      ),
    ),
    'adopt',
  ),
});

const risk = group({
  per_trade: number(0.0001, 0.1, D.riskPerTrade, 'share of equity lost when a stop is hit'),
  stop_atr: number(0.2, 20, D.stopAtr, 'distance of the stop in ATRs'),
  take_profit_atr: number(0, 50, D.takeProfitAtr, 'distance of the target in ATRs; 0: none'),
  trail_atr: number(0, 50, D.trailAtr, 'distance of the trailing stop in ATRs; 0: none'),
  max_hold_candles: whole(1, 100_000, D.maxHoldCandles, 'a position is left after this many'),
  daily_loss_limit: number(
    0.001,
    1,
    D.dailyLossLimit,
    "share of the day's starting balance that may be lost before entries stop for the day",
  ),
  max_drawdown: number(0.01, 1, D.maxDrawdown, 'drawdown from the peak that stops entries'),
  drawdown_release_days: number(
    0.1,
    3650,
    D.drawdownReleaseDays,
    'market days after which the drawdown breaker releases; not in live trading',
  ),
  loss_streak_limit: whole(1, 100, D.lossStreakLimit, 'losses in a row that start a cooldown'),
  cooldown_candles: whole(0, 100_000, D.cooldownCandles, 'length of the cooldown'),
  kelly_cap: number(0.001, 1, D.kellyCap, 'highest Kelly fraction'),
  kelly_floor: number(0, 1, D.kellyFloor, 'lowest Kelly fraction, once 30 trades are known'),
  volume_share: number(0.0001, 1, D.volumeShare, "largest share of a candle's volume per order"),
  min_confidence: number(0, 1, D.minConfidence, 'a proposal below this is not traded'),
});

const fees = group({
  maker: number(-0.01, 0.05, D.makerFee, 'share of notional; negative is a rebate'),
  taker: number(0, 0.05, D.takerFee, 'share of notional'),
  slippage: number(0, 0.05, D.slippage, 'share of price lost on each market fill'),
  funding_rate: number(0, 0.01, D.fundingRate, 'charged per settlement where no file has the rate'),
});

const L = D.learning;
const learning = group({
  signal_model: flag(L.signalModel, 'the signal model learns and votes'),
  deep_signal_model: flag(L.deepSignalModel, 'the deep signal model learns and votes'),
  attention: flag(L.attention, 'attention learns, gates and votes'),
  q_table: flag(L.qTable, 'the Q-table picks the strategy; off: a fixed one per regime'),
  ensemble: flag(L.ensemble, 'opinions weigh as they have earned it; off: all the same'),
  retrain_every: whole(100, 10_000, L.retrainEvery, 'new examples between two trainings'),
  barrier_sigmas: number(0.1, 20, L.barrierSigmas, 'width of the triple barrier in sigmas'),
  barrier_candles: whole(2, 10_000, L.barrierCandles, 'time limit of the triple barrier'),
  cusum_sigmas: number(0.1, 100, L.cusumSigmas, 'threshold of the CUSUM events in sigmas'),
  example_minutes: number(0, 1440, L.exampleMinutes, 'least time between two examples of a pair'),
  choice_candles: whole(1, 10_000, L.choiceCandles, 'an unused choice is given up after this many'),
  epsilon_start: number(0, 1, L.epsilonStart, 'exploration at the beginning'),
  epsilon_min: number(0, 1, L.epsilonMin, 'exploration that remains'),
  epsilon_decay: number(0.5, 1, L.epsilonDecay, 'factor of the exploration per reward'),
  alpha: number(0.0001, 1, L.alpha, 'learning rate of the Q-table'),
  gamma: number(0, 1, L.gamma, 'discount of the Q-table per candle held'),
});

const backup = group({
  to: text(
    'where backups go: a folder on another disk, or s3://bucket/prefix; null: none are made',
  ),
  every: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]\d{0,3}[mhd]$/),
      said('a time like "30m", "1h" or "1d"', 'time between two backups'),
    ),
    '1h',
  ),
  keep: whole(0, 100_000, 168, 'backups that stay; 0: all'),
  continuous: flag(true, "the journal's lines are sent as they are committed, too"),
});

const web = group({
  enabled: flag(true, 'trade serves a dashboard; --no-web: not this time'),
  host: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[0-9a-zA-Z.:_-]+$/),
      said('a name or an address', 'where it listens; see docs/DASHBOARD.md for others'),
    ),
    '127.0.0.1',
  ),
  port: whole(0, 65_535, 8080, 'its port, or the next that is free; 0: any'),
  hosts: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(/^[0-9a-zA-Z.:_-]+$/))),
      v.maxLength(64),
      said(
        'a list of names',
        'further names it is called by: those of a reverse proxy; needs HOLDFAST_WEB_TOKEN',
      ),
    ),
    [],
  ),
});

export const configSchema = group({
  timeframe: v.optional(
    v.nullable(
      v.pipe(
        v.string(),
        v.regex(/^[1-9]\d{0,3}[mhd]$/),
        said(
          'a timeframe like "5m", "1h" or "1d", or null',
          `candles that decide, like 5m or 1h; null: the market's own (simulated and live: ${timeframeName(D.timeframeMs)})`,
        ),
      ),
    ),
    null,
  ),
  dry_run: v.optional(
    v.pipe(v.literal(true), said('true (real orders: set `live`)', 'paper trading')),
    true,
  ),
  live: flag(false, 'real orders are allowed; they are sent where --live is given too'),
  dry_run_wallet: number(
    10,
    50_000_000,
    D.startBalance / UNITS_PER_QUOTE,
    'starting balance, quote currency',
  ),
  stake_currency: text('quote currency, like USDT; markets in another one are refused'),
  max_open_trades: whole(1, 64, D.maxOpenTrades, 'positions open at once, all symbols'),
  leverage: number(1, 125, D.leverage, 'of every position; the contract may allow less'),
  maintenance_tiers: v.optional(
    v.nullable(
      v.pipe(
        v.array(maintenanceTier),
        v.minLength(1),
        v.maxLength(1024),
        said(
          'a list like [{ "notional_max": 50000, "rate": 0.01 }, ...], or null',
          "maintenance margin by size (see below); null: the contracts' own tiers",
        ),
      ),
    ),
    null,
  ),
  exchange: v.optional(exchange, {}),
  risk: v.optional(risk, {}),
  fees: v.optional(fees, {}),
  learning: v.optional(learning, {}),
  dir: v.optional(
    v.pipe(v.string(), v.nonEmpty(), said('a text', 'the state directory')),
    'models',
  ),
  journal_mirror: text(
    "folder of the journal's second copy, for one directory alone; null: in the state directory",
  ),
  allow_network_filesystem: flag(false, 'start although locks and syncs may not be honoured'),
  scrub_hours: number(0, 8760, 24, 'hours between two rounds of the background scrub; 0: off'),
  scrub_share: number(0.0001, 1, 0.01, 'of a core that a scrub may take while it goes round'),
  keep_history: v.optional(
    v.nullable(
      v.pipe(
        v.boolean(),
        said(
          'true, false or null',
          'nothing of the past is ever dropped; null: as the directory has it, no at first',
        ),
      ),
    ),
    null,
  ),
  backup: v.optional(backup, {}),
  notify: v.optional(notify, {}),
  web: v.optional(web, {}),
  log_level: v.optional(
    v.pipe(
      v.picklist(LOG_LEVELS),
      said(`one of ${LOG_LEVELS.join(', ')}`, 'what the log file keeps'),
    ),
    'info',
  ),
  log_format: v.optional(
    v.pipe(
      v.picklist(LOG_FORMATS),
      said(
        `one of ${LOG_FORMATS.join(', ')}`,
        'what trade prints: lines for people, JSON lines, or auto: JSON where no terminal is',
      ),
    ),
    'pretty',
  ),
});

export type Config = v.InferOutput<typeof configSchema>;
export type TierConfig = v.InferOutput<typeof maintenanceTier>;

/** Keys that hold secrets; they come from the environment and are refused in a file. */
export const SECRET_KEYS = ['key', 'secret', 'password', 'uid'] as const;

/** freqtrade keys with another meaning here, and what to use. */
export const FOREIGN_KEYS: Readonly<Record<string, string>> = {
  stoploss: 'stops follow volatility: set risk.stop_atr',
  trailing_stop: 'set risk.trail_atr',
  minimal_roi: 'set risk.take_profit_atr',
  stake_amount: 'size follows risk: set risk.per_trade',
  fee: 'set fees.maker and fees.taker',
  trading_mode: 'Holdfast trades linear perpetual futures only; remove it',
  margin_mode: 'margin is always isolated; remove it',
  strategy: 'the Q-table picks the strategy; remove it',
};
