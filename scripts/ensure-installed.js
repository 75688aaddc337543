/**
 * Sets the clone up before `npm start` and `npm test`: installs what package-lock.json names.
 *
 * Promises: runs on Node 18 and newer with nothing installed; does nothing (a few ms) when
 * node_modules already matches; two at once wait for each other; prints to stderr only, so that
 * `--json` output stays JSON; on failure one clear line and exit code 69.
 * Never: changes package.json or package-lock.json, asks a question, hides npm's errors, or empties
 * a node_modules that is a link into another clone.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LOCK = join(ROOT, '.setup-lock');
const PINNED_NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node');
/** A first install takes one minute on a slow line; ten say that the other one hangs. */
const WAIT_MS_MAX = 600_000;
const POLL_MS = 200;

/** The exit code of the design for what cannot be reached. */
const EXIT_UNREACHABLE = 69;

class SetupError extends Error {}

const say = line => process.stderr.write(`holdfast: ${line}\n`);

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Why node_modules does not match the lock file, or null. npm writes node_modules/.package-lock.json
 * last, so an install that was cut off leaves none.
 */
function whatIsMissing() {
  const wanted = readJson(join(ROOT, 'package-lock.json'))?.packages;
  if (wanted === undefined) throw new SetupError('package-lock.json is missing or damaged');
  const present = readJson(join(ROOT, 'node_modules', '.package-lock.json'))?.packages;
  if (present === undefined) return 'node_modules';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional === true) continue;
    const name = path.replace('node_modules/', '');
    if (present[path]?.version !== entry.version) return name;
    if (present[path]?.integrity !== entry.integrity) return name;
    if (!existsSync(join(ROOT, path, 'package.json'))) return name;
  }
  return existsSync(PINNED_NODE) ? null : 'the pinned Node';
}

const lockOwner = path => Number(readJson(path)?.pid ?? 0);

function isAlive(pid) {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the lock (null), or says who holds it (0: unknown). A link appears whole, with its owner's pid in it. */
function tryLock() {
  const own = `${LOCK}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid }));
  try {
    linkSync(own, LOCK);
    return null;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return lockOwner(LOCK);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Moves a dead owner's lock away; puts it back if another process was faster. */
function breakLock(deadOwner) {
  const moved = `${LOCK}.broken.${process.pid}`;
  try {
    renameSync(LOCK, moved);
    if (lockOwner(moved) !== deadOwner) linkSync(moved, LOCK);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(moved, { force: true });
  }
}

async function lock() {
  for (let waited = 0; waited < WAIT_MS_MAX; waited += POLL_MS) {
    const owner = tryLock();
    if (owner === null) return;
    if (!isAlive(owner)) {
      breakLock(owner);
      continue;
    }
    if (waited === 0) say(`waiting for the setup that process ${owner} is doing …`);
    await sleep(POLL_MS);
  }
  throw new SetupError(`another setup holds ${LOCK}; if none is running, remove that file`);
}

/** npm ci would empty the folder that other clones use too. */
function refuseLink() {
  const folder = lstatSync(join(ROOT, 'node_modules'), { throwIfNoEntry: false });
  if (folder?.isSymbolicLink() === true)
    throw new SetupError('node_modules is a link and does not match; run npm ci where it leads');
}

function runNpm() {
  // The npm that started us, where it is npm: PATH may hold another one, or none.
  const running = process.env.npm_execpath ?? '';
  const viaNode = /npm-cli\.c?js$/.test(running);
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(viaNode ? process.execPath : 'npm', viaNode ? [running, ...args] : args, {
    cwd: ROOT,
    // npm's stdout joins our stderr: stdout belongs to the command that follows.
    stdio: ['ignore', 2, 2],
    shell: !viaNode && process.platform === 'win32',
  });
  if (done.error !== undefined) throw new SetupError(`cannot run npm: ${done.error.message}`);
  if (done.signal !== null || done.status === 130)
    throw new SetupError(`npm ci was ended by ${done.signal ?? 'SIGINT'}`);
  if (done.status !== 0) throw new SetupError(`npm ci failed with code ${done.status}, see above`);
}

function checkInstalled() {
  const missing = whatIsMissing();
  if (missing === 'the pinned Node')
    throw new SetupError(
      'npm did not install the pinned Node; if ignore-scripts is on in your npm configuration, ' +
        'run: npm rebuild node --ignore-scripts=false',
    );
  if (missing !== null) throw new SetupError(`npm ci left ${missing} incomplete`);
  const version = spawnSync(PINNED_NODE, ['--version'], { encoding: 'utf8' });
  if (version.status !== 0)
    throw new SetupError('the pinned Node does not run on this system (it needs glibc on Linux)');
}

function occasion() {
  if (!existsSync(join(ROOT, 'node_modules'))) return 'first run';
  const isWhole = existsSync(join(ROOT, 'node_modules', '.package-lock.json'));
  return isWhole ? 'the lock file changed' : 'the last set-up was cut off';
}

async function main() {
  if (whatIsMissing() === null) return;
  refuseLink();
  await lock();
  try {
    // The one we waited for may have done it all.
    if (whatIsMissing() === null) return;
    say(`setting up (${occasion()}) …`);
    // Ctrl+C goes to npm as well: we stay until it has ended, or the next start would meet it.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
    runNpm();
    checkInstalled();
    say('set up.');
  } finally {
    rmSync(LOCK, { force: true });
  }
}

try {
  await main();
} catch (error) {
  const reason = error instanceof SetupError ? error.message : `${error.code ?? error}`;
  const remedy =
    error.code === 'EACCES' || error.code === 'EROFS'
      ? `make ${ROOT} writable`
      : "check the network and npm's registry";
  say(`setup failed: ${reason} — ${remedy}, then run it again`);
  process.exitCode = EXIT_UNREACHABLE;
}
