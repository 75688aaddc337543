/**
 * The run: what a directory is bound to, the settings in force, the dice and the count of candles.
 *
 * Promises: the generator stands exactly where the last roll that was told left it. Money state,
 * though it holds no money: without the binding a simulated balance could meet a real account, and
 * without the dice no restart is exact. Never: rolls; the step rolls and tells the dice after it.
 */
import {
  asBoolean,
  asCount,
  asInteger,
  asNumber,
  asText,
  fieldsOf,
  listOf,
  nullable,
  oneOf,
  optional,
  type Reader,
} from '../base/field.ts';
import { type RngState, seedRng } from '../base/rng.ts';
import { type Millis, timeframeName } from '../base/time.ts';
import type { Component } from '../core/component.ts';
import type { Binding, Mode } from '../core/fact.ts';
import type { Contract, MaintenanceTier, TierRule } from '../core/market.ts';
import { DEFAULT_SETTINGS, type LearningSettings, type Settings } from '../core/settings.ts';

export interface RunState {
  /** null until the first fact. */
  binding: Binding | null;
  settings: Settings;
  rng: RngState;
  seed: number;
  /** Candles closed in the directory's life, all symbols. */
  candles: number;
  /** Open time of the last one. */
  lastCandleTime: Millis | null;
}

const MODES = ['simulated', 'tape', 'paper', 'live'] as const;

const readWord: Reader<number> = (value, path) => {
  const word = asCount(value, path);
  if (word > 0xffff_ffff) throw new Error(`${path} is not a 32-bit number`);
  return word;
};

const readRng: Reader<RngState> = (value, path) => {
  const [a, b, c, counter, ...rest] = listOf(readWord)(value, path);
  if (a === undefined || b === undefined || c === undefined || counter === undefined || rest.length)
    throw new Error(`${path} is not four 32-bit numbers`);
  return [a, b, c, counter];
};

const readTiers = listOf(fieldsOf<MaintenanceTier>({ notionalMax: asCount, rate: asNumber }));

const readBinding = fieldsOf<Binding>({
  mode: oneOf<Mode>(MODES),
  market: asText,
  account: asText,
  symbols: listOf(asText),
  seed: asInteger,
  timeframeMs: asCount,
  contracts: listOf(
    fieldsOf<Contract>({
      symbol: asText,
      priceStep: asNumber,
      lotSize: asNumber,
      lotsMin: optional(asCount),
      notionalMin: asCount,
      leverageMax: asNumber,
      tiers: readTiers,
    }),
  ),
});

const readSettings = fieldsOf<Settings>({
  timeframeMs: asCount,
  startBalance: asCount,
  leverage: asNumber,
  maxOpenTrades: asCount,
  riskPerTrade: asNumber,
  stopAtr: asNumber,
  takeProfitAtr: asNumber,
  trailAtr: asNumber,
  maxHoldCandles: asCount,
  dailyLossLimit: asNumber,
  maxDrawdown: asNumber,
  drawdownReleaseDays: asNumber,
  lossStreakLimit: asCount,
  cooldownCandles: asCount,
  kellyCap: asNumber,
  kellyFloor: asNumber,
  makerFee: asNumber,
  takerFee: asNumber,
  slippage: asNumber,
  volumeShare: asNumber,
  fundingRate: asNumber,
  recordedFunding: optional(listOf(asText)),
  minConfidence: asNumber,
  maintenanceTiers: optional(
    listOf(fieldsOf<TierRule>({ symbol: nullable(asText), tiers: readTiers })),
  ),
  learning: fieldsOf<LearningSettings>({
    signalModel: asBoolean,
    deepSignalModel: asBoolean,
    attention: asBoolean,
    qTable: asBoolean,
    ensemble: optional(asBoolean),
    retrainEvery: asCount,
    barrierSigmas: asNumber,
    barrierCandles: asCount,
    cusumSigmas: asNumber,
    exampleMinutes: optional(asNumber),
    choiceCandles: asCount,
    epsilonStart: asNumber,
    epsilonMin: asNumber,
    epsilonDecay: asNumber,
    alpha: asNumber,
    gamma: asNumber,
  }),
});

