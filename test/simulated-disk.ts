/**
 * A disk in memory that remembers what is durable and what is only in the page cache.
 *
 * Model: a file's data is durable up to its last sync; a name (created, renamed, linked, removed)
 * is durable once its folder was synced. `kill()` is the death of the process: everything that was
 * written is still seen, nothing more is durable than before. `crash()` is the death of the power:
 * names go back to a legal mixture, unsynced tails become one of the things a disk may show.
 * Promises: deterministic from the generator it is given. Never: shows a state no disk
 * could, changes bytes in place (so that copies of a disk share them).
 *
 * Two disks may share one `Machine`, so that kill points count the operations of both.
 */
import { must } from '../src/base/assert.ts';
import type { Fault } from '../src/base/fault.ts';
import type { Rng } from '../src/base/rng.ts';
import type { Disk, DiskFile, DiskStat } from '../src/state/disk.ts';
import { diskFault } from '../src/state/disk-fault.ts';
import { folderOf } from '../src/state/whole-file.ts';
import {
  apply,
  copyInodes,
  cutInode,
  emptyInode,
  type Flight,
  forget,
  type Inode,
  inodesOf,
  type NameChange,
  settle,
  survivingGroups,
} from './simulated-crash.ts';
import { Killed, Machine, withCode } from './simulated-machine.ts';
import type { Tail } from './simulated-tail.ts';

export { Killed, Machine } from './simulated-machine.ts';

export class SimulatedDisk implements Disk {
  readonly root: string;
  readonly machine: Machine;
  #files = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #pending: NameChange[] = [];
  #folders = new Set<string>(['']);
  #group = 0;
  #clock = 0;
  #poison: Fault | null = null;
  /** The write that is happening. */
  #flight: Flight | null = null;

  constructor(machine: Machine = new Machine(), root = '/simulated') {
    this.machine = machine;
    this.root = root;
  }

