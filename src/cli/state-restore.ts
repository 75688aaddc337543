/**
 * `state restore`: a directory as it was, from a backup place.
 *
 * Promises: says what it restored and the hash of it; `--drill` and `--list` leave everything as it
 * is. Never: writes over anything.
 */
import { placeNamed } from '../app/backup.ts';
import { loadConfig } from '../app/config.ts';
import { type Inspection, lookAt, type Place, placeOf } from '../app/directory.ts';
import { ProgressBar } from '../app/progress-bar.ts';
import {
  type Drill,
  drill,
  listBackups,
  type Offer,
  type Restored,
  type RestoreTask,
  restoreDirectory,
} from '../app/restore.ts';
import { table } from '../app/table.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { utcMinute } from '../base/time.ts';
import type { Command, Io } from './io.ts';
import type { StateRestoreOptions } from './state-backup-command.ts';
import { print, printJson } from './state-look.ts';

export const stateRestore: Command<StateRestoreOptions> = async (options, io) => {
  const config = loadConfig({ file: options.config, env: io.env, overrides: { dir: options.dir } });
  const place = placeOf(config);
  const bar = new ProgressBar(io.stderr, options.drill ? 'drill' : 'restore');
  const task: RestoreTask = {
    from: placeNamed(options.from, config.backup.to),
    directoryId: options.directoryId ?? null,
    moment: options.at ?? { kind: 'latest' },
    epoch: options.epoch ?? null,
    ...{ env: io.env, directory: place.directory, now: io.now },
    warn: line => bar.say(`holdfast: ${line}`),
    progress: (share, what) => bar.show(share, what),
  };
  if (options.list) return list(task, options, io);
  if (options.drill) {
    const result = await drill(task, seq => stateAt(place, seq)).finally(() => bar.end());
    return tellDrill(result, options, io);
  }
  const target = { directory: options.to ?? place.directory, replace: options.yes };
  const restored = await restoreDirectory(task, target).finally(() => bar.end());
  if (options.json) printJson(io, restored);
  else tellRestored(restored, io);
  return EXIT.ok;
};

/** What the directory itself still knows of a step, or null. */
function stateAt(place: Place, seq: number): Inspection | null {
  try {
    const seen = lookAt(place, seq);
    return seen.doubt === null ? seen : null;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

function tellRestored(restored: Restored, io: Io): void {
  const { directory, seq, epoch, marketTime, stateHash, movedTo, notes, lost, seconds } = restored;
  for (const note of notes) print(io, `passed over: ${note}`);
  for (const part of lost) print(io, `${part} is not in the backup: it begins with its defaults`);
  if (movedTo !== null) print(io, `what was there is in ${movedTo}`);
  const time = marketTime === null ? '' : ` (${utcMinute(marketTime)} on the market)`;
  print(
    io,
    `${directory} is restored to step ${seq}${time}, epoch ${epoch}, in ${seconds.toFixed(2)} s`,
  );
  print(io, `all ${stateHash}`);
}

function tellDrill({ passed, findings, restored }: Drill, { json }: StateRestoreOptions, io: Io) {
  const { seq, backupSeq, stateHash, seconds, directoryId } = restored;
  if (json) printJson(io, { passed, findings, directoryId, seq, backupSeq, stateHash, seconds });
  else {
    for (const line of findings) print(io, line);
    print(io, `all ${stateHash}`);
    const verdict = passed ? 'PASSED' : 'FAILED';
    print(io, `drill ${verdict}: step ${seq} was restored and opened in ${seconds.toFixed(2)} s`);
  }
  return passed ? EXIT.ok : EXIT.checkFailed;
}

async function list(task: RestoreTask, { json }: StateRestoreOptions, io: Io) {
  const offers = await listBackups(task);
  if (json) printJson(io, offers);
  else if (offers.length === 0) print(io, `${task.from}: no backups`);
  for (const offer of json ? [] : offers) tellOffer(offer, io);
  return EXIT.ok;
}

function tellOffer({ directoryId, coverage }: Offer, io: Io): void {
  const columns = [
    { title: 'epoch', align: 'right' as const },
    { title: 'step', align: 'right' as const },
    { title: 'market time (UTC)' },
    { title: 'made at (UTC)' },
    { title: 'release' },
  ];
  const rows = coverage.flatMap(({ epoch, backups }) =>
    backups
      .toReversed()
      .map(({ seq, marketTime, madeAtMs, release }) => [
        ...[String(epoch), String(seq), marketTime === null ? '–' : utcMinute(marketTime)],
        ...[utcMinute(madeAtMs), release],
      ]),
  );
  print(io, `directory ${directoryId}`);
  for (const { epoch, spans } of coverage)
    for (const { firstSeq, lastSeq } of spans)
      print(io, `  steps ${firstSeq} to ${lastSeq} (epoch ${epoch})`);
  print(io, rows.length === 0 ? '  no backups' : table(columns, rows));
  print(
    io,
    'by their names: state restore --drill reads them and proves that they can be restored',
  );
}
