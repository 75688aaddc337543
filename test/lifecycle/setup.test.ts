/**
 * Setting a clean clone up: scripts/ensure-installed.js with a stand-in for npm, the launchers, and
 * (with HOLDFAST_CLONE_TEST=1, since it downloads 60 MB) a real clean clone.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const trash: string[] = [];
after(() => {
  for (const folder of trash) rmSync(folder, { recursive: true, force: true });
});

/** Stands in for npm: writes down how it was called and installs what the lock file names. */
const FAKE_NPM = `
const fs = require('node:fs');
fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
console.log('npm talks');
const mode = process.env.FAKE_NPM ?? 'good';
if (mode === 'offline') { console.error('npm error network'); process.exit(1); }
setTimeout(() => {
  const lock = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
  delete lock.packages[''];
  for (const path of Object.keys(lock.packages)) {
    fs.mkdirSync(path, { recursive: true });
    fs.writeFileSync(path + '/package.json', '{}');
  }
  if (mode !== 'no-scripts') {
    fs.mkdirSync('node_modules/node/bin', { recursive: true });
    fs.writeFileSync('node_modules/node/bin/node', '#!/bin/sh\\necho v26.0.0', { mode: 0o755 });
  }
  fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify(lock));
}, 300);
`;

function writeLock(root: string, version: string): void {
  const packages = {
    '': { name: 'x' },
    'node_modules/node': { version: '26.0.0', integrity: 'sha512-a' },
    'node_modules/zod': { version, integrity: `sha512-${version}` },
    'node_modules/elsewhere': { version: '1.0.0', optional: true },
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
}

function project(): string {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-setup-'));
  trash.push(root);
  mkdirSync(join(root, 'scripts'));
  copyFileSync(
    join(ROOT, 'scripts/ensure-installed.js'),
    join(root, 'scripts/ensure-installed.js'),
  );
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'npm-cli.cjs'), FAKE_NPM);
  writeLock(root, '4.0.0');
  return root;
}

const environment = (root: string, more: Record<string, string> = {}) => ({
  ...process.env,
  npm_execpath: join(root, 'npm-cli.cjs'),
  NODE_ENV: 'production',
  ...more,
});

function setUp(root: string, more: Record<string, string> = {}) {
  return spawnSync(process.execPath, [join(root, 'scripts/ensure-installed.js')], {
    encoding: 'utf8',
    env: environment(root, more),
  });
}

const calls = (root: string): string[] =>
  existsSync(join(root, 'calls'))
    ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n')
    : [];

describe('setting up', () => {
  it('installs once, also with NODE_ENV=production, and keeps stdout clean', () => {
    const root = project();
    const first = setUp(root);
    assert.equal(first.status, 0, first.stderr);
    assert.equal(first.stdout, '');
    assert.match(first.stderr, /^holdfast: setting up \(first run\) …\n/);
    assert.deepEqual(calls(root), ['ci --include=dev --no-audit --no-fund --loglevel=error']);
    const again = setUp(root);
    assert.equal(again.status, 0);
    assert.equal(again.stderr, '');
    assert.equal(calls(root).length, 1);
    assert.ok(!existsSync(join(root, '.setup-lock')));
  });

  it('installs again when the lock file changed, or a package or the pinned Node is gone', () => {
    const root = project();
    setUp(root);
    writeLock(root, '4.0.1');
    assert.match(setUp(root).stderr, /the lock file changed/);
    rmSync(join(root, 'node_modules/zod/package.json'));
    setUp(root);
    rmSync(join(root, 'node_modules/node/bin/node'));
    setUp(root);
    assert.equal(calls(root).length, 4);
  });

  it('says in one line that it failed, below what npm said', () => {
    const root = project();
    const failed = setUp(root, { FAKE_NPM: 'offline' });
    assert.equal(failed.status, 69);
    assert.equal(failed.stdout, '');
    assert.match(failed.stderr, /npm error network/);
    assert.match(
      failed.stderr,
      /holdfast: setup failed: npm ci failed with code 1.* — check [^\n]+\n$/,
    );
    assert.doesNotMatch(failed.stderr, /\n\s+at /);
    assert.equal(setUp(root).status, 0, 'and works when it is run again');
  });

  it('says what to do when npm runs no install scripts', () => {
    const failed = setUp(project(), { FAKE_NPM: 'no-scripts' });
    assert.equal(failed.status, 69);
    assert.match(failed.stderr, /npm rebuild node --ignore-scripts=false/);
  });

  it('leaves a node_modules alone that is a link into another clone', () => {
    const other = project();
    setUp(other);
    const root = project();
    symlinkSync(join(other, 'node_modules'), join(root, 'node_modules'));
    assert.equal(setUp(root).status, 0, 'where it matches it will do');
    writeLock(root, '6.0.0');
    const refused = setUp(root);
    assert.equal(refused.status, 69);
    assert.match(refused.stderr, /node_modules is a link/);
    assert.deepEqual(calls(root), []);
    assert.ok(existsSync(join(other, 'node_modules/zod/package.json')));
  });

  it('installs once when two start at the same time', async () => {
    const root = project();
    const script = join(root, 'scripts/ensure-installed.js');
    const codes = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise(resolve => {
            const child = spawn(process.execPath, [script], {
              env: environment(root),
              stdio: 'ignore',
            });
            child.on('exit', resolve);
          }),
      ),
    );
    assert.deepEqual(codes, [0, 0, 0]);
    assert.equal(calls(root).length, 1);
  });

  it('takes over from a setup that was killed', () => {
    const root = project();
    const dead = spawnSync(process.execPath, ['--version']).pid;
    writeFileSync(join(root, '.setup-lock'), JSON.stringify({ pid: dead }));
    assert.equal(setUp(root).status, 0);
    writeFileSync(join(root, '.setup-lock'), '');
    writeLock(root, '5.0.0');
    assert.equal(setUp(root).status, 0);
    assert.equal(calls(root).length, 2);
  });
});

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
}
interface Locked {
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));

