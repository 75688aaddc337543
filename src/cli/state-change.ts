/**
 * `state checkpoint|reset|upgrade`: changes a directory where a person asks for it.
 *
 * Promises: `checkpoint` asks a running bot, or opens the directory itself; the others need the
 * lock. Never: deletes (what is replaced goes to quarantine).
 */
import { changeDirectory, parts } from '../app/directory.ts';
import { reachBot } from '../app/reach-bot.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Command, Io } from './io.ts';
import {
  resolvePart,
  type StateOptions,
  type StateResetOptions,
  type StateUpgradeOptions,
} from './state-command.ts';
import { placeFor, print, printJson } from './state-look.ts';

export const stateCheckpoint: Command<StateOptions> = async (options, io) => {
  const place = placeFor(options, io);
  const { value, byRunningBot } = await reachBot({
    directory: place.directory,
    command: 'checkpoint',
    given: {},
    atRest: () => changeDirectory(place, {}, store => store.checkpoint('asked for')),
  });
  if (options.json) printJson(io, value);
  else print(io, `checkpoint at step ${value.seq}${byRunningBot ? ' by the running bot' : ''}`);
  return EXIT.ok;
};

/** What a reset means where it is not only memory that is gone. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  portfolio:
    'the balance starts again at the start balance and positions are forgotten; reset analytics and ' +
    'risk-manager too, or their figures will show the jump as a profit or a loss',
  'risk-manager':
    'the kill switch is off, no breaker is latched and nothing is paused any more: entries are allowed from the next start',
};

export const stateReset = async (
  part: string,
  options: StateResetOptions,
  io: Io,
): Promise<typeof EXIT.ok> => {
  const id = resolvePart(part, parts);
  if (!options.yes)
    throw new Fault(
      EXIT.usage,
      `this would start ${id} afresh`,
      'say --yes to do it; its file moves to quarantine/, nothing is deleted',
    );
  const place = placeFor(options, io);
  const seq = changeDirectory(place, { reset: [id] }, store => store.seq);
  const consequence = CONSEQUENCES[id];
  if (consequence !== undefined) io.stderr.write(`holdfast: ${consequence}\n`);
  if (options.json) printJson(io, { reset: id, seq });
  else print(io, `${id} starts afresh at step ${seq}; its former file is in quarantine/`);
  return EXIT.ok;
};

export const stateUpgrade: Command<StateUpgradeOptions> = async (options, io) => {
  const place = placeFor(options, io);
  const { acceptLoss } = options;
  const { upgraded, repairs, lost } = changeDirectory(place, { acceptLoss }, store => store.report);
  if (options.json) printJson(io, { upgraded, repairs, lost });
  else
    for (const line of [...upgraded, ...repairs, ...lost, 'all files are of this release'])
      print(io, line);
  return EXIT.ok;
};
