/**
 * One directory, two processes: the second is refused at once, whatever way it comes and whatever
 * state the first is in; nobody is refused for the sake of one that is gone.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.ts';
import { EXIT } from '../../../src/base/fault.ts';
import { Held } from '../process/held.ts';
import { comeBack } from '../process/oracle.ts';
import { KINDS, withoutShim } from '../process/shim.ts';
import { LIFE, type Lived, MAIN, Stage } from '../process/stage.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const ROUNDS = 20;
const STEPS_MAX = 5;

type Scene = (stage: Stage, dice: (count: number) => number) => Promise<string>;

const SCENES: readonly Scene[] = [
  besideRunning,
  besideStopped,
  afterKilled,
  afterKilledStart,
  throughLink,
  throughHardLinks,
  throughMount,
  fromOtherProcesses,
  withOneMirror,
  atOnce,
  onNetwork,
  onNetworkMirror,
];

export const twoBots: Suite = {
  name: 'two-bots',
  promise: 'a directory has one bot: the second is refused at once, and no dead one holds it',
  quick: SCENES.length,
  missing: () => withoutShim() ?? withoutNamespaces(),
  prepare,
};

function withoutNamespaces(): string | null {
  const { status } = spawnSync('unshare', ['-m', '-p', '-f', 'true'], { stdio: 'ignore' });
  return status === 0 ? null : 'needs root (unshare -m -p)';
}

function prepare(seed: number): Campaign {
  const stage = new Stage('two');
  return {
    cases: SCENES.length * ROUNDS,
    run: index => {
      const rng = caseRng(seed, index);
      stage.begin();
      rmSync(join(stage.scene, 'other'), { recursive: true, force: true });
      const scene = must(SCENES[index % SCENES.length], 'a scene');
      return scene(stage, count => rng.nextInt(count));
    },
    close: () => stage.close(),
  };
}

/** Holds the directory, runs what is to be refused, and sees that the first never noticed. */
async function held(
  stage: Stage,
  steps: number,
  contend: (first: Held) => void | Promise<void>,
): Promise<void> {
  const first = await new Held([stage.directory], stage.env).ready();
  try {
    for (let step = 0; step < steps; step += 1) await first.step();
    await contend(first);
    first.send('SIGCONT');
    await first.step();
    await first.stop();
  } finally {
    await first.kill();
  }
  assert.equal(first.acknowledged, steps + 1);
  comeBack({ directory: stage.directory, mirror: null, acknowledged: steps + 1 });
}

function assertRefused({ code, stderr, stdout }: Lived, holder: Held | null): void {
  assert.equal(code, EXIT.inUse, `${stdout}${stderr}`);
  assert.match(stderr, /^holdfast: [^\n]+ is in use by another Holdfast[^\n]+ — [^\n]+\n$/);
  if (holder !== null) assert.match(stderr, new RegExp(`\\(process ${holder.pid} on `));
}

const second = (stage: Stage, directory = stage.directory, mirror = ''): Lived =>
  stage.run([LIFE, directory, '9', mirror, '']);

/** The bot itself now and then: it is refused before it looks at anything. */
async function besideRunning(stage: Stage, dice: (count: number) => number): Promise<string> {
  await held(stage, dice(STEPS_MAX), first => {
    assertRefused(second(stage), first);
    const trade = ['trade', '--no-web', '--dir', stage.directory, '--until', '5'];
    assertRefused(stage.run([MAIN, ...trade]), first);
  });
  return 'refused';
}

async function besideStopped(stage: Stage, dice: (count: number) => number): Promise<string> {
  await held(stage, dice(STEPS_MAX), first => {
    first.send('SIGSTOP');
    assertRefused(second(stage), first);
  });
  return 'refused';
}

async function afterKilled(stage: Stage, dice: (count: number) => number): Promise<string> {
  const first = await new Held([stage.directory], stage.env).ready();
  const steps = dice(STEPS_MAX);
  for (let step = 0; step < steps; step += 1) await first.step();
  if (dice(2) === 0) first.send('SIGSTOP');
  await first.kill();
  const { code, stderr } = second(stage);
  assert.equal(code, EXIT.ok, stderr);
  return 'started';
}

/** The owner dies anywhere in its start, its last words about the owner half written. */
async function afterKilledStart(stage: Stage, dice: (count: number) => number): Promise<string> {
  const deed = { do: 'tear', part: 'half' } as const;
  const { signal } = stage.live({ until: 3 }, { of: KINDS, at: 1 + dice(60), deed });
  assert.equal(signal, 'SIGKILL');
  const { code, stderr } = second(stage);
  assert.equal(code, EXIT.ok, stderr);
  return 'started';
}

async function throughLink(stage: Stage, dice: (count: number) => number): Promise<string> {
  const other = join(stage.scene, 'other');
  symlinkSync(stage.directory, other);
  await held(stage, dice(STEPS_MAX), first => assertRefused(second(stage, other), first));
  return 'refused';
}

