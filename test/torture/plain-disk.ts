/**
 * A disk in memory without durability: for campaigns of many small cases on one finished directory.
 *
 * Promises: a clone costs microseconds (contents are shared and never changed in place); a case that
 * asks for more operations than any honest one throws. Never: loses, tears or delays anything (that
 * is test/simulated-disk.ts).
 */
import type { Disk, DiskFile, DiskStat } from '../../src/state/disk.ts';
import { diskFault, misplaced } from '../../src/state/disk-fault.ts';

/** A start of a small directory takes a few hundred. */
const OPERATIONS_MAX = 20_000;

interface Inode {
  data: Uint8Array;
}

export class PlainDisk implements Disk {
  readonly root: string;
  readonly #files = new Map<string, Inode>();
  readonly #folders = new Set<string>(['']);
  #operations = 0;

  constructor(root: string) {
    this.root = root;
  }

  clone(): PlainDisk {
    const next = new PlainDisk(this.root);
    const copies = new Map<Inode, Inode>();
    for (const [path, inode] of this.#files) {
      const copy = copies.get(inode) ?? { data: inode.data };
      copies.set(inode, copy);
      next.#files.set(path, copy);
    }
    for (const folder of this.#folders) next.#folders.add(folder);
    return next;
  }

  /** Every file with its content, by path. */
  contents(): Map<string, Uint8Array> {
    return new Map([...this.#files].map(([path, { data }]) => [path, data]));
  }

  folders(): string[] {
    return [...this.#folders].sort();
  }

  /** Puts a content under a name alone, behind everybody's back. */
  plant(path: string, data: Uint8Array): void {
    this.lose(path);
    this.#makeFolders(folderOf(path));
    this.#files.set(path, { data });
  }

  /** Removes a file, or a folder with all below it, behind everybody's back. */
  lose(path: string): void {
    for (const name of [...this.#files.keys()])
      if (name === path || name.startsWith(`${path}/`)) this.#files.delete(name);
    for (const name of [...this.#folders])
      if (name === path || name.startsWith(`${path}/`)) this.#folders.delete(name);
  }

  list(folder: string): string[] {
    this.#count();
    if (this.#files.has(folder)) throw misplaced(`${this.root}/${folder}`, 'not a folder');
    const prefix = folder === '' ? '' : `${folder}/`;
    const names = new Set<string>();
    for (const paths of [this.#files.keys(), this.#folders])
      for (const path of paths)
        if (path !== '' && path.startsWith(prefix)) {
          const end = path.indexOf('/', prefix.length);
          names.add(path.slice(prefix.length, end < 0 ? path.length : end));
        }
    return [...names].sort();
  }

  files(folder: string): string[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    return this.list(folder).filter(name => this.#files.has(prefix + name));
  }

  read(path: string): Uint8Array | null {
    this.#count();
    if (this.#folders.has(path)) throw misplaced(`${this.root}/${path}`, 'not a file');
    return this.#files.get(path)?.data ?? null;
  }

  stat(path: string): DiskStat | null {
    this.#count();
    const inode = this.#files.get(path);
    if (inode !== undefined) return { bytes: inode.data.length, directory: false, modifiedMs: 0 };
    return this.#folders.has(path) ? { bytes: 0, directory: true, modifiedMs: 0 } : null;
  }

  create(path: string): DiskFile {
    this.#count();
    this.#mustBeFree(path);
    const inode = { data: new Uint8Array(0) };
    this.#files.set(path, inode);
    return this.#handle(inode);
  }

  append(path: string): DiskFile {
    this.#count();
    return this.#handle(this.#inode(path));
  }

  rename(from: string, to: string): void {
    this.#count();
    const inode = this.#inode(from);
    if (this.#folders.has(to)) throw diskFault('rename to', to, withCode('EISDIR'));
    if (!this.#folders.has(folderOf(to))) throw diskFault('rename to', to, withCode('ENOENT'));
    this.#files.delete(from);
    this.#files.set(to, inode);
  }

  link(from: string, to: string): void {
    this.#count();
    const inode = this.#inode(from);
    if (this.#files.get(to) === inode) return;
    this.#mustBeFree(to);
    this.#files.set(to, inode);
  }

  remove(path: string): void {
    this.#count();
    if (this.#folders.has(path)) throw diskFault('remove', path, withCode('EISDIR'));
    this.#files.delete(path);
  }

  removeFolder(path: string): void {
    if (this.list(path).length === 0) this.#folders.delete(path);
  }

  makeFolder(path: string): void {
    this.#count();
    this.#makeFolders(path);
  }

  syncFolder(path: string): void {
    this.#count();
    if (!this.#folders.has(path)) throw diskFault('sync', path, withCode('ENOENT'));
  }

  syncFile(path: string): void {
    this.#count();
    this.#inode(path);
  }

  #makeFolders(path: string): void {
    for (let at = path; at !== '' && !this.#folders.has(at); at = folderOf(at)) {
      if (this.#files.has(at)) throw diskFault('make', at, withCode('EEXIST'));
      this.#folders.add(at);
    }
  }

  #handle(inode: Inode): DiskFile {
    return {
      write: bytes => {
        this.#count();
        inode.data = Buffer.concat([inode.data, bytes]);
      },
      sync: () => this.#count(),
      size: () => ([...this.#files.values()].includes(inode) ? inode.data.length : -1),
      close: () => {},
    };
  }

  #inode(path: string): Inode {
    const inode = this.#files.get(path);
    if (inode === undefined) throw diskFault('open', path, withCode('ENOENT'));
    return inode;
  }

  #mustBeFree(path: string): void {
    if (this.#files.has(path) || this.#folders.has(path))
      throw diskFault('create', path, withCode('EEXIST'));
    if (!this.#folders.has(folderOf(path))) throw diskFault('create', path, withCode('ENOENT'));
  }

  #count(): void {
    this.#operations += 1;
    if (this.#operations > OPERATIONS_MAX)
      throw new Error(`more than ${OPERATIONS_MAX} disk operations in one case`);
  }
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

const withCode = (code: string): Error => Object.assign(new Error(code), { code });
