/**
 * `state show`: what a part remembers, as a table a person can read; `--json` prints the state.
 *
 * Promises: read-only.
 */
import { doubtsOf, isEmpty, memoryOf, parts } from '../app/directory.ts';
import { type PartId, partText, plainOf } from '../app/show-part.ts';
import { EXIT, type ExitCode } from '../base/fault.ts';
import type { Io } from './io.ts';
import { resolvePart, type StateBackOptions } from './state-command.ts';
import { look, print, printJson } from './state-look.ts';

export const stateShow = async (
  part: string,
  options: StateBackOptions,
  io: Io,
): Promise<ExitCode> => {
  const id = resolvePart(part, parts) as PartId;
  const { place, seen } = await look(options, io);
  const memory = memoryOf(seen);
  if (options.json) {
    const doubts = doubtsOf(seen);
    printJson(io, { part: id, seq: seen.seq, state: plainOf(memory[id]), doubts });
    return EXIT.ok;
  }
  if (isEmpty(seen)) print(io, `${place.directory}: nothing yet; these are the defaults`);
  print(io, partText(id, memory, place.directory));
  print(io, `\n${place.directory} at step ${seen.seq}`);
  return EXIT.ok;
};
