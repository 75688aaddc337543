/**
 * The operator's word to a directory that no bot runs on.
 *
 * Promises: it is opened by recovery, told as a running bot is, and closed again; one on which no
 * bot ever ran is left as it is. Never: trades.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { Word } from '../core/step.ts';
import type { RecoveryReport } from '../state/recover.ts';
import { introduceFresh } from './bot.ts';
import { changeDirectory, lookAt, memoryOf, type Place, refuseHeld } from './directory.ts';
import { refuseForeign } from './foreign-folder.ts';
import { type Told, tell } from './operator.ts';
import { stepsOn } from './steps.ts';

export function tellAtRest(
  place: Place,
  word: Word,
): { readonly told: Told; readonly report: RecoveryReport } {
  refuseUnused(place);
  return changeDirectory(place, {}, store => {
    const bot = stepsOn(store);
    introduceFresh(bot);
    return { told: tell(bot, word), report: store.report };
  });
}

/** Opening makes a directory: a word to one that no bot ever ran on is a slip. */
function refuseUnused(place: Place): void {
  const { directory, disks } = place;
  const remedy = 'check --dir, or start the bot there first';
  if (disks.a.stat('') === null)
    throw new Fault(EXIT.config, `there is no directory ${directory}`, remedy);
  refuseForeign(directory);
  // What a bot has not yet made durable cannot be seen: it may look as if there were nothing.
  refuseHeld(place);
  const seen = lookAt(place);
  // What recovery will refuse it refuses with better words.
  if (seen.doubt === null && memoryOf(seen).run.binding === null)
    throw new Fault(EXIT.config, `no bot has ever run on ${directory}`, remedy);
}
