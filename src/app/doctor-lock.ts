/**
 * Who holds a directory's lock, without touching it.
 *
 * Promises: the lock file is only looked at from outside (/proc/locks), so that neither the bot that
 * holds it nor one that is just starting is disturbed. Where the system does not tell, the owner's
 * note and its process are asked. Never: opens the lock file.
 */
import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LOCK_FILE } from '../state/disk.ts';
import { LOCK_OWNER_FILE } from '../state/lock.ts';
import { type Checkup, ok, warned } from './checkup.ts';

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

const CHECK = 'lock';

export function checkLock(directory: string): Checkup {
  const owner = ownerOf(directory);
  const holder = holderOf(join(directory, LOCK_FILE));
  if (holder === null) return byNote(owner);
  if (holder.pid === null) {
    const text = 'no bot holds the directory';
    return ok(CHECK, owner === null ? text : `${text} (the last one was killed)`, { held: false });
  }
  const pid = owner?.pid ?? holder.pid;
  const figures = { held: true, pid, since: owner?.since ?? null };
  const who = `process ${pid}${owner === null ? '' : `, since ${owner.since}`}`;
  return isStopped(pid)
    ? warned(
        CHECK,
        [`held by ${who}, which is stopped`, `let it go on (kill -CONT ${pid})`],
        figures,
      )
    : ok(CHECK, `held by ${who}`, figures);
}

function byNote(owner: Owner | null): Checkup {
  if (owner === null) return ok(CHECK, 'no bot holds the directory', { held: false });
  const { pid, host, since } = owner;
  const figures = { held: null, pid, since };
  const isHere = host === hostname() && isAlive(pid);
  const text = `process ${pid} on ${host} took it at ${since}`;
  return ok(
    CHECK,
    isHere ? `${text} and runs` : `${text}; whether it runs cannot be told`,
    figures,
  );
}

/** Null: the system does not tell. A lock of another container has no pid here: 0. */
function holderOf(file: string): { readonly pid: number | null } | null {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return { pid: null };
    const line = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find(each => each.includes(' WRITE ') && inodeOf(each) === stat.ino);
    return { pid: line === undefined ? null : Math.max(0, Number(line.split(/\s+/)[4])) };
  } catch {
    return null;
  }
}

/** `1: POSIX  ADVISORY  WRITE 4711 fd:01:123456 0 EOF`. */
const inodeOf = (line: string): number => Number(/\s\w+:\w+:(\d+)\s/.exec(line)?.[1]);

function ownerOf(directory: string): Owner | null {
  try {
    const { pid, host, since } = JSON.parse(
      readFileSync(join(directory, LOCK_OWNER_FILE), 'utf8'),
    ) as Record<string, unknown>;
    return { pid: Number(pid), host: String(host), since: String(since) };
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** By SIGSTOP, Ctrl+Z or a debugger. */
function isStopped(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [Tt] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
