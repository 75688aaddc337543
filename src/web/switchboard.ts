/**
 * The switchboard: what the dashboard's thread asks the bot's, and the answers.
 *
 * Promises: a view is asked for at most every two seconds, and once for all who wait for it.
 */
import { DASHBOARD_VIEW_MS } from '../base/limits.ts';
import type { Bot, ToBot, ViewName, Views } from './message.ts';
import type { ActionAnswer, ActionName } from './view.ts';

type View = Views[ViewName];

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
    const view = this.#ask<Views[N]>(id => ({ kind: 'view', id, name }));
    this.#made.set(name, { atMs: now, view });
    return view;
  }

  /** What was done may show: the views are made anew. */
  act(action: ActionName): Promise<ActionAnswer> {
    this.#made.clear();
    return this.#ask(id => ({ kind: 'action', id, action }));
  }

  answer(id: number, value: unknown): void {
    this.#waiting.get(id)?.(value);
    this.#waiting.delete(id);
  }

  #ask<T>(wordOf: (id: number) => ToBot): Promise<T> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise<T>(resolve => {
      this.#waiting.set(id, resolve as (value: unknown) => void);
      this.#say(wordOf(id));
    });
  }
}
