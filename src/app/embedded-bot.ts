/**
 * A bot inside another program: the session of the command line behind a small object.
 *
 * Promises: opening is recovery, so each part holds what the directory remembers; a part's state
 * is live and only read; `save` returns when its file is durable. After a fault every call fails
 * with that fault and nothing more is written. Never: listens for signals, prints, or reads a config
 * file that was not named, or the environment for anything but the keys of a store for backups.
 */
import { join, resolve } from 'node:path';
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Millis } from '../base/time.ts';
import { components, type Memory } from '../components.ts';
import type { Breaker } from '../core/fact.ts';
import type { StepResult } from '../core/step.ts';
import { stateHash } from '../state/state-hash.ts';
import type { CheckpointResult, Store } from '../state/store.ts';
import { type BackupKeeper, backupsOf } from './backup-keeper.ts';
import { fullSpeed, type Pace, paced } from './clock.ts';
import { loadConfig } from './config.ts';
import { checkBotOptions, checkSpeed, refuseVenue, untilOf } from './embedded-option.ts';
import { openSimulated, openTapes } from './market-source.ts';
import { type Told, toBreaker, type Word } from './operator.ts';
import { openSession, type RunResult, type Session } from './session.ts';
import { hashesOf, marketTimeOf, metricsNow } from './view.ts';
import type { MarketSource } from './wire.ts';

export interface BotOptions {
  /** The state directory; made when it is not there. */
  readonly directory: string;
  /** Recorded candles, a file per symbol. Without: the simulated market. */
  readonly tape?: string | readonly string[];
  /** Recorded funding rates. */
  readonly funding?: string | readonly string[];
  /** A config file, or its keys: `{ leverage: 2, 'risk.per_trade': 0.005 }`. */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** Of a directory that is new; the default is 1. */
  readonly seed?: number;
  readonly skipBadRows?: boolean;
  /** Goes on where a part of the state is lost for good. See docs/STATE.md. */
  readonly acceptLoss?: boolean;
  /** `each` (the default): a step is durable before the next; `shared`: for backtests. */
  readonly sync?: 'each' | 'shared';
  /** After each step: what happened in it, already durable where `sync` is `each`. */
  readonly onStep?: (step: StepResult) => void;
  readonly onWarning?: (line: string) => void;
}

export interface BotRun {
  /** Candles of the directory's life, or a market time. Without: to the end of the tape. */
  readonly until?: number | Date;
  readonly stop?: AbortSignal;
  /** Candles a second; `max` is the default. */
  readonly speed?: 'max' | number;
}

/** The state file of a part, durable. */
export interface SavedFile {
  readonly part: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Every step up to here that concerns the part is in the file. */
  readonly seq: number;
}

/** One part of the memory. */
export interface Part<State> {
  readonly id: string;
  readonly title: string;
  /** Live: it changes while the bot runs. Read it, never write it. */
  readonly state: State;
  /** SHA-256 of the canonical state in memory. */
  hash(): string;
  /** Writes the state files of this step, all parts at one step, and tells of this part's. */
  save(): Promise<SavedFile>;
}

type PartId = keyof Memory;
type PartOf<Id extends PartId> = Part<Readonly<Memory[Id]>>;

export interface Bot {
  readonly signalModel: PartOf<'signal-model'>;
  readonly deepSignalModel: PartOf<'deep-signal-model'>;
  readonly qTable: PartOf<'q-table'>;
  readonly attention: PartOf<'attention'>;
  readonly ensemble: PartOf<'ensemble'>;
  readonly analytics: PartOf<'analytics'>;
  readonly riskManager: PartOf<'risk-manager'>;
  readonly portfolio: PartOf<'portfolio'>;
  readonly market: PartOf<'market'>;
  /**
   * `bot.run()` trades until `until`, `stop` or the end of the market; called again it goes on after
   * the last candle. `bot.run.state` is the part: what the directory is bound to, settings, dice.
   */
  readonly run: PartOf<'run'> & ((options?: BotRun) => Promise<RunResult>);
  /** What recovery found and did when the bot was opened. */
  readonly recovery: Store['report'];
  /** The last step. */
  readonly seq: number;
  /** Close of the last candle, UTC ms; null before the first. */
  readonly marketTime: Millis | null;
  metrics(): ReturnType<typeof metricsNow>;
  /** SHA-256 over all parts; equal for equal memories. */
  hash(): string;
  /** On: no new entries, over restarts too, until it is off. Durable when it returns. */
  setKillSwitch(on: boolean): Promise<Told>;
  /** No new entries, over restarts too, until `resume`. Durable when it returns. */
  pause(): Promise<Told>;
  /** Lets entries go on after `pause` or `flatten`. Durable when it returns. */
  resume(): Promise<Told>;
  /**
   * Pauses, and leaves every position at the market. Durable when it returns; the orders go out
   * before the next candle of a run that is under way, or of the next one.
   */
  flatten(): Promise<Told>;
  /** Lets entries go on after a breaker has stopped them. Durable when it returns. */
  releaseBreaker(breaker: Breaker): Promise<Told>;
  /** Writes every state file that changed. */
  checkpoint(): Promise<CheckpointResult>;
  /** Stops a run, writes a checkpoint, gives the directory back, and sends what waits for the backup. */
  close(): Promise<void>;
}

