/**
 * Analytics: what the bot remembers of its trades and its equity.
 *
 * Promises: keeps the last 10,000 trades and equity points; totals, streaks, drawdown and the daily
 * equity series are of all time, whatever was trimmed. Never: decides, or looks at a clock.
 */
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import { asUnits, type Units } from '../base/money.ts';
import { type Millis, utcDay } from '../base/time.ts';
import type { Component } from '../core/component.ts';
import type { TradeRecord } from '../core/order.ts';
import { decodeAnalytics, encodeAnalytics } from './analytics-codec.ts';
import {
  type AnalyticsState,
  checkAnalytics,
  type EquityPoint,
  type Exposure,
  initialAnalytics,
  SPANS_KEPT_MAX,
  type Tally,
  type Totals,
} from './analytics-state.ts';

export const analytics: Component<'analytics', AnalyticsState> = {
  id: 'analytics',
  title: 'analytics',
  version: 2,
  // Since then trades may tell their risk, and a curve may have been imported.
  upgrades: { 2: old => old },
  file: {
    name: 'analytics_state.json.zst',
    format: 'json.zst',
    encode: encodeAnalytics,
    decode: decodeAnalytics,
  },
  initial: initialAnalytics,
  on: {
    'config.changed': (state, { settings }) => {
      // The portfolio takes a new start balance until its first fill; so does this.
      if (!state.traded && state.startBalance !== settings.startBalance)
        startFrom(state, settings.startBalance);
    },
    'component.founded': (state, { ids, account }) => {
      if (account === undefined || !ids.includes('analytics')) return;
      startFrom(state, account.equity);
      state.traded = account.traded;
    },
    'account.opened': (state, { balance }) => {
      if (!state.traded) startFrom(state, balance);
      // No other start balance counts from here on.
      state.traded = true;
    },
    'balance.corrected': (state, { amount }) => correct(state, amount),
    'position.adopted': ({ paid }, { fee }) => {
      paid.takerFees = asUnits(paid.takerFees + fee);
    },
    'order.filled': (state, { fee, liquidity }) => {
      const { paid } = state;
      state.traded = true;
      if (liquidity === 'maker') paid.makerFees = asUnits(paid.makerFees + fee);
      else paid.takerFees = asUnits(paid.takerFees + fee);
    },
    'funding.settled': ({ paid }, { amount }) => {
      paid.funding = asUnits(paid.funding + amount);
    },
    'trade.closed': (state, { trade }) => addTrade(state, trade),
    'equity.marked': (state, { time, balance, equity }) =>
      addPoint(state, { time, balance, equity }),
  },
  check: checkAnalytics,
};

/** What was marked of another balance is no history of this one. */
function startFrom(state: AnalyticsState, balance: Units): void {
  const { startedAt, curve, daily, drawdown } = initialAnalytics();
  Object.assign(state, { startBalance: balance, startedAt, curve, daily, drawdown });
}

function addTrade(state: AnalyticsState, trade: TradeRecord): void {
  state.trades.push(trade);
  if (state.trades.length > RECORDS_KEPT_MAX) state.trades.shift();
  addToTotals(state.totals, trade);
  addToTally(state.bySymbol, trade.symbol, trade);
  addToTally(state.byStrategy, trade.strategy, trade);
  addToTally(state.byExitReason, trade.exitReason, trade);
  addSpan(state.exposure, trade.entryTime, trade.exitTime);
}

