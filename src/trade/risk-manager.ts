/**
 * The risk manager: what trading has cost so far, and what it may still cost.
 *
 * Promises: totals, drawdown, streaks, the UTC day and the breakers go on over a restart exactly
 * as they were; a day that began while the bot was off starts with the first step after it.
 * Never: decides. The step asks breaker.ts and risk-factor.ts, and tells what it did as facts.
 *
 * Daily loss: the larger of what the day's closed trades lost net and what the marked equity lost
 * since the day started; it never falls below zero and may shrink again within the day. Where the
 * operator releases its breaker, the day's count starts anew from the equity of that moment.
 */
import { asUnits, type Units } from '../base/money.ts';
import { DAY_MS, utcDay } from '../base/time.ts';
import type { Component } from '../core/component.ts';
import type { TradeRecord } from '../core/order.ts';
import {
  brokenRule,
  initialRiskState,
  RECENT_TRADES_MAX,
  type RiskState,
  readRiskState,
} from './risk-state.ts';

export const riskManager: Component<'risk-manager', RiskState> = {
  id: 'risk-manager',
  title: 'risk manager',
  version: 3,
  // Since 2 trades may be known by their totals alone, since 3 trading may be paused.
  upgrades: { 2: old => old, 3: old => old },
  money: true,
  file: {
    name: 'risk_manager_state.json',
    format: 'json',
    encode: state => ({ format: 'json', value: { ...readRiskState(state, 'risk-manager') } }),
    decode: content => {
      if (content.format !== 'json') throw new Error(`not a JSON file: ${content.format}`);
      return readRiskState(content.value, 'risk-manager');
    },
  },
  initial: initialRiskState,
  check: brokenRule,
  on: {
    'config.changed': (state, { settings }) => {
      if (!state.traded && state.equity !== settings.startBalance)
        startFrom(state, settings.startBalance);
    },
    'component.founded': (state, { ids, account }) => {
      if (account === undefined || !ids.includes('risk-manager')) return;
      startFrom(state, account.equity);
      state.traded = account.traded;
    },
    'account.opened': (state, { balance }) => {
      if (!state.traded) startFrom(state, balance);
      // No other start balance counts from here on.
      state.traded = true;
    },
    // Money that came or went is neither won nor lost.
    'balance.corrected': (state, { amount }) => {
      state.peakBalance = peakAfter(state, amount);
      state.dailyStartBalance = asUnits(state.dailyStartBalance + amount);
      markEquity(state, asUnits(state.equity + amount));
    },
    'order.filled': state => {
      state.traded = true;
    },
    'position.adopted': state => {
      state.traded = true;
    },
    'trade.closed': (state, { trade }) => countTrade(state, trade),
    'equity.marked': (state, { equity }) => markEquity(state, equity),
    'day.started': (state, { date, time, balance }) => {
      state.tradingDate = date;
      state.dayEndsAt = (utcDay(time) + 1) * DAY_MS;
      startDayFrom(state, balance);
      markEquity(state, balance);
    },
    'breaker.tripped': (state, { breaker, time, until, equity }) => {
      state.breakers[breaker] = { since: time, until, equity };
    },
    'breaker.released': (state, { breaker, time, by }) => {
      const latch = state.breakers[breaker];
      if (latch !== null) state.latchedMs[breaker] += Math.max(0, time - latch.since);
      state.breakers[breaker] = null;
      // What tripped it has to happen anew, or it would trip again in the same step.
      if (breaker === 'max_drawdown') restartPeak(state);
      if (breaker === 'loss_streak') state.cooldownLosses = 0;
      // Released by its time the day is over, and `day.started` does this.
      if (breaker === 'daily_loss' && by === 'operator') startDayFrom(state, state.equity);
    },
    'kill-switch.set': (state, { on }) => {
      state.killSwitch = on;
    },
    'trading.paused': (state, { time, reason }) => {
      state.paused = reason === undefined ? { since: time } : { since: time, reason };
    },
    'trading.resumed': state => {
      delete state.paused;
      delete state.flattening;
    },
    'flatten.ordered': (state, { time }) => {
      state.flattening = time;
    },
    'flatten.completed': state => {
      delete state.flattening;
    },
  },
};

/** The share that is lost of the peak stays what it was. */
function peakAfter({ peakBalance, equity }: RiskState, amount: Units): Units {
  if (equity <= 0 || equity + amount <= 0) return Math.max(0, asUnits(peakBalance + amount));
  return asUnits(Math.round(peakBalance * ((equity + amount) / equity)));
}

function startFrom(state: RiskState, balance: Units): void {
  state.equity = balance;
  state.peakBalance = balance;
  state.dailyStartBalance = balance;
  state.dailyLoss = 0;
  state.currentDrawdown = 0;
  state.maxDrawdown = 0;
}

/** What the day may lose counts from here. */
function startDayFrom(state: RiskState, balance: Units): void {
  state.dailyStartBalance = balance;
  state.dailyRealised = 0;
  state.dailyLoss = 0;
}

function countTrade(state: RiskState, trade: TradeRecord): void {
  const { profit } = trade;
  state.totalTrades += 1;
  if (profit > 0) {
    state.wins += 1;
    state.totalProfit = asUnits(state.totalProfit + profit);
    state.winStreak += 1;
    state.lossStreak = 0;
    state.cooldownLosses = 0;
  } else if (profit < 0) {
    state.losses += 1;
    state.totalLoss = asUnits(state.totalLoss - profit);
    state.lossStreak += 1;
    state.winStreak = 0;
    state.cooldownLosses += 1;
  }
  if (state.last10Trades.length === RECENT_TRADES_MAX) state.last10Trades.shift();
  state.last10Trades.push({
    time: trade.exitTime,
    symbol: trade.symbol,
    profit,
    ratio: trade.profitRatio,
  });
  state.dailyRealised = asUnits(state.dailyRealised + profit);
  updateDailyLoss(state);
}

/** Peak and drawdown follow the marked equity, which the step marks hourly and per trade. */
function markEquity(state: RiskState, equity: Units): void {
  state.equity = equity;
  if (equity > state.peakBalance) state.peakBalance = equity;
  state.currentDrawdown =
    state.peakBalance > 0 ? (state.peakBalance - equity) / state.peakBalance : 0;
  if (state.currentDrawdown > state.maxDrawdown) state.maxDrawdown = state.currentDrawdown;
  updateDailyLoss(state);
}

function updateDailyLoss(state: RiskState): void {
  const marked = state.dailyStartBalance - state.equity;
  state.dailyLoss = Math.max(0, marked, -state.dailyRealised);
}

/** Equity below zero (a live account can show it) leaves a peak of zero: no further drawdown. */
function restartPeak(state: RiskState): void {
  state.peakBalance = Math.max(0, state.equity);
  state.currentDrawdown = 0;
}
