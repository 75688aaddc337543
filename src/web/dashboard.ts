/**
 * The dashboard, as the bot's thread sees it: a queue that each step is shown to, and a timer.
 *
 * Everything else (the server, its clients, the model they are answered from) is in a thread of its
 * own. Promises: a step costs the look at its facts, whoever is connected; four times a second at
 * most, and only where something has changed and the last change was taken, one change is made and
 * handed over. What breaks there is told and ends no trading. Never: waits for a client.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Worker } from 'node:worker_threads';
import { tradeCountsOf } from '../app/account-view.ts';
import type { BackupReach } from '../app/backup-keeper.ts';
import { directoryOf } from '../app/directory-view.ts';
import { AttentionDays, learningOf } from '../app/learning-view.ts';
import { askAhead } from '../app/model-reliability.ts';
import type { Session } from '../app/session.ts';
import { marketTimeOf } from '../app/view.ts';
import { startWorker } from '../app/worker.ts';
import {
  DASHBOARD_CANDLES_FAST,
  DASHBOARD_CHANGE_MS,
  DASHBOARD_CLOSE_MS,
  DASHBOARD_IDLE_MS,
  DASHBOARD_REFRESH_MS,
} from '../base/limits.ts';
import { SECOND_MS } from '../base/time.ts';
import type { StepResult } from '../core/step.ts';
import { act } from './action.ts';
import { FactQueue } from './fact-queue.ts';
import { addressOf } from './host-name.ts';
import type { Beat, Beginning, Door, ToBot, ToDashboard, ViewName } from './message.ts';
import { type Account, accountNow, pastOf } from './snapshot.ts';
import { isTakenUp } from './switchboard.ts';
import type { Change, Learning, StateView } from './view.ts';

export interface DashboardOptions {
  readonly session: Session;
  readonly door: Door;
  readonly journalMirror: string | null;
  readonly allowNetwork: boolean;
  readonly version: string;
  /** Wall time when the bot was started. */
  readonly startedAt: number;
  /** Wall clock. */
  readonly now: () => number;
  readonly progress: () => number | null;
  readonly following: () => string | null;
  /** How far the backups of this run reach; null: none are made. */
  readonly backup: () => BackupReach | null;
  /** It listens: at this address, after so many ports that were taken. */
  readonly onListening: (address: string, busy: number) => void;
  readonly warn: (line: string) => void;
  /** The module of its thread; absent: the server. */
  readonly thread?: URL;
}

export interface Dashboard {
  readonly watch: (result: StepResult) => void;
  /** Tells all who look that the bot has ended, and why. */
  close(ended: string): Promise<void>;
}

const NANOS = 1e9;
/** The page's types are stripped by Node, which says that this is an experiment. Node is pinned. */
const WORKER_OPTIONS = ['--disable-warning=ExperimentalWarning'];

export const openDashboard = (options: DashboardOptions): Dashboard => new OpenDashboard(options);

class OpenDashboard implements Dashboard {
  readonly #options: DashboardOptions;
  readonly #queue: FactQueue;
  readonly #worker: Worker;
  readonly #gone: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #days = new AttentionDays();
  #from: number;
  #isTaken = true;
  #isWatched = false;
  #isOpen = true;
  #isListening = false;
  #dueAt = 0;
  #beatAt = 0;
  #toldAt = 0;
  #rate: { candles: number; atMs: number; perSecond: number | null };
  #shown = '';

