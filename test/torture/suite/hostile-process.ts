/**
 * `hostile-process`: links, paths and bombs on a real disk, met by the commands of a real process
 * with little memory.
 *
 * Promises: nothing outside the directory changes; a command ends by itself, with an exit code of
 * the design and no stack trace.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { must } from '../../../src/base/assert.ts';
import { insist } from '../damage/attempt.ts';
import { livedDirectory } from '../hostile/world.ts';
import type { PlainDisk } from '../plain-disk.ts';
import type { Campaign, Suite } from '../suite.ts';
import { traceOf } from '../upgrade/trace.ts';

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname;
const MEMORY_MB = 512;
const TIME_MS_MAX = 100_000;

const COMMANDS = [
  ['state', 'verify'],
  ['state', 'list'],
  ['state', 'show', 'portfolio'],
  ['trade', '--no-web', '--speed', 'max', '--until', '260'],
] as const;

/** What is laid into the directory; `outside` holds the canaries. */
type Trap = (directory: string, outside: string) => void;

const link =
  (path: string, to: string): Trap =>
  (directory, outside) => {
    rmSync(join(directory, path), { recursive: true, force: true });
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    symlinkSync(join(outside, to), join(directory, path));
  };

const pack = (text: string, megabytes: number): Buffer =>
  zstdCompressSync(Buffer.alloc(megabytes << 20, text));

const bomb =
  (path: string, text: string, megabytes: number): Trap =>
  directory => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), pack(text, megabytes));
  };

const TRAPS: readonly Trap[] = [
  link('portfolio_state.json', 'canary.json'),
  link('manifest.json', 'canary.json'),
  link('notes.jsonl', 'canary.json'),
  link('ballast', 'canary.json'),
  link('lock', 'canary.json'),
  link('lock-owner.json', 'canary.json'),
  link('journal', 'folder'),
  link('previous', 'folder'),
  link('quarantine', 'folder'),
  link('blobs', 'folder'),
  link('backups', 'folder'),
  link('portfolio_state.json.tmp', 'canary.json'),
  link('previous/7', 'folder'),
  link('journal/000000000900.a.jsonl', 'canary.json'),
  bomb('signal_model.json.zst', '[', 600),
  bomb('signal_model.json.zst', '{},', 120),
  bomb('market_state.json.zst', ' ', 600),
  bomb('journal/000000000001.a.jsonl.zst', '\n{"len":"', 64),
  bomb('previous/0/analytics_state.json.zst', '{"a":', 200),
  directory => {
    for (let index = 0; index < 5000; index += 1)
      writeFileSync(
        join(directory, `journal/${String(index * 7 + 2).padStart(12, '0')}.a.jsonl`),
        '',
      );
  },
];

export const hostileProcess: Suite = {
  name: 'hostile-process',
  promise: 'links, paths and bombs touch nothing outside, and end in little memory',
  quick: 3,
  prepare: async (): Promise<Campaign> => {
    const lived = await livedDirectory();
    return { cases: TRAPS.length * COMMANDS.length, run: index => sprung(lived, index) };
  },
};

function sprung(lived: PlainDisk, index: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-trap-'));
  try {
    const [directory, outside] = [join(folder, 'models'), join(folder, 'outside')];
    for (const [path, bytes] of lived.contents()) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), bytes);
    }
    mkdirSync(join(outside, 'folder'), { recursive: true });
    for (const name of ['canary.json', 'folder/canary.json'])
      writeFileSync(join(outside, name), '{"canary":true}\n');
    must(TRAPS[Math.floor(index / COMMANDS.length)], 'trap')(directory, outside);
    const before = traceOf(outside);
    const command = must(COMMANDS[index % COMMANDS.length], 'command');
    const { status, signal, stderr } = spawnSync(
      process.execPath,
      [`--max-old-space-size=${MEMORY_MB}`, MAIN, ...command, '--dir', directory],
      { cwd: folder, encoding: 'utf8', timeout: TIME_MS_MAX },
    );
    const what = `${command.join(' ')}: exit ${status} ${signal ?? ''} ${stderr.slice(0, 400)}`;
    insist([0, 1, 64, 65].includes(status ?? -1), what);
    insist(!/^\s+at /m.test(stderr), what);
    insist(traceOf(outside) === before, `${what}: something outside was touched`);
    insist(readdirSync(folder).length <= 3, `${what}: something was made beside the directory`);
    return `exit ${status}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
