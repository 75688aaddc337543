/**
 * The doctor's look at the machine: memory, swap, limits, the clock and the Node that runs this.
 *
 * Promises: reads what the system says of itself; what it does not say is no finding. Never: writes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkup, failed, ok, warned } from './checkup.ts';
import { decimal, sizeText } from './number-text.ts';

const MB = 1024 * 1024;
const MEMORY_FEW_BYTES = 512 * MB;
const MEMORY_MIN_BYTES = 200 * MB;
const FILES_FEW = 1024;
const FILES_MIN = 128;

/** Empty where the system has no such file. */
const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

export function checkMachine(): Checkup[] {
  return [
    memory(process.availableMemory(), totalmem()),
    ...swap(textOf('/proc/meminfo')),
    ...limits(textOf('/proc/self/limits')),
    ...umask(textOf('/proc/self/status')),
  ];
}

/** Folders are made as it says: others who may write there may put anything in the bot's memory. */
export function umask(status: string): Checkup[] {
  const found = /^Umask:\s+(\d+)$/m.exec(status)?.[1];
  if (found === undefined) return [];
  const figures = { umask: found };
  if ((Number.parseInt(found, 8) & 0o022) === 0o022) return [ok('umask', found, figures)];
  const text = `${found}: others may write to folders that the bot makes`;
  return [warned('umask', [text, 'umask 022, or UMask=0022 in the unit'], figures)];
}

export function memory(available: number, total: number): Checkup {
  const text = `${sizeText(available)} of ${sizeText(total)} available, ${availableParallelism()} cores`;
  const figures = { availableBytes: available, totalBytes: total, cores: availableParallelism() };
  const remedy = 'a bot with both models takes 200 to 400 MB: end what else runs, or add memory';
  if (available < MEMORY_MIN_BYTES) return failed('memory', [text, remedy], figures);
  return available < MEMORY_FEW_BYTES
    ? warned('memory', [text, remedy], figures)
    : ok('memory', text, figures);
}

export function swap(meminfo: string): Checkup[] {
  const [total, free] = ['SwapTotal', 'SwapFree'].map(name =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? Number.NaN),
  ) as [number, number];
  if (!Number.isFinite(total)) return [];
  if (total === 0) return [ok('swap', 'none', { totalBytes: 0, usedBytes: 0 })];
  const used = total - free;
  const text = `${sizeText(used * 1024)} of ${sizeText(total * 1024)} used`;
  const figures = { totalBytes: total * 1024, usedBytes: used * 1024 };
  if (used <= total / 2) return [ok('swap', text, figures)];
  return [
    warned('swap', [text, 'memory is short: a candle may wait seconds for the disk'], figures),
  ];
}

export function limits(text: string): Checkup[] {
  const soft = (name: string): number | null => {
    const found = new RegExp(`^${name}\\s+(\\w+)`, 'm').exec(text)?.[1];
    return found === undefined || found === 'unlimited' ? null : Number(found);
  };
  if (text === '') return [];
  const [files, size] = [soft('Max open files'), soft('Max file size')];
  const open = files === null ? 'no limit' : decimal(files, 0);
  const remedy = 'raise it: ulimit -n 4096, or LimitNOFILE= in the unit';
  const figures = { openFiles: files };
  const isFew = files !== null && files < FILES_FEW;
  const tell = files !== null && files < FILES_MIN ? failed : warned;
  const opened = isFew
    ? tell('open files', [open, remedy], figures)
    : ok('open files', open, figures);
  if (size === null) return [opened];
  const what = `files end at ${sizeText(size)}`;
  return [opened, warned('file size', [what, 'ulimit -f unlimited'], { fileBytesMax: size })];
}

const DRIFT_LOOK_MS = 1000;
const DRIFT_MS_MAX = 50;
const YEAR_MIN = 2025;
const YEAR_MAX = 2100;
/** A clock that is set a little while a checkpoint is made is no news. */
const BEHIND_MS_MAX = 60_000;

/** `madeAtMs`: of the newest checkpoint; 0: none. */
export async function checkClock(madeAtMs: number, now: () => number): Promise<Checkup[]> {
  const [wall, monotonic] = [now(), performance.now()];
  await sleep(DRIFT_LOOK_MS);
  const driftMs = now() - wall - (performance.now() - monotonic);
  return [...clockOf({ wallMs: now(), driftMs, madeAtMs }), timeServer(synchronised())];
}

export function clockOf(seen: {
  readonly wallMs: number;
  readonly driftMs: number;
  readonly madeAtMs: number;
}): Checkup[] {
  const { wallMs, driftMs, madeAtMs } = seen;
  const year = new Date(wallMs).getUTCFullYear();
  const figures = { utc: new Date(wallMs).toISOString(), driftMs: Math.round(driftMs) };
  const text = `${figures.utc}, ${decimal(Math.abs(driftMs), 0)} ms off the monotonic clock in a second`;
  const remedy = 'set the clock and keep it so: timedatectl set-ntp true, or chrony';
  if (year < YEAR_MIN || year > YEAR_MAX) return [failed('clock', [text, remedy], figures)];
  if (wallMs < madeAtMs - BEHIND_MS_MAX) {
    const last = new Date(madeAtMs).toISOString();
    const behind = `it is ${figures.utc}, before the newest checkpoint (${last})`;
    return [warned('clock', [behind, remedy], figures)];
  }
  if (Math.abs(driftMs) > DRIFT_MS_MAX) return [warned('clock', [text, remedy], figures)];
  return [ok('clock', text, figures)];
}

/** What systemd knows of it, `yes` or `no`; another daemon's word is not asked for. */
function synchronised(): string {
  if (existsSync('/run/systemd/timesync/synchronized')) return 'yes';
  const answer = spawnSync('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
    encoding: 'utf8',
    timeout: 2000,
  });
  return answer.status === 0 ? answer.stdout.trim() : '';
}

const UNTOLD = 'not known: no systemd to ask here (in a container the clock is the host’s to keep)';

export function timeServer(said: string): Checkup {
  const check = 'time server';
  if (said === 'yes') return ok(check, 'the clock follows one', { synchronised: true });
  if (said !== 'no') return ok(check, UNTOLD, { synchronised: null });
  const remedy = 'timedatectl set-ntp true, or install chrony';
  return warned(check, ['the clock follows none', remedy], { synchronised: false });
}

/** `pinned`: the exact version that comes with this release; null: it names none. */
export function checkNode(pinned: string | null, running: string): Checkup {
  const figures = { running, pinned };
  if (pinned === null || `v${pinned}` === running)
    return ok('node', `${running}, the one this release is made for`, figures);
  return warned(
    'node',
    [
      `${running}, but this release is made for v${pinned}: some results differ in the last bit`,
      'start with npm start or the holdfast command, which take the right one',
    ],
    figures,
  );
}
