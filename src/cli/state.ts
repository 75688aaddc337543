/**
 * `state list|hash|verify|history`: looks at a directory. The bodies of the other `state` commands
 * stand in state-show.ts, state-diff.ts and state-change.ts.
 *
 * Promises: read-only, no lock, on a running or damaged directory; says the step it speaks for.
 */
import { hashesAt, historyOf, isEmpty, parts, verify } from '../app/directory.ts';
import { sizeText } from '../app/number-text.ts';
import { table } from '../app/table.ts';
import { EXIT, type Fault } from '../base/fault.ts';
import type { Command, Io } from './io.ts';
import { resolvePart, type StateAtOptions, type StateOptions } from './state-command.ts';
import { look, placeFor, print, printJson } from './state-look.ts';

export { stateCheckpoint, stateReset, stateUpgrade } from './state-change.ts';
export { stateDiff } from './state-diff.ts';
export { stateShow } from './state-show.ts';

export const stateList: Command<StateAtOptions> = async (options, io) => {
  const { place, seen } = look(options, io);
  const { seq, directoryId, epoch, files } = seen;
  const list = parts.map(({ id, title, version, file }) => {
    const found = files.find(each => each.id === id);
    const {
      seq: fileSeq = null,
      bytes = null,
      schema = version,
      file: path = file.name,
    } = found ?? {};
    return { id, title, file: path, bytes, schema, seq: fileSeq };
  });
  if (options.json) {
    printJson(io, { directory: place.directory, seq, directoryId, epoch, parts: list });
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
  ];
  const rows = list.map(({ id, file, bytes, schema, seq: own }) => [
    id,
    file,
    bytes === null ? '–' : sizeText(bytes),
    String(schema),
    own === null ? '–' : String(own),
  ]);
  print(io, table(columns, rows));
  print(io, `\n${place.directory} at step ${seq} (the journal holds what came after a file)`);
  return EXIT.ok;
};

export const stateHash: Command<StateAtOptions> = async (options, io) => {
  const { seen } = look(options, io);
  const hashes = hashesAt(seen);
  if (options.json) {
    const byId = Object.fromEntries(hashes.components.map(({ id, sha256 }) => [id, sha256]));
    const { seq, chain } = seen;
    printJson(io, { seq, chain, components: byId, all: hashes.all });
    return EXIT.ok;
  }
  for (const { id, sha256 } of hashes.components) print(io, `${id} ${sha256}`);
  print(io, `all ${hashes.all}`);
  io.stderr.write(`at step ${seen.seq}\n`);
  return EXIT.ok;
};

export const stateVerify: Command<StateOptions> = async (options, io) => {
  const place = placeFor(options, io);
  const { findings, seq, damaged, empty, refusal } = verify(place);
  const code = damaged ? EXIT.checkFailed : EXIT.ok;
  if (options.json) {
    const refused = refusal === null ? null : { why: refusal.message, remedy: refusal.remedy };
    printJson(io, { directory: place.directory, seq, damaged, empty, refused, findings });
    return code;
  }
  if (empty) {
    print(io, `${place.directory}: nothing yet`);
    return code;
  }
  for (const { file, severity, text } of findings)
    print(io, `${severity.padEnd(6)}  ${file}: ${text}`);
  print(io, damaged ? damageLine(place.directory, refusal) : `clean at step ${seq}`);
  return code;
};

const damageLine = (directory: string, refusal: Fault | null): string =>
  refusal === null
    ? `damage found in ${directory} — start the bot: it repairs what it can, loses nothing ` +
      'silently and moves what is damaged to quarantine'
    : `damage found in ${directory}, and a start refuses it — ${refusal.remedy}`;

export const stateHistory = async (
  part: string | null,
  options: StateOptions,
  io: Io,
): Promise<typeof EXIT.ok> => {
  const { generations, notes } = historyOf(placeFor(options, io));
  const wanted = part === null ? null : resolvePart(part, parts);
  if (options.json) {
    printJson(io, { generations, notes });
    return EXIT.ok;
  }
  const columns = [
    { title: 'step', align: 'right' as const },
    { title: 'made at (UTC)' },
    { title: 'part' },
    { title: 'file' },
    { title: 'size', align: 'right' as const },
    { title: 'state' },
  ];
  const rows = generations.flatMap(({ seq, madeAtMs, files }) =>
    Object.entries(files)
      .filter(([id]) => wanted === null || id === wanted)
      .map(([id, { file, bytes, state }]) => [
        String(seq),
        new Date(madeAtMs).toISOString().slice(0, 19).replace('T', ' '),
        id,
        file,
        sizeText(bytes),
        state.slice(0, 12),
      ]),
  );
  print(io, rows.length === 0 ? 'no generations yet' : table(columns, rows));
  if (wanted === null && notes.length > 0) {
    print(io, '');
    for (const { at, what, ...details } of notes)
      print(io, `${at}  ${what}  ${JSON.stringify(details)}`);
  }
  return EXIT.ok;
};