export async function openBot(options: BotOptions): Promise<Bot> {
  checkBotOptions(options);
  const { config: wanted, funding, tape } = options;
  const config = loadConfig({
    file: typeof wanted === 'string' ? wanted : null,
    env: {},
    overrides: typeof wanted === 'object' ? wanted : {},
  });
  if (tape === undefined) refuseVenue(config);
  const market = { funding: listOf(funding), skipBadRows: options.skipBadRows === true };
  const source: MarketSource | null =
    tape === undefined ? null : await openTapes({ ...market, tape: listOf(tape) }, config);
  try {
    const session = await openSession({
      directory: options.directory,
      journalMirror: config.journalMirror,
      acceptLoss: options.acceptLoss === true,
      allowNetwork: config.allowNetworkFilesystem,
      scrub: config.scrub,
      keepHistory: config.keepHistory,
      sharedSync: options.sync === 'shared',
      settings: config.settings,
      seed: options.seed,
      source: seed => source ?? openSimulated(config, { ...market, seed }),
      watch: step => options.onStep?.(step),
      warn: line => options.onWarning?.(line),
    });
    const { store } = session.bot;
    const warn = (line: string): void => options.onWarning?.(line);
    const kept = { directory: options.directory, store, now: Date.now, warn };
    return botOn(session, backupsOf(config, { ...kept, tell: () => undefined }));
  } catch (error) {
    await source?.feed.close();
    throw error;
  }
}

const listOf = (files: string | readonly string[] = []): readonly string[] =>
  typeof files === 'string' ? [files] : files;

function botOn(session: Session, backups: BackupKeeper | null): Bot {
  const { bot } = session;
  const { world, store } = bot;
  const partOf = partsOf(session);
  const runs = runsOf(session, backups);
  return {
    signalModel: partOf('signal-model'),
    deepSignalModel: partOf('deep-signal-model'),
    qTable: partOf('q-table'),
    attention: partOf('attention'),
    ensemble: partOf('ensemble'),
    analytics: partOf('analytics'),
    riskManager: partOf('risk-manager'),
    portfolio: partOf('portfolio'),
    market: partOf('market'),
    run: Object.assign(runs.run, partOf('run')),
    recovery: store.report,
    get seq() {
      return store.seq;
    },
    get marketTime() {
      return marketTimeOf(world);
    },
    metrics: () => metricsNow(world),
    hash: () => hashesOf(world).all,
    setKillSwitch: on => runs.tell(() => ({ kind: 'kill-switch', on: toFlag(on) })),
    pause: () => runs.tell(() => ({ kind: 'pause' })),
    resume: () => runs.tell(() => ({ kind: 'resume' })),
    flatten: () => runs.tell(() => ({ kind: 'flatten' })),
    releaseBreaker: name =>
      runs.tell(() => ({ kind: 'release-breaker', breaker: toBreaker(String(name)) })),
    checkpoint: () => session.checkpoint('asked for'),
    close: runs.close,
  };
}

function toFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Fault(EXIT.usage, `the kill switch cannot be ${String(value)}`, 'give true or false');
}

function partsOf(session: Session): <Id extends PartId>(id: Id) => PartOf<Id> {
  const { world, store } = session.bot;
  return <Id extends PartId>(id: Id): PartOf<Id> => {
    const { title } = must(
      components.find(component => component.id === id),
      `the part ${id}`,
    );
    const state = world[id];
    return {
      id,
      title,
      state,
      hash: () => stateHash(state),
      async save() {
        const { seq } = await session.checkpoint(`${id} asked for`);
        const { file, bytes, sha256 } = must(store.savedFiles.get(id), `the file of ${id}`);
        return { part: id, path: join(resolve(store.directory), file), bytes, sha256, seq };
      },
    };
  };
}

/** One run at a time; closing stops it and saves. After a fault closing fails with that fault. */
function runsOf(session: Session, backups: BackupKeeper | null) {
  let running: { readonly ended: Promise<unknown>; readonly stop: AbortController } | null = null;
  let closed = false;

  const refuseClosed = (): void => {
    if (closed) throw new Fault(EXIT.usage, 'the bot is closed', 'open it again');
  };

  async function tell(wordOf: () => Word): Promise<Told> {
    refuseClosed();
    return session.tell(wordOf());
  }

  async function run({ until, stop, speed = 'max' }: BotRun = {}): Promise<RunResult> {
    refuseClosed();
    if (running !== null)
      throw new Fault(EXIT.usage, 'the bot is running already', 'wait for its run, or stop it');
    checkSpeed(speed);
    const end = untilOf(until);
    const own = new AbortController();
    const either = stop === undefined ? own.signal : AbortSignal.any([own.signal, stop]);
    const pace: Pace = speed === 'max' ? fullSpeed() : paced(speed, either);
    const ended = session.run({ pace, stop: either, until: end });
    running = { ended, stop: own };
    try {
      return await ended;
    } finally {
      running = null;
    }
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    running?.stop.abort();
    await running?.ended.catch(() => undefined);
    try {
      await session.checkpoint('closed');
    } finally {
      // All is saved by now: what is not there yet is sent.
      await session.close().finally(() => backups?.close());
    }
  }

  return { run, tell, close };
}
