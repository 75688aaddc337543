/**
 * `state ...`: looks at a state directory, and changes it where a person asks for that.
 */
import type { Command as Program } from 'commander';
import { nearestName } from '../app/nearest-name.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { toCount } from './option.ts';
import type { Registration } from './registration.ts';

export interface StateOptions {
  readonly dir?: string;
  readonly config?: string;
  readonly json: boolean;
}

/** `--at`: the state after this step instead of the newest. */
export interface StateAtOptions extends StateOptions {
  readonly at?: number;
}

export interface StateDiffOptions extends StateOptions {
  /** Steps to compare; without `to` the newest, without `from` the generation before. */
  readonly from?: number;
  readonly to?: number;
  /** Another directory to compare with, instead of another step. */
  readonly with?: string;
}

export interface StateResetOptions extends StateOptions {
  readonly yes: boolean;
}

export interface StateUpgradeOptions extends StateOptions {
  readonly acceptLoss: boolean;
}

export function registerState(program: Program, { run }: Registration): void {
  const state = program
    .command('state')
    .description('look at what the bot remembers, or change it')
    .helpCommand(false);
  const add = (usage: string, description: string): Program =>
    state
      .command(usage)
      .description(description)
      .option('--dir <folder>', 'state directory (default: models)')
      .option('--config <file>', 'configuration (default: config.json where there is one)')
      .option('--json', 'print JSON and nothing else', false);
  const body = () => import('./state.ts');

  add('list', 'the parts, their files, sizes and steps')
    .option('--at <step>', 'after this step', toCount)
    .action((options: StateAtOptions) => run(async io => (await body()).stateList(options, io)));
  add('show <part>', 'what a part holds, as a table')
    .option('--at <step>', 'after this step', toCount)
    .action((part: string, options: StateAtOptions) =>
      run(async io => (await body()).stateShow(part, options, io)),
    );
  add('hash', 'the SHA-256 of every part, and of all')
    .option('--at <step>', 'after this step', toCount)
    .action((options: StateAtOptions) => run(async io => (await body()).stateHash(options, io)));
  add('verify', 'check every file and the whole journal; changes nothing').action(
    (options: StateOptions) => run(async io => (await body()).stateVerify(options, io)),
  );
  add('history [part]', 'the generations kept, and the notes about runs').action(
    (part: string | undefined, options: StateOptions) =>
      run(async io => (await body()).stateHistory(part ?? null, options, io)),
  );
  add('diff [part]', 'what changed between two steps, or between two directories')
    .option('--from <step>', 'older step (default: the generation before)', toCount)
    .option('--to <step>', 'newer step (default: the newest)', toCount)
    .option('--with <folder>', 'compare with this directory')
    .action((part: string | undefined, options: StateDiffOptions) =>
      run(async io => (await body()).stateDiff(part ?? null, options, io)),
    );
  add('checkpoint', 'write the state files now, also of a running bot').action(
    (options: StateOptions) => run(async io => (await body()).stateCheckpoint(options, io)),
  );
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
}

/** The id for an id, a title or a file (stem): `q-table`, `Q-table`, `q_table`, `q_table.json`. */
export function resolvePart(
  name: string,
  components: readonly { id: string; title: string; file: { name: string } }[],
): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[ _]/g, '-');
  const stem = (file: string): string => file.slice(0, file.indexOf('.'));
  const found = components.find(({ id, title, file }) =>
    [id, title, file.name, stem(file.name)].some(one => plain(one) === plain(name)),
  );
  if (found !== undefined) return found.id;
  const ids = components.map(component => component.id);
  const near = nearestName(plain(name), ids);
  throw new Fault(
    EXIT.usage,
    `there is no part "${name}"`,
    near === null ? `the parts are ${ids.join(', ')}` : `did you mean ${near}?`,
  );
}
