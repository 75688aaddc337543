/**
 * The run: what a directory is bound to, the settings in force, the dice and the count of candles.
 *
 * Promises: the generator stands exactly where the last roll that was told left it. Money state,
 * though it holds no money: without the binding a simulated balance could meet a real account, and
 * without the dice no restart is exact. Never: rolls; the step rolls and tells the dice after it.
 */
import { type RngState, seedRng } from '../base/rng.ts';
import { type Millis, timeframeName } from '../base/time.ts';
import type { Component } from '../core/component.ts';
import type { Binding, Mode } from '../core/fact.ts';
import type { Contract, MaintenanceTier } from '../core/market.ts';
import { DEFAULT_SETTINGS, type LearningSettings, type Settings } from '../core/settings.ts';
import {
  count,
  fields,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  type Reader,
  real,
  text,
} from './shape.ts';

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
  const word = count(value, path);
  if (word > 0xffff_ffff) throw new Error(`${path} is not a 32-bit number`);
  return word;
};

const readRng: Reader<RngState> = (value, path) => {
  const [a, b, c, counter, ...rest] = list(readWord)(value, path);
  if (a === undefined || b === undefined || c === undefined || counter === undefined || rest.length)
    throw new Error(`${path} is not four 32-bit numbers`);
  return [a, b, c, counter];
};

const readBinding = fields<Binding>({
  mode: oneOf<Mode>(MODES),
  market: text,
  account: text,
  symbols: list(text),
  seed: integer,
  timeframeMs: count,
  contracts: list(
    fields<Contract>({
      symbol: text,
      priceStep: real,
      lotSize: real,
      notionalMin: count,
      leverageMax: real,
      tiers: list(fields<MaintenanceTier>({ notionalMax: count, rate: real })),
    }),
  ),
});

const readSettings = fields<Settings>({
  timeframeMs: count,
  startBalance: count,
  leverage: real,
  maxOpenTrades: count,
  riskPerTrade: real,
  stopAtr: real,
  takeProfitAtr: real,
  trailAtr: real,
  maxHoldCandles: count,
  dailyLossLimit: real,
  maxDrawdown: real,
  drawdownReleaseDays: real,
  lossStreakLimit: count,
  cooldownCandles: count,
  kellyCap: real,
  kellyFloor: real,
  makerFee: real,
  takerFee: real,
  slippage: real,
  volumeShare: real,
  fundingRate: real,
  minConfidence: real,
  learning: fields<LearningSettings>({
    signalModel: flag,
    deepSignalModel: flag,
    attention: flag,
    qTable: flag,
    retrainEvery: count,
    barrierSigmas: real,
    barrierCandles: count,
    cusumSigmas: real,
    choiceCandles: count,
    epsilonStart: real,
    epsilonMin: real,
    epsilonDecay: real,
    alpha: real,
    gamma: real,
  }),
});

const readRunState = fields<RunState>({
  binding: nullable(readBinding),
  settings: readSettings,
  rng: readRng,
  seed: integer,
  candles: count,
  lastCandleTime: nullable(integer),
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
  version: 1,
  money: true,
  file: {
    name: 'run_state.json',
    format: 'json',
    encode: state => ({ format: 'json', value: { ...readRunState(state, '') } }),
    decode: content => {
      if (content.format !== 'json') throw new Error(`not a JSON file: ${content.format}`);
      return readRunState(content.value, '');
    },
  },
  initial,
  // A directory never changes its market: a reset of the dice does not let it go.
  afresh: ({ binding }) => {
    const defaults = initial();
    if (binding === null) return defaults;
    const { seed, timeframeMs } = binding;
    const settings = { ...defaults.settings, timeframeMs };
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
