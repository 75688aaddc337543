/**
 * Funding on paper: each settlement is paid by what is held at its time.
 *
 * A candle owns the settlements from the close before it (a gap included) to just before its own
 * close. Those up to its open fall on the position held before the open, later ones on what is
 * held after the open's fills. Promises: charged at the candle's open price; rounded against us;
 * an unknown rate is always charged; a payment never exceeds the position's margin.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { SETTLEMENTS_MAX } from '../base/limits.ts';
import { asUnits, type Units } from '../base/money.ts';
import { type Millis, utcMinute } from '../base/time.ts';
import type { Position } from '../core/order.ts';
import type { Settlement } from './funding.ts';
import { type Desk, positionOf, report, worthOf } from './paper-desk.ts';

export interface FundingSource {
  between(symbol: string, after: Millis, through: Millis): readonly Settlement[];
}

/** Settles those of `due` that lie in (after, through]. */
export function settle(
  desk: Desk,
  due: readonly Settlement[],
  range: { readonly after: Millis; readonly through: Millis },
): void {
  if (due.length > SETTLEMENTS_MAX) throw endlessGap(desk, due.length);
  for (const { time, rate } of due) {
    if (time <= range.after || time > range.through) continue;
    const position = positionOf(desk);
    if (position === undefined) return;
    const charged = rate ?? unknownRate(position, desk.settings.fundingRate);
    report(desk, {
      type: 'funding.settled',
      symbol: position.symbol,
      time,
      rate: charged,
      amount: amountOf(desk, position, charged),
    });
  }
}

const endlessGap = ({ candle }: Desk, settlements: number): Fault =>
  new Fault(
    EXIT.corrupt,
    `${candle.symbol} at ${utcMinute(candle.time)} comes after ${settlements} funding settlements`,
    'no market is silent for that long: mend the tape; nothing of this candle was kept',
  );

/** The stated rate with the sign that makes this position pay; never −0. */
const unknownRate = (position: Position, stated: number): number =>
  position.direction === 'long' ? stated : 0 - stated;

function amountOf(desk: Desk, position: Position, rate: number): Units {
  const worth = worthOf(desk, desk.candle.open, position.lots);
  const owed = Math.ceil(position.direction === 'long' ? worth * rate : -worth * rate);
  return asUnits(Math.min(owed, position.margin));
}
