/**
 * THE TABLE of what a running bot can be asked to do: each command's name, its arguments, its
 * answer, and how long that may take. A new command is an entry here and a handler in session.ts.
 *
 * Promises: what reaches a handler has the shape that stands here; an unknown or misshapen request
 * is an error in words and reaches none. Never: does what is asked.
 */
import * as v from 'valibot';
import { SECOND_MS } from '../base/time.ts';
import { components } from '../components.ts';
import type { CheckpointResult } from '../state/store.ts';
import { BREAKERS } from '../trade/risk-state.ts';
import { group } from './group.ts';
import type { Told } from './operator.ts';
import type { RolledBack } from './rollback.ts';
import type { ScrubStatus } from './scrubber.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const COMMANDS = {
  checkpoint: { arguments: group({}), answerMsMax: 60 * SECOND_MS },
  'scrub-status': { arguments: group({}), answerMsMax: 10 * SECOND_MS },
  /** A round is begun, unless one is under way; it goes on after the answer. */
  scrub: { arguments: group({}), answerMsMax: 10 * SECOND_MS },
  'kill-switch': { arguments: group({ on: v.boolean() }), answerMsMax: 10 * SECOND_MS },
  'release-breaker': {
    arguments: group({ breaker: v.picklist(BREAKERS) }),
    answerMsMax: 10 * SECOND_MS,
  },
  pause: { arguments: group({}), answerMsMax: 10 * SECOND_MS },
  resume: { arguments: group({}), answerMsMax: 10 * SECOND_MS },
  flatten: { arguments: group({}), answerMsMax: 10 * SECOND_MS },
  rollback: {
    arguments: group({
      ids: v.pipe(v.array(v.picklist(components.map(({ id }) => id))), v.minLength(1)),
      to: v.variant('kind', [
        v.strictObject({ kind: v.literal('step'), seq: count }),
        v.strictObject({ kind: v.literal('time'), time: v.number() }),
        v.strictObject({ kind: v.literal('version'), version: count }),
      ]),
      /** A place of backups, for what the directory no longer has. */
      from: v.nullable(v.string()),
    }),
    answerMsMax: 120 * SECOND_MS,
  },
} as const;

/** What each answers with. */
interface Answers {
  readonly checkpoint: CheckpointResult;
  readonly 'scrub-status': ScrubStatus | null;
  readonly scrub: ScrubStatus | null;
  readonly 'kill-switch': Told;
  readonly 'release-breaker': Told;
  readonly pause: Told;
  readonly resume: Told;
  readonly flatten: Told;
  readonly rollback: RolledBack;
}

export type CommandName = keyof typeof COMMANDS;
export type ArgumentsOf<N extends CommandName> = v.InferOutput<(typeof COMMANDS)[N]['arguments']>;
export type AnswerOf<N extends CommandName> = Answers[N];

/** The handlers of a bot: every command has one. */
export type Commands = {
  readonly [N in CommandName]: (given: ArgumentsOf<N>) => Promise<AnswerOf<N>>;
};

export const answerMsMax = (name: CommandName): number => COMMANDS[name].answerMsMax;

/** An unknown command: also what a bot of an earlier release answers to a new one. */
export const UNKNOWN_COMMAND = 'unknown command';

const isCommand = (name: unknown): name is CommandName =>
  typeof name === 'string' && Object.hasOwn(COMMANDS, name);

/** The call that a request asks for, ready to be made; or why there is none, in words. */
export function callOf(request: unknown, commands: Commands): (() => Promise<unknown>) | string {
  if (typeof request !== 'object' || request === null) return UNKNOWN_COMMAND;
  const { command, arguments: given = {} } = request as Readonly<Record<string, unknown>>;
  return isCommand(command) ? bind(command, given, commands) : UNKNOWN_COMMAND;
}

function bind<N extends CommandName>(
  name: N,
  given: unknown,
  commands: Commands,
): (() => Promise<unknown>) | string {
  const read = v.safeParse(COMMANDS[name].arguments, given);
  return read.success
    ? () => commands[name](read.output as ArgumentsOf<N>)
    : `wrong arguments for ${name}: ${v.summarize(read.issues).replaceAll(/\s+/g, ' ')}`;
}
