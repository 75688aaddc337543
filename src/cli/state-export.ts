/**
 * `state export`: writes parts of the memory for other programs.
 *
 * Promises: the directory is only read, also a running or damaged one; says the step it speaks for.
 */
import { doubtsOf, memoryOf, parts } from '../app/directory.ts';
import { formatFor } from '../app/export-format.ts';
import { sizeText } from '../app/number-text.ts';
import type { PartId } from '../app/show-part.ts';
import { draftExport, writeDrafts } from '../app/state-export.ts';
import { EXIT, type ExitCode } from '../base/fault.ts';
import type { Io } from './io.ts';
import { resolvePart } from './state-command.ts';
import type { StateExportOptions } from './state-export-command.ts';
import { look, print, printJson } from './state-look.ts';

const FOLDER = 'holdfast-export/';

export async function stateExport(
  names: readonly string[],
  options: StateExportOptions,
  io: Io,
): Promise<ExitCode> {
  const wanted = names.map(name => resolvePart(name, parts) as PartId);
  const { place, seen } = await look(options, io);
  const { directory } = place;
  const { to = FOLDER, yes: replace } = options;
  const format = formatFor(options.format, to);
  const source = { memory: memoryOf(seen), seq: seen.seq };
  const drafts = await draftExport(wanted, format, source);
  const files = writeDrafts(drafts, to, { replace, directory });
  if (options.json) {
    printJson(io, { directory, seq: seen.seq, format, files, doubts: doubtsOf(seen) });
    return EXIT.ok;
  }
  for (const { file, bytes, rows } of files)
    print(io, `${file}  ${rows === null ? '' : `${rows} rows, `}${sizeText(bytes)}`);
  print(io, `${directory} at step ${seen.seq}`);
  return EXIT.ok;
}
