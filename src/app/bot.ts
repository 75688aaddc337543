/**
 * The bot: one loop over candles, and the same code for running and resuming.
 *
 * Promises: a candle's facts are durable before an order leaves; what is owed (answers, trainings)
 * is done before the next candle, whether it was owed by this run or by one that was killed.
 * Never: decides (policy/decide does), remembers (the components do), or formats for people.
 */
import { setTimeout } from 'node:timers/promises';
import type { Exchange, Feed } from '../core/exchange.ts';
import type { ModelId, TrainRequest } from '../core/fact.ts';
import type { Candle } from '../core/market.ts';
import type { Input, Stepper, StepResult } from '../core/step.ts';
import * as deep from '../learn/deep-signal-model.ts';
import * as signal from '../learn/signal-model.ts';
import type { World } from '../policy/world.ts';
import type { Store } from '../state/store.ts';
import { bookmarksOf } from './bookmark.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { Pace } from './clock.ts';
import type { Courier } from './courier.ts';
import type { LiveCourier } from './live/live-courier.ts';
import { MODELS, type Trainer } from './trainer.ts';

export interface BotParts {
  readonly world: World;
  readonly store: Store;
  readonly stepper: Stepper;
  readonly feed: Feed;
  /** What happens to orders inside a candle, where nobody else tells it. */
  readonly exchange: Pick<Exchange, 'advance'>;
  readonly courier: Courier;
  /** The same courier where it looks after a live account. */
  readonly live?: LiveCourier;
  readonly trainer: Trainer;
  readonly checkpointer: Checkpointer;
  readonly watch: (result: StepResult, world: World) => void;
}

export interface RunOptions {
  readonly pace: Pace;
  readonly stop: AbortSignal;
  /** True when this candle is not to be traded any more (`--until`). */
  readonly past: (candle: Candle) => boolean;
}

export type Ending = 'tape' | 'until' | 'stopped';

/** The loop. It returns when the feed ends, `past` says so, or `stop` is aborted. */
export async function run(bot: BotParts, options: RunOptions): Promise<Ending> {
  const { pace, stop, past } = options;
  await settle(bot);
  for await (const batch of bot.feed.candles(bookmarksOf(bot.world))) {
    if (stop.aborted) return 'stopped';
    await settle(bot);
    // A market that lets wait is no reason not to save.
    if (batch.length === 0) bot.checkpointer.afterStep();
    // By index: an iterator that lives on over an await is asked, and answers, at a price.
    for (let index = 0; index < batch.length; index += 1) {
      const candle = batch[index] as Candle;
      if (stop.aborted) return 'stopped';
      if (past(candle)) return 'until';
      commit(bot, { kind: 'candle', candle, reports: bot.exchange.advance(candle) });
      if (isOwed(bot)) await settle(bot);
      bot.checkpointer.afterStep();
      const turn = pace.next();
      if (turn !== null) {
        await turn;
        await settle(bot);
      }
    }
  }
  return stop.aborted ? 'stopped' : 'tape';
}

/** What a step needs of a bot. */
export type Steps = Pick<BotParts, 'world' | 'store' | 'stepper' | 'watch' | 'live'>;

/** One step: decide and fold, make durable, show. Where nothing happened there is no step. */
export function commit(bot: Steps, input: Input): StepResult {
  const result = keep(bot, input);
  if (result.facts.length > 0) bot.watch(result, bot.world);
  return result;
}

/** What could not be kept is in memory all the same, whole or half: a live bot acts on none of it. */
function keep({ stepper, store, live }: Steps, input: Input): StepResult {
  live?.insist();
  try {
    const result = stepper.run(store.seq + 1, input);
    if (result.facts.length > 0) store.append(result);
    return result;
  } catch (error) {
    live?.halt(error);
    throw error;
  }
}

/** Parts that began afresh are told what they missed, before anything else happens. */
export function introduceFresh(bot: Steps): void {
  const { fresh } = bot.store;
  if (fresh.length > 0 && bot.world.run.binding !== null)
    commit(bot, { kind: 'found', ids: fresh });
}

/** By name: it is asked after each step, and a loop over MODELS would look each of them up. */
function isOwed({ courier, world }: BotParts): boolean {
  if (!courier.idle()) return true;
  return world['signal-model'].request !== null || world['deep-signal-model'].request !== null;
}

/**
 * Does what is owed until nothing is: orders first, then trainings. The operator may speak whenever
 * the loop waits, so it comes after every wait: nothing is owed when a candle begins.
 */
async function settle(bot: BotParts): Promise<void> {
  while (isOwed(bot)) {
    bot.store.sync();
    if (!bot.courier.idle()) await bot.courier.deliver();
    for (const id of MODELS) if (bot.world[id].request !== null) await train(bot, id);
  }
}

/** An immediate would still run in the turn in which a message of the worker was heard. */
const anotherTurn = (): Promise<void> => setTimeout(0);

/**
 * In turns of its own, each of them short: making the lesson ready, writing the weights (the store
 * keeps what no fact names yet), taking them up.
 */
async function train(bot: BotParts, id: ModelId): Promise<void> {
  const { world, trainer, store } = bot;
  const request = world[id].request;
  if (request === null) return;
  await anotherTurn();
  const { outcome, blob } = await trainer.train({ request, ...lessonFor(world, id, request) });
  if (blob !== null) {
    store.putBlob(blob);
    await anotherTurn();
  }
  // The memory may have been replaced meanwhile: the training is owed no more.
  if (world[id].request !== request) return;
  commit(bot, { kind: 'trained', outcome, blob: blob ?? undefined });
}

/** What a training needs beside its request. */
const lessonFor = (world: World, id: ModelId, request: TrainRequest) =>
  id === 'signal-model'
    ? { examples: signal.examplesOf(world[id], request), champion: signal.championOf(world[id]) }
    : { examples: deep.examplesOf(world[id], request), champion: deep.championOf(world[id]) };
