/**
 * What the old bot's account was worth.
 *
 * Promises: an amount that no file names is told as worked out, and how. Never: takes a percentage
 * for a share where its name says which it is.
 */
import type { Units } from '../base/money.ts';
import type { OldAnalytics } from './old-analytics.ts';
import { type OldFields, pick, pickNumber, unitsIn } from './old-field.ts';
import type { PickleValue } from './pickle-value.ts';
import { numberOf } from './python-value.ts';

export const PEAK = ['peakbalance', 'peak', 'peakequity', 'maxbalance', 'highwatermark', 'hwm'];
const BALANCE = [
  ...['currentbalance', 'balance', 'equity', 'accountbalance', 'currentequity', 'lastbalance'],
  ...['currentcapital', 'capital', 'accountequity'],
];
const DRAWDOWN = ['currentdrawdown', 'drawdown'];
const DRAWDOWN_PERCENT = [
  ...['currentdrawdownpct', 'drawdownpct', 'currentdrawdownpercent', 'drawdownpercent'],
  ...['currentdrawdownpercentage', 'drawdownpercentage'],
];

export interface OldBalance {
  readonly units: Units;
  /** How it was worked out; null: the file names it. */
  readonly derived: string | null;
}

/** The balance that it names, or that peak and drawdown give. */
export function balanceIn(fields: OldFields): OldBalance | null {
  const units = pick(fields, BALANCE, worth);
  if (units !== null) return { units, derived: null };
  const peak = pickNumber(fields, PEAK);
  const drawdown = drawdownIn(fields);
  const rest = peak === null || drawdown === null ? null : worth(peak * (1 - drawdown));
  return rest === null
    ? null
    : { units: rest, derived: `its peak balance less a drawdown of ${percentText(drawdown ?? 0)}` };
}

/** Where no file names one: the end of the equity curve. */
export function balanceAfter({ points }: OldAnalytics): OldBalance | null {
  const last = points.at(-1)?.equity ?? 0;
  return last > 0 ? { units: last, derived: 'the end of the equity curve' } : null;
}

/** Nothing, or less, is no account to go on with. */
function worth(value: PickleValue): Units | null {
  const units = unitsIn(value);
  return units !== null && units > 0 ? units : null;
}

/** As a share. Without a unit in its name, what is above 1 is a percentage. */
export function drawdownIn(fields: OldFields): number | null {
  const share = pick(fields, DRAWDOWN, value => {
    const size = Math.abs(numberOf(value) ?? Number.NaN);
    return atMostOne(size > 1 ? size / 100 : size);
  });
  const percent = pick(fields, DRAWDOWN_PERCENT, value =>
    atMostOne(Math.abs(numberOf(value) ?? Number.NaN) / 100),
  );
  return share ?? percent;
}

const atMostOne = (share: number): number | null => (share <= 1 ? share : null);

export const percentText = (share: number): string => `${(share * 100).toFixed(2)} %`;
