/**
 * The wall clock goes wrong: forward, back, in another zone, over a midnight and a change to
 * summer time, while a bot trades, is killed, or is off for a week.
 *
 * What decides goes by the market's time, so a run whose clock jumps must equal its twin, whose
 * clock never did. Small lives write their checkpoints by a wall clock that jumps.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENERATIONS_KEPT_MAX } from '../../../src/base/limits.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/base/time.ts';
import { comeBack } from '../process/oracle.ts';
import { type Deed, KINDS, withoutShim } from '../process/shim.ts';
import { Stage } from '../process/stage.ts';
import { TradeStage } from '../process/trade-stage.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const CASES = 300;
/** Every third is the bot itself. */
const BOT_EVERY = 3;
const CHANGES = KINDS.filter(kind => kind !== 'open-read');

const ZONES = [
  ...['UTC', 'Europe/London', 'America/New_York', 'Asia/Kathmandu'],
  ...['Australia/Lord_Howe', 'Pacific/Kiritimati', 'Europe/Berlin'],
] as const;

const SKEWS_MS = [
  ...[0, MINUTE_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, 7 * DAY_MS, 400 * DAY_MS],
  ...[-MINUTE_MS, -HOUR_MS, -5 * HOUR_MS, -DAY_MS, -7 * DAY_MS, -400 * DAY_MS],
] as const;

/**
 * What is traded last: half an hour of the evening of 29 March 2025, in which a position is opened,
 * midnight, and a week of silence over the change to summer time; then it is closed.
 */
const MARKET = {
  ...{ startMs: Date.UTC(2025, 2, 29, 16), minutes: 530, lastMinutes: 80 },
  silence: { after: 490, ms: 7 * DAY_MS - HOUR_MS },
};

export const clock: Suite = {
  name: 'clock',
  promise: 'no jump of the clock, zone or week of absence changes what a bot does or remembers',
  quick: 5,
  missing: withoutShim,
  prepare,
};

function prepare(seed: number): Campaign {
  const stage = new Stage('clock');
  let bot: TradeStage | null = null;
  return {
    cases: CASES,
    run: index => {
      const rng = caseRng(seed, index);
      if (index % BOT_EVERY !== 0) return smallLives(stage, rng);
      bot ??= new TradeStage(stage, MARKET);
      return trades(bot, rng);
    },
    close: () => stage.close(),
  };
}

const oneOf = <T>(rng: Rng, things: readonly T[]): T => things[rng.nextInt(things.length)] as T;

/** A jump, or a kill; anywhere in a life of so many operations. */
const deedOf = (rng: Rng): Deed =>
  rng.nextInt(3) === 0 ? { do: 'kill' } : { do: 'jump', byMs: oneOf(rng, SKEWS_MS) };

/** Two starts with a clock that is wrong and goes wrong, then the end with one that is right. */
function trades(bot: TradeStage, rng: Rng): string {
  const told: string[] = [];
  for (const keep of [false, true]) {
    const operations = bot.operations('last', CHANGES).length;
    const at = 1 + rng.nextInt(keep ? RESTART_OPERATIONS : operations);
    const [deed, skewMs, TZ] = [deedOf(rng), oneOf(rng, SKEWS_MS), oneOf(rng, ZONES)];
    told.push(JSON.stringify({ at, deed, skewMs, TZ }));
    const lived = bot.trade('last', { of: CHANGES, at, deed, skewMs }, { TZ, keep });
    const ending = lived.signal ?? lived.code;
    assert.equal(ending, deed.do === 'kill' ? 'SIGKILL' : 0, `${told.join()}\n${lived.stderr}`);
  }
  try {
    bot.assertTwin();
  } catch (error) {
    throw new Error(told.join('\n'), { cause: error });
  }
  return 'equal to its twin';
}

/** Of a start that finds little or nothing to do. */
const RESTART_OPERATIONS = 50;
const LIVES = 3;
const STEPS = 5;

/** One life after the other by the wall clock, each with a start and stop of its own. */
function smallLives(stage: Stage, rng: Rng): string {
  stage.begin();
  let acknowledged = 0;
  for (let life = 0; life < LIVES; life += 1) {
    const plan = {
      ...{ of: CHANGES, at: 1 + rng.nextInt(250), deed: deedOf(rng) },
      skewMs: oneOf(rng, SKEWS_MS),
    };
    const lived = stage.live({ until: acknowledged + STEPS, clock: 'wall' }, plan);
    assert.ok(lived.signal === 'SIGKILL' || lived.code === 0, lived.stderr);
    acknowledged = Math.max(acknowledged, lived.acknowledged);
    const { hits, kind, path } = stage.shim.told();
    if (lived.signal === 'SIGKILL') assert.ok(hits > 0, `killed by nobody: ${kind} ${path}`);
  }
  const left = comeBack({ directory: stage.directory, mirror: null, acknowledged });
  const manifest = readFileSync(join(stage.directory, 'manifest.json'), 'utf8');
  const { generations } = JSON.parse(manifest) as { generations: unknown[] };
  assert.ok(generations.length >= 2 && generations.length <= GENERATIONS_KEPT_MAX);
  return left;
}
