/**
 * The old bot's risk figures, as this product's risk manager.
 *
 * Promises: what the file does not say comes from the trade history where there is one; the result
 * keeps every rule of the risk manager, and what had to give way for that is told. Never: takes over
 * a limit: those are settings.
 */
import { toQuote, type Units } from '../base/money.ts';
import { DAY_MS, utcDate, utcDay } from '../base/time.ts';
import type { TradeRecord } from '../core/order.ts';
import { riskManager } from '../trade/risk-manager.ts';
import { RECENT_TRADES_MAX, type RecentTrade, type RiskState } from '../trade/risk-state.ts';
import type { Notes } from './finding.ts';
import { amountText } from './old-analytics.ts';
import {
  nestedFields,
  pick,
  pickCount,
  pickNumber,
  pickText,
  pickUnits,
  unitsOf,
} from './old-field.ts';
import { symbolOf } from './old-symbol.ts';
import { PROFIT_NAMES, ratioOf, SYMBOL_NAMES, TIME_NAMES } from './old-trade.ts';
import type { PickleValue } from './pickle-value.ts';
import { timeOf } from './python-time.ts';
import { type Fields, fieldsOf, itemsOf, numberOf } from './python-value.ts';

const TOTAL = ['totaltrades', 'tradecount', 'numtrades', 'ntrades', 'tradestotal'];
const WINS = ['wins', 'winningtrades', 'wincount', 'numwins', 'totalwins', 'winners'];
const LOSSES = ['losses', 'losingtrades', 'losscount', 'lossescount', 'numlosses', 'totallosses'];
const PROFIT = ['totalprofit', 'grossprofit', 'profittotal', 'totalwinamount', 'sumprofit'];
const LOSS = ['totalloss', 'grossloss', 'losstotal', 'totallossamount', 'sumloss'];
const PEAK = ['peakbalance', 'peak', 'peakequity', 'maxbalance', 'highwatermark', 'hwm'];
const BALANCE = [
  ...['currentbalance', 'balance', 'equity', 'accountbalance', 'currentequity', 'lastbalance'],
  ...['currentcapital', 'capital', 'accountequity'],
];
const DRAWDOWN = ['currentdrawdown', 'drawdown', 'currentdrawdownpct', 'drawdownpct'];
const WIN_STREAK = ['winstreak', 'consecutivewins', 'currentwinstreak', 'winningstreak'];
const LOSS_STREAK = ['lossstreak', 'consecutivelosses', 'currentlossstreak', 'losingstreak'];
const STREAK = ['streak', 'currentstreak'];
const RECENT = [
  ...['last10trades', 'recenttrades', 'lasttrades', 'lasttentrades', 'recentresults'],
  ...['recenttraderesults', 'tradehistory', 'recentpnl', 'recentpnls'],
];
const DAY_START = [
  ...['dailystartbalance', 'daystartbalance', 'dailystartingbalance', 'startofdaybalance'],
];
const DAY_LOSS = ['dailyloss', 'todayloss', 'dailylosses', 'lossoftoday'];
const DAY_RESULT = ['dailypnl', 'todaypnl', 'dailyprofit', 'dailyrealizedpnl'];
const DATE = [
  ...['tradingdate', 'currenttradingdate', 'lasttradingdate', 'currentdate', 'lastresetdate'],
  ...['tradingday', 'currentday', 'lastreset', 'today', 'date'],
];

/** The balance that it names, or that peak and drawdown give. */
export function balanceIn(fields: Fields): Units | null {
  const named = pickUnits(fields, BALANCE);
  if (named !== null && named >= 0) return named;
  const peak = pickNumber(fields, PEAK);
  const drawdown = drawdownIn(fields);
  return peak === null || drawdown === null ? null : unitsOf(peak * (1 - drawdown));
}

/** A share; what is above 1 is a percentage. */
function drawdownIn(fields: Fields): number | null {
  const said = pickNumber(fields, DRAWDOWN);
  if (said === null) return null;
  const size = Math.abs(said) > 1 ? Math.abs(said) / 100 : Math.abs(said);
  return size <= 1 ? size : null;
}

export const riskFields = (value: PickleValue): Fields => nestedFields(value) ?? new Map();

/** The risk figures that the trades alone give. */
export function riskOfTrades(trades: readonly TradeRecord[]): RiskState {
  const state = riskManager.initial();
  for (const trade of trades)
    riskManager.on['trade.closed']?.(state, { type: 'trade.closed', trade }, undefined);
  return { ...state, dailyRealised: 0, dailyLoss: 0 };
}

export interface RiskSource {
  readonly fields: Fields;
  readonly trades: readonly TradeRecord[];
  readonly balance: Units | null;
  readonly notes: Notes;
}

export function riskOf(source: RiskSource): RiskState {
  const state = riskOfTrades(source.trades);
  takeTotals(state, source);
  takeStreaks(state, source);
  takeRecent(state, source);
  takeBalance(state, source);
  takeDay(state, source);
  return state;
}

