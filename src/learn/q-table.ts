/**
 * The Q-table: which strategy pays in which market, learned from rewards (Watkins 1989).
 *
 * States are market regime × volatility level, actions are the strategies and staying out. A
 * choice holds for a symbol until its trade closes or the choice expires: what is waiting for its
 * reward is part of the state. It knows no features: a release that changes those leaves it as it is.
 * Promises: rolls only the dice it is given; starts at 0, which is optimistic where costs make most
 * trades lose. Never: chooses for a symbol that is still waiting.
 */
import { assert, must } from '../base/assert.ts';
import type { Rng } from '../base/rng.ts';
import type { Millis } from '../base/time.ts';
import type { Component } from '../core/component.ts';
import type { Fact } from '../core/fact.ts';
import type { Regime, VolatilityLevel } from '../core/market.ts';
import type { TradeRecord } from '../core/order.ts';
import { DEFAULT_SETTINGS, type LearningSettings, type Settings } from '../core/settings.ts';
import { decodeQTable, encodeQTable } from './q-table-file.ts';
import {
  ACTIONS,
  type Action,
  MARKET_STATES,
  type MarketState,
  type PerAction,
  type PerState,
  zeroPerState,
} from './q-values.ts';
import { rounded } from './scores.ts';

export { ACTIONS, type Action, MARKET_STATES, type MarketState } from './q-values.ts';

/** A choice that still waits for its reward. */
export interface WaitingChoice {
  readonly state: MarketState;
  readonly action: Action;
  readonly time: Millis;
  readonly explored: boolean;
  /** Candles of the symbol closed since. */
  candles: number;
  /** True from the fill of its entry on: the choice then lasts as long as the trade. */
  tradeOpen: boolean;
}

/** How it learns; set by `config.changed`. */
export type QParameters = Pick<
  LearningSettings,
  'alpha' | 'gamma' | 'epsilonStart' | 'epsilonMin' | 'epsilonDecay'
>;

export interface QTableState {
  q: PerState;
  visits: PerState;
  /** Share of choices that are rolled. */
  epsilon: number;
  parameters: QParameters;
  /** Rewards observed in all. */
  rewards: number;
  /** By symbol. */
  waiting: Record<string, WaitingChoice>;
}

/** What is played per regime when the Q-table is off. */
export const FIXED_ACTION: Readonly<Record<Regime, Action>> = {
  trend_up: 'trend_following',
  trend_down: 'trend_following',
  range: 'mean_reversion',
};

export interface Choice {
  readonly action: Action;
  /** True when it was rolled. */
  readonly explored: boolean;
}

const FIXED_CHOICE: Readonly<Record<Regime, Choice>> = {
  trend_up: { action: FIXED_ACTION.trend_up, explored: false },
  trend_down: { action: FIXED_ACTION.trend_down, explored: false },
  range: { action: FIXED_ACTION.range, explored: false },
};

/** The choice while the Q-table is off; asked on each candle then, so made once. */
export const fixedChoice = (regime: Regime): Choice => FIXED_CHOICE[regime];

/** The risk of a trade that does not know its own, as a share of its notional. */
const RISK_SHARE_UNKNOWN = 0.005;
/** A trade of this many candles earns half of what an immediate one would. */
const HALF_VALUE_CANDLES = 240;
/** One lucky trade must not outweigh all that was learned. */
const REWARD_MAX = 3;

export const qTable: Component<'q-table', QTableState> = {
  id: 'q-table',
  title: 'Q-table',
  version: 1,
  learned: true,
  file: { name: 'q_table.json', format: 'json', encode: encodeQTable, decode: decodeQTable },
  initial: () => ({
    q: zeroPerState(),
    visits: zeroPerState(),
    epsilon: DEFAULT_SETTINGS.learning.epsilonStart,
    parameters: parametersOf(DEFAULT_SETTINGS),
    rewards: 0,
    waiting: Object.create(null) as Record<string, WaitingChoice>,
  }),
  // A choice waits for a trade of the present, and how it learns is the config's to say.
  reconcile: (arriving, { parameters, waiting }) => ({
    ...{ ...arriving, parameters, waiting },
    epsilon: arriving.rewards === 0 ? parameters.epsilonStart : arriving.epsilon,
  }),
  on: {
    // What was learned may have come from another directory; what waited there is over.
    'directory.bound': state => {
      state.waiting = Object.create(null) as Record<string, WaitingChoice>;
    },
    'config.changed': (state, { settings }) => {
      state.parameters = parametersOf(settings);
      if (state.rewards === 0) state.epsilon = state.parameters.epsilonStart;
    },
    'candle.closed': (state, { symbol }) => {
      const choice = state.waiting[symbol];
      if (choice !== undefined) choice.candles += 1;
    },
    'strategy.chosen': (state, fact) => {
      state.waiting[fact.symbol] = {
        state: `${fact.regime}|${fact.volatility}`,
        action: must(
          ACTIONS.find(action => action === fact.action),
          `action ${fact.action}`,
        ),
        time: fact.time,
        explored: fact.explored,
        candles: 0,
        tradeOpen: false,
      };
    },
    'order.filled': (state, fact) => {
      // A choice is only made when flat: the first fill after it is its entry.
      const choice = state.waiting[fact.symbol];
      if (choice !== undefined && fact.exitReason === null) choice.tradeOpen = true;
    },
    'reward.observed': foldReward,
  },
  check: checkState,
};

