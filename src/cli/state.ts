/**
 * `state list|hash`: looks at a directory. The bodies of the other `state` commands stand
 * in files of their own.
 *
 * Promises: read-only, no lock, on a running or damaged directory; says the step it speaks for.
 */
import { type LastBackup, lastBackup } from '../app/backup.ts';
import { doubtsOf, hashesAt, historyOf, isEmpty, parts } from '../app/directory.ts';
import { sizeText } from '../app/number-text.ts';
import { table } from '../app/table.ts';
import { EXIT } from '../base/fault.ts';
import type { Command } from './io.ts';
import type { StateBackOptions } from './state-command.ts';
import { look, print, printJson } from './state-look.ts';

export { stateCheckpoint, stateReset, stateUpgrade } from './state-change.ts';
export { stateDiff } from './state-diff.ts';
export { stateHistory } from './state-history.ts';
export { stateShow } from './state-show.ts';

export const stateList: Command<StateBackOptions> = async (options, io) => {
  const { place, seen } = await look(options, io);
  const { seq, directoryId, epoch, files } = seen;
  const { generations } = historyOf(place);
  const list = parts.map(({ id, title, version, file }) => {
    const found = files.find(each => each.id === id);
    const {
      seq: fileSeq = null,
      bytes = null,
      schema = version,
      file: path = file.name,
    } = found ?? {};
    const known = generations.find(({ files: own }) => own[id]?.seq === fileSeq)?.files[id];
    const verifiedAt = known === undefined ? null : isoOf(known.verifiedAtMs);
    return { id, title, file: path, bytes, schema, seq: fileSeq, verifiedAt };
  });
  if (options.json) {
    const backup = lastBackup(place.disks);
    const doubts = doubtsOf(seen);
    const { directory } = place;
    printJson(io, { directory, seq, directoryId, epoch, backup, parts: list, doubts });
    return EXIT.ok;
  }
  if (isEmpty(seen)) {
    print(io, `${place.directory}: nothing yet`);
    return EXIT.ok;
  }
  const columns = [
    { title: 'part' },
    { title: 'file' },
    { title: 'size', align: 'right' as const },
    { title: 'schema', align: 'right' as const },
    { title: 'file at step', align: 'right' as const },
    { title: 'verified (UTC)' },
  ];
  const rows = list.map(({ id, file, bytes, schema, seq: own, verifiedAt }) => [
    id,
    file,
    bytes === null ? '–' : sizeText(bytes),
    String(schema),
    own === null ? '–' : String(own),
    verifiedAt === null ? '–' : plainTime(verifiedAt),
  ]);
  print(io, table(columns, rows));
  print(io, `\n${place.directory} at step ${seq} (the journal holds what came after a file)`);
  const backup = lastBackup(place.disks);
  if (backup !== null) print(io, backupLine(backup, seq));
  return EXIT.ok;
};

function backupLine({ seq, at, to, continuous }: LastBackup, now: number): string {
  const lag = Math.max(0, now - seq);
  const since = continuous ? 'the steps since are sent as they come' : `${lag} steps ago`;
  return `last backup by the bot: step ${seq}, ${at.slice(0, 16).replace('T', ' ')} UTC, in ${to}; ${since}`;
}

export const stateHash: Command<StateBackOptions> = async (options, io) => {
  const { seen } = await look(options, io);
  const hashes = hashesAt(seen);
  if (options.json) {
    const byId = Object.fromEntries(hashes.components.map(({ id, sha256 }) => [id, sha256]));
    const { seq, chain } = seen;
    printJson(io, { seq, chain, components: byId, all: hashes.all, doubts: doubtsOf(seen) });
    return EXIT.ok;
  }
  for (const { id, sha256 } of hashes.components) print(io, `${id} ${sha256}`);
  print(io, `all ${hashes.all}`);
  io.stderr.write(`at step ${seen.seq}\n`);
  return EXIT.ok;
};

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** `2026-11-26 14:00:00`. */
const plainTime = (iso: string): string => iso.slice(0, 19).replace('T', ' ');
