/**
 * A disk that fails under a real process: at every write, sync, rename and open of a session.
 *
 * The shim lets one operation of a small life fail as a disk does (full, broken, over quota,
 * read-only, out of handles, not permitted), once or from then on; or it shortens a write; or a sync
 * fails, drops what it should have kept, and says yes from then on. A share are the bot itself.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.ts';
import { EXIT } from '../../../src/base/fault.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { LifeServer } from '../process/life-server.ts';
import { comeBack } from '../process/oracle.ts';
import { fillDisk, remountReadOnly, withoutMounts } from '../process/real-disk.ts';
import { killedAs, type Point, pointsOf, type Scene, withPoint } from '../process/scene.ts';
import {
  type Deed,
  type Errno,
  KINDS,
  type Kind,
  type Operation,
  withoutShim,
} from '../process/shim.ts';
import { type Lived, Stage } from '../process/stage.ts';
import { type Part, TradeStage } from '../process/trade-stage.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

/** Of the bot itself, of its log, of real small disks. */
const OTHERS = 240;
const CLEAN_AT = 7;
/** Of its log, in any run: the folder, the file, the first lines. */
const LOG_OPERATIONS = 4;
const LOG_CHANGES = KINDS.filter(kind => kind !== 'open-read');
/** In the second checkpoint of such a life. */
const KILLED_AT = 200;

/** What a disk says to each kind of operation. */
const ERRORS: Readonly<Partial<Record<Kind, readonly Errno[]>>> = {
  'open-read': ['EIO', 'EMFILE', 'EACCES'],
  'open-write': ['ENOSPC', 'EIO', 'EROFS', 'EDQUOT', 'EMFILE', 'EACCES'],
  write: ['ENOSPC', 'EIO', 'EROFS', 'EDQUOT'],
  sync: ['EIO', 'ENOSPC'],
  rename: ['ENOSPC', 'EIO', 'EROFS', 'EACCES'],
  link: ['ENOSPC', 'EIO', 'EROFS'],
  unlink: ['EIO', 'EROFS'],
  mkdir: ['ENOSPC', 'EIO', 'EROFS', 'EDQUOT'],
  rmdir: ['EIO', 'EROFS'],
};

/** What fails as well from then on, where the state of the disk is a lasting one. */
const LASTING: Readonly<Record<Errno, readonly Kind[]>> = {
  ENOSPC: ['open-write', 'write', 'mkdir'],
  EDQUOT: ['open-write', 'write', 'mkdir'],
  EIO: KINDS,
  EROFS: KINDS.filter(kind => kind !== 'open-read' && kind !== 'sync'),
  EMFILE: ['open-read', 'open-write'],
  EACCES: ['open-read', 'open-write', 'rename', 'unlink', 'link', 'mkdir', 'rmdir'],
};

export const diskFault: Suite = {
  name: 'disk-fault',
  promise: 'a disk that fails stops the bot at once, in one line, and costs nothing that was told',
  quick: 100,
  missing: withoutShim,
  prepare,
};

function prepare(seed: number): Campaign {
  const stage = new Stage('fault');
  const server = new LifeServer(stage);
  const points = scenesOn(stage).flatMap(scene =>
    pointsOf(stage, scene, { of: KINDS, deeds: deedsOn }),
  );
  const noMounts = withoutMounts();
  let bot: TradeStage | null = null;
  const theBot = (): TradeStage => {
    bot ??= new TradeStage(stage);
    return bot;
  };
  /** What comes after the points, a few of each. */
  const others: ((rng: Rng) => string)[] = [
    rng => failTrade(theBot(), rng, 'last'),
    rng => failTrade(theBot(), rng, rng.nextInt(3) === 0 ? 'first' : 'last'),
    rng => failLog(theBot(), rng),
    rng => noMounts ?? fillDisk(stage, rng),
    rng => noMounts ?? (rng.nextInt(3) === 0 ? remountReadOnly(stage) : fillDisk(stage, rng)),
  ];
  return {
    cases: points.length + OTHERS,
    run: index => {
      const point = points[index];
      if (point !== undefined) return failSmall({ stage, server }, point);
      return must(others[index % others.length], 'a kind of case')(caseRng(seed, index));
    },
    close: async () => {
      await server.close();
      stage.close();
    },
  };
}

/** A first life, and the recovery of one that was killed, its journal on two disks. */
function scenesOn(stage: Stage): Scene[] {
  const cut = { life: { until: CLEAN_AT, mirrored: true }, of: KINDS, at: KILLED_AT };
  const acknowledged = killedAs(stage, 'killed', cut);
  const again = { until: acknowledged + 1, mirrored: true };
  return [
    { from: 0, life: { until: CLEAN_AT } },
    { template: 'killed', from: acknowledged, life: again },
  ];
}

