/**
 * SIGKILL storms: one living directory, killed at random instants again and again, in its start-ups
 * and recoveries too, for as long as the storm lasts; then it runs to its end.
 *
 * Most storms are over small lives; every fourth is over the bot itself, which must end as its twin.
 * The delays are from the seed, what they hit is not: a storm does not come back exactly.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { admittedLoss } from '../../../src/cli/crash-bot.ts';
import { comeBack } from '../process/oracle.ts';
import { acknowledgedIn, LIFE, Stage } from '../process/stage.ts';
import { TradeStage } from '../process/trade-stage.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const STORMS = 20;
const BOT_EVERY = 4;
const KILLS = 110;
/** A bot's start-up takes longer. */
const BOT_KILLS = 40;
/** Further than any life gets before it is killed. */
const ENDLESS = 1_000_000;
/** On a machine too busy for all kills; a case may not take two minutes. */
const STORM_MS_MAX = 75_000;
const PATIENCE_MS = 60_000;

export const killStorm: Suite = {
  name: 'kill-storm',
  promise: 'a directory that is killed a hundred times over goes on as if it had never been',
  quick: 1,
  missing: () => (process.platform === 'win32' ? 'needs signals' : null),
  prepare,
};

function prepare(seed: number): Campaign {
  const stage = new Stage('storm');
  let bot: TradeStage | null = null;
  return {
    cases: STORMS,
    run: index => {
      const rng = caseRng(seed, index);
      if (index % BOT_EVERY !== BOT_EVERY - 1) return overLives(stage, rng);
      bot ??= new TradeStage(stage);
      return overBot(bot, rng);
    },
    close: () => stage.close(),
  };
}

/** How long to wait for a kill: about every second one is to come after the start-up. */
class Delays {
  readonly #rng: Rng;
  #readyMs: number;

  constructor(rng: Rng, readyMs: number) {
    this.#rng = rng;
    this.#readyMs = readyMs;
  }

  next(): number {
    return this.#rng.nextFloat() * 2 * this.#readyMs;
  }

  /** A machine gets busy, and idle again. */
  learn(wasReady: boolean): void {
    this.#readyMs *= wasReady ? 0.96 : 1.06;
  }
}

function patience(): () => boolean {
  const endsAt = performance.now() + STORM_MS_MAX;
  return () => performance.now() > endsAt;
}

/** After each kill nothing may be behind what was told; at the end all of it must be there. */
async function overLives(stage: Stage, rng: Rng): Promise<string> {
  stage.begin();
  const mirror = rng.nextInt(2) === 0 ? stage.mirror : '';
  const life = [LIFE, stage.directory, String(ENDLESS), mirror, '', ''];
  const delays = new Delays(rng, 200);
  let acknowledged = 0;
  const isOver = patience();
  let kill = 0;
  for (let inFlight = 1; kill < KILLS && !isOver(); kill += 1, inFlight += 1) {
    const { code, stdout } = await killed(stage, life, delays.next());
    assert.equal(code, null, `a life in the storm ended with ${code}`);
    const ready = /^ready (\d+)\n/m.exec(stdout)?.[1];
    delays.learn(ready !== undefined);
    if (ready !== undefined) {
      assert.ok(Number(ready) >= acknowledged, `kill ${kill}: ${ready} after ${acknowledged}`);
      assert.ok(Number(ready) <= acknowledged + inFlight, `kill ${kill}: ${ready} is too much`);
      inFlight = 0;
    }
    acknowledged = Math.max(acknowledged, acknowledgedIn(stdout));
  }
  const left = comeBack({ directory: stage.directory, mirror: mirror || null, acknowledged });
  return kill < KILLS ? `${left} (cut short)` : left;
}

async function overBot(bot: TradeStage, rng: Rng): Promise<string> {
  const { stage } = bot;
  stage.begin('warm');
  const delays = new Delays(rng, 800);
  const isOver = patience();
  for (let kill = 0; kill < BOT_KILLS && !isOver(); kill += 1) {
    const { code, stdout, stderr } = await killed(stage, bot.args, delays.next());
    delays.learn(/^ready\b/m.test(stdout));
    assert.equal(admittedLoss(stdout + stderr), null);
    assert.ok(code === null || code === 0, `the bot ended with ${code}: ${stderr}`);
    // One that came to its end is the twin already; the storm goes on from the beginning.
    if (code === 0) {
      bot.assertTwin();
      stage.begin('warm');
    }
  }
  bot.assertTwin();
  return 'the bot as its twin';
}

/** What it had told when it died, or its exit code where it was faster. */
async function killed(
  stage: Stage,
  args: readonly string[],
  delayMs: number,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, {
    env: stage.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [heard(child.stdout), heard(child.stderr)];
  const gone = once(child, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
  await sleep(delayMs);
  child.kill('SIGKILL');
  const [code] = (await gone) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

function heard(stream: ChildProcess['stdout']): () => string {
  let text = '';
  must(stream, 'a stream')
    .setEncoding('utf8')
    .on('data', (more: string) => {
      text += more;
    });
  return () => text;
}
