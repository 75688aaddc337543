/**
 * A trade of the old bot as a trade of this one.
 *
 * Promises: what a trade does not say is worked out of what it says (the exit price from entry,
 * quantity and profit), or has a default, and either is told by name. Never: a trade whose profit or
 * time nothing tells.
 */
import type { Millis } from '../base/time.ts';
import { type Direction, signOf, type TradeRecord } from '../core/order.ts';
import { printable } from './finding.ts';
import {
  fieldsOn,
  type OldFields,
  pick,
  pickNumber,
  pickText,
  pickUnits,
  unitsOf,
} from './old-field.ts';
import { directionOf, exitReasonOf, symbolOf } from './old-symbol.ts';
import type { PickleValue } from './pickle-value.ts';
import { isSane, spanOf, timeOf } from './python-time.ts';
import { numberOf, textOf } from './python-value.ts';

export interface OldTrade {
  readonly trade: TradeRecord;
  readonly fields: OldFields;
  /** Fields that it did not say. */
  readonly defaulted: readonly string[];
  readonly zoneless: boolean;
}

export const PROFIT_NAMES = [
  ...['pnl', 'profit', 'realizedpnl', 'realisedpnl', 'netpnl', 'netprofit', 'profitloss', 'pl'],
  ...['profitabs', 'pnlabs', 'pnlusdt', 'pnlusd', 'profitusdt', 'pnlamount', 'closeprofitabs'],
];
export const PERCENT_NAMES = [
  ...['pnlpercent', 'pnlpct', 'pnlpercentage', 'profitpercent', 'profitpct', 'profitpercentage'],
  ...['returnpct', 'percentreturn', 'roe', 'roi'],
];
export const RATIO_NAMES = ['pnlratio', 'profitratio', 'closeprofit', 'returnratio'];
const ENTRY_PRICE = ['entryprice', 'entry', 'openprice', 'averageentryprice', 'avgentryprice'];
const EXIT_PRICE = ['exitprice', 'exit', 'closeprice', 'averageexitprice', 'avgexitprice'];
export const QUANTITY = [
  ...['quantity', 'qty', 'amount', 'size', 'positionsize', 'contracts', 'units', 'volume'],
];
const ENTRY_TIME = [
  ...['entrytime', 'opentime', 'openedat', 'entrytimestamp', 'opentimestamp', 'entrydate'],
  ...['opendate', 'starttime', 'entryat', 'entry', 'createdat'],
];
const EXIT_TIME = [
  ...['exittime', 'closetime', 'closedat', 'exittimestamp', 'closetimestamp', 'exitdate'],
  ...['closedate', 'endtime', 'exitat', 'timestamp', 'time', 'datetime', 'date'],
];
export const TIME_NAMES = EXIT_TIME;
export const SYMBOL_NAMES = ['symbol', 'pair', 'market', 'instrument', 'ticker', 'coin'];
export const SIDE = ['side', 'direction', 'positionside', 'position', 'tradetype', 'type'];
const REASON = ['exitreason', 'closereason', 'exittype', 'reason', 'exitsignal', 'closetype'];
const STRATEGY = ['strategy', 'strategyname', 'strategyused', 'signalsource', 'entrystrategy'];
const FEES = ['fees', 'fee', 'commission', 'commissions', 'totalfees', 'totalfee', 'tradingfees'];
const FUNDING = ['funding', 'fundingfees', 'fundingfee', 'fundingpaid'];

/** Durations by the unit in their name; a bare one is in seconds. */
const DURATIONS: readonly (readonly [name: string, unitMs: number])[] = [
  ['durationms', 1],
  ['durationseconds', 1000],
  ['durationminutes', 60_000],
  ['durationhours', 3_600_000],
  ['duration', 1000],
  ['holdingtime', 1000],
  ['holdtime', 1000],
];

/** A trade, or why it is none, in words. */
export function readTrade(value: PickleValue, number: number): OldTrade | string {
  const fields = fieldsOn(value);
  if (fields === null) return 'not a dictionary or an object';
  const defaulted: string[] = [];
  const orDefault = <T>(name: string, found: T | null, instead: T): T => {
    if (found === null) defaulted.push(name);
    return found ?? instead;
  };
  const times = timesOf(fields, defaulted);
  if (times === null) return 'no time of its exit';
  const money = moneyOf(fields, defaulted);
  if (money === null) return 'no profit, nor what it could be worked out from';
  const { side, ...amounts } = money;
  const { zoneless, ...span } = times;
  const symbol = pickText(fields, SYMBOL_NAMES);
  const trade: TradeRecord = {
    id: `python-${number}`,
    symbol: orDefault('symbol', symbol === null ? null : symbolOf(symbol), 'unknown'),
    side,
    ...span,
    ...amounts,
    durationMs: span.exitTime - span.entryTime,
    exitReason: orDefault(
      'exit reason',
      pick(fields, REASON, field => exitReasonOf(textOf(field) ?? '')),
      'exit_signal',
    ),
    strategy: printable(orDefault('strategy', pickText(fields, STRATEGY), 'imported')),
    // It was weighed by no model of this bot.
    models: { signal: 0, deep: 0 },
  };
  return { trade, fields, defaulted, zoneless };
}

