/**
 * Examples: where one is opened, and the labels that came due.
 *
 * Promises: an example opens on a CUSUM event or where a strategy proposed, traded or not, so that
 * what is learned is not biased by what was taken. Never: labels before the window has passed.
 */
import type { Telling } from '../core/step.ts';
import { cusumEvent, dueLabels, mayOpenExample, openExample } from '../learn/labels.ts';
import { type SymbolState, windowMean } from '../trade/market.ts';
import type { World } from './world.ts';

interface Moment {
  readonly symbol: SymbolState;
  readonly proposed: boolean;
}

export function tellExamples(world: World, { symbol, proposed }: Moment, telling: Telling): void {
  const { settings } = world.run;
  // Also when learning was switched off since: a label has to be told at the candle it came due.
  const { labelled, voided } = dueLabels(symbol, settings);
  for (const fact of labelled) telling.tell(fact);
  for (const fact of voided) telling.tell(fact);
  const { signalModel, deepSignalModel, attention } = settings.learning;
  if (!signalModel && !deepSignalModel && !attention) return;
  if (!(proposed || cusumEvent(symbol)) || !mayOpenExample(symbol)) return;
  const id = world['signal-model'].nextExampleId;
  telling.tell(openExample(symbol, { id, proposed, context: windowMean(symbol), settings }));
}
