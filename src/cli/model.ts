/**
 * `model list|show|compare|export`: the bodies.
 *
 * Promises: read-only as `state show` is: no lock, no write (but the file that an export names), on
 * a running or damaged directory; says the step it speaks for.
 */
import { type Inspection, isEmpty, memoryOf } from '../app/directory.ts';
import { writeExport } from '../app/export-file.ts';
import { exportModel } from '../app/model-export.ts';
import { versionJudged } from '../app/model-reliability.ts';
import { compareText, listText, showText } from '../app/model-text.ts';
import {
  EXAMPLES_MIN,
  findVersion,
  isVersionName,
  type ModelVersion,
  versionsOf,
} from '../app/model-view.ts';
import { sizeText } from '../app/number-text.ts';
import { reliabilityOf } from '../app/reliability.ts';
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
import type { Command, Io } from './io.ts';
import type { ModelExportOptions } from './model-command.ts';
import type { StateAtOptions } from './state-command.ts';
import { look, print, printJson } from './state-look.ts';

export const modelList: Command<StateAtOptions> = async (options, io) => {
  const { place, seen } = await look(options, io);
  const versions = versionsOf(memoryOf(seen));
  if (options.json)
    printJson(io, { seq: seen.seq, versions: versions.map(({ content: _, ...rest }) => rest) });
  else {
    print(io, versions.length === 0 ? nothingYet(seen) : listText(versions));
    print(io, `\n${place.directory} at step ${seen.seq}`);
  }
  return EXIT.ok;
};

const nothingYet = (seen: Inspection): string =>
  isEmpty(seen)
    ? 'nothing yet'
    : `no model was trained yet: it takes ${EXAMPLES_MIN} labelled examples or more`;

export const modelShow = async (id: string, options: StateAtOptions, io: Io): Promise<ExitCode> => {
  const { place, seen } = await look(options, io);
  const memory = memoryOf(seen);
  const version = findVersion(versionsOf(memory), id);
  const judgement = versionJudged(memory, version);
  const { note: judged, bins } = judgement;
  if (options.json)
    printJson(io, { seq: seen.seq, ...version, judged, reliability: reliabilityOf(bins) });
  else print(io, `${showText(version, judgement)}\n\n${place.directory} at step ${seen.seq}`);
  return EXIT.ok;
};

interface Side {
  readonly name: string;
  readonly version: ModelVersion;
}

export const modelCompare = async (
  names: readonly [string, string],
  options: StateAtOptions,
  io: Io,
): Promise<ExitCode> => {
  const found = await pairsOf(names, options, io);
  if (options.json) {
    printJson(io, {
      pairs: found.map(pair => pair.map(({ name, version }) => ({ name, ...version }))),
    });
    return EXIT.ok;
  }
  const texts = found.map(([one, other]) =>
    compareText(one.version, other.version, [one.name, other.name]),
  );
  print(io, texts.join('\n\n'));
  print(
    io,
    '\nEach was scored on examples of its own time: compare the gains, not the log-losses.',
  );
  return EXIT.ok;
};

/** Two versions of one directory; or, where the names are folders, what each has in use. */
async function pairsOf(
  names: readonly [string, string],
  options: StateAtOptions,
  io: Io,
): Promise<[Side, Side][]> {
  if (names.every(isVersionName)) {
    const versions = versionsOf(memoryOf((await look(options, io)).seen));
    const [one, other] = names.map(name => {
      const version = findVersion(versions, name);
      return { name: version.id, version };
    });
    return [[one as Side, other as Side]];
  }
  if (names.some(isVersionName))
    throw new Fault(
      EXIT.usage,
      `one of ${names.join(' and ')} is a version and the other a folder`,
      'name two versions, or two folders',
    );
  const inUse = async (dir: string): Promise<Side[]> =>
    versionsOf(memoryOf((await look({ ...options, dir }, io)).seen))
      .filter(({ status }) => status === 'in use')
      .map(version => ({ name: `${dir}: ${version.id}`, version }));
  const [here, there] = [await inUse(names[0]), await inUse(names[1])];
  const pairs = here.flatMap((one): [Side, Side][] => {
    const other = there.find(({ version }) => version.model === one.version.model);
    return other === undefined ? [] : [[one, other]];
  });
  if (pairs.length === 0)
    throw new Fault(
      EXIT.usage,
      `${names.join(' and ')} have no trained model in common`,
      'see holdfast model list --dir FOLDER for each',
    );
  return pairs;
}

export const modelExport = async (
  id: string,
  options: ModelExportOptions,
  io: Io,
): Promise<ExitCode> => {
  const { seen } = await look(options, io);
  const memory = memoryOf(seen);
  const version = findVersion(versionsOf(memory), id);
  const { format } = options;
  const bytes = await exportModel(version, format, { memory, seq: seen.seq });
  const written = writeExport(options.to, bytes);
  if (options.json) printJson(io, { seq: seen.seq, id: version.id, format, ...written });
  else print(io, `${version.id} as ${format}: ${written.file}, ${sizeText(written.bytes)}`);
  return EXIT.ok;
};