  constructor(options: DashboardOptions) {
    this.#options = options;
    const { store, world } = options.session.bot;
    this.#queue = new FactQueue(store.directory);
    this.#rate = { candles: world.run.candles, atMs: performance.now(), perSecond: null };
    this.#from = store.seq;
    this.#delay.enable();
    const module = options.thread ?? new URL('./server-worker.ts', import.meta.url);
    this.#worker = startWorker(module, this.#beginning(), WORKER_OPTIONS);
    this.#worker.unref();
    this.#gone = new Promise(resolve => this.#worker.once('exit', () => resolve()));
    void this.#gone.then(() => this.#leave('its thread is gone'));
    this.#worker.on('message', (word: ToBot) => this.#unlessBroken(() => this.#hear(word)));
    this.#worker.on('error', error =>
      this.#leave(error instanceof Error ? error.message : String(error)),
    );
    this.#timer = setInterval(
      () => this.#unlessBroken(() => this.#look()),
      DASHBOARD_CHANGE_MS,
    ).unref();
  }

  readonly watch = (result: StepResult): void => {
    if (this.#isOpen) this.#queue.see(result, this.#options.session.bot.world);
  };

  async close(ended: string): Promise<void> {
    if (!this.#isOpen) return;
    this.#stop();
    // A short run may be over before anybody could have looked.
    if (!this.#isListening) return void (await this.#worker.terminate());
    try {
      this.#say({ kind: 'end', ...this.#news(ended) });
    } catch {
      // What ended the bot may be what its account cannot be shown for: that is told elsewhere.
      void this.#worker.terminate();
    }
    this.#worker.ref();
    const timer = setTimeout(() => void this.#worker.terminate(), DASHBOARD_CLOSE_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  #beginning(): Beginning {
    const { session, door, journalMirror, allowNetwork } = this.#options;
    const { world, store } = session.bot;
    const { trades, ...past } = pastOf(world);
    this.#seeDay();
    return {
      door,
      run: Math.floor(this.#options.startedAt).toString(36),
      place: { directory: store.directory, journalMirror, allowNetwork },
      snapshot: { ...this.#account(null), ...past, candles: {}, news: [] },
      trades,
      beat: this.#beat(),
    };
  }

  /** The turn of the timer: a beat now and then, and what is new where it is time for it. */
  #look(): void {
    const nowMs = performance.now();
    if (nowMs - this.#beatAt >= DASHBOARD_IDLE_MS) {
      this.#say({ kind: 'beat', beat: this.#beat() });
      this.#beatAt = nowMs;
    }
    if (!this.#isTaken || nowMs < this.#dueAt || !this.#hasNews()) return;
    const news = this.#news(null);
    const candles = Object.values(news.change.candles).reduce((sum, all) => sum + all.length, 0);
    const soon = candles > DASHBOARD_CANDLES_FAST ? SECOND_MS : DASHBOARD_CHANGE_MS;
    this.#dueAt = nowMs + (this.#isWatched ? soon : DASHBOARD_IDLE_MS);
    this.#toldAt = nowMs;
    this.#isTaken = false;
    this.#say({ kind: 'change', ...news });
  }

  /** Steps; what changes without one (how a market is followed, a checkpoint, a round); or time. */
  #hasNews(): boolean {
    if (!this.#queue.isEmpty || this.#aside() !== this.#shown) return true;
    return this.#isWatched && performance.now() - this.#toldAt >= DASHBOARD_REFRESH_MS;
  }

  #aside(): string {
    const { session, following } = this.#options;
    const scrub = session.scrub();
    const { seq } = session.bot.store.lastCheckpoint;
    return [following(), seq, scrub?.running, scrub?.last?.at].join();
  }

  #news(ended: string | null): Pick<Extract<ToDashboard, { kind: 'change' }>, 'change' | 'trades'> {
    const aside = this.#aside();
    const { trades, stale, ...happened } = this.#queue.take();
    const isState = aside !== this.#shown;
    this.#shown = aside;
    this.#seeDay();
    const account = this.#account(ended);
    const change: Change = {
      ...{ from: this.#from, ...account, ...happened },
      stale: isState ? [...stale, 'state'] : stale,
    };
    this.#from = account.status.seq;
    return { change, trades };
  }

  #seeDay(): void {
    const { world } = this.#options.session.bot;
    const time = marketTimeOf(world);
    if (time !== null) this.#days.see(time, world.attention);
  }

  #account(ended: string | null): Account {
    const { session, version, startedAt, now, progress, following } = this.#options;
    const { store, world } = session.bot;
    return accountNow(world, {
      ...{ version, startedAt, at: now(), directory: store.directory, seq: store.seq, ended },
      ...{ following: following(), progress: progress() },
      candlesPerSecond: this.#perSecond(world.run.candles),
    });
  }

  #perSecond(candles: number): number | null {
    const atMs = performance.now();
    const { candles: before, atMs: since } = this.#rate;
    if (atMs - since < SECOND_MS) return this.#rate.perSecond;
    const perSecond = ((candles - before) * SECOND_MS) / (atMs - since);
    this.#rate = { candles, atMs, perSecond };
    return perSecond;
  }

  #beat(): Beat {
    const { store, world } = this.#options.session.bot;
    const { mean, max } = this.#delay;
    const p99 = this.#delay.percentile(99);
    this.#delay.reset();
    const seconds = (nanos: number): number => (Number.isFinite(nanos) ? nanos / NANOS : 0);
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    const { atMs } = store.lastCheckpoint;
    const backup = this.#options.backup();
    return {
      loopDelay: { mean: seconds(mean), p99: seconds(p99), max: seconds(max) },
      memory: { rss, heapUsed, external },
      cpuSeconds: (user + system) / 1e6,
      checkpointAt: atMs === 0 ? null : atMs,
      journalBytes: store.journalBytes,
      stepsSinceCheckpoint: store.stepsSinceCheckpoint,
      backupLagSteps: backup === null ? null : Math.max(0, store.seq - (backup.seq ?? 0)),
      recoverySeconds: store.recoveryMs / SECOND_MS,
      ...tradeCountsOf(world),
    };
  }

  #hear(word: ToBot): void {
    const { session, door, onListening, warn } = this.#options;
    if (word.kind === 'listening') {
      this.#isListening = true;
      onListening(addressOf(door.host, word.port), word.busy);
    }
    if (word.kind === 'deaf') warn(`no dashboard: ${word.why}`);
    if (word.kind === 'taken') this.#isTaken = true;
    if (word.kind === 'watched') {
      this.#isWatched = word.watched;
      this.#dueAt = 0;
    }
    if (word.kind === 'view') void this.#answer(word.id, word.name);
    if (word.kind === 'action' && isTakenUp(word))
      void act(session, word.action).then(value =>
        this.#say({ kind: 'answer', id: word.id, value }),
      );
  }

  async #answer(id: number, name: ViewName): Promise<void> {
    // What breaks in it breaks in the look too, which says so.
    if (name === 'learning') await askAhead(this.#options.session.bot.world).catch(() => {});
    this.#unlessBroken(() => this.#say({ kind: 'answer', id, value: this.#view(name) }));
  }

  #view(name: ViewName): Learning | StateView {
    const { session, journalMirror, now, backup } = this.#options;
    const { world, store } = session.bot;
    if (name === 'learning')
      return { seq: store.seq, attentionPast: this.#days.days, ...learningOf(world) };
    const directory = directoryOf(session, journalMirror);
    return { at: now(), directoryBytes: null, backup: backup(), ...directory };
  }

  #say(word: ToDashboard): void {
    this.#worker.postMessage(word);
  }

  /** A fault in what is shown is none of what is traded. */
  #unlessBroken(work: () => void): void {
    if (!this.#isOpen) return;
    try {
      work();
    } catch (error) {
      this.#leave(error instanceof Error ? error.message : String(error));
      void this.#worker.terminate();
    }
  }

  /** It broke: the bot trades on. */
  #leave(why: string): void {
    if (!this.#isOpen) return;
    this.#stop();
    this.#options.warn(`the dashboard has ended: ${why}; the bot goes on without it`);
  }

  #stop(): void {
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.#delay.disable();
  }
}
