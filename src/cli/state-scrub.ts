/**
 * `state scrub`: when every file was last gone round while the bot ran, and what that found.
 *
 * Promises: read-only, no lock: asks the running bot, and reads the notes where none answers.
 * Exit 1 where the last round left damage.
 */
import { askRunningBot } from '../app/control.ts';
import { scrubNotesOf } from '../app/directory.ts';
import { durationText, sizeText } from '../app/number-text.ts';
import type { ScrubStatus } from '../app/scrubber.ts';
import { EXIT } from '../base/fault.ts';
import type { Command } from './io.ts';
import type { StateOptions } from './state-command.ts';
import { placeFor, print, printJson } from './state-look.ts';

export const stateScrub: Command<StateOptions> = async (options, io) => {
  const place = placeFor(options, io);
  const answer = await askRunningBot(place.directory, { command: 'scrub-status', given: {} });
  const bot = answer?.ok ? (answer.value as ScrubStatus | null) : null;
  const { last, findings } = scrubNotesOf(place);
  const isLeft = last !== null && last.findings > last.repaired;
  const code = isLeft ? EXIT.checkFailed : EXIT.ok;
  if (options.json) {
    printJson(io, { directory: place.directory, bot, last, findings });
    return code;
  }
  if (last === null) print(io, `${place.directory}: no round has been finished yet`);
  else
    print(
      io,
      `last round ${last.at}: ${last.files} files, ${sizeText(last.bytes)}, ` +
        `${last.findings} damaged, ${last.repaired} written again (${durationText(last.workMs)} of work)`,
    );
  for (const { at, what, file, why } of findings) print(io, `${at}  ${what}  ${file} ${why}`);
  if (bot?.running === true) print(io, 'a round is under way');
  else if (bot !== null) print(io, `next round: ${bot.nextAt ?? 'never (scrub_hours is 0)'}`);
  if (isLeft) print(io, 'run `holdfast state verify`: what is damaged there has no good copy');
  return code;
};
