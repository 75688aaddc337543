/**
 * A real disk that counts its changes and stops the world at one of them.
 *
 * Promises: what is thrown then is `Cut`, and every handle is closed, as the death of a process
 * would. Never: changes what goes through.
 */
import type { Disk, DiskFile } from '../../../src/state/disk.ts';

/** The end of a life: nobody may catch it and go on. */
export class Cut extends Error {
  override name = 'Cut';
}

export class CutDisk implements Disk {
  readonly #real: Disk;
  readonly #open = new Set<DiskFile>();
  /** 1 is the first change; it does not happen. */
  readonly #at: number;
  changes = 0;

  constructor(real: Disk, at: number) {
    this.#real = real;
    this.#at = at;
  }

  get root(): string {
    return this.#real.root;
  }

  /** As the system does for a process that is gone. */
  closeAll(): void {
    for (const file of this.#open) file.close();
    this.#open.clear();
  }

  list = (folder: string): string[] => this.#real.list(folder);
  files = (folder: string): string[] => this.#real.files(folder);
  read = (path: string): Uint8Array | null => this.#real.read(path);
  stat = (path: string): ReturnType<Disk['stat']> => this.#real.stat(path);
  create = (path: string): DiskFile => this.#handle(() => this.#real.create(path));
  append = (path: string): DiskFile => this.#handle(() => this.#real.append(path));
  rename = (from: string, to: string): void => this.#change(() => this.#real.rename(from, to));
  link = (from: string, to: string): void => this.#change(() => this.#real.link(from, to));
  remove = (path: string): void => this.#change(() => this.#real.remove(path));
  removeFolder = (path: string): void => this.#change(() => this.#real.removeFolder(path));
  makeFolder = (path: string): void => this.#change(() => this.#real.makeFolder(path));
  syncFolder = (path: string): void => this.#change(() => this.#real.syncFolder(path));
  syncFile = (path: string): void => this.#change(() => this.#real.syncFile(path));

  #change<T>(run: () => T): T {
    this.changes += 1;
    if (this.changes === this.#at) throw new Cut(`at change ${this.#at}`);
    return run();
  }

  #handle(open: () => DiskFile): DiskFile {
    const file = this.#change(open);
    this.#open.add(file);
    return {
      write: bytes => this.#change(() => file.write(bytes)),
      sync: () => this.#change(() => file.sync()),
      size: () => file.size(),
      close: () => {
        if (this.#open.delete(file)) file.close();
      },
    };
  }
}