const readRunState = fieldsOf<RunState>({
  binding: nullable(readBinding),
  settings: readSettings,
  rng: readRng,
  seed: asInteger,
  candles: asCount,
  lastCandleTime: nullable(asInteger),
});

const initial = (): RunState => ({
  binding: null,
  settings: { ...DEFAULT_SETTINGS, learning: { ...DEFAULT_SETTINGS.learning } },
  rng: seedRng(0),
  seed: 0,
  candles: 0,
  lastCandleTime: null,
});

export const run: Component<'run', RunState> = {
  id: 'run',
  title: 'run',
  // Settings may say more since.
  version: 2,
  upgrades: { 2: old => old },
  money: true,
  file: {
    name: 'run_state.json',
    format: 'json',
    encode: state => ({ format: 'json', value: { ...readRunState(state, 'run') } }),
    decode: content => {
      if (content.format !== 'json') throw new Error(`not a JSON file: ${content.format}`);
      return readRunState(content.value, 'run');
    },
  },
  initial,
  // A directory never changes its market: a reset of the dice does not let it go. Nor of the tiers,
  // which the portfolio's contracts have taken up: it has to hear when the config has none.
  afresh: ({ binding, settings: { maintenanceTiers } }) => {
    const defaults = initial();
    if (binding === null) return defaults;
    const { seed, timeframeMs } = binding;
    const settings = {
      ...{ ...defaults.settings, timeframeMs },
      ...(maintenanceTiers !== undefined && { maintenanceTiers }),
    };
    return { ...defaults, binding, seed, rng: seedRng(seed), settings };
  },
  check: brokenRule,
  on: {
    'directory.bound': (state, fact) => {
      const { type: _type, rng, ...binding } = fact;
      state.binding = binding;
      state.seed = binding.seed;
      state.rng = rng;
    },
    'config.changed': (state, { settings }) => {
      state.settings = settings;
    },
    'strategy.chosen': (state, { rng }) => {
      state.rng = rng;
    },
    'model.train.requested': (state, { rng }) => {
      state.rng = rng;
    },
    'candle.closed': (state, { time }) => {
      state.candles += 1;
      state.lastCandleTime = time;
    },
  },
};

function brokenRule({ binding, settings, seed, candles, lastCandleTime }: RunState): string | null {
  if ((candles === 0) !== (lastCandleTime === null))
    return `${candles} candles, the last one at ${lastCandleTime}`;
  if (binding === null) return null;
  if (binding.seed !== seed) return `a seed ${seed} other than the bound ${binding.seed}`;
  return binding.timeframeMs === settings.timeframeMs
    ? null
    : `decisions each ${settings.timeframeMs} ms on candles of ${binding.timeframeMs} ms`;
}

/**
 * Why a run as `wanted` must not go on in a directory bound as `bound`, in words, or null.
 * Contract rules may change without a conflict: exchanges do change them.
 */
export function bindingConflict(bound: Binding, wanted: Binding): string | null {
  const differs = (what: string, had: string | number, has: string | number) =>
    `it is bound to ${what} ${had}, not ${has}`;
  if (bound.mode !== wanted.mode) return differs('mode', bound.mode, wanted.mode);
  if (bound.market !== wanted.market) return differs('market', bound.market, wanted.market);
  if (bound.account !== wanted.account)
    return differs('account', bound.account || '(none)', wanted.account || '(none)');
  const had = bound.symbols.toSorted().join(', ');
  const has = wanted.symbols.toSorted().join(', ');
  if (had !== has) return differs('pairs', had, has);
  if (bound.timeframeMs !== wanted.timeframeMs)
    return differs(
      'timeframe',
      timeframeName(bound.timeframeMs),
      timeframeName(wanted.timeframeMs),
    );
  const seeded = bound.mode === 'simulated' || bound.mode === 'tape';
  return seeded && bound.seed !== wanted.seed ? differs('seed', bound.seed, wanted.seed) : null;
}
