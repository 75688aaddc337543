/**
 * `state replay`: what did the bot know when it opened this trade?
 *
 * Promises: read-only, on a running directory too. Without a point: the last candle.
 */
import { type DecisionPoint, decisionAt } from '../app/decision.ts';
import { decisionText } from '../app/decision-text.ts';
import { lookAt, memoryOf, type Place } from '../app/directory.ts';
import { marketTimeOf } from '../app/view.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Command } from './io.ts';
import { placeFor, print, printJson } from './state-look.ts';
import type { StateReplayOptions } from './state-replay-command.ts';

export const stateReplay: Command<StateReplayOptions> = async (options, io) => {
  const place = placeFor(options, io);
  const decision = decisionAt(place, pointOf(options, place));
  if (options.json) printJson(io, decision);
  else print(io, decisionText(decision));
  return EXIT.ok;
};

function pointOf({ until, trade }: StateReplayOptions, place: Place): DecisionPoint {
  if (until !== undefined && trade !== undefined)
    throw new Fault(EXIT.usage, 'both --until and --trade name a point', 'give one of them');
  if (trade !== undefined) return { kind: 'trade', number: trade };
  if (until !== undefined) return until;
  const time = marketTimeOf(memoryOf(lookAt(place)));
  if (time !== null) return { kind: 'time', time };
  throw new Fault(EXIT.usage, `${place.directory} has seen no candle yet`, 'trade first');
}