function deedsOn({ kind, bytes }: Operation): Deed[] {
  const deeds = (ERRORS[kind] ?? []).flatMap((errno): Deed[] => [
    { do: 'fail', with: errno },
    { do: 'fail', with: errno, sticky: LASTING[errno] },
  ]);
  if (kind === 'sync') deeds.push({ do: 'drop' });
  if (kind === 'write' && bytes > 1)
    for (const part of ['one byte', 'half', 'all but one byte'] as const)
      deeds.push({ do: 'short', part });
  return deeds;
}

interface Place {
  readonly stage: Stage;
  readonly server: LifeServer;
}

async function failSmall({ stage, server }: Place, { scene, at, deed }: Point): Promise<string> {
  const { life, from, template } = scene;
  stage.begin(template);
  const lived = await server.live(life, { of: KINDS, at, deed });
  try {
    const ending = endingOf(lived, stage, deed);
    comeBack({
      directory: stage.directory,
      mirror: life.mirrored === true ? stage.mirror : null,
      acknowledged: Math.max(from, lived.acknowledged),
    });
    return ending;
  } catch (error) {
    throw withPoint(stage, { at, deed }, error);
  }
}

/** What may fail without an end: nothing of it is memory. */
const NO_MEMORY = /\/(ballast(\.tmp)?|lock-owner\.json|logs(\/\S+)?)$/;

const NO_LOG = /^[^\n]*no log file: [^\n]+\n/;

/** The folder above may be somebody else's, to whom the directory's name there is left. */
const isLeftAbove = (path: string, deed: Deed, { scene }: Stage): boolean =>
  path === scene && deed.do === 'fail' && deed.with === 'EACCES';

/** Stopped in one line that names a file and a remedy; or it never needed what failed. */
function endingOf({ code, stderr }: Lived, stage: Stage, deed: Deed): string {
  const told = stage.shim.told();
  assert.ok(told.hits > 0, 'nothing was hit');
  if (code === EXIT.ok) {
    if (deed.do === 'short') return 'short write made whole';
    const isNoMemory = NO_MEMORY.test(told.path) || isLeftAbove(told.path, deed, stage);
    assert.ok(isNoMemory, `the failure of what was memory was passed over: ${told.path}`);
    return 'went on without it';
  }
  assert.notEqual(deed.do, 'short', `a short write is no failure: ${stderr}`);
  assert.equal(code, EXIT.disk, `exit ${code}`);
  // What fails from a line of the log on is told of by both.
  const last = stderr.replace(NO_LOG, '');
  assert.match(last, /^holdfast: [^\n]+ — [^\n]+\n$/, 'one line with a remedy');
  assert.ok(stderr.includes(`${stage.scene}/`), 'the line names the file');
  return 'halted with 74';
}

/** The bot itself: at a random operation; then it runs on and equals its twin. */
function failTrade(bot: TradeStage, rng: Rng, part: Part): string {
  const { stage } = bot;
  const points = bot
    .operations(part, KINDS)
    .flatMap((operation, index) => deedsOn(operation).map(deed => ({ at: index + 1, deed })));
  const { at, deed } = must(points[rng.nextInt(points.length)], 'a point');
  const lived = bot.trade(part, { of: KINDS, at, deed });
  try {
    const ending = endingOf(lived, stage, deed);
    bot.assertTwin();
    return `the bot ${ending}`;
  } catch (error) {
    throw withPoint(stage, { at, deed }, error);
  }
}

/** The log is no memory: the bot says once that there is none, and goes on as its twin. */
function failLog(bot: TradeStage, rng: Rng): string {
  const below = join(bot.stage.directory, 'logs');
  const at = 1 + rng.nextInt(LOG_OPERATIONS);
  const errors = ['ENOSPC', 'EIO', 'EROFS', 'EDQUOT', 'EMFILE', 'EACCES'] as const;
  const failing = must(errors[rng.nextInt(errors.length)], 'an error');
  const deed: Deed = { do: 'fail', with: failing, sticky: rng.nextInt(2) === 0 ? KINDS : [] };
  const { code, stdout, stderr } = bot.trade('last', { of: LOG_CHANGES, at, deed, below });
  try {
    assert.ok(bot.stage.shim.told().hits > 0, 'nothing was hit');
    assert.equal(code, EXIT.ok, stdout + stderr);
    // A folder that is there already need not be made.
    const isThere = stderr === '' && bot.stage.shim.told().path === below;
    if (!isThere) assert.match(stderr, new RegExp(`^[^\\n]*no log file: \\S+: ${failing}\\n$`));
    bot.assertTwin();
    return 'the bot went on without its log';
  } catch (error) {
    throw withPoint(bot.stage, { at, deed }, error);
  }
}
