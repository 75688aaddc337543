/**
 * All measurements, each in a process of its own: `npm run bench`, or `npm run bench -- step start`.
 *
 * Promises: prints one Markdown table (docs/PERFORMANCE.md). Never: fails for a slow machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup } from './backup.ts';
import { checkpoint } from './checkpoint.ts';
import { exchange } from './exchange.ts';
import { lstm } from './lstm.ts';
import { memory } from './memory.ts';
import { recovery } from './recovery.ts';
import { scrub } from './scrub.ts';
import { learningSpeed, plainSpeed } from './speed.ts';
import { stall } from './stall.ts';
import { start } from './start.ts';
import { step } from './step.ts';
import { type Row, table } from './table.ts';
import { trees } from './trees.ts';
import { web } from './web.ts';

const MEASUREMENTS: Readonly<Record<string, (folder: string) => Promise<Row[]>>> = {
  plain: plainSpeed,
  learning: learningSpeed,
  step,
  checkpoint,
  scrub,
  stall,
  start,
  recovery,
  backup,
  memory,
  trees,
  lstm,
  exchange,
  web,
};

const CHILD = '--one';

async function one(name: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const rows = await MEASUREMENTS[name]?.(folder);
  process.stdout.write(`${JSON.stringify(rows ?? [])}\n`);
}

function all(names: readonly string[]): void {
  const unknown = names.filter(name => MEASUREMENTS[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`no measurement ${unknown}; there are ${Object.keys(MEASUREMENTS).join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const rows: Row[] = [];
  try {
    for (const name of names) {
      process.stderr.write(`${name} …\n`);
      const child = spawnSync(
        process.execPath,
        ['--expose-gc', import.meta.filename, CHILD, name, join(folder, name)],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
      );
      if (child.status !== 0) throw new Error(`${name} exited ${child.status}`);
      rows.push(...(JSON.parse(child.stdout.trimEnd().split('\n').at(-1) ?? '[]') as Row[]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores`;
  process.stdout.write(`Node ${process.version}, ${machine}\n\n${table(rows)}\n`);
}

const [first, ...rest] = process.argv.slice(2);
if (first === CHILD) await one(rest[0] ?? '', rest[1] ?? '');
else all(first === undefined ? Object.keys(MEASUREMENTS) : [first, ...rest]);
