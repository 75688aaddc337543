#!/usr/bin/env node
/**
 * The `holdfast` command: runs src/main.ts with the pinned Node, whatever Node started it.
 *
 * Promises: plain JavaScript that parses on Node 18; signals reach the bot; its exit code is ours.
 * Never: does anything of the bot itself.
 */
import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'main.ts');
/** The major whose arithmetic the state hashes were made with (docs/decisions/0001). */
const MAJOR = 26;
const EXIT_CONFIG = 64;

function pinnedNode() {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve('node/package.json')), 'bin', 'node');
  } catch {
    return null;
  }
}

function refuse(problem) {
  process.stderr.write(
    `holdfast: ${problem} — run "npm ci" in ${dirname(dirname(MAIN))}, or use Node ${MAJOR}\n`,
  );
  process.exitCode = EXIT_CONFIG;
}

function runPinned(node) {
  const child = spawn(node, [MAIN, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('error', error => refuse(`cannot run the pinned Node (${error.code})`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

if (Number(process.versions.node.split('.')[0]) === MAJOR) {
  // Here already, or Node would load its TypeScript compiler for the few lines of main.ts.
  module.enableCompileCache?.();
  await import(MAIN);
} else {
  const node = pinnedNode();
  if (node === null) refuse(`this is Node ${process.versions.node}, Holdfast needs Node ${MAJOR}`);
  else runPinned(node);
}
