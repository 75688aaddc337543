/**
 * The port of a backup place: a folder, a bucket, whatever keeps files under names.
 *
 * Promises of whoever implements it: `put` is atomic (a reader sees the former content, none, or
 * all of the new one), durable and was read back when it returns; names are `a/b/c` of letters,
 * digits, dots and dashes. Never: follows a name out of the place, reads more than it was allowed.
 */
import { EXIT, Fault } from '../base/fault.ts';

export interface PlaceEntry {
  /** Without its folder; a folder ends in `/`. */
  readonly name: string;
  readonly bytes: number;
  /** By the clock of the place. */
  readonly modifiedMs: number;
}

export interface BackupPlace {
  /** For messages: a folder, or `s3://bucket/prefix`. */
  readonly name: string;
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** Null: there is none. More than `bytesMax` is a fault (65), and is not read. */
  get(path: string, bytesMax: number): Promise<Uint8Array | null>;
  /** What stands right in a folder (`''`: the place itself), by name. */
  list(folder: string): Promise<PlaceEntry[]>;
  /** Absent is fine. */
  remove(path: string): Promise<void>;
}

export const tooLarge = (place: string, path: string, bytes: number): Fault =>
  new Fault(
    EXIT.corrupt,
    `${place}/${path} is too large (${bytes} bytes)`,
    'that is no backup of Holdfast; restore from another one',
  );

export const notReadBack = (place: string, path: string): Fault =>
  new Fault(
    EXIT.disk,
    `${place}/${path} reads back other than it was written`,
    'check the disk or the store behind it; earlier backups are untouched',
  );
