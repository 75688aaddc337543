/**
 * Candles as the WebSocket tells them: `/contractMarket/limitCandle:XBTUSDTM_1min`.
 *
 * Promises: the candle that is being made is told at every move; nothing says that one is finished,
 * as at KuCoin: that shows when the next one begins. Never: a candle nobody subscribed to.
 */
import { text } from './decimal.ts';
import type { Market } from './market.ts';
import type { Message } from './push.ts';

const MINUTE_MS = 60_000;
const MINUTES: Readonly<Record<string, number>> = {
  ...{ '1min': 1, '5min': 5, '15min': 15, '30min': 30 },
  ...{ '1hour': 60, '2hour': 120, '4hour': 240, '8hour': 480, '12hour': 720 },
  ...{ '1day': 1440, '1week': 10_080 },
};

/** What is told of a contract that moved, to those topics. `behind`: candles that it lags. */
export function candleMessages(
  market: Market,
  id: string,
  options: { readonly topics: ReadonlySet<string>; readonly behind?: number },
): Message[] {
  const { topics, behind = 0 } = options;
  return [...topics].flatMap(topic => {
    const [, name, label = ''] = /limitCandle:(\w+)_(\w+)$/.exec(topic) ?? [];
    const lengthMs = (MINUTES[label] ?? 0) * MINUTE_MS;
    if (name !== id || lengthMs < market.stepMs) return [];
    const at = market.walkedMs(id) - behind * lengthMs;
    const bar = market.candles(id, lengthMs, [Math.floor(at / lengthMs) * lengthMs, at])[0];
    if (bar === undefined) return [];
    const prices = [bar.open, bar.close, bar.high, bar.low].map(text);
    const volume = String(bar.volume);
    const candles = [String(bar.time / 1000), ...prices, volume, volume];
    const data = { symbol: id, candles, time: market.nowMs };
    return [{ topic, subject: 'candle.stick', data }];
  });
}
