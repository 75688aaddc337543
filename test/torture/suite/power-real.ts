/**
 * Real power cuts: ext4, ext4 with data=writeback and XFS on loop devices, shut down as by a power
 * cut while a small bot writes, in its recovery too, up to three deep and with kills in between.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PowerAnswer, PowerCase } from '../process/power-machine.ts';
import { scratchFolder } from '../scratch.ts';
import type { Campaign, Suite } from '../suite.ts';

const CASES = 2500;
const MACHINE = fileURLToPath(new URL('../process/power-machine.ts', import.meta.url));

export const powerReal: Suite = {
  name: 'power-real',
  promise: 'a real power cut on ext4 and XFS loses no step that was told, in recovery neither',
  quick: 12,
  missing,
  prepare,
};

const TRIAL = `
  mount -t tmpfs none "$1" && truncate -s 4M "$1/image" && mkfs.ext4 -q -F "$1/image" &&
  mkdir "$1/disk" && mount -o loop "$1/image" "$1/disk" && xfs_io -x -c shutdown "$1/disk"`;

function missing(): string | null {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  for (const program of ['unshare', 'mkfs.ext4', 'mkfs.xfs', 'xfs_io'])
    if (spawnSync(program, ['-V'], { stdio: 'ignore' }).error !== undefined)
      return `needs ${program}`;
  const folder = scratchFolder('power');
  const args = ['-m', '--propagation', 'private', 'sh', '-c', TRIAL, 'sh', folder];
  const { status } = spawnSync('unshare', args, { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
  return status === 0 ? null : 'needs the right to mount a loop device';
}

async function prepare(seed: number): Promise<Campaign> {
  const folder = scratchFolder('power');
  const args = ['-m', '--propagation', 'private', process.execPath, MACHINE, folder];
  const machine = spawn('unshare', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const end = (): void => {
    machine.kill('SIGKILL');
  };
  process.once('exit', end);
  await answerOf(machine);
  return {
    cases: CASES,
    run: async index => {
      const answer = answerOf(machine);
      machine.send({ seed, index } satisfies PowerCase);
      const { ended, error } = await answer;
      if (ended === undefined) throw new Error(error);
      return ended;
    },
    close: async () => {
      process.off('exit', end);
      const gone = new Promise(resolve => machine.once('exit', resolve));
      machine.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answerOf(machine: ChildProcess): Promise<PowerAnswer> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => reject(new Error('the process that cuts the power is gone'));
    machine.once('message', (answer: PowerAnswer) => {
      machine.off('exit', onEnd);
      resolve(answer);
    });
    machine.once('exit', onEnd);
  });
}