describe('the package', () => {
  it('starts the bot in place of the shell, so that signals reach it', () => {
    const { scripts } = readJson('package.json') as Manifest;
    assert.match(scripts['start'] ?? '', /^NODE_COMPILE_CACHE=\S+ exec node src\/main\.ts$/);
  });

  it('sets itself up before everything that .ci/run and the README run', () => {
    const { scripts } = readJson('package.json') as Manifest;
    for (const name of ['start', 'test', 'test:state', 'test:lifecycle', 'types', 'lint'])
      assert.equal(scripts[`pre${name}`], 'node scripts/ensure-installed.js', name);
  });

  it('locks every package that another one names, for all platforms', () => {
    const { packages } = readJson('package-lock.json') as { packages: Record<string, Locked> };
    const missing = Object.entries(packages).flatMap(([path, one]) =>
      Object.keys({ ...one.dependencies, ...one.optionalDependencies })
        .filter(name => packages[`node_modules/${name}`] === undefined)
        .filter(name => packages[`${path}/node_modules/${name}`] === undefined)
        .map(name => `${path} needs ${name}`),
    );
    assert.deepEqual(missing, []);
  });
});

/** A Node on PATH with another major than the pinned one. */
function otherNode(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const node = join(folder, 'node');
    if (folder.includes('node_modules') || !existsSync(node)) continue;
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout;
    if (/^v\d+/.test(version) && !version.startsWith('v26.')) return node;
  }
  return null;
}

describe('bin/holdfast.js', () => {
  const other = otherNode();
  const runs: [string, string | null][] = [
    ['the pinned Node', process.execPath],
    ['another Node', other],
  ];
  for (const [name, node] of runs)
    it(`hands arguments, output and exit code on under ${name}`, {
      skip: node === null ? 'no other Node on PATH' : false,
    }, () => {
      const bin = join(ROOT, 'bin/holdfast.js');
      const run = (argument: string) =>
        spawnSync(node ?? '', [bin, argument], { encoding: 'utf8' });
      assert.match(run('--version').stdout, /^\d+\.\d+\.\d+\n$/);
      const wrong = run('no-such-command');
      assert.equal(wrong.status, 2);
      assert.match(wrong.stderr, /unknown command/);
    });
});

describe('a clean clone', () => {
  const skip =
    process.env['HOLDFAST_CLONE_TEST'] === '1'
      ? false
      : 'downloads 60 MB; set HOLDFAST_CLONE_TEST=1 to run it';
  it('sets itself up with npm start, also with NODE_ENV=production', { skip }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-clone-'));
    trash.push(folder);
    assert.equal(spawnSync('git', ['clone', '-q', ROOT, folder]).status, 0);
    // As from a person's shell: no variables of the npm that runs this test.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_TEST/i.test(name)),
    );
    const path = (env['PATH'] ?? '').split(delimiter).filter(one => !one.includes('node_modules'));
    const run = spawnSync('npm', ['start', '--', '--version'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...env, PATH: path.join(delimiter), NODE_ENV: 'production' },
    });
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
