/**
 * `state checkpoint|reset|upgrade`: changes a directory where a person asks for it.
 *
 * Promises: `checkpoint` asks a running bot, or opens the directory itself; the others need the
 * lock. Never: deletes (what is replaced goes to quarantine).
 */
import { askRunningBot } from '../app/control.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import { openStore, type Store } from '../state/store.ts';
import type { Command, Io } from './io.ts';
import {
  resolvePart,
  type StateOptions,
  type StateResetOptions,
  type StateUpgradeOptions,
} from './state-command.ts';
import { type Place, placeOf, print, printJson } from './state-place.ts';

export const stateCheckpoint: Command<StateOptions> = async (options, io) => {
  const place = placeOf(options, io);
  const answer = await askRunningBot(place.directory, 'checkpoint');
  if (answer !== null && !answer.ok)
    throw new Fault(EXIT.checkFailed, `the running bot says: ${answer.error}`, 'see its log');
  const value = answer?.value ?? withStore(place, {}, store => store.checkpoint('asked for'));
  const { seq } = value as { seq: number };
  if (options.json) printJson(io, value);
  else print(io, `checkpoint at step ${seq}${answer === null ? '' : ' by the running bot'}`);
  return EXIT.ok;
};

export const stateReset = async (
  part: string,
  options: StateResetOptions,
  io: Io,
): Promise<typeof EXIT.ok> => {
  const id = resolvePart(part, components);
  if (!options.yes)
    throw new Fault(
      EXIT.usage,
      `this would start ${id} afresh`,
      'say --yes to do it; its file moves to quarantine/, nothing is deleted',
    );
  const place = placeOf(options, io);
  const seq = withStore(place, { reset: [id] }, store => store.seq);
  if (options.json) printJson(io, { reset: id, seq });
  else print(io, `${id} starts afresh at step ${seq}; its former file is in quarantine/`);
  return EXIT.ok;
};

export const stateUpgrade: Command<StateUpgradeOptions> = async (options, io) => {
  const place = placeOf(options, io);
  const { acceptLoss } = options;
  const { upgraded, repairs, lost } = withStore(place, { acceptLoss }, store => store.report);
  if (options.json) printJson(io, { upgraded, repairs, lost });
  else
    for (const line of [...upgraded, ...repairs, ...lost, 'all files are of this release'])
      print(io, line);
  return EXIT.ok;
};

function withStore<T>(
  { directory, config }: Place,
  extra: { readonly acceptLoss?: boolean; readonly reset?: readonly string[] },
  work: (store: Store) => T,
): T {
  const { journalMirror } = config;
  const store = openStore({
    directory,
    ...(journalMirror === null ? {} : { journalMirror }),
    components,
    now: Date.now,
    sync: 'each',
    ...extra,
  });
  try {
    return work(store);
  } finally {
    store.close();
  }
}
