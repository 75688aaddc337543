/**
 * The past of a live market against what a directory remembers of it.
 *
 * No exchange gives years of minutes back, so the last candle stands for them all. Promises: another
 * market under the same name (a renamed coin, a test's exchange) is a config fault; a candle that
 * the exchange has corrected since is told, and what was traded stays. Never: changes what is kept.
 */
import { EXIT, Fault } from '../../base/fault.ts';
import { utcMinute } from '../../base/time.ts';
import type { Candle } from '../../core/market.ts';
import type { Marks } from './live-start.ts';
import type { Tell } from './watch.ts';

/** No correction of a close is as large as this share of the price. */
const CORRECTION_MAX = 0.05;

export function checkPast(
  candle: Candle,
  marks: Marks,
  { id, tell }: { readonly id: string; readonly tell: Tell },
): void {
  const { symbol, time, close } = candle;
  const last = marks[symbol]?.last;
  if (last === undefined || last.time !== time || last.close === close) return;
  const told = `${symbol} closed at ${close} at ${utcMinute(time)} UTC on ${id}`;
  const remembered = `this directory remembers ${last.close}`;
  if (Math.abs(close - last.close) > CORRECTION_MAX * last.close)
    throw new Fault(
      EXIT.config,
      `${told}, and ${remembered}: it is not the same market`,
      'use another --dir for this market',
    );
  tell('warn', `${told}, and ${remembered}: the exchange has corrected it`);
}