interface Times {
  readonly entryTime: Millis;
  readonly exitTime: Millis;
  readonly zoneless: boolean;
}

function timesOf(fields: OldFields, defaulted: string[]): Times | null {
  const exit = pick(fields, EXIT_TIME, timeOf);
  const entry = pick(fields, ENTRY_TIME, timeOf);
  const duration = durationOf(fields);
  const exitTime = exit?.ms ?? (entry !== null && duration !== null ? entry.ms + duration : null);
  if (exitTime === null || !isSane(exitTime)) return null;
  const known = entry?.ms ?? (duration === null ? null : exitTime - duration);
  const usable = known !== null && known >= 0 && known <= exitTime;
  if (!usable) defaulted.push('entry time');
  const zoneless = (exit?.zoneless ?? false) || (entry?.zoneless ?? false);
  return { entryTime: usable ? known : exitTime, exitTime, zoneless };
}

function durationOf(fields: OldFields): Millis | null {
  for (const [name, unitMs] of DURATIONS) {
    const span = pick(fields, [name], value => {
      const number = numberOf(value);
      return spanOf(value) ?? (number !== null && number >= 0 ? Math.round(number * unitMs) : null);
    });
    if (span !== null) return span;
  }
  return null;
}

type Amounts = Pick<
  TradeRecord,
  | 'side'
  | 'entryPrice'
  | 'exitPrice'
  | 'quantity'
  | 'leverage'
  | 'fees'
  | 'funding'
  | 'profit'
  | 'profitRatio'
>;

/** Above 0, or not known. */
const positive = (number: number | null): number | null =>
  number !== null && number > 0 && Number.isFinite(number) ? number : null;

function moneyOf(fields: OldFields, defaulted: string[]): Amounts | null {
  const orDefault = <T>(name: string, found: T | null, instead: T): T => {
    if (found === null) defaulted.push(name);
    return found ?? instead;
  };
  const signed = pickNumber(fields, QUANTITY);
  const said = {
    entry: positive(pickNumber(fields, ENTRY_PRICE)),
    exit: positive(pickNumber(fields, EXIT_PRICE)),
    quantity: positive(signed === null ? null : Math.abs(signed)),
    profit: pickNumber(fields, PROFIT_NAMES),
  };
  const leverage = orDefault('leverage', positive(pickNumber(fields, ['leverage', 'lev'])), 1);
  const named = pick(fields, SIDE, field => directionOf(textOf(field) ?? String(numberOf(field))));
  const side = orDefault('side', named, sideFrom(said, signed));
  const fees = orDefault('fees', pickUnits(fields, FEES), 0);
  const funding = orDefault('funding', pickUnits(fields, FUNDING), 0);
  const costs = (fees + funding) / 1e8;
  const ratio = ratioOf(fields);
  const entryPrice = orDefault('entry price', said.entry ?? said.exit, 1);
  const quantity = orDefault('quantity', said.quantity ?? quantityFrom(said), 1);
  const margin = (entryPrice * quantity) / leverage;
  if (!Number.isFinite(margin)) return null;
  const known = said.entry !== null && said.quantity !== null;
  const profit = said.profit ?? profitFrom();
  function profitFrom(): number | null {
    if (!known) return null;
    if (said.exit !== null) return (said.exit - entryPrice) * quantity * signOf(side) - costs;
    return ratio === null ? null : ratio * margin;
  }
  if (said.profit === null) defaulted.push('profit');
  const units = unitsOf(profit);
  if (profit === null || units === null) return null;
  const reached = positive(entryPrice + (signOf(side) * (profit + costs)) / quantity);
  const exitPrice = orDefault('exit price', said.exit, reached ?? entryPrice);
  const profitRatio = finite(known || ratio === null ? profit / margin : ratio);
  return {
    side,
    entryPrice,
    exitPrice,
    quantity,
    leverage,
    fees,
    funding,
    profit: units,
    profitRatio,
  };
}

/** Never −0, and 0 for what is beyond numbers. */
const finite = (number: number): number => (Number.isFinite(number) ? number + 0 : 0);

interface Said {
  readonly entry: number | null;
  readonly exit: number | null;
  readonly profit: number | null;
}

/** A profit while the price rose was a long one; else by the sign of the quantity. */
function sideFrom({ entry, exit, profit }: Said, signedQuantity: number | null): Direction {
  if (entry !== null && exit !== null && profit !== null && entry !== exit && profit !== 0)
    return exit > entry === profit > 0 ? 'long' : 'short';
  return (signedQuantity ?? 1) < 0 ? 'short' : 'long';
}

function quantityFrom({ entry, exit, profit }: Said): number | null {
  if (entry === null || exit === null || profit === null) return null;
  return positive(Math.abs(profit / (exit - entry)));
}

/** Profit over margin, as a fraction. */
export function ratioOf(fields: OldFields): number | null {
  const percent = pickNumber(fields, PERCENT_NAMES);
  return pickNumber(fields, RATIO_NAMES) ?? (percent === null ? null : percent / 100);
}