function addToTotals(totals: Totals, { profit, fees, funding, durationMs }: TradeRecord): void {
  totals.trades += 1;
  totals.fees = asUnits(totals.fees + fees);
  totals.funding = asUnits(totals.funding + funding);
  totals.durationMs += durationMs;
  totals.best = Math.max(totals.best ?? profit, profit);
  totals.worst = Math.min(totals.worst ?? profit, profit);
  if (profit > 0) {
    totals.wins += 1;
    totals.grossProfit = asUnits(totals.grossProfit + profit);
    totals.winStreak += 1;
    totals.lossStreak = 0;
    totals.winStreakMax = Math.max(totals.winStreakMax, totals.winStreak);
  } else {
    totals.losses += 1;
    totals.grossLoss = asUnits(totals.grossLoss - profit);
    totals.lossStreak += 1;
    totals.winStreak = 0;
    totals.lossStreakMax = Math.max(totals.lossStreakMax, totals.lossStreak);
  }
}

function addToTally(group: Record<string, Tally>, key: string, trade: TradeRecord): void {
  group[key] ??= { trades: 0, wins: 0, profit: 0, fees: 0, funding: 0 };
  const tally = group[key];
  tally.trades += 1;
  if (trade.profit > 0) tally.wins += 1;
  tally.profit = asUnits(tally.profit + trade.profit);
  tally.fees = asUnits(tally.fees + trade.fees);
  tally.funding = asUnits(tally.funding + trade.funding);
}

/** Joins a trade's time to the spans it touches. Trades come by exit time, so few are touched. */
function addSpan(exposure: Exposure, entry: Millis, exit: Millis): void {
  const { spans } = exposure;
  let from = entry;
  let to = exit;
  let last = spans.at(-1);
  while (last !== undefined && last[1] >= from) {
    from = Math.min(from, last[0]);
    to = Math.max(to, last[1]);
    spans.pop();
    last = spans.at(-1);
  }
  spans.push([from, to]);
  if (spans.length <= SPANS_KEPT_MAX) return;
  const oldest = spans.shift();
  if (oldest !== undefined) exposure.settledMs += oldest[1] - oldest[0];
}

/** What was imported goes on where this market is later; else its curve stands aside. */
function settleImported(state: AnalyticsState, point: EquityPoint): void {
  delete state.curveImported;
  const { curve, daily, drawdown, exposure } = state;
  const last = curve.at(-1);
  if (last === undefined || last.time <= point.time) return;
  const { startedAt } = initialAnalytics();
  const former = { curve, daily };
  Object.assign(state, { startBalance: last.equity, startedAt, curve: [], daily: [], former });
  // The largest fall is of all time; how long positions were held is a share of the time here.
  drawdown.peak = null;
  exposure.settledMs = 0;
}

/**
 * Money that came or went is neither won nor lost. The last point is what the next one is reckoned
 * from: it goes along.
 */
function correct(state: AnalyticsState, amount: Units): void {
  const { curve, daily, drawdown } = state;
  if (state.startBalance !== null) state.startBalance = asUnits(state.startBalance + amount);
  if (drawdown.peak !== null) drawdown.peak = asUnits(drawdown.peak + amount);
  const [last, today] = [curve.at(-1), daily.at(-1)];
  if (last === undefined || today === undefined) return;
  const { time, balance, equity } = last;
  const point = { time, balance: asUnits(balance + amount), equity: asUnits(equity + amount) };
  curve[curve.length - 1] = point;
  daily[daily.length - 1] = { day: today.day, equity: point.equity };
}

function addPoint(state: AnalyticsState, point: EquityPoint): void {
  if (state.curveImported === true) settleImported(state, point);
  state.startedAt ??= point.time;
  state.curve.push(point);
  if (state.curve.length > RECORDS_KEPT_MAX) state.curve.shift();

  const day = utcDay(point.time);
  const today = state.daily.at(-1);
  if (today?.day === day) today.equity = point.equity;
  else state.daily.push({ day, equity: point.equity });

  const { drawdown } = state;
  const peak = Math.max(drawdown.peak ?? state.startBalance ?? point.equity, point.equity);
  drawdown.peak = peak;
  drawdown.maxUnits = Math.max(drawdown.maxUnits, peak - point.equity);
  if (peak > 0) drawdown.maxShare = Math.max(drawdown.maxShare, (peak - point.equity) / peak);
}