  list(folder: string): string[] {
    this.#alive();
    const prefix = folder === '' ? '' : `${folder}/`;
    const names = new Set<string>();
    for (const path of [...this.#files.keys(), ...this.#folders])
      if (path !== '' && path.startsWith(prefix))
        names.add(path.slice(prefix.length).split('/')[0] ?? '');
    names.delete('');
    return [...names].sort();
  }

  files(folder: string): string[] {
    const inFolder = (name: string) => (folder === '' ? name : `${folder}/${name}`);
    return this.list(folder).filter(name => this.#files.has(inFolder(name)));
  }

  contents(): [path: string, bytes: Uint8Array][] {
    return [...this.#files].map(([path, { data }]) => [path, data]);
  }

  spoilt = (path: string): Inode['spoilt'] => this.#files.get(path)?.spoilt ?? null;
  read(path: string): Uint8Array | null {
    this.#alive();
    const inode = this.#files.get(path);
    return inode === undefined ? null : Buffer.from(inode.data);
  }

  stat(path: string): DiskStat | null {
    this.#alive();
    const inode = this.#files.get(path);
    if (inode !== undefined)
      return { bytes: inode.data.length, directory: false, modifiedMs: inode.modified };
    return this.#folders.has(path) ? { bytes: 0, directory: true, modifiedMs: 0 } : null;
  }

  create(path: string): DiskFile {
    this.#change('create', path);
    if (this.#files.has(path)) throw diskFault('create', path, withCode('EEXIST'));
    this.#mustHaveFolder(path);
    const inode = emptyInode(this.#clock);
    this.#name(path, inode);
    return this.#handle(path, inode);
  }

  append(path: string): DiskFile {
    this.#change('open', path);
    return this.#handle(path, this.#inode(path));
  }

  rename(from: string, to: string): void {
    this.#change('rename to', to);
    const inode = this.#inode(from);
    this.#mustHaveFolder(to);
    this.#group += 1;
    this.#name(to, inode, this.#group);
    this.#name(from, null, this.#group);
  }

  link(from: string, to: string): void {
    this.#change('link', to);
    const inode = this.#inode(from);
    const there = this.#files.get(to);
    if (there === inode) return;
    if (there !== undefined) throw diskFault('link', to, withCode('EEXIST'));
    this.#mustHaveFolder(to);
    this.#name(to, inode);
  }

  remove(path: string): void {
    this.#change('remove', path);
    if (this.#files.has(path)) this.#name(path, null);
  }

  removeFolder(path: string): void {
    this.#change('remove', path);
    if (this.list(path).length === 0) this.#folders.delete(path);
  }

  /** Folders are durable at once: the journal's own are made once and synced by the real disk. */
  makeFolder(path: string): void {
    this.#change('make', path);
    const parts = path.split('/');
    for (let depth = 1; depth <= parts.length; depth += 1)
      this.#folders.add(parts.slice(0, depth).join('/'));
  }

  syncFolder(path: string): void {
    this.#change('sync', path);
    const isIn = (change: NameChange) => folderOf(change.path) === path;
    // No file system loses a file that is renamed: where the old name goes the new one is there.
    const moved = new Set(
      this.#pending.filter(change => isIn(change) && change.inode === null).map(one => one.group),
    );
    const isHere = (change: NameChange) => isIn(change) || moved.has(change.group);
    for (const change of this.#pending) if (isHere(change)) apply(this.#durable, change);
    this.#pending = this.#pending.filter(change => !isHere(change));
  }

  syncFile(path: string): void {
    const inode = this.#inode(path);
    this.#change('sync', path, { inode });
    settle(inode);
  }

  /** Length of the write that was happening when this state was taken; 0: none was. */
  get flight(): number {
    return this.#flight?.bytes.length ?? 0;
  }

  /** So much of that write got through. */
  tear(length: number): this {
    const { inode, bytes } = must(this.#flight, 'a write in flight');
    inode.data = Buffer.concat([inode.data, bytes.subarray(0, length)]);
    this.#flight = null;
    return this;
  }

  /** What the next process sees: the page cache. Nothing became durable by it. */
  kill(machine: Machine = new Machine()): SimulatedDisk {
    const next = new SimulatedDisk(machine, this.root);
    const copies = copyInodes([
      ...this.#files.values(),
      ...this.#durable.values(),
      ...inodesOf(this.#pending),
      ...(this.#flight === null ? [] : [this.#flight.inode]),
    ]);
    const copyOf = (inode: Inode) => must(copies.get(inode), 'inode');
    for (const [path, inode] of this.#files) next.#files.set(path, copyOf(inode));
    for (const [path, inode] of this.#durable) next.#durable.set(path, copyOf(inode));
    next.#pending = this.#pending.map(change => ({
      ...change,
      inode: change.inode === null ? null : copyOf(change.inode),
    }));
    next.#folders = new Set(this.#folders);
    next.#group = this.#group;
    if (this.#flight !== null)
      next.#flight = { inode: copyOf(this.#flight.inode), bytes: this.#flight.bytes };
    return next;
  }

  /** Changes of names that a power cut may still take back; a rename is one. */
  get unsettled(): number {
    return new Set(this.#pending.map(({ group }) => group)).size;
  }

  /**
   * One legal state after a power cut; `tail`: every unsynced tail looks like that; `names`: the
   * first so many unsynced changes of names are there, and no others.
   */
  crash(rng: Rng, tail?: Tail, machine: Machine = new Machine(), names?: number): SimulatedDisk {
    const next = new SimulatedDisk(machine, this.root);
    const there = new Map(this.#durable);
    for (const group of survivingGroups(this.#pending, rng, names))
      for (const change of group) apply(there, change);
    const seen = new Map<Inode, Inode>();
    for (const [path, inode] of there) {
      const copy = seen.get(inode) ?? cutInode(inode, rng, tail);
      seen.set(inode, copy);
      next.#files.set(path, copy);
      next.#durable.set(path, copy);
    }
    next.#folders = new Set(this.#folders);
    return next;
  }

  /** Changes a file behind everybody's back, durably: damage, or a person. */
  tamper(path: string, change: (data: Buffer) => Uint8Array): void {
    const inode = this.#inode(path);
    inode.data = Buffer.from(change(Buffer.from(inode.data)));
    inode.durable = inode.data;
  }

  /** Removes a file behind everybody's back, durably. */
  lose(path: string): void {
    this.#files.delete(path);
    this.#durable.delete(path);
    this.#pending = this.#pending.filter(change => change.path !== path);
  }

  #handle(path: string, inode: Inode): DiskFile {
    return {
      write: bytes => {
        this.#change('write', path, { inode, bytes });
        inode.data = Buffer.concat([inode.data, bytes]);
        inode.modified = this.#clock;
      },
      sync: () => {
        this.#change('sync', path, { inode });
        settle(inode);
      },
      size: () => ([...this.#files.values()].includes(inode) ? inode.data.length : -1),
      close: () => {},
    };
  }

  /** Counts an operation and lets the planned fault happen. */
  #change(verb: string, path: string, target?: { inode?: Inode; bytes?: Uint8Array }): void {
    const { inode, bytes } = target ?? {};
    this.#alive();
    if (this.#poison !== null) throw this.#poison;
    const { machine } = this;
    machine.operations += 1;
    this.#clock += 1;
    if (machine.watch !== null) {
      this.#flight = inode === undefined || bytes === undefined ? null : { inode, bytes };
      machine.watch({ number: machine.operations, verb, path, disk: this });
      this.#flight = null;
    }
    const isKilled = machine.operations === machine.killAt;
    const fails = machine.operations === machine.failAt;
    if (!isKilled && !fails) return;
    if (inode !== undefined && bytes !== undefined)
      inode.data = Buffer.concat([inode.data, bytes.subarray(0, machine.torn(bytes.length))]);
    if (isKilled) {
      machine.dead = true;
      throw new Killed(`killed at operation ${machine.operations}: ${verb} ${path}`);
    }
    // After a failed sync the kernel forgets that the pages were dirty: they never get there.
    if (verb === 'sync' && inode !== undefined) forget(inode, machine.failShows);
    const fault = diskFault(verb, `${this.root}/${path}`, withCode(machine.failCode));
    if (machine.failShows === 'old') this.#poison = fault;
    throw fault;
  }

  #alive(): void {
    if (this.machine.dead) throw new Killed('this process is dead');
  }

  #inode(path: string): Inode {
    const inode = this.#files.get(path);
    if (inode === undefined) throw diskFault('open', path, withCode('ENOENT'));
    return inode;
  }

  #mustHaveFolder(path: string): void {
    if (!this.#folders.has(folderOf(path))) throw diskFault('create', path, withCode('ENOENT'));
  }

  #name(path: string, inode: Inode | null, group = 0): void {
    if (group === 0) this.#group += 1;
    const number = group === 0 ? this.#group : group;
    const change = { path, inode, group: number };
    this.#pending.push(change);
    apply(this.#files, change);
  }
}
