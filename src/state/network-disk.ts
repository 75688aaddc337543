/**
 * Network file systems: locks and syncs that may be promised and not kept.
 *
 * Promises: a directory on one is refused (64) unless the config allows it, before anything of it is
 * touched. Never: guesses; what the system does not name as one (FUSE, overlays) passes.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { fileSystemOf } from './disk-path.ts';

/** Magic numbers of Linux (statfs(2)). */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
]);

/** `NFS`; null where the system names none. */
export const networkName = (folder: string): string | null =>
  NETWORK.get(fileSystemOf(folder) ?? 0) ?? null;

export function refuseNetworkDisk(folder: string): void {
  const name = networkName(folder);
  if (name === null) return;
  throw new Fault(
    EXIT.config,
    `${folder} lies on a network file system (${name}), which may not honour locks and syncs`,
    'use a local disk, or set allow_network_filesystem to true in the config',
  );
}
