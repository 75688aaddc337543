/**
 * A folder beside the state for what is about the running and is no part of the memory.
 *
 * Promises: a file is replaced whole and synced, or not at all; a list of lines keeps one file of its
 * bound and the one before; a damaged file goes to the quarantine. A disk of its own: what fails here
 * poisons nothing of the store, and may be tried again: each try writes a new file or a new line.
 * Never: has a step or a hash.
 */
import { type Disk, realDisk } from '../state/disk.ts';
import { quarantine } from '../state/quarantine.ts';
import { writeWholeFile } from '../state/whole-file.ts';

export class SideFolder {
  readonly #directory: string;
  readonly #name: string;
  /** Null: none yet, or the last one has failed, and would refuse for ever. */
  #opened: Disk | null = null;

  constructor(directory: string, name: string) {
    this.#directory = directory;
    this.#name = name;
  }

  /** Null when absent. */
  read(file: string): string | null {
    return this.#with(disk => {
      const bytes = disk.read(this.#at(file));
      return bytes === null ? null : Buffer.from(bytes).toString();
    });
  }

  replace(file: string, text: string): void {
    this.#with(disk => {
      this.#make(disk);
      writeWholeFile(disk, this.#at(file), Buffer.from(text));
    });
  }

  /** `name.jsonl`, and `name.1.jsonl` once it is full. */
  addLine(name: string, line: string, bytesMax: number): void {
    this.#with(disk => {
      this.#make(disk);
      const path = this.#at(`${name}.jsonl`);
      const bytes = Buffer.from(`${line}\n`);
      const there = disk.stat(path)?.bytes ?? null;
      const isFull = there !== null && there + bytes.length > bytesMax;
      if (isFull) disk.rename(path, this.#at(`${name}.1.jsonl`));
      const file = there === null || isFull ? disk.create(path) : disk.append(path);
      try {
        file.write(bytes);
        file.sync();
      } finally {
        file.close();
      }
      disk.syncFolder(this.#name);
    });
  }

  /** Its path in the quarantine. */
  setAside(file: string): string {
    return this.#with(disk => quarantine(disk, this.#at(file)));
  }

  #with<T>(work: (disk: Disk) => T): T {
    try {
      this.#opened ??= realDisk(this.#directory);
      return work(this.#opened);
    } catch (error) {
      this.#opened = null;
      throw error;
    }
  }

  #at(file: string): string {
    return `${this.#name}/${file}`;
  }

  #make(disk: Disk): void {
    if (disk.stat(this.#name) === null) disk.makeFolder(this.#name);
  }
}
