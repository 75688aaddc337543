/**
 * `state rollback`: a bad model is undone, and money is not touched.
 *
 * Promises: a running bot does it as a step between two candles, on a directory at rest this process
 * does; durable when it is told. Going back to where it is already says so, and exits 0.
 */
import { loadConfig } from '../app/config.ts';
import { parts } from '../app/directory.ts';
import { modelNamedIn } from '../app/model-view.ts';
import { reachBot } from '../app/reach-bot.ts';
import { refuseMoney, rollBackAtRest } from '../app/rollback.ts';
import type { PartId } from '../app/show-part.ts';
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
import type { Io } from './io.ts';
import { resolvePart } from './state-command.ts';
import { placeFor, print, printJson, tellDoubts } from './state-look.ts';
import type { StateRollbackOptions } from './state-rollback-command.ts';

export async function stateRollback(
  names: readonly string[],
  options: StateRollbackOptions,
  io: Io,
): Promise<ExitCode> {
  const ids = [...new Set(names.map(name => resolvePart(name, parts) as PartId))];
  const told = ids.join(', ');
  const { to, named } = options.to;
  refuseMoney(ids);
  refuseOther(ids, named);
  if (!options.yes)
    throw new Fault(
      EXIT.usage,
      `this would take ${told} back: what was learned since is set aside`,
      'say --yes to do it; it can be taken forward again the same way, as long as that step is kept',
    );
  const place = placeFor(options, io);
  const { backup } = loadConfig({ file: options.config, env: io.env });
  const kept = options.from ?? backup.to;
  const warn = (line: string): void => tellDoubts([line], io);
  const backups = kept === null ? null : { from: kept, env: io.env, warn };
  const { value, byRunningBot } = await reachBot({
    directory: place.directory,
    command: 'rollback',
    given: { ids, to, from: kept },
    atRest: () => rollBackAtRest(place, { ids, to }, backups),
  });
  if (options.json) {
    printJson(io, { command: 'rollback', ...value, byRunningBot });
    return EXIT.ok;
  }
  const { replaced, from, seq } = value;
  const by = byRunningBot ? ', by the running bot' : '';
  const same = ids.filter(id => !replaced.includes(id));
  if (replaced.length > 0)
    print(io, `back at ${from}: ${replaced.join(', ')} (step ${seq}${by}); money is as it was`);
  if (same.length > 0) print(io, `as it was at ${from} already: ${same.join(', ')}`);
  return EXIT.ok;
}

/** A version that is named with its model is that model's alone. */
function refuseOther(ids: readonly string[], named: string | undefined): void {
  if (named === undefined) return;
  const model = modelNamedIn(named);
  const other = ids.find(id => id !== model);
  if (other !== undefined)
    throw new Fault(
      EXIT.usage,
      `${named} is no version of ${other}`,
      'name the model whose version it is, and no other part: model list has them',
    );
}
