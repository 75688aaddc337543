/**
 * Examples: where one is opened, and the labels that came due.
 *
 * Promises: an example opens on a CUSUM event or where a strategy proposes, in charge or not, taken
 * or not, so that what is learned is not biased by what was chosen and traded. Never: labels before
 * the window has passed; asks a strategy or a model where no example may open.
 */
import type { Forecast } from '../core/fact.ts';
import type { Candle } from '../core/market.ts';
import type { Telling } from '../core/step.ts';
import { cusumEvent, dueLabels, mayOpenExample, openExample } from '../learn/labels.ts';
import type { SymbolState } from '../trade/market.ts';
import { forecastOf } from './forecast.ts';
import { PROPOSING, propose } from './strategies.ts';
import type { World } from './world.ts';

interface Moment {
  readonly candle: Candle;
  readonly symbol: SymbolState;
  /** Of the proposal that was weighed for a trade; null: none was. */
  readonly forecast: Forecast | null;
}

export function tellExamples(world: World, moment: Moment, telling: Telling): void {
  const { settings } = world.run;
  const { candle, symbol } = moment;
  // Also when learning was switched off since: a label has to be told at the candle it came due.
  const { labelled, voided } = dueLabels(symbol, settings);
  for (const fact of labelled) telling.tell(fact);
  for (const fact of voided) telling.tell(fact);
  const { signalModel, deepSignalModel, attention } = settings.learning;
  if (!signalModel && !deepSignalModel && !attention) return;
  if (!mayOpenExample(symbol, { settings, weighed: moment.forecast !== null })) return;
  const forecast = moment.forecast ?? forecastUntaken(world, symbol, candle);
  if (forecast === null && !cusumEvent(symbol)) return;
  const id = nextExampleId(world);
  telling.tell(openExample(symbol, { id, forecast, settings }));
}

/** Above every id that a part holds, whichever of them began afresh. */
function nextExampleId(world: World): number {
  let next = Math.max(
    world['signal-model'].nextExampleId,
    world['deep-signal-model'].nextExampleId,
  );
  for (const { pending } of Object.values(world.market.symbols))
    for (const { id } of pending) next = Math.max(next, id + 1);
  return next;
}

/**
 * Of what any strategy proposes here, though it will not be taken. Where several do, they take
 * turns, so that each is judged by a fair sample of its proposals.
 */
function forecastUntaken(world: World, symbol: SymbolState, candle: Candle): Forecast | null {
  const { settings } = world.run;
  const first = nextExampleId(world);
  for (let turn = 0; turn < PROPOSING.length; turn += 1) {
    const strategy = PROPOSING[(first + turn) % PROPOSING.length] as string;
    const proposal = propose(strategy, { reading: symbol.reading, candle, settings });
    if (proposal !== null) return forecastOf(world, { symbol, strategy, proposal });
  }
  return null;
}
