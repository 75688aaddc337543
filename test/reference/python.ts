/**
 * Outside references: what the system's Python says of the files that Holdfast writes.
 *
 * Promises: a test that needs it can say plainly that a module is absent. Never: installs anything.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Debian's own, whatever else comes first on the path. */
const PYTHON = process.env['HOLDFAST_PYTHON'] ?? '/usr/bin/python3';

/** What `skip` takes: false when Python has all of the modules, else why not. */
export function unlessPython(...modules: readonly string[]): string | false {
  const { status, error } = spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`]);
  if (status === 0) return false;
  return error === undefined ? `no Python modules ${modules.join(', ')}` : `no ${PYTHON}`;
}

/** Runs a script of this folder that writes files. */
export function runPython(script: string, ...args: readonly string[]): void {
  const words = [join(import.meta.dirname, script), ...args];
  const { status, stderr } = spawnSync(PYTHON, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script}: ${stderr.trim().split('\n').slice(-3).join(' ')}`);
}

/** The answer of a script of this folder to `question`, both as JSON. */
export function askPython<Answer>(script: string, question: unknown): Answer {
  const { status, stdout, stderr } = spawnSync(PYTHON, [join(import.meta.dirname, script)], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${script}: ${stderr.trim().split('\n').slice(-3).join(' ')}`);
  return JSON.parse(stdout) as Answer;
}
