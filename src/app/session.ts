/**
 * A session: one run of a bot over its market, from recovery to the last checkpoint.
 *
 * Promises: whatever ends it, the directory is left as recovery wants it; after a fault nothing is
 * written any more (memory may be ahead of the disk, the journal is not).
 */
import type { Candle } from '../core/market.ts';
import type { World } from '../policy/world.ts';
import type { CheckpointResult } from '../state/store.ts';
import { type BotParts, type Ending, run } from './bot.ts';
import type { Pace } from './clock.ts';
import type { RunFigures } from './view.ts';
import { type WireOptions, wire } from './wire.ts';

/** When to stop: after so many candles of the directory's life, or at a market time (ms). */
export type Until =
  | { readonly kind: 'candles'; readonly count: number }
  | { readonly kind: 'time'; readonly time: number };

export interface SessionOptions {
  readonly wire: WireOptions;
  readonly pace: Pace;
  readonly stop: AbortSignal;
  readonly until: Until | null;
  /** The bot is ready and has not traded yet. */
  readonly onReady: (bot: BotParts) => Promise<void> | void;
}

export interface SessionResult {
  readonly ending: Ending;
  readonly bot: BotParts;
  readonly figures: RunFigures;
  readonly saved: CheckpointResult;
}

/** Runs to the end of the market, to `until`, or until stopped; saves; the store is closed. */
export async function runSession(options: SessionOptions): Promise<SessionResult> {
  const bot = await wire(options.wire);
  try {
    await options.onReady(bot);
    const before = bot.world.run.candles;
    const startedAt = performance.now();
    const ending = await run(bot, {
      pace: options.pace,
      stop: options.stop,
      past: pastOf(bot.world, options.until),
    });
    const figures = {
      candles: bot.world.run.candles - before,
      seconds: (performance.now() - startedAt) / 1000,
      trainingSeconds: bot.trainer.elapsedMs() / 1000,
    };
    const saved = await bot.checkpointer.now('stopped');
    return { ending, bot, figures, saved };
  } finally {
    await bot.checkpointer.close();
    await bot.trainer.close();
    await bot.feed.close();
    bot.store.close();
  }
}

function pastOf(world: World, until: Until | null): (candle: Candle) => boolean {
  if (until === null) return () => false;
  if (until.kind === 'candles') return () => world.run.candles >= until.count;
  const { timeframeMs } = world.run.settings;
  return candle => candle.time + timeframeMs > until.time;
}
