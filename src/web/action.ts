/**
 * Actions: what a button asks of the bot, and what it is told of it.
 *
 * Promises: goes the way of the command line (app/control-command.ts), so that each is a fact or a
 * note as from there; what failed is told in words, never with a stack.
 */
import type { AnswerOf } from '../app/control-command.ts';
import { callOf } from '../app/control-command.ts';
import { isFlat } from '../app/operator.ts';
import { commandsOf, type Session } from '../app/session.ts';
import { Fault } from '../base/fault.ts';
import type { ActionAnswer, ActionName } from './view.ts';

type Told = AnswerOf<'pause'>;

interface Order {
  readonly command: string;
  readonly arguments?: object;
  readonly said: (answer: unknown) => string;
}

const told =
  (done: string | ((answer: Told) => string), was: string) =>
  (answer: unknown): string => {
    if (!(answer as Told).changed) return was;
    return typeof done === 'string' ? done : done(answer as Told);
  };

const resumed = ({ holds }: Told): string =>
  holds.length === 0
    ? 'trading is resumed'
    : `trading is resumed, and entries are still held back: ${holds.map(({ reason }) => reason).join(', ')}`;

const flattened = (answer: Told): string =>
  `flatten: ${isFlat(answer) ? 'no position is open' : 'every position is closed at the market'}, and trading is paused`;

const ORDERS: Readonly<Record<ActionName, Order>> = {
  pause: {
    command: 'pause',
    said: told('trading is paused: no new entries until you resume', 'trading was paused already'),
  },
  resume: {
    command: 'resume',
    said: told(resumed, 'trading was not paused'),
  },
  flatten: {
    command: 'flatten',
    said: told(flattened, 'nothing to do: a flatten was ordered before'),
  },
  'kill-switch-on': {
    command: 'kill-switch',
    arguments: { on: true },
    said: told('the kill switch is on: no new entries', 'the kill switch was on already'),
  },
  'kill-switch-off': {
    command: 'kill-switch',
    arguments: { on: false },
    said: told('the kill switch is off', 'the kill switch was off already'),
  },
  checkpoint: {
    command: 'checkpoint',
    said: answer => {
      const { seq, files } = answer as AnswerOf<'checkpoint'>;
      return `checkpoint at step ${seq}: ${files.length} files written`;
    },
  },
  verify: {
    command: 'scrub',
    said: answer =>
      answer === null
        ? 'this bot keeps no files to verify'
        : 'every file is being read: this page tells when it is done',
  },
};

export async function act(session: Session, action: ActionName): Promise<ActionAnswer> {
  const { said, ...request } = ORDERS[action];
  const call = callOf(request, commandsOf(session));
  if (typeof call === 'string') return { ok: false, text: call };
  try {
    return { ok: true, text: said(await call()) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { ok: false, text: error instanceof Fault ? `${text}: ${error.remedy}` : text };
  }
}
