/**
 * `state ...`: looks at a state directory, and changes it where a person asks for that.
 */
import type { Command as Program } from 'commander';
import type { Point } from '../app/point.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { nearestName } from '../base/nearest-name.ts';
import { AT, FROM, toPoint } from './point.ts';
import type { AddCommand, Registration } from './registration.ts';
import { registerBackup } from './state-backup-command.ts';
import { registerStateExport } from './state-export-command.ts';
import { registerStateImport } from './state-import-command.ts';
import { registerReplay } from './state-replay-command.ts';
import { registerRollback } from './state-rollback-command.ts';
import { registerStateVerify } from './state-verify-command.ts';

export interface StateOptions {
  readonly dir?: string;
  readonly config?: string;
  readonly json: boolean;
}

/** `--at`: the state at this point instead of the newest. */
export interface StateAtOptions extends StateOptions {
  readonly at?: Point;
}

/** `--from`: out of the backups there. */
export interface StateBackOptions extends StateAtOptions {
  readonly from?: string;
}

export interface StateDiffOptions extends StateOptions {
  /** Points to compare; without `to` the newest, without `from` the generation before. */
  readonly from?: Point;
  readonly to?: Point;
  /** Another directory to compare with, instead of another step. */
  readonly with?: string;
}

export interface StateResetOptions extends StateOptions {
  readonly yes: boolean;
}

export interface StateUpgradeOptions extends StateOptions {
  readonly acceptLoss: boolean;
}

export function registerState(program: Program, registration: Registration): void {
  const state = program
    .command('state')
    .description('look at what the bot remembers, or change it')
    .helpCommand(false);
  const add: AddCommand = (usage, description) =>
    state
      .command(usage)
      .description(description)
      .option('--dir <folder>', 'state directory (default: models)')
      .option('--config <file>', 'configuration (default: config.json where there is one)')
      .option('--json', 'print JSON and nothing else', false);
  registerLooks(add, registration);
  registerChanges(add, registration);
}

const body = () => import('./state.ts');

function registerLooks(add: AddCommand, registration: Registration): void {
  const { run } = registration;
  add('list', 'the parts, their files, sizes and steps')
    .option('--at <point>', AT, toPoint)
    .option(...FROM)
    .action((options: StateBackOptions) => run(async io => (await body()).stateList(options, io)));
  add('show <part>', 'what a part holds, as a table')
    .option('--at <point>', AT, toPoint)
    .option(...FROM)
    .action((part: string, options: StateBackOptions) =>
      run(async io => (await body()).stateShow(part, options, io)),
    );
  add('hash', 'the SHA-256 of every part, and of all')
    .option('--at <point>', AT, toPoint)
    .option(...FROM)
    .action((options: StateBackOptions) => run(async io => (await body()).stateHash(options, io)));
  registerStateVerify(add, registration);
  add(
    'history [part]',
    'what happened to the memory, oldest first, and the points it can be had at',
  ).action((part: string | undefined, options: StateOptions) =>
    run(async io => (await body()).stateHistory(part ?? null, options, io)),
  );
  add('diff [what...]', 'what changed: [part] and two of step, market time (UTC) and folder')
    .option('--from <point>', 'older point (default: the generation before)', toPoint)
    .option('--to <point>', 'newer point (default: the newest)', toPoint)
    .option('--with <folder>', 'compare with this directory')
    .action((what: string[], options: StateDiffOptions) =>
      run(async io => (await body()).stateDiff(what, options, io)),
    );
  registerReplay(add, registration);
}

function registerChanges(add: AddCommand, registration: Registration): void {
  const { run } = registration;
  add('checkpoint', 'write the state files now, also of a running bot').action(
    (options: StateOptions) => run(async io => (await body()).stateCheckpoint(options, io)),
  );
  registerStateImport(add, registration);
  registerStateExport(add, registration);
  registerRollback(add, registration);
  add('reset <part>', 'start a part afresh; its file moves to quarantine')
    .option('--yes', 'really do it', false)
    .action((part: string, options: StateResetOptions) =>
      run(async io => (await body()).stateReset(part, options, io)),
    );
  add('upgrade', 'bring the files to this release, after a backup')
    .option('--accept-loss', 'go on although some of the state cannot be rebuilt', false)
    .action((options: StateUpgradeOptions) =>
      run(async io => (await body()).stateUpgrade(options, io)),
    );
  registerBackup(add, registration);
}

type Parts = readonly { id: string; title: string; file: { name: string } }[];

/** The id for an id, a title or a file (stem): `q-table`, `Q-table`, `q_table`, `q_table.json`. */
export function partNamed(name: string, components: Parts): string | null {
  const plain = (text: string): string => text.toLowerCase().replace(/[ _]/g, '-');
  const stem = (file: string): string => file.slice(0, file.indexOf('.'));
  const found = components.find(({ id, title, file }) =>
    [id, title, file.name, stem(file.name)].some(one => plain(one) === plain(name)),
  );
  return found?.id ?? null;
}

export function resolvePart(name: string, components: Parts): string {
  const found = partNamed(name, components);
  if (found !== null) return found;
  const ids = components.map(component => component.id);
  const near = nearestName(name.toLowerCase().replace(/[ _]/g, '-'), ids);
  throw new Fault(
    EXIT.usage,
    `there is no part "${name}"`,
    near === null ? `the parts are ${ids.join(', ')}` : `did you mean ${near}?`,
  );
}
