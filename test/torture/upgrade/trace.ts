/**
 * A directory on a real disk, with everything that a write would leave a trace in.
 *
 * Never: looks at the lock, which a start that is refused takes and lets go of.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../src/state/state-hash.ts';

export function traceOf(directory: string): string {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const lines = names.flatMap(name => {
    if (/^lock/.test(name)) return [];
    const path = join(directory, name);
    const { mtimeMs, size, ino, nlink } = statSync(path);
    const content = statSync(path).isFile() ? sha256(readFileSync(path)) : 'folder';
    return [[name, mtimeMs, size, ino, nlink, content].join(' ')];
  });
  return lines.join('\n');
}
