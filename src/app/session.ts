/**
 * A session: one bot over its market, from recovery to the last checkpoint.
 *
 * Promises: whatever ends it, the directory is left as recovery wants it; after a fault nothing is
 * written any more (memory may be ahead of the disk, the journal is not).
 */
import type { Candle } from '../core/market.ts';
import type { World } from '../policy/world.ts';
import type { CheckpointResult } from '../state/store.ts';
import { type BotParts, type Ending, run } from './bot.ts';
import type { Pace } from './clock.ts';
import type { Commands } from './control-command.ts';
import type { HeldPlace } from './directory.ts';
import { type Told, tell, type Word } from './operator.ts';
import { recallAside } from './recall.ts';
import { newsIn, takeUp } from './replace-memory.ts';
import { memoriesFor, type Rollback, type RolledBack, rolledBack } from './rollback.ts';
import {
  createScrubber,
  type Scrubber,
  type ScrubberOptions,
  type ScrubStatus,
} from './scrubber.ts';
import type { RunFigures } from './view.ts';
import { type WireOptions, wire } from './wire.ts';

/** When to stop: after so many candles of the directory's life, or at a market time (ms). */
export type Until =
  | { readonly kind: 'candles'; readonly count: number }
  | { readonly kind: 'time'; readonly time: number };

export interface RunRequest {
  readonly pace: Pace;
  readonly stop: AbortSignal;
  readonly until: Until | null;
}

export interface RunResult {
  readonly ending: Ending;
  readonly figures: RunFigures;
}

export interface Session {
  readonly bot: BotParts;
  /** To the end of the market, to `until`, or until stopped. May be called again afterwards. */
  run(request: RunRequest): Promise<RunResult>;
  /** The operator's word, also while it runs: a step of its own, durable when this returns. */
  tell(word: Word): Promise<Told>;
  /** A learned part goes back, also while it runs: a step of its own, durable when this returns. */
  /** `from`: where backups are that may have what the directory no longer has. */
  rollBack(rollback: Rollback, from?: string | null): Promise<RolledBack>;
  /** Writes the state files of this step. */
  checkpoint(reason: string): Promise<CheckpointResult>;
  /** How far the background scrub is; null where there is none. */
  readonly scrub: () => ScrubStatus | null;
  /** Begins a round of it, unless one is under way; null where there is none. */
  readonly beginScrub: () => ScrubStatus | null;
  /** Gives everything back and writes nothing. */
  close(): Promise<void>;
}

