/**
 * A folder beside the state for what is about the running and is no part of the memory.
 *
 * Promises: a file is replaced whole and synced, or not at all; a list of lines keeps one file of its
 * bound and the one before; a damaged file goes to the quarantine. A disk of its own: what fails here
 * poisons nothing of the store. Never: has a step or a hash.
 */
import { type Disk, realDisk } from '../state/disk.ts';
import { quarantine } from '../state/quarantine.ts';
import { writeWholeFile } from '../state/whole-file.ts';

export class SideFolder {
  readonly #disk: Disk;
  readonly #name: string;

  constructor(directory: string, name: string) {
    this.#disk = realDisk(directory);
    this.#name = name;
  }

  /** Null when absent. */
  read(file: string): string | null {
    const bytes = this.#disk.read(this.#at(file));
    return bytes === null ? null : Buffer.from(bytes).toString();
  }

  replace(file: string, text: string): void {
    this.#make();
    writeWholeFile(this.#disk, this.#at(file), Buffer.from(text));
  }

  /** `name.jsonl`, and `name.1.jsonl` once it is full. */
  addLine(name: string, line: string, bytesMax: number): void {
    this.#make();
    const path = this.#at(`${name}.jsonl`);
    const bytes = Buffer.from(`${line}\n`);
    const there = this.#disk.stat(path)?.bytes ?? null;
    const isFull = there !== null && there + bytes.length > bytesMax;
    if (isFull) this.#disk.rename(path, this.#at(`${name}.1.jsonl`));
    const file = there === null || isFull ? this.#disk.create(path) : this.#disk.append(path);
    try {
      file.write(bytes);
      file.sync();
    } finally {
      file.close();
    }
    this.#disk.syncFolder(this.#name);
  }

  /** Its path in the quarantine. */
  setAside(file: string): string {
    return quarantine(this.#disk, this.#at(file));
  }

  #at(file: string): string {
    return `${this.#name}/${file}`;
  }

  #make(): void {
    if (this.#disk.stat(this.#name) === null) this.#disk.makeFolder(this.#name);
  }
}
