/**
 * Loads Holdfast with one bug in it: `HOLDFAST_PLANTED=<name> node --import <this file> …`.
 *
 * Promises: the sources on the disk are left as they are; threads and processes that inherit the
 * environment load the same bug. An edit that no longer fits its file ends the process loudly.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bugNamed, planted } from './bugs.ts';

const SOURCE = new URL('../../../', import.meta.url).href;
const bug = bugNamed(process.env['HOLDFAST_PLANTED'] ?? '');

registerHooks({
  load(url, context, nextLoad) {
    const file = url.startsWith(SOURCE) ? url.slice(SOURCE.length) : '';
    const edits = bug.edits.filter(edit => edit.file === file);
    if (edits.length === 0) return nextLoad(url, context);
    const source = planted(readFileSync(fileURLToPath(url), 'utf8'), edits);
    return { format: 'module-typescript', shortCircuit: true, source };
  },
});
