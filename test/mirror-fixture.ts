/**
 * State directories with a mirror on the real disk, for the small bot.
 *
 * Promises: everything lies in a folder of its own that is removed at the end.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { openDisks } from '../src/state/open-disks.ts';
import { openStore, type Store, type StoreOptions } from '../src/state/store.ts';
import { type Verification, verifyDirectory } from '../src/state/verify.ts';
import { COMPONENTS, expectedAt, hashOf, runSteps, slowClock } from './state/small-bot.ts';

const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export class Place {
  readonly root = mkdtempSync(path.join(parent, 'holdfast-mirror-'));

  constructor() {
    after(() => rmSync(this.root, { recursive: true, force: true }));
    this.make('m');
  }

  at(...names: string[]): string {
    return path.join(this.root, ...names);
  }

  make(name: string): void {
    mkdirSync(this.at(name), { recursive: true });
  }

  /** Opens a directory with its mirror (`m`; null: none). */
  open(name: string, mirror: string | null = 'm', options: Partial<StoreOptions> = {}): Store {
    return openStore({
      ...{ components: COMPONENTS, now: slowClock(), sync: 'each', directory: this.at(name) },
      ...(mirror === null ? {} : { journalMirror: this.at(mirror) }),
      ...options,
    });
  }

  /** Opens it, runs so many steps, with a checkpoint after each of these, and closes it. */
  live(name: string, mirror: string | null, ...rounds: number[]): void {
    const store = this.open(name, mirror);
    for (const steps of rounds) {
      runSteps(store, steps);
      store.checkpoint('test');
    }
    store.close();
  }

  verify(name: string, mirror: string | null = 'm'): Verification {
    const folder = mirror === null ? undefined : this.at(mirror);
    return verifyDirectory(openDisks(this.at(name), folder), COMPONENTS);
  }

  copy(from: string, to: string): void {
    cpSync(this.at(from), this.at(to), { recursive: true });
  }

  remove(...names: string[]): void {
    rmSync(this.at(...names), { recursive: true });
  }

  list(...names: string[]): string[] {
    return existsSync(this.at(...names)) ? readdirSync(this.at(...names)).toSorted() : [];
  }

  /** Paths of the files below a folder. */
  tree(...names: string[]): string[] {
    const root = this.at(...names);
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))
      .toSorted();
  }

  /** Every file below a folder with its size, the lock's aside. */
  files(...names: string[]): string[] {
    return readdirSync(this.at(...names), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && !entry.name.startsWith('lock'))
      .map(entry => path.join(entry.parentPath, entry.name))
      .map(file => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`)
      .toSorted();
  }
}

/** Opened and closed; what was recovered stays. */
export function opened(store: Store): Store {
  store.close();
  return store;
}

export function assertWhole(store: Store, seq: number): void {
  assert.equal(store.seq, seq);
  assert.equal(hashOf(store.states), expectedAt(seq));
  assert.deepEqual(store.report.lost, []);
}
