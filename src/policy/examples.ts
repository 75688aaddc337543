/**
 * Examples: where one is opened, and the labels that came due.
 *
 * Promises: an example opens on a CUSUM event or where a strategy proposed, traded or not, so that
 * what is learned is not biased by what was taken. Never: labels before the window has passed.
 */
import type { Candle } from '../core/market.ts';
import type { Telling } from '../core/step.ts';
import { cusumEvent, dueLabels, openExample } from '../learn/labels.ts';
import { symbolOf } from '../trade/market.ts';
import type { World } from './world.ts';

interface Moment {
  readonly candle: Candle;
  readonly proposed: boolean;
}

export function tellExamples(world: World, { candle, proposed }: Moment, telling: Telling): void {
  const { settings } = world.run;
  if (!settings.learning.signalModel && !settings.learning.deepSignalModel) return;
  const symbol = symbolOf(world.market, candle.symbol);
  if (symbol === undefined) return;
  for (const fact of dueLabels(symbol, settings)) telling.tell(fact);
  if (!symbol.reading.ready) return;
  if (!proposed && !cusumEvent(symbol, settings)) return;
  const opened = openExample(world.market, { candle, proposed, settings });
  if (opened !== null) telling.tell(opened);
}
