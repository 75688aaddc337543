/**
 * A candle as a row of the chart.
 *
 * Promises: needs no other module at run time: the dashboard's thread makes such rows too, and would
 * else load all that the bot's thread has. Never: rounds.
 */
import type { Fact } from '../core/fact.ts';
import type { CandleRow } from './view.ts';

type Closed = Fact<'candle.closed'>;

export const candleRowOf = ({ time, open, high, low, close, volume }: Closed): CandleRow => [
  ...([time, open, high, low, close, volume] as const),
];
