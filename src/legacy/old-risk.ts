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
import { drawdownIn, type OldBalance, PEAK, percentText } from './old-balance.ts';
import {
  fieldsOn,
  fieldsWithin,
  leftIn,
  noteLeft,
  noteNameless,
  type OldFields,
  pick,
  pickCount,
  pickNumber,
  pickText,
  pickUnits,
  unitsOf,
} from './old-field.ts';
import { takeHolds } from './old-hold.ts';
import { symbolOf } from './old-symbol.ts';
import { PROFIT_NAMES, ratioOf, SYMBOL_NAMES, TIME_NAMES } from './old-trade.ts';
import type { PickleValue } from './pickle-value.ts';
import { timeOf } from './python-time.ts';
import { itemsOf, numberOf } from './python-value.ts';

const TOTAL = ['totaltrades', 'tradecount', 'numtrades', 'ntrades', 'tradestotal'];
const WINS = ['wins', 'winningtrades', 'wincount', 'numwins', 'totalwins', 'winners'];
const LOSSES = ['losses', 'losingtrades', 'losscount', 'lossescount', 'numlosses', 'totallosses'];
const PROFIT = ['totalprofit', 'grossprofit', 'profittotal', 'totalwinamount', 'sumprofit'];
const LOSS = ['totalloss', 'grossloss', 'losstotal', 'totallossamount', 'sumloss'];
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

/** Dictionaries in the file that are about something else: what is in them are no totals. */
const CLOSED =
  /config|setting|limit|param|option|threshold|positions?$|cooldown|history|orders?$|trades?$/;

export function riskFields(value: PickleValue, notes: Notes): OldFields {
  const fields = fieldsWithin(value, name => !CLOSED.test(name));
  if (fields.all.length === 0) notes.lost('fields', 'it holds none that has a name');
  noteNameless(value, notes);
  return fields;
}

/** The risk figures that the trades alone give. */
export function riskOfTrades(trades: readonly TradeRecord[]): RiskState {
  const state = riskManager.initial();
  for (const trade of trades)
    riskManager.on['trade.closed']?.(state, { type: 'trade.closed', trade }, undefined);
  return { ...state, dailyRealised: 0, dailyLoss: 0 };
}

export interface RiskSource {
  readonly fields: OldFields;
  readonly trades: readonly TradeRecord[];
  readonly balance: OldBalance | null;
  readonly notes: Notes;
}

export function riskOf(source: RiskSource): RiskState {
  const { fields, notes } = source;
  const state = riskOfTrades(source.trades);
  takeHolds(state, fields, notes);
  takeTotals(state, source);
  takeStreaks(state, source);
  takeRecent(state, source);
  takeBalance(state, source);
  takeDay(state, source);
  noteLeft(notes, leftIn(fields), {
    what: 'other fields',
    why: 'nothing here remembers these; what limits the risk is said by the config',
  });
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
  const isSaid = won !== null || lost !== null;
  if (isSaid) {
    // Both cannot be; the cautious one counts.
    state.lossStreak = lost ?? 0;
    state.winStreak = state.lossStreak > 0 ? 0 : (won ?? 0);
  }
  state.winStreak = Math.min(state.winStreak, state.wins);
  state.lossStreak = Math.min(state.lossStreak, state.losses);
  state.cooldownLosses = state.lossStreak;
  const text = `${state.winStreak} wins, ${state.lossStreak} losses in a row`;
  const isAll = state.winStreak === (won ?? 0) && state.lossStreak === (lost ?? 0);
  const whole = `; it says ${won ?? 0} and ${lost ?? 0}, of ${state.wins} wins and ${state.losses} losses`;
  if (isSaid) notes.carried('streaks', isAll ? text : `${text}${whole}`);
  else notes.defaulted('streaks', text);
}

function takeRecent(state: RiskState, { fields, notes }: RiskSource): void {
  const listed = pick(fields, RECENT, value => {
    const all = itemsOf(value) ?? [];
    const last = all.slice(-RECENT_TRADES_MAX);
    const trades = last.flatMap(recentOf);
    const [unread, older] = [last.length - trades.length, all.length - last.length];
    return trades.length > 0 ? { trades, unread, older } : null;
  });
  if (listed !== null) state.last10Trades = listed.trades;
  // A bot that names fewer trades than it remembers cannot be: the history has them.
  state.totalTrades = Math.max(state.totalTrades, state.last10Trades.length);
  const count = state.last10Trades.length;
  if (count < Math.min(state.totalTrades, RECENT_TRADES_MAX))
    state.unlistedTrades = state.totalTrades - count;
  if (listed !== null) notes.carried('last trades', `${count} of at most ${RECENT_TRADES_MAX}`);
  else notes.defaulted('last trades', count > 0 ? `${count} from the trade history` : 'none');
  if (listed !== null && listed.unread > 0)
    notes.lost('last trades', `${listed.unread} that say no profit`);
  if (listed !== null && listed.older > 0)
    notes.lost('last trades', `${listed.older} before the last ${RECENT_TRADES_MAX}`);
}

