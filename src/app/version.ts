/**
 * The version of this release, and the Node that it is made for, as package.json has them.
 */
import { readFileSync } from 'node:fs';

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const file = new URL('../../package.json', import.meta.url);
const read = (): Package => JSON.parse(readFileSync(file, 'utf8')) as Package;

export const version = (): string => read().version;

/** Null: it names none. */
export const pinnedNode = (): string | null => read().dependencies['node'] ?? null;