function takeTotals(state: RiskState, { fields, trades, notes }: RiskSource): void {
  const take = (
    name: string,
    found: number | null,
    text: (value: number) => string,
  ): number | null => {
    if (found !== null) notes.carried(name, text(found));
    else if (trades.length > 0) notes.defaulted(name, 'from the trade history');
    else notes.defaulted(name, '0');
    return found;
  };
  const magnitude = (names: readonly string[]): Units | null => {
    const units = pickUnits(fields, names);
    return units === null ? null : Math.abs(units);
  };
  state.wins = take('wins', pickCount(fields, WINS), String) ?? state.wins;
  state.losses = take('losses', pickCount(fields, LOSSES), String) ?? state.losses;
  state.totalTrades = take('total trades', pickCount(fields, TOTAL), String) ?? state.totalTrades;
  state.totalProfit = take('profit total', magnitude(PROFIT), amountText) ?? state.totalProfit;
  state.totalLoss = take('loss total', magnitude(LOSS), amountText) ?? state.totalLoss;
  if (state.wins + state.losses <= state.totalTrades) return;
  state.totalTrades = state.wins + state.losses;
  notes.defaulted('total trades', `${state.totalTrades}: wins and losses are more than the total`);
}

function takeStreaks(state: RiskState, { fields, notes }: RiskSource): void {
  const signed = pickNumber(fields, STREAK) ?? 0;
  const won = pickCount(fields, WIN_STREAK) ?? (signed > 0 ? Math.round(signed) : null);
  const lost = pickCount(fields, LOSS_STREAK) ?? (signed < 0 ? Math.round(-signed) : null);
  if (won === null && lost === null) {
    notes.defaulted('streaks', `${state.winStreak} wins, ${state.lossStreak} losses in a row`);
  } else {
    // Both cannot be; the cautious one counts.
    state.lossStreak = lost ?? 0;
    state.winStreak = state.lossStreak > 0 ? 0 : (won ?? 0);
    const both = (won ?? 0) > 0 && (lost ?? 0) > 0 ? '; it named both, the losses count' : '';
    notes.carried('streaks', `${state.winStreak} wins, ${state.lossStreak} losses in a row${both}`);
  }
  state.winStreak = Math.min(state.winStreak, state.wins);
  state.lossStreak = Math.min(state.lossStreak, state.losses);
  state.cooldownLosses = state.lossStreak;
}

function takeRecent(state: RiskState, { fields, notes }: RiskSource): void {
  const listed = pick(fields, RECENT, value => {
    const trades = (itemsOf(value) ?? []).slice(-RECENT_TRADES_MAX).flatMap(recentOf);
    return trades.length > 0 ? trades : null;
  });
  if (listed !== null) state.last10Trades = listed;
  // A bot that names fewer trades than it remembers cannot be: the history has them.
  state.totalTrades = Math.max(state.totalTrades, state.last10Trades.length);
  const count = state.last10Trades.length;
  if (count < Math.min(state.totalTrades, RECENT_TRADES_MAX))
    state.unlistedTrades = state.totalTrades - count;
  if (listed !== null) notes.carried('last trades', `${count} of at most ${RECENT_TRADES_MAX}`);
  else notes.defaulted('last trades', count > 0 ? `${count} from the trade history` : 'none');
}

/** A number is a profit; what only says won or lost tells too little. */
function recentOf(value: PickleValue): RecentTrade[] {
  const plain = unitsOf(numberOf(value));
  if (plain !== null) return [{ time: 0, symbol: 'unknown', profit: plain, ratio: 0 }];
  const fields = fieldsOf(value);
  const profit = fields === null ? null : pickUnits(fields, PROFIT_NAMES);
  if (fields === null || profit === null) return [];
  const time = pick(fields, TIME_NAMES, timeOf)?.ms ?? 0;
  const symbol = symbolOf(pickText(fields, SYMBOL_NAMES) ?? 'unknown');
  return [{ time, symbol, profit, ratio: ratioOf(fields) ?? 0 }];
}

function takeBalance(state: RiskState, { fields, balance, notes }: RiskSource): void {
  const peak = pickUnits(fields, PEAK);
  if (balance === null) {
    const why = 'no balance is named, so it starts at the start balance of the config';
    notes.lost('peak balance and drawdown', why);
    return;
  }
  state.traded = true;
  state.equity = balance;
  state.peakBalance = Math.max(peak ?? 0, balance);
  if (peak === null) notes.defaulted('peak balance', `${amountText(balance)}, the balance itself`);
  else notes.carried('peak balance', amountText(state.peakBalance));
  const { peakBalance } = state;
  state.currentDrawdown = peakBalance > 0 ? (peakBalance - balance) / peakBalance : 0;
  state.maxDrawdown = state.currentDrawdown;
  notes.carried('current drawdown', `${(state.currentDrawdown * 100).toFixed(2)} %`);
  state.dailyStartBalance = balance;
}

function takeDay(state: RiskState, { fields, balance, notes }: RiskSource): void {
  const date = pick(fields, DATE, timeOf);
  if (date === null || balance === null) {
    const why = date === null ? 'no trading date is named' : 'no balance is named';
    notes.defaulted('day', `${why}: the day starts with the first candle`);
    return;
  }
  const start = pickUnits(fields, DAY_START) ?? balance;
  const loss = pickUnits(fields, DAY_LOSS);
  const result = loss === null ? pickUnits(fields, DAY_RESULT) : -Math.abs(loss);
  state.tradingDate = utcDate(date.ms);
  state.dayEndsAt = (utcDay(date.ms) + 1) * DAY_MS;
  state.dailyStartBalance = start;
  state.dailyRealised = (result ?? 0) + 0;
  state.dailyLoss = Math.max(0, start - balance, -state.dailyRealised);
  notes.carried(
    'day',
    `${state.tradingDate}, began at ${amountText(start)}, lost ${toQuote(state.dailyLoss).toFixed(2)}; ` +
      'a first candle of another day starts that day',
  );
}
