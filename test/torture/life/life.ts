/**
 * What a life is: a stretch of a bot's history that is watched operation by operation.
 *
 * Promises: the same operations each time. Never: a step that the bot's own history does not have.
 */
import type { StoreOptions } from '../../../src/state/store.ts';
import type { Afresh, Bot } from './bot.ts';
import type { Living } from './living.ts';

export interface Life {
  /** In messages: `checkpoints, with a mirror`. */
  readonly name: string;
  readonly bot: Bot;
  readonly mirror: boolean;
  /** What is there before; not watched. */
  stage?(living: Living): void;
  /** What is watched. */
  live(living: Living): void;
  /** How the processes after it start. */
  readonly restart?: Partial<StoreOptions>;
  /** A part that the operator's wish starts afresh. */
  readonly afresh?: Afresh;
  /** The directory was damaged before, or its mirror is another: starts tell of it and mend it. */
  readonly damaged?: true;
}