/** Q(s, a) += α · (r + γⁿ · max Q(s′, ·) − Q(s, a)), n candles from the choice to its outcome. */
function foldReward(state: QTableState, fact: Fact<'reward.observed'>): void {
  const choice = state.waiting[fact.symbol];
  if (choice === undefined) return;
  const { alpha, gamma, epsilonMin, epsilonDecay } = state.parameters;
  const next = bestValue(state.q[`${fact.nextRegime}|${fact.nextVolatility}`]);
  let discount = 1;
  for (let candle = 0; candle < fact.candles; candle += 1) discount *= gamma;
  const values = state.q[choice.state];
  const target = fact.reward + discount * next;
  values[choice.action] += alpha * (target - values[choice.action]) + 0;
  state.visits[choice.state][choice.action] += 1;
  state.epsilon = Math.max(epsilonMin, state.epsilon * epsilonDecay);
  state.rewards += 1;
  delete state.waiting[fact.symbol];
}

/**
 * ε-greedy, ties broken by the dice. With the Q-table off: the regime's fixed action, and no dice
 * are rolled. The caller tells `strategy.chosen` with the dice as they stand afterwards.
 */
export function chooseAction(options: {
  readonly state: QTableState;
  readonly regime: Regime;
  readonly volatility: VolatilityLevel;
  readonly rng: Rng;
  readonly settings: Settings;
}): Choice {
  const { state, regime, volatility, rng, settings } = options;
  if (!settings.learning.qTable) return fixedChoice(regime);
  if (rng.nextFloat() < state.epsilon)
    return { action: must(ACTIONS[rng.nextInt(ACTIONS.length)], 'action'), explored: true };
  const values = state.q[`${regime}|${volatility}`];
  const best = bestValue(values);
  const tied = ACTIONS.filter(action => values[action] === best);
  // Of equals the dice choose: nothing speaks for this one yet, so it is no more than a trial.
  const explored = tied.length > 1;
  const action = explored ? tied[rng.nextInt(tied.length)] : tied[0];
  return { action: must(action, 'best action'), explored };
}

/**
 * The reward of a closed trade: its net result in units of its own risk (the R multiple of Tharp,
 * "Trade your way to financial freedom", 1998), discounted by its length, and clipped to ±3.
 */
export function rewardOf(trade: TradeRecord, candles: number): number {
  assert(candles >= 0, 'a trade has a length');
  const discounted = (multipleOf(trade) * HALF_VALUE_CANDLES) / (HALF_VALUE_CANDLES + candles);
  return rounded(Math.min(REWARD_MAX, Math.max(-REWARD_MAX, discounted)));
}

/** Net result, costs in, over what the stop at entry would have cost. */
function multipleOf({ profit, risk, profitRatio, leverage }: TradeRecord): number {
  if (risk !== undefined && risk > 0) return profit / risk;
  assert(leverage > 0, 'a trade has leverage');
  return profitRatio / leverage / RISK_SHARE_UNKNOWN;
}

/** Whether the symbol's choice led to no trade in time: its reward is then 0. */
export function choiceExpired(state: QTableState, symbol: string, settings: Settings): boolean {
  const choice = state.waiting[symbol];
  if (choice === undefined || choice.tradeOpen) return false;
  return choice.candles >= settings.learning.choiceCandles;
}

/** The choice of a symbol that still waits for its reward; null: none. */
export const waitingChoice = (state: QTableState, symbol: string): WaitingChoice | null =>
  state.waiting[symbol] ?? null;

function bestValue(values: PerAction): number {
  let best = values.stay_out;
  for (const action of ACTIONS) if (values[action] > best) best = values[action];
  return best;
}

const parametersOf = ({ learning }: Settings): QParameters => ({
  alpha: learning.alpha,
  gamma: learning.gamma,
  epsilonStart: learning.epsilonStart,
  epsilonMin: learning.epsilonMin,
  epsilonDecay: learning.epsilonDecay,
});

function checkState(state: QTableState): string | null {
  if (state.epsilon < 0 || state.epsilon > 1) return 'epsilon is not a share';
  let visits = 0;
  for (const name of MARKET_STATES)
    for (const action of ACTIONS) visits += state.visits[name][action];
  return visits === state.rewards ? null : 'visits do not add up to the rewards';
}