/** Recovers the directory; the bot is ready and has not traded yet. */
export async function openSession(options: WireOptions): Promise<Session> {
  const bot = await wire(options);
  let failure: { readonly error: unknown } | null = null;
  const refuseAfterFailure = (): void => {
    if (failure !== null) throw failure.error;
  };
  /** After a fault there is no second try: what memory holds may not be on the disk. */
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    refuseAfterFailure();
    try {
      return await work();
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  const scrubber = scrubberFor(options, bot, work => guarded(() => bot.checkpointer.between(work)));
  return {
    bot,
    scrub: () => scrubber?.status() ?? null,
    beginScrub() {
      // Nobody waits for it: what fails in it is told where every round's failure is.
      void scrubber?.round();
      return scrubber?.status() ?? null;
    },
    // What fails beside the loop stops it before its next candle.
    run: request => guarded(() => runOnce(bot, request, refuseAfterFailure)),
    tell: word =>
      guarded(async () => {
        const told = tell(bot, word);
        bot.live?.ring();
        return told;
      }),
    async rollBack(rollback, from = null) {
      const recalled = await recallAside({ place: heldPlace(options, bot), rollback, from });
      refuseAfterFailure();
      // What is refused here was not begun: the bot trades on.
      const memories = memoriesFor(bot, rollback, recalled);
      const news = newsIn(bot, memories);
      return guarded(async () => {
        const replaced = takeUp(bot, news);
        await bot.checkpointer.now('rollback');
        return rolledBack(memories, replaced);
      });
    },
    checkpoint: reason => guarded(() => bot.checkpointer.now(reason)),
    async close() {
      try {
        await scrubber?.close();
        await bot.checkpointer.close();
        await bot.trainer.close();
        await bot.feed.close();
      } finally {
        bot.store.close();
      }
    },
  };
}

/** A backtest and what is in memory alone have nothing at rest that anybody waits for. */
function scrubberFor(
  options: WireOptions,
  { store }: BotParts,
  between: ScrubberOptions['between'],
): Scrubber | null {
  const { directory, sharedSync, journalMirror, scrub: pace, warn } = options;
  if (directory === null || sharedSync) return null;
  return createScrubber({ store, between, journalMirror, pace, warn, now: Date.now });
}

/** What a running session can be asked for from outside. */
export const commandsOf = (session: Session): Commands => ({
  checkpoint: () => session.checkpoint('asked for'),
  'scrub-status': async () => session.scrub(),
  scrub: async () => session.beginScrub(),
  'kill-switch': ({ on }) => session.tell({ kind: 'kill-switch', on }),
  'release-breaker': ({ breaker }) => session.tell({ kind: 'release-breaker', breaker }),
  pause: () => session.tell({ kind: 'pause' }),
  resume: () => session.tell({ kind: 'resume' }),
  flatten: () => session.tell({ kind: 'flatten' }),
  rollback: ({ from, ...rollback }) => session.rollBack(rollback, from),
});

const heldPlace = (
  { journalMirror, allowNetwork }: WireOptions,
  { store }: BotParts,
): HeldPlace => ({
  directory: store.directory,
  journalMirror,
  allowNetwork,
});

export interface SessionOptions extends RunRequest {
  readonly wire: WireOptions;
  /** The bot is ready and has not traded yet. */
  readonly onReady: (session: Session) => Promise<void> | void;
  /** It has saved, or failed, and still holds the directory. It must not throw. */
  readonly onEnd?: () => Promise<void>;
}

export interface SessionResult extends RunResult {
  readonly bot: BotParts;
  readonly saved: CheckpointResult;
}

/** A whole session: opens, runs, saves; the store is closed. */
export async function runSession(options: SessionOptions): Promise<SessionResult> {
  const session = await openSession(options.wire);
  const { bot } = session;
  let result: SessionResult;
  try {
    await options.onReady(session);
    const ran = await session.run(options);
    result = { ...ran, bot, saved: await session.checkpoint('stopped') };
  } catch (error) {
    await options.onEnd?.();
    // What fails now fails for the same reason, which is the one to tell.
    await session.close().catch(() => undefined);
    throw error;
  }
  await options.onEnd?.();
  await session.close();
  return result;
}

async function runOnce(
  bot: BotParts,
  { pace, stop, until }: RunRequest,
  refuseAfterFailure: () => void,
): Promise<RunResult> {
  const { world, trainer } = bot;
  const before = { candles: world.run.candles, trainingMs: trainer.elapsedMs() };
  const startedAt = performance.now();
  const isPast = pastOf(world, until);
  const past = (candle: Candle): boolean => {
    refuseAfterFailure();
    return isPast(candle);
  };
  const ending = await attended(bot, stop, () => run(bot, { pace, stop, past }));
  const seconds = (performance.now() - startedAt) / 1000;
  const trainingSeconds = (trainer.elapsedMs() - before.trainingMs) / 1000;
  const figures = {
    candles: world.run.candles - before.candles,
    seconds,
    trainingSeconds,
    trainingShare: seconds > 0 ? trainingSeconds / seconds : 0,
  };
  return { ending, figures };
}

/** The loop, and beside it the desk of a live account: what fails there for good ends both. */
async function attended<T>(
  { live }: BotParts,
  stop: AbortSignal,
  loop: () => Promise<T>,
): Promise<T> {
  if (live === undefined) return loop();
  await live.meet(stop);
  const end = new AbortController();
  const attending = live.attend(AbortSignal.any([stop, end.signal]));
  try {
    return await Promise.race([loop(), attending.then(() => new Promise<never>(() => {}))]);
  } finally {
    end.abort();
    await attending;
  }
}

function pastOf(world: World, until: Until | null): (candle: Candle) => boolean {
  if (until === null) return () => false;
  if (until.kind === 'candles') return () => world.run.candles >= until.count;
  const { timeframeMs } = world.run.settings;
  return candle => candle.time + timeframeMs > until.time;
}
