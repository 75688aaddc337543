/**
 * Where lives are lived: a folder of the campaign's own, the case in it, the shim over the case.
 *
 * Promises: a case begins from nothing or from a copy of a template, always under the same paths (a
 * directory remembers where it lies); a process that hangs is killed and is an error; everything is
 * removed at the end.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from '../scratch.ts';
import { type Plan, Shim } from './shim.ts';

export const LIFE = fileURLToPath(new URL('./small-life.ts', import.meta.url));
export const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
/** Of a life that takes a second on an idle machine. */
const PATIENCE_MS = 60_000;

export interface Lived {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last step that was told to be durable, or recovered to; 0: none. */
  readonly acknowledged: number;
}

export interface Life {
  /** The step it stops at. */
  readonly until: number;
  /** With the journal's second copy in a folder of its own. */
  readonly mirrored?: boolean;
  readonly release?: string;
  /** `wall`: by the wall clock. */
  readonly clock?: string;
}

export class Stage {
  readonly folder: string;
  readonly scene: string;
  readonly shim: Shim;
  readonly directory: string;
  readonly mirror: string;

  constructor(name: string) {
    this.folder = scratchFolder(name);
    this.scene = join(this.folder, 'scene');
    const tools = join(this.folder, 'tools');
    for (const made of [this.scene, tools]) mkdirSync(made);
    this.directory = join(this.scene, 'models');
    this.mirror = join(this.scene, 'mirror');
    this.shim = new Shim(tools, this.scene);
  }

  /** The scene is empty, or as the template left it. */
  begin(template?: string): void {
    for (const folder of [this.directory, this.mirror])
      rmSync(folder, { recursive: true, force: true });
    if (template === undefined) mkdirSync(this.mirror);
    else cpSync(join(this.folder, template), this.scene, { recursive: true });
  }

  /** What stands on the scene now, under a name for `begin`. */
  keep(template: string): void {
    cpSync(this.scene, join(this.folder, template), { recursive: true });
  }

  emptyFolder(name: string): string {
    const folder = join(this.folder, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    return folder;
  }

  live({ until, mirrored = false, release = '', clock = '' }: Life, plan?: Plan): Lived {
    const mirror = mirrored ? this.mirror : '';
    return this.run([LIFE, this.directory, String(until), mirror, release, clock], plan);
  }

  /** Of every process: what this one was started with is not for them, save a planted bug. */
  get env(): NodeJS.ProcessEnv {
    const { NODE_OPTIONS = '', ...own } = process.env;
    const options = own['HOLDFAST_PLANTED'] === undefined ? {} : { NODE_OPTIONS };
    return { ...own, ...options, NODE_COMPILE_CACHE: CACHE };
  }

  /** Any script of ours under the plan, in a process of its own. */
  run(args: readonly string[], plan?: Plan, more: Record<string, string> = {}): Lived {
    if (plan !== undefined) this.shim.plan(plan);
    const shimmed = plan === undefined ? {} : this.shim.envOf(plan);
    return this.exec(process.execPath, args, { ...shimmed, ...more });
  }

  /** Any program. */
  exec(program: string, args: readonly string[], more: Record<string, string> = {}): Lived {
    const env = { ...this.env, ...more };
    const options = { env, timeout: PATIENCE_MS, killSignal: 'SIGTERM', encoding: 'utf8' } as const;
    const ended = spawnSync(program, args, options);
    if (ended.error !== undefined)
      throw new Error(`${ended.error.message}: ${ended.stdout}${ended.stderr}`);
    const { status: code, signal, stdout, stderr } = ended;
    return { code, signal, stdout, stderr, acknowledged: acknowledgedIn(stdout) };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const CACHE = join(tmpdir(), 'node-compile-cache');

/** A line that a kill cut short was told to nobody. */
export function acknowledgedIn(stdout: string): number {
  const steps = stdout.matchAll(/^(?:ready|step) (\d+)\n/gm);
  return Math.max(0, ...Array.from(steps, ([, seq]) => Number(seq)));
}
