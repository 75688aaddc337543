/**
 * The bot itself (`src/main.ts trade`) on a stage: a small tape, a quick learner, a twin that nobody
 * harms.
 *
 * Promises: the tape and what the twin comes to depend on nothing but the code. Never: recorded data.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MINUTE_MS } from '../../../src/base/time.ts';
import { admittedLoss } from '../../../src/cli/crash-bot.ts';
import { components } from '../../../src/components.ts';
import { openDisks } from '../../../src/state/open-disks.ts';
import { verifyDirectory } from '../../../src/state/verify.ts';
import { tidalCandles } from '../../fixtures/pipeline.ts';
import { digest } from '../../lifecycle/memory.ts';
import { writeConfig, writeTape } from '../../lifecycle/work-folder.ts';
import type { Kind, Operation, Plan } from './shim.ts';
import { type Lived, MAIN, type Stage } from './stage.ts';

export interface Market {
  readonly startMs: number;
  readonly minutes: number;
  /** How many of them are the last part. */
  readonly lastMinutes: number;
  /** So long nothing is traded, after so many minutes. */
  readonly silence?: { readonly after: number; readonly ms: number };
}

/** What is traded last has an order, its fill, a settlement of funding and an exit in it. */
const MARKET: Market = { startMs: Date.UTC(2025, 0, 1), minutes: 520, lastMinutes: 60 };

/** A bot that trades and trains as soon as its indicators are warm. */
const CONFIG = {
  risk: {
    ...{ max_hold_candles: 30, cooldown_candles: 10, min_confidence: 0.3, loss_streak_limit: 1 },
    daily_loss_limit: 0.02,
  },
  learning: {
    ...{ retrain_every: 100, barrier_sigmas: 1, barrier_candles: 20, choice_candles: 20 },
    ...{ cusum_sigmas: 0.1, example_minutes: 0 },
  },
};

/** Candles of a first start. */
const FIRST_CANDLES = 60;
const SYMBOLS = 2;

/** From nothing, while nothing is warm; or the end of the tape, from where it trades. */
export type Part = 'first' | 'last';

export class TradeStage {
  readonly stage: Stage;
  /** Of a run to the end of the tape. */
  readonly args: readonly string[];
  readonly #twin: ReturnType<typeof digest>;
  readonly #operations: Partial<Record<Part, readonly Operation[]>> = {};

  constructor(stage: Stage, market: Market = MARKET) {
    this.stage = stage;
    const folder = join(stage.folder, 'market');
    mkdirSync(folder);
    const tapes = tapesOf(folder, market);
    const config = writeConfig(folder, CONFIG);
    this.args = [
      ...[MAIN, 'trade', '--no-web', '--speed', 'max', '--config', config],
      ...['--tape', ...tapes, '--dir', stage.directory],
    ];
    stage.begin();
    this.#runWell('--until', String(SYMBOLS * (market.minutes - market.lastMinutes)));
    stage.keep('warm');
    this.#runWell();
    this.#twin = digest(stage.directory);
    assert.ok(this.#twin.trades > 0, 'a bot that never trades proves little');
  }

  /** One part under a plan, from where it begins or (`keep`) from what stands there. */
  trade(part: Part, plan: Plan, more: { keep?: boolean; TZ?: string } = {}): Lived {
    const { keep = false, TZ = 'UTC' } = more;
    if (!keep) this.stage.begin(part === 'first' ? undefined : 'warm');
    const until = part === 'first' ? ['--until', String(FIRST_CANDLES)] : [];
    return this.stage.run([...this.args, ...until], plan, { TZ });
  }

  /** Of a part to which nothing is done. */
  operations(part: Part, of: readonly Kind[]): readonly Operation[] {
    const known = this.#operations[part];
    if (known !== undefined) return known;
    const { code, stderr } = this.trade(part, { of });
    assert.equal(code, 0, stderr);
    const { operations } = this.stage.shim.told();
    this.#operations[part] = operations;
    return operations;
  }

  /** A run that must end well, and must not have lost a thing. */
  #runWell(...more: string[]): void {
    const { code, signal, stdout, stderr } = this.stage.run([...this.args, ...more]);
    assert.equal(code, 0, `${signal ?? ''}${stdout}${stderr}`);
    assert.equal(admittedLoss(stdout + stderr), null);
  }

  /** Runs on to the end of the tape: nothing tells it from the twin. */
  assertTwin(): void {
    this.#runWell();
    assert.deepEqual(digest(this.stage.directory), this.#twin);
    const { findings } = verifyDirectory(openDisks(this.stage.directory), components);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'damage'),
      [],
    );
  }
}

/** The minutes of a lively market, as if they had begun then. */
function tapesOf(folder: string, { startMs, minutes, silence }: Market): string[] {
  const candles = tidalCandles(minutes);
  const shiftMs = startMs - (candles[0]?.time ?? 0);
  const silentFromMs = silence === undefined ? Infinity : startMs + silence.after * MINUTE_MS;
  return ['BTC', 'ETH'].map(base => {
    const own = candles.filter(({ symbol }) => symbol.startsWith(base));
    const moved = own.map(candle => {
      const time = candle.time + shiftMs;
      return { ...candle, time: time < silentFromMs ? time : time + (silence?.ms ?? 0) };
    });
    return writeTape(folder, `BINANCE-${base}-USDT-1m-PERP.csv`, moved);
  });
}