/** `cp -al`: another directory, of the very same files. */
async function throughHardLinks(stage: Stage, dice: (count: number) => number): Promise<string> {
  const other = join(stage.scene, 'other');
  await held(stage, dice(STEPS_MAX), () => {
    mkdirSync(other);
    for (const entry of readdirSync(stage.directory, { withFileTypes: true }))
      if (entry.isFile()) linkSync(join(stage.directory, entry.name), join(other, entry.name));
    assertRefused(second(stage, other), null);
  });
  return 'refused';
}

/** Two containers on one volume: another mount namespace, another path. */
async function throughMount(stage: Stage, dice: (count: number) => number): Promise<string> {
  const other = join(stage.scene, 'other');
  mkdirSync(other);
  await held(stage, dice(STEPS_MAX), first => {
    const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
    const life = [process.execPath, LIFE, other, '9', '', ''];
    const shell = ['sh', '-c', script, 'sh', stage.directory, other, ...life];
    assertRefused(stage.exec('unshare', ['-m', '--propagation', 'private', ...shell]), first);
  });
  return 'refused';
}

/** Where the holder's pid is nobody, or somebody else. */
async function fromOtherProcesses(stage: Stage, dice: (count: number) => number): Promise<string> {
  const life = [process.execPath, LIFE, stage.directory, '9', '', ''];
  const apart = ['-p', '-f', '-m', '--propagation', 'private', '--mount-proc', ...life];
  await held(stage, dice(STEPS_MAX), first => assertRefused(stage.exec('unshare', apart), first));
  return 'refused';
}

async function withOneMirror(stage: Stage, dice: (count: number) => number): Promise<string> {
  const first = await new Held([stage.directory, stage.mirror], stage.env).ready();
  try {
    for (let steps = dice(STEPS_MAX); steps > 0; steps -= 1) await first.step();
    const other = join(stage.scene, 'other');
    assertRefused(second(stage, other, stage.mirror), first);
    // The lock of its own directory is free again.
    const { code, stderr } = second(stage, other);
    assert.equal(code, EXIT.ok, stderr);
    await first.step();
    await first.stop();
  } finally {
    await first.kill();
  }
  return 'refused';
}

/** Both start on nothing at the same instant: one holds it, the other is told so. */
async function atOnce(stage: Stage): Promise<string> {
  const script = '"$@" & first=$!; "$@"; second=$?; wait $first; echo "codes $? $second"';
  const life = [process.execPath, LIFE, stage.directory, '14', '', ''];
  const { stdout, stderr } = stage.exec('sh', ['-c', script, 'sh', ...life]);
  const codes = /^codes (\d+) (\d+)$/m.exec(stdout)?.slice(1).map(Number).toSorted();
  // On a busy machine the one may have ended before the other begins.
  const later: readonly unknown[] = [EXIT.ok, EXIT.inUse];
  const isOne = codes?.[0] === EXIT.ok && later.includes(codes[1]);
  assert.ok(isOne, `${stdout}${stderr}`);
  comeBack({ directory: stage.directory, mirror: null, acknowledged: 14 });
  return codes[1] === EXIT.ok ? 'one after the other' : 'refused';
}

/** Magic numbers of Linux: NFS, SMB2, CIFS. */
const NETWORKS = [0x6969, 0xfe534d42, 0xff534d42] as const;

async function onNetwork(stage: Stage, dice: (count: number) => number): Promise<string> {
  const magic = NETWORKS[dice(NETWORKS.length)] ?? 0;
  const { code, stderr } = stage.live({ until: 3 }, { of: [], magic });
  assert.equal(code, EXIT.config, stderr);
  assert.match(stderr, /^holdfast: [^\n]+ lies on a network file system [^\n]+\n$/);
  assert.ok(!existsSync(stage.directory), 'nothing of it was begun');
  const trade = ['trade', '--no-web', '--speed', 'max', '--until', '5', '--dir', stage.directory];
  const allowed = { HOLDFAST__ALLOW_NETWORK_FILESYSTEM: 'true' };
  const run = stage.run([MAIN, ...trade], { of: [], magic }, allowed);
  assert.equal(run.code, EXIT.ok, run.stderr);
  return 'refused unless allowed';
}

async function onNetworkMirror(stage: Stage, dice: (count: number) => number): Promise<string> {
  const magic = NETWORKS[dice(NETWORKS.length)] ?? 0;
  const elsewhere = join(stage.folder, 'local');
  rmSync(elsewhere, { recursive: true, force: true });
  const life = [LIFE, elsewhere, '3', stage.mirror, ''];
  const { code, stderr } = stage.run(life, { of: [], magic });
  assert.equal(code, EXIT.config, stderr);
  assert.match(stderr, /scene\/mirror lies on a network file system/);
  assert.ok(!existsSync(elsewhere), 'nothing of it was begun');
  return 'refused unless allowed';
}
