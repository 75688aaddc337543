/**
 * From what a person names to a backup place.
 *
 * Promises: `s3://bucket/prefix` is a store, everything else a folder; a wrong name is one line (64).
 * Never: makes a folder whose parent is not there, which is how a disk looks that is not mounted.
 */
import path from 'node:path';
import { EXIT, Fault } from '../base/fault.ts';
import { realDisk } from '../state/disk.ts';
import { folderPlace } from './folder-place.ts';
import { objectPlace } from './object-store.ts';
import type { BackupPlace } from './place.ts';
import { holdsKey, KEY_REMEDY } from './place-name.ts';
import { openS3 } from './s3-store.ts';

export interface PlaceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is backed up: a backup beside it on the same disk is none. */
  readonly directory: string;
  /** The folder has to be there already: something is to be read from it. */
  readonly isSource: boolean;
}

const STORE = 's3://';
const BUCKET = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}$/;
const PREFIX = /^[a-zA-Z0-9._-]+(\/[a-zA-Z0-9._-]+)*$/;

export async function openPlace(named: string, options: PlaceOptions): Promise<BackupPlace> {
  // Not repeated: what it says would stand in the log and the notes for ever.
  if (holdsKey(named))
    throw wrong('a place for backups must not hold a key or a password', KEY_REMEDY);
  if (named.startsWith(STORE)) return openStorePlace(named, options.env);
  if (/^[a-z0-9+]+:\/\//i.test(named))
    throw wrong(`${named} is no place for backups`, 'name a folder, or s3://bucket/prefix');
  const disk = realDisk(named);
  const own = realDisk(options.directory).root;
  if (disk.root === own || disk.root.startsWith(`${own}/`))
    throw wrong(
      `${named} lies in the state directory itself`,
      'name a folder on another disk, or s3://bucket/prefix',
    );
  const stat = disk.stat('');
  if (stat?.directory === false) throw wrong(`${named} is no folder`, 'name a folder');
  if (stat === null && (options.isSource || realDisk(path.dirname(disk.root)).stat('') === null))
    throw wrong(`there is no folder ${named}`, 'check the name; is its disk mounted?');
  return folderPlace(disk);
}

async function openStorePlace(named: string, env: PlaceOptions['env']): Promise<BackupPlace> {
  const [bucket = '', ...rest] = named.slice(STORE.length).split('/');
  const prefix = rest.join('/').replace(/\/+$/, '');
  const isWrong = prefix !== '' && (!PREFIX.test(prefix) || prefix.split('/').includes('..'));
  if (!BUCKET.test(bucket) || isWrong)
    throw wrong(`${named} is no place for backups`, 'write s3://bucket/prefix');
  return objectPlace(await openS3({ bucket, name: named, env }), { bucket, prefix });
}

const wrong = (what: string, remedy: string): Fault => new Fault(EXIT.config, what, remedy);
