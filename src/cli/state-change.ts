/**
 * `state checkpoint|reset|upgrade`: changes a directory where a person asks for it.
 *
 * Promises: `checkpoint` asks a running bot, or opens the directory itself; the others need the
 * lock. Never: deletes (what is replaced goes to quarantine).
 */
import { askRunningBot } from '../app/control.ts';
import { changeDirectory, parts } from '../app/directory.ts';
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
  const answer = await askRunningBot(place.directory, 'checkpoint');
  if (answer !== null && !answer.ok)
    throw new Fault(EXIT.checkFailed, `the running bot says: ${answer.error}`, 'see its log');
  const value = answer?.value ?? changeDirectory(place, {}, store => store.checkpoint('asked for'));
  const { seq } = value as { seq: number };
  if (options.json) printJson(io, value);
  else print(io, `checkpoint at step ${seq}${answer === null ? '' : ' by the running bot'}`);
  return EXIT.ok;
};

const PORTFOLIO_RESET =
  'the balance starts again at the start balance and positions are forgotten; reset analytics and ' +
  'risk-manager too, or their figures will show the jump as a profit or a loss';

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
  if (id === 'portfolio') io.stderr.write(`holdfast: ${PORTFOLIO_RESET}\n`);
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
