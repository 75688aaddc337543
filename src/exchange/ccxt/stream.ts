/**
 * A stream of one symbol's candles, watched for as long as the bot runs.
 *
 * Promises: a stream that breaks is opened again, after waits that grow; each break is told before
 * anything that comes after it. Never: gives up, or decides which candle is whole (lane.ts does).
 */
import { type Millis, timeframeName } from '../../base/time.ts';
import { ask, createBackOff, pause } from './ask.ts';
import type { Row } from './candle-row.ts';
import type { ClientFailure } from './failure.ts';
import type { Client } from './load.ts';

export type StreamClient = Pick<Client, 'watchOHLCV' | 'options'>;

export interface StreamOptions {
  readonly client: StreamClient;
  readonly symbol: string;
  readonly timeframeMs: Millis;
  readonly stop: AbortSignal;
  readonly onRows: (rows: readonly Row[]) => void;
  readonly onBreak: (failure: ClientFailure) => void;
}

/** Returns when stopped; whoever stops closes the client, so that the last wait ends. */
export async function watchStream(options: StreamOptions): Promise<void> {
  const { client, symbol, timeframeMs, stop, onRows, onBreak } = options;
  const backOff = createBackOff();
  while (!stop.aborted) {
    const answer = await ask(() => client.watchOHLCV(symbol, timeframeName(timeframeMs)));
    if (stop.aborted) return;
    if (answer.ok) {
      backOff.reset();
      onRows(answer.value);
      continue;
    }
    onBreak(answer.error);
    forgetPlace(client);
    await pause(backOff.next(), stop);
  }
}

/**
 * KuCoin names the place of its stream, and a token for it, on request; ccxt keeps both for ever,
 * also when the place is gone. Asked anew after each break, as KuCoin's own guide has it.
 */
function forgetPlace({ options }: StreamClient): void {
  const known = options as { urls?: object };
  if (known.urls !== undefined) known.urls = {};
}
