/**
 * Reaching a directory: by the bot that runs on it, or by opening it where none does.
 *
 * Promises: a bot that is just starting or stopping is waited for, for a while; one that holds the
 * directory and never answers is told as such (exit 75). A bot that dies before it answers may have
 * done it, and it is done again: what is asked must be the same when asked twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Fault } from '../base/fault.ts';
import { CONTROL_PATIENCE_MS, CONTROL_RETRY_MS } from '../base/limits.ts';
import { type Answer, type Ask, askRunningBot } from './control.ts';
import { type AnswerOf, type CommandName, UNKNOWN_COMMAND } from './control-command.ts';

export interface Request<N extends CommandName> extends Ask<N> {
  readonly directory: string;
  /** Does it where no bot runs; a fault with exit 75 says that one does. */
  readonly atRest: () => AnswerOf<N> | Promise<AnswerOf<N>>;
  /** How long a directory is asked that is held and does not answer. */
  readonly heldMsMax?: number;
}

export interface Reached<N extends CommandName> {
  readonly value: AnswerOf<N>;
  readonly byRunningBot: boolean;
}

export async function reachBot<N extends CommandName>(request: Request<N>): Promise<Reached<N>> {
  const { directory, atRest, heldMsMax = CONTROL_PATIENCE_MS } = request;
  const giveUpAt = performance.now() + heldMsMax;
  for (;;) {
    const answer = await askRunningBot(directory, request);
    if (answer?.ok) return { value: answer.value as AnswerOf<N>, byRunningBot: true };
    if (answer !== null) throw refusalOf(answer, request.command);
    try {
      return { value: await atRest(), byRunningBot: false };
    } catch (error) {
      if (!isInUse(error)) throw error;
      if (performance.now() >= giveUpAt) throw unreachableOne(error);
    }
    await sleep(CONTROL_RETRY_MS);
  }
}

const isInUse = (error: unknown): error is Fault =>
  error instanceof Fault && error.exitCode === EXIT.inUse;

const unreachableOne = ({ message }: Fault): Fault =>
  new Fault(
    EXIT.inUse,
    `${message}, and it takes no commands`,
    'a backtest or an embedded bot takes none: end it first; otherwise try again',
  );

function refusalOf(answer: Extract<Answer, { ok: false }>, command: CommandName): Fault {
  const { error, exitCode, remedy } = answer;
  if (error === UNKNOWN_COMMAND)
    return new Fault(
      EXIT.inUse,
      `the running bot is of another release and does not know ${command}`,
      'stop it and ask again, then start it with this release',
    );
  const code = Object.values(EXIT).find(known => known === exitCode);
  const said = `the running bot says: ${error}`;
  return new Fault(code ?? EXIT.checkFailed, said, remedy ?? 'see its log');
}
