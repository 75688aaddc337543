/**
 * `state rollback`: a bad model is undone, and money is not touched.
 *
 * Promises: a running bot does it as a step between two candles, on a directory at rest this process
 * does; durable when it is told. Going back to where it is already says so, and exits 0.
 */
import { parts } from '../app/directory.ts';
import { reachBot } from '../app/reach-bot.ts';
import { refuseMoney, rollBackAtRest } from '../app/rollback.ts';
import type { PartId } from '../app/show-part.ts';
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
import type { Io } from './io.ts';
import { resolvePart } from './state-command.ts';
import { placeFor, print, printJson } from './state-look.ts';
import type { StateRollbackOptions } from './state-rollback-command.ts';

export async function stateRollback(
  part: string,
  options: StateRollbackOptions,
  io: Io,
): Promise<ExitCode> {
  const id = resolvePart(part, parts) as PartId;
  const { to } = options;
  refuseMoney(id);
  if (!options.yes)
    throw new Fault(
      EXIT.usage,
      `this would take ${id} back: what it learned since is set aside`,
      'say --yes to do it; it can be taken forward again the same way, as long as that step is kept',
    );
  const place = placeFor(options, io);
  const { value, byRunningBot } = await reachBot({
    directory: place.directory,
    command: 'rollback',
    given: { id, to },
    atRest: () => rollBackAtRest(place, { id, to }),
  });
  if (options.json) {
    printJson(io, { command: 'rollback', ...value, byRunningBot });
    return EXIT.ok;
  }
  const by = byRunningBot ? ', by the running bot' : '';
  if (value.replaced.length === 0)
    print(io, `${id} is as it was at ${value.from}: nothing changed`);
  else print(io, `${id} is back at ${value.from} (step ${value.seq}${by}); money is as it was`);
  return EXIT.ok;
}