/** A number is a profit; what only says won or lost tells too little. */
function recentOf(value: PickleValue): RecentTrade[] {
  const plain = unitsOf(numberOf(value));
  if (plain !== null) return [{ time: 0, symbol: 'unknown', profit: plain, ratio: 0 }];
  const fields = fieldsOn(value);
  const profit = fields === null ? null : pickUnits(fields, PROFIT_NAMES);
  if (fields === null || profit === null) return [];
  const time = pick(fields, TIME_NAMES, timeOf)?.ms ?? 0;
  const symbol = symbolOf(pickText(fields, SYMBOL_NAMES) ?? 'unknown');
  return [{ time, symbol, profit, ratio: ratioOf(fields) ?? 0 }];
}

function takeBalance(state: RiskState, { fields, balance, notes }: RiskSource): void {
  const peak = pickUnits(fields, PEAK);
  const said = drawdownIn(fields);
  if (balance === null) {
    const why = 'no balance is named, so it starts at the start balance of the config';
    notes.lost('peak balance and drawdown', why);
    return;
  }
  const { units } = balance;
  state.traded = true;
  state.equity = units;
  state.peakBalance = Math.max(peak ?? 0, units);
  if (peak === null) notes.defaulted('peak balance', `${amountText(units)}, the balance itself`);
  else notes.carried('peak balance', amountText(state.peakBalance));
  const { peakBalance } = state;
  state.currentDrawdown = peakBalance > 0 ? (peakBalance - units) / peakBalance : 0;
  state.maxDrawdown = state.currentDrawdown;
  noteDrawdown(state.currentDrawdown, { said, derived: balance.derived !== null }, notes);
  state.dailyStartBalance = units;
}

/** What it says, where that is not what peak and balance come to. */
const SHARE_DIFFERENCE = 0.0001;

function noteDrawdown(
  drawdown: number,
  { said, derived }: { readonly said: number | null; readonly derived: boolean },
  notes: Notes,
): void {
  const isSo = said !== null && Math.abs(said - drawdown) < SHARE_DIFFERENCE;
  const text = percentText(drawdown);
  if (isSo) notes.carried('current drawdown', text);
  else {
    const instead = said === null || derived ? '' : `, not the ${percentText(said)} that it says`;
    notes.defaulted('current drawdown', `${text}: worked out of peak and balance${instead}`);
  }
}

function takeDay(state: RiskState, { fields, balance, notes }: RiskSource): void {
  const date = pick(fields, DATE, timeOf);
  const start = pickUnits(fields, DAY_START);
  const loss = pickUnits(fields, DAY_LOSS);
  const result = pickUnits(fields, DAY_RESULT);
  const lost = loss === null ? result : -Math.abs(loss);
  if (date === null || balance === null) {
    const why = date === null ? 'no trading date is named' : 'no balance is named';
    notes.defaulted('day', `${why}: the day starts with the first candle`);
    const told = [
      start === null ? '' : `began at ${amountText(start)}`,
      lost === null ? '' : `made ${amountText(lost)}`,
    ];
    const text = told.filter(each => each !== '').join(', ');
    if (text !== '') notes.lost('figures of the day', `${text}: ${why}`);
    return;
  }
  state.tradingDate = utcDate(date.ms);
  state.dayEndsAt = (utcDay(date.ms) + 1) * DAY_MS;
  state.dailyStartBalance = start ?? balance.units;
  state.dailyRealised = (lost ?? 0) + 0;
  state.dailyLoss = Math.max(0, state.dailyStartBalance - balance.units, -state.dailyRealised);
  notes.carried(
    'day',
    `${state.tradingDate}, began at ${amountText(state.dailyStartBalance)}, lost ` +
      `${toQuote(state.dailyLoss).toFixed(2)}; a first candle of another day starts that day`,
  );
}
