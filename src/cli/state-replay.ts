/**
 * `state replay`: what did the bot know when it opened this trade?
 *
 * Promises: read-only, on a running directory too; where that no longer reaches there, out of a
 * backup. Without a point: the last candle.
 */
import { type DecisionPoint, decisionAt, entryOf, isPoint } from '../app/decision-point.ts';
import { decisionText } from '../app/decision-text.ts';
import type { Place } from '../app/directory.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Command } from './io.ts';
import { placeLookedAt, print, printJson, reachBack, tellDoubts } from './state-look.ts';
import type { StateReplayOptions } from './state-replay-command.ts';

export const stateReplay: Command<StateReplayOptions> = async (options, io) => {
  const place = placeLookedAt(options, io);
  const asked = pointOf(options);
  const find = (where: Place) => entryOf(where, asked);
  const { point, ...outcome } = isPoint(asked)
    ? entryOf(place, asked)
    : await reachBack(place, options, io, { at: undefined, look: find });
  const look = (where: Place) => decisionAt(where, point);
  const decision = await reachBack(place, options, io, { at: point, isBefore: true, look });
  tellDoubts(decision.doubts, io);
  if (options.json) printJson(io, { ...decision, ...outcome });
  else print(io, decisionText(decision, outcome));
  return EXIT.ok;
};

function pointOf({ until, trade }: StateReplayOptions): DecisionPoint {
  if (until !== undefined && trade !== undefined)
    throw new Fault(EXIT.usage, 'both --until and --trade name a point', 'give one of them');
  return trade ?? until ?? { kind: 'last' };
}
