/**
 * What the bot's thread and the dashboard's say to each other. Plain data.
 *
 * Promises: at most one change is on its way: the next is sent when the last was taken, so that a
 * dashboard which falls behind costs the bot nothing. Never: a secret, but for the token at the start.
 */
import type { HeldPlace } from '../app/directory.ts';
import type { Millis } from '../base/time.ts';
import type {
  ActionAnswer,
  ActionName,
  Change,
  Learning,
  Snapshot,
  StateView,
  TradeRow,
} from './view.ts';

/** Where it listens, and whom it lets in. */
export interface Door {
  readonly host: string;
  /** The first that is tried; 0: any that is free. */
  readonly port: number;
  /** Names, beside the host's own, under which it may be called. */
  readonly hosts: readonly string[];
  readonly token: string;
  /** It listens for other machines: looking takes the token, too, whoever asks. */
  readonly isOpen: boolean;
}

/** What the dashboard's thread begins with. */
export interface Beginning {
  readonly door: Door;
  /** Of this run: ids of its events are no other run's. */
  readonly run: string;
  readonly place: HeldPlace;
  /** Without candles: the journal has them. */
  readonly snapshot: Snapshot;
  /** All that are kept, oldest first. */
  readonly trades: readonly TradeRow[];
  readonly beat: Beat;
}

/** How the process is, told every second or two whatever the market does. */
export interface Beat {
  /** How late the bot's loop comes to what waits for it, since the last beat; seconds. */
  readonly loopDelay: { readonly mean: number; readonly p99: number; readonly max: number };
  readonly memory: {
    readonly rss: number;
    readonly heapUsed: number;
    readonly external: number;
  };
  readonly cpuSeconds: number;
  readonly checkpointAt: Millis | null;
  readonly journalBytes: number;
  readonly stepsSinceCheckpoint: number;
  /** All of them where none is there yet; null: no backups are made. */
  readonly backupLagSteps: number | null;
  readonly recoverySeconds: number;
  /** Trades of all time. */
  readonly tradesBySymbol: Readonly<Record<string, number>>;
  readonly tradesByReason: Readonly<Record<string, number>>;
}

export interface Views {
  readonly learning: Learning;
  /** What the bot's thread knows of it; the dashboard's weighs the directory. */
  readonly state: StateView;
}
export type ViewName = keyof Views;

export type ToDashboard =
  | { readonly kind: 'change'; readonly change: Change; readonly trades: readonly TradeRow[] }
  | { readonly kind: 'beat'; readonly beat: Beat }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  /** The last word: what is left to tell is told, and the thread ends. */
  | { readonly kind: 'end'; readonly change: Change; readonly trades: readonly TradeRow[] };

export type ToBot =
  | { readonly kind: 'listening'; readonly port: number; readonly busy: number }
  | { readonly kind: 'deaf'; readonly why: string }
  /** The last change was taken; `watched`: somebody looks. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'watched'; readonly watched: boolean }
  | { readonly kind: 'view'; readonly id: number; readonly name: ViewName }
  | {
      readonly kind: 'action';
      readonly id: number;
      readonly action: ActionName;
      /** Shared: who sets it first has the action (switchboard.ts). */
      readonly claim: Int32Array;
    };

/** What the dashboard's thread asks the bot's for. */
export interface Bot {
  view<N extends ViewName>(name: N): Promise<Views[N]>;
  act(action: ActionName): Promise<ActionAnswer>;
}
