/**
 * An object store in memory that can die at any request.
 */
import { hash as digest } from 'node:crypto';
import type { ObjectStore, StoredPart } from '../src/backup/object-store.ts';
import type { PlaceEntry } from '../src/backup/place.ts';

interface Upload {
  readonly key: string;
  readonly parts: Map<number, Uint8Array>;
}

export class FakeStore implements ObjectStore {
  readonly objects = new Map<string, Uint8Array>();
  readonly begun = new Map<string, Upload>();
  /** What was asked, `verb key`. */
  readonly asked: string[] = [];
  /** The request (1 is the first) that fails, and all after it. */
  failAt = Number.POSITIVE_INFINITY;

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#ask('put', key);
    this.objects.set(key, Uint8Array.from(bytes));
  }

  async get(key: string, bytesMax: number): Promise<Uint8Array | number | null> {
    this.#ask('get', key);
    const found = this.objects.get(key);
    if (found === undefined) return null;
    return found.length > bytesMax ? found.length : found;
  }

  async list(prefix: string): Promise<PlaceEntry[]> {
    this.#ask('list', prefix);
    const names = new Map<string, number>();
    for (const [key, { length }] of this.objects) {
      if (!key.startsWith(prefix)) continue;
      const rest = key.slice(prefix.length);
      const slash = rest.indexOf('/');
      names.set(slash < 0 ? rest : rest.slice(0, slash + 1), slash < 0 ? length : 0);
    }
    return [...names].sort().map(([name, bytes]) => ({ name, bytes, modifiedMs: 0 }));
  }

  async remove(key: string): Promise<void> {
    this.#ask('remove', key);
    this.objects.delete(key);
  }

  async uploads(key: string): Promise<string[]> {
    this.#ask('uploads', key);
    return [...this.begun].flatMap(([id, upload]) => (upload.key === key ? [id] : []));
  }

  async beginUpload(key: string): Promise<string> {
    this.#ask('begin', key);
    const id = `upload-${this.begun.size + 1}`;
    this.begun.set(id, { key, parts: new Map() });
    return id;
  }

  async parts(key: string, id: string): Promise<StoredPart[]> {
    this.#ask('parts', key);
    const parts = this.begun.get(id)?.parts ?? new Map<number, Uint8Array>();
    return [...parts].map(([number, bytes]) => ({
      number,
      tag: digest('md5', bytes),
      bytes: bytes.length,
    }));
  }

  async putPart(part: Parameters<ObjectStore['putPart']>[0]): Promise<string> {
    this.#ask('part', `${part.key} ${part.number}`);
    this.begun.get(part.upload)?.parts.set(part.number, Uint8Array.from(part.bytes));
    return digest('md5', part.bytes);
  }

  async completeUpload(key: string, id: string, parts: readonly StoredPart[]): Promise<void> {
    this.#ask('complete', key);
    const own = this.begun.get(id)?.parts;
    const pieces = parts.map(({ number, tag }) => {
      const bytes = own?.get(number) ?? new Uint8Array(0);
      if (digest('md5', bytes) !== tag) throw new Error('InvalidPart');
      return bytes;
    });
    this.objects.set(key, Uint8Array.from(Buffer.concat(pieces)));
    this.begun.delete(id);
  }

  async abortUpload(key: string, id: string): Promise<void> {
    this.#ask('abort', key);
    this.begun.delete(id);
  }

  #ask(verb: string, key: string): void {
    this.asked.push(`${verb} ${key}`);
    if (this.asked.length >= this.failAt) throw new Error('the connection is gone');
  }
}
