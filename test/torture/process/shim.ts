/**
 * The shim (shim.c): built for a campaign, told what to do with a process, asked what it did.
 *
 * Promises: operations are counted from 1, over all threads of the process; what was counted can be
 * read after a SIGKILL. Never: needs more than a C compiler and Linux.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../../src/base/assert.ts';

const SOURCE = fileURLToPath(new URL('./shim.c', import.meta.url));

/** In the order of shim.c: the index is the bit. */
export const KINDS = [
  ...(['open-read', 'open-write', 'write', 'sync', 'rename'] as const),
  ...(['link', 'unlink', 'mkdir', 'rmdir', 'truncate'] as const),
] as const;
export type Kind = (typeof KINDS)[number];

export const ERRNO = {
  ...{ EIO: 5, EACCES: 13, EMFILE: 24, ENOSPC: 28, EROFS: 30, EDQUOT: 122 },
} as const;
export type Errno = keyof typeof ERRNO;

/** What is written of a torn or short write. */
export const PARTS = ['nothing', 'one byte', 'half', 'all but one byte'] as const;

export type Deed =
  | { readonly do: 'kill' }
  | { readonly do: 'tear'; readonly part: (typeof PARTS)[number] }
  | { readonly do: 'short'; readonly part: (typeof PARTS)[number] }
  | { readonly do: 'fail'; readonly with: Errno; readonly sticky?: readonly Kind[] }
  /** A sync that fails, and what it should have made durable is gone; later ones succeed. */
  | { readonly do: 'drop' }
  /** The wall clock goes wrong from there on; nothing else happens. */
  | { readonly do: 'jump'; readonly byMs: number };

export interface Plan {
  /** What counts. */
  readonly of: readonly Kind[];
  /** 1 is the first; absent: it only counts. */
  readonly at?: number;
  readonly deed?: Deed;
  /** What statfs is to say of every folder below the prefix. */
  readonly magic?: number;
  /** How wrong the wall clock is from the start. */
  readonly skewMs?: number;
  /** A folder below which alone it watches; absent: the prefix. */
  readonly below?: string;
}

export interface Operation {
  readonly kind: Kind;
  /** Of a write. */
  readonly bytes: number;
}

export interface Told {
  readonly operations: readonly Operation[];
  readonly hits: number;
  /** What was hit first. */
  readonly kind: Kind | null;
  readonly path: string;
}

const [PATH_AT, LOG_AT, LOG_MAX] = [256, 1024, 8192];
const CONTROL_BYTES = LOG_AT + 8 * LOG_MAX;
const ACTIONS = ['nothing', 'kill', 'tear', 'short', 'fail', 'drop', 'jump'];

/** Why there can be no shim here, or null. */
export function withoutShim(): string | null {
  if (process.platform !== 'linux') return 'needs Linux';
  return spawnSync('gcc', ['--version'], { stdio: 'ignore' }).status === 0 ? null : 'needs gcc';
}

export class Shim {
  readonly #library: string;
  readonly #control: string;
  readonly #prefix: string;

  /** `folder`: for the library and the control file; `prefix`: below it, what is watched. */
  constructor(folder: string, prefix: string) {
    this.#library = join(folder, 'shim.so');
    this.#control = join(folder, 'shim-control');
    this.#prefix = prefix;
    const built = spawnSync('gcc', [
      ...['-O2', '-shared', '-fPIC', '-o', this.#library, SOURCE, '-ldl'],
    ]);
    if (built.status !== 0) throw new Error(`gcc: ${built.stderr}`);
    // Never cut short from here on: it is mapped.
    writeFileSync(this.#control, Buffer.alloc(CONTROL_BYTES));
  }

  /** The environment of a process that is to follow the plans. */
  envOf({ below }: Pick<Plan, 'below'> = {}): Record<string, string> {
    const watched = below ?? this.#prefix;
    return { LD_PRELOAD: this.#library, SHIM_CONTROL: this.#control, SHIM_PREFIX: watched };
  }

  /** Lays a plan down, also for a process that runs; counting begins anew. */
  plan({ of, at = 0, deed, magic = 0, skewMs = 0 }: Plan): void {
    const control = Buffer.alloc(CONTROL_BYTES);
    const slots = [mask(of), at, ACTIONS.indexOf(deed?.do ?? 'nothing'), argument(deed)];
    const sticky = deed?.do === 'fail' ? mask(deed.sticky ?? []) : 0;
    for (const [slot, value] of [...slots, sticky, magic, skewMs].entries())
      control.writeBigInt64LE(BigInt(value), 8 * slot);
    const handle = openSync(this.#control, 'r+');
    writeSync(handle, control, 0, CONTROL_BYTES, 0);
    closeSync(handle);
  }

  /** Nothing counts any more. */
  rest(): void {
    this.plan({ of: [] });
  }

  told(): Told {
    const control = readFileSync(this.#control);
    const slot = (index: number): number => Number(control.readBigInt64LE(8 * index));
    const operations: Operation[] = [];
    for (let index = 0; index < Math.min(slot(8), LOG_MAX); index += 1) {
      const at = LOG_AT + 8 * index;
      const kind = must(KINDS[control.readInt32LE(at)], 'a kind');
      operations.push({ kind, bytes: control.readInt32LE(at + 4) });
    }
    const hits = slot(9);
    const path = control.toString('utf8', PATH_AT, control.indexOf(0, PATH_AT));
    return { operations, hits, kind: hits === 0 ? null : (KINDS[slot(10)] ?? null), path };
  }
}

const mask = (kinds: readonly Kind[]): number =>
  kinds.reduce((bits, kind) => bits | (1 << KINDS.indexOf(kind)), 0);

function argument(deed: Deed | undefined): number {
  if (deed === undefined || deed.do === 'kill' || deed.do === 'drop') return 0;
  if (deed.do === 'jump') return deed.byMs;
  return deed.do === 'fail' ? ERRNO[deed.with] : PARTS.indexOf(deed.part);
}
