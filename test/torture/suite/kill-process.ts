/**
 * SIGKILL at every operation of a real process on a real disk, with each write torn as well.
 *
 * A small life is killed at each change of its files that the shim counts, in five scenes; then the
 * directory is opened as a start would. A share are the bot itself on a small tape, which then runs
 * on to its end and must equal a twin that nobody killed.
 */
import assert from 'node:assert/strict';
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { UPGRADED } from '../process/cast.ts';
import { comeBack } from '../process/oracle.ts';
import { killedAs, type Point, pointsOf, type Scene, withPoint } from '../process/scene.ts';
import { type Deed, KINDS, type Operation, PARTS, withoutShim } from '../process/shim.ts';
import { Stage } from '../process/stage.ts';
import { type Part, TradeStage } from '../process/trade-stage.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

/** Reading is no change: a kill before it is the kill before the next change. */
const CHANGES = KINDS.filter(kind => kind !== 'open-read');
const TRADES = 300;

const CLEAN_AT = 14;
/** In the middle of putting a checkpoint's files in place, after a segment change. */
const KILLED_AT = 300;

export const killProcess: Suite = {
  name: 'kill-process',
  promise: 'a real process killed at any write, sync, rename or unlink forgets nothing',
  quick: 36,
  missing: withoutShim,
  prepare,
};

function prepare(seed: number): Campaign {
  const stage = new Stage('kill');
  const points = scenesOn(stage).flatMap(scene =>
    pointsOf(stage, scene, { of: CHANGES, deeds: deedsOn }),
  );
  let bot: TradeStage | null = null;
  return {
    cases: points.length + TRADES,
    run: index => {
      const point = points[index];
      if (point !== undefined) return killSmall(stage, point);
      bot ??= new TradeStage(stage);
      return killTrade(bot, caseRng(seed, index), index % 4 === 0 ? 'first' : 'last');
    },
    close: () => stage.close(),
  };
}

/** From nothing, after a clean stop, in the next release, after a kill, and with a mirror. */
function scenesOn(stage: Stage): Scene[] {
  stage.begin();
  stage.live({ until: CLEAN_AT });
  stage.keep('clean');
  const cut = { life: { until: CLEAN_AT }, of: CHANGES, at: KILLED_AT };
  const acknowledged = killedAs(stage, 'killed', cut);
  return [
    { from: 0, life: { until: CLEAN_AT } },
    { template: 'clean', from: CLEAN_AT, life: { until: CLEAN_AT + 4 } },
    { template: 'clean', from: CLEAN_AT, life: { until: CLEAN_AT + 4, release: UPGRADED } },
    { template: 'killed', from: acknowledged, life: { until: acknowledged + 4 } },
    { from: 0, life: { until: 8, mirrored: true } },
  ];
}

/** Of a write, torn after nothing is the kill before it. */
const deedsOn = ({ kind, bytes }: Operation): Deed[] =>
  kind !== 'write' || bytes < 4 ? [{ do: 'kill' }] : PARTS.map(part => ({ do: 'tear', part }));

function killSmall(stage: Stage, { scene, at, deed }: Point): string {
  const { life, from, template } = scene;
  stage.begin(template);
  const { signal, acknowledged, stdout, stderr } = stage.live(life, { of: CHANGES, at, deed });
  try {
    assert.equal(signal, 'SIGKILL', `${stdout}${stderr}`);
    return comeBack({
      directory: stage.directory,
      mirror: life.mirrored === true ? stage.mirror : null,
      release: life.release ?? '',
      acknowledged: Math.max(from, acknowledged),
    });
  } catch (error) {
    throw withPoint(stage, { at, deed }, error);
  }
}

/** Some in the first start, most while it trades; all then run on to the end of the tape. */
function killTrade(bot: TradeStage, rng: Rng, part: Part): string {
  const { stage } = bot;
  const operations = bot.operations(part, CHANGES);
  const at = 1 + rng.nextInt(operations.length);
  const deeds = deedsOn(must(operations[at - 1], 'an operation'));
  const deed = must(deeds[rng.nextInt(deeds.length)], 'a deed');
  const { signal, stdout, stderr } = bot.trade(part, { of: CHANGES, at, deed });
  try {
    assert.equal(signal, 'SIGKILL', `${stdout}${stderr}`);
    bot.assertTwin();
    return 'ran on as its twin';
  } catch (error) {
    throw withPoint(stage, { at, deed }, error);
  }
}
