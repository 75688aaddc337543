/**
 * `state backup`: once, or again and again until it is stopped.
 *
 * Promises: read-only on the directory, no lock; a first backup that fails ends the command, later
 * ones are told and tried again. Never: prints a secret.
 */
import { type Backup, backUp, type KeepEvent, keepBackups, placeNamed } from '../app/backup.ts';
import { loadConfig } from '../app/config.ts';
import { sizeText } from '../app/number-text.ts';
import { ProgressBar } from '../app/progress-bar.ts';
import { listenForSignals } from '../app/signals.ts';
import { version } from '../app/version.ts';
import { EXIT } from '../base/fault.ts';
import { utcMinute } from '../base/time.ts';
import type { Command, Io } from './io.ts';
import type { StateBackupOptions } from './state-backup-command.ts';
import { placeFor, print, printJson } from './state-look.ts';

export const stateBackup: Command<StateBackupOptions> = async (options, io) => {
  const { backup: configured } = loadConfig({ file: options.config, env: io.env });
  const to = placeNamed(options.to, configured.to);
  const { directory, disks } = placeFor(options, io);
  const bar = new ProgressBar(io.stderr, 'backup');
  const warn = (line: string): void => bar.say(`holdfast: ${line}`);
  const task = {
    ...{ directory, disks, to, warn, env: io.env, now: io.now, release: version() },
    keep: options.keep ?? configured.keep,
    progress: (share: number, what: string) => bar.show(share, what),
  };
  if (options.every === undefined && !options.continuous) {
    const backup = await backUp(task).finally(() => bar.end());
    tellBackup(backup, { to, json: options.json }, io);
    return EXIT.ok;
  }
  const signals = listenForSignals(name => warn(`${name}: stopping`));
  try {
    await keepBackups({
      ...task,
      isFirstFatal: true,
      progress: () => undefined,
      everyMs: options.every ?? configured.everyMs,
      continuous: options.continuous,
      stop: signals.stop,
      tell: event => tellEvent(event, { to, json: options.json }, io),
    });
  } finally {
    signals.detach();
  }
  return EXIT.ok;
};

interface Telling {
  readonly to: string;
  readonly json: boolean;
}

function tellBackup(backup: Backup, { to, json }: Telling, io: Io): void {
  if (json) {
    printJson(io, { to, ...backup });
    return;
  }
  const { seq, throughSeq, files, sent, bytes, lines, dropped, marketTime } = backup;
  const time = marketTime === null ? '' : `, ${utcMinute(marketTime)} on the market`;
  const older = dropped === 0 ? '' : `, ${dropped} older dropped`;
  print(
    io,
    `backup of step ${seq} in ${to}: ${files} files (${sizeText(bytes)}, ${sent} sent), ${lines} journal lines${older}`,
  );
  print(io, `recovery point: step ${throughSeq}${time}`);
}

function tellEvent(event: KeepEvent, telling: Telling, io: Io): void {
  if (event.kind === 'backup') tellBackup(event.backup, telling, io);
  else if (event.kind === 'failed')
    io.stderr.write(`holdfast: no backup: ${event.what} — ${event.remedy}\n`);
  else if (telling.json) printJson(io, event);
  else print(io, `recovery point: step ${event.seq}`);
}
