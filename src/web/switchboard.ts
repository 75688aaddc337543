/**
 * The switchboard: what the dashboard's thread asks the bot's, and the answers.
 *
 * Promises: a view is asked for at most every two seconds, and once for all who wait for it; nobody
 * waits for ever. An action that the bot did not take up in time is never done: each has a claim in
 * memory that both threads share, and whoever sets it first has it.
 */
import {
  DASHBOARD_ACTION_MS_MAX,
  DASHBOARD_ANSWER_MS_MAX,
  DASHBOARD_VIEW_MS,
} from '../base/limits.ts';
import { type Millis, SECOND_MS } from '../base/time.ts';
import type { Bot, ToBot, ViewName, Views } from './message.ts';
import type { ActionAnswer, ActionName } from './view.ts';

type View = Views[ViewName];
type Action = Extract<ToBot, { kind: 'action' }>;
type Question = Action | Extract<ToBot, { kind: 'view' }>;

const [FREE, TAKEN_UP, WITHDRAWN] = [0, 1, 2];

/** Why there is no answer, for whoever asked. */
export class Unanswered extends Error {
  override name = 'Unanswered';
  readonly statusCode = 503;
}

/** The bot's word on an action: false: it came too late, and may not be done. */
export const isTakenUp = ({ claim }: Action): boolean =>
  Atomics.compareExchange(claim, 0, FREE, TAKEN_UP) === FREE;

const isWithdrawn = ({ claim }: Action): boolean =>
  Atomics.compareExchange(claim, 0, FREE, WITHDRAWN) === FREE;

const within = (ms: Millis): string => `${ms / SECOND_MS} s`;

export class Switchboard implements Bot {
  readonly #say: (word: ToBot) => void;
  readonly #now: () => number;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  readonly #made = new Map<ViewName, { readonly atMs: number; readonly view: Promise<View> }>();
  #asked = 0;

  constructor(say: (word: ToBot) => void, now: () => number) {
    this.#say = say;
    this.#now = now;
  }

  view<N extends ViewName>(name: N): Promise<Views[N]> {
    const known = this.#made.get(name);
    const now = this.#now();
    if (known !== undefined && now - known.atMs < DASHBOARD_VIEW_MS)
      return known.view as Promise<Views[N]>;
    const view = this.#ask<Views[N]>({ kind: 'view', id: this.#nextId(), name });
    this.#made.set(name, { atMs: now, view });
    return view;
  }

  /** What was done may show: the views are made anew. */
  act(action: ActionName): Promise<ActionAnswer> {
    this.#made.clear();
    const claim = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    return this.#ask({ kind: 'action', id: this.#nextId(), action, claim });
  }

  answer(id: number, value: unknown): void {
    this.#waiting.get(id)?.(value);
  }

  #nextId(): number {
    this.#asked += 1;
    return this.#asked;
  }

  #ask<T>(word: Question): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const giveUp = (text: string): void => {
      this.#waiting.delete(word.id);
      reject(new Unanswered(text));
    };
    let timer = setTimeout(() => {
      if (word.kind === 'view')
        return giveUp(`the bot has not answered for ${within(DASHBOARD_ANSWER_MS_MAX)}`);
      if (isWithdrawn(word))
        return giveUp(
          `the bot did not take it up in ${within(DASHBOARD_ANSWER_MS_MAX)}: nothing was done`,
        );
      const late = `the bot has it in hand for ${within(DASHBOARD_ACTION_MS_MAX)}`;
      timer = setTimeout(
        () => giveUp(`${late}: it may be done yet, look at its state`),
        DASHBOARD_ACTION_MS_MAX - DASHBOARD_ANSWER_MS_MAX,
      ).unref();
    }, DASHBOARD_ANSWER_MS_MAX).unref();
    this.#waiting.set(word.id, value => {
      this.#waiting.delete(word.id);
      clearTimeout(timer);
      resolve(value as T);
    });
    this.#say(word);
    return promise;
  }
}
