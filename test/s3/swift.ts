/**
 * OpenStack Swift with its S3 interface, on one machine and in one temporary folder: Debian's packages
 * swift-proxy, swift-account, swift-container and swift-object, one replica on one device.
 *
 * Promises: listens on 127.0.0.1 alone, on ports that were free; nothing is left running or lying
 * around after `stop`. Never: touches the system's own configuration or services.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const PACKAGES = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object'];
const BACK = ['account', 'container', 'object'] as const;
const READY_MS_MAX = 60_000;

/** Names in one answer, so that few objects take several. */
const LISTED_MAX = 50;
/** Keys of nobody: the server lives as long as the test. */
const ACCESS_KEY = 'holdfast:keeper';
const SECRET_KEY = 'only-for-this-test';

export interface Swift {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Those of the packages that are not there. */
export function missingPackages(): string[] {
  return PACKAGES.filter(name => spawnSync('which', [`${name}-server`]).status !== 0);
}

export async function startSwift(): Promise<Swift> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-swift-'));
  for (const name of ['etc', 'srv/d1', 'log'])
    mkdirSync(path.join(folder, name), { recursive: true });
  const ports = { account: 0, container: 0, object: 0, proxy: 0 };
  for (const name of [...BACK, 'proxy'] as const) ports[name] = await freePort();
  for (const name of BACK) {
    makeRing(folder, name, ports[name]);
    writeFileSync(path.join(folder, 'etc', `${name}.conf`), backText(folder, name, ports[name]));
  }
  writeFileSync(path.join(folder, 'etc/proxy.conf'), proxyText(folder, ports.proxy));
  const children = [...BACK, 'proxy'].map(name => startServer(folder, name));
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${ports.proxy}`;
  try {
    await untilReady(`${endpoint}/healthcheck`);
  } catch (error) {
    await stop();
    throw error;
  }
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    AWS_REGION: 'us-east-1',
  };
  return { env, stop };
}

function startServer(folder: string, name: string): ChildProcess {
  return spawn(`swift-${name}-server`, [path.join(folder, 'etc', `${name}.conf`)], {
    stdio: 'ignore',
  });
}

/** One replica of 16 partitions on one device. */
function makeRing(folder: string, name: string, port: number): void {
  const builder = path.join(folder, 'etc', `${name}.builder`);
  for (const step of [
    ['create', '4', '1', '0'],
    ['add', `r1z1-127.0.0.1:${port}/d1`, '1'],
    ['rebalance'],
  ]) {
    const { status, stderr } = spawnSync('swift-ring-builder', [builder, ...step]);
    // 1 is a warning: one device has nowhere to spread to.
    if (status !== 0 && status !== 1) throw new Error(`swift-ring-builder: ${stderr}`);
  }
}

const commonText = (folder: string, port: number): string => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${userInfo().username}
swift_dir = ${folder}/etc
log_address = ${folder}/log/none
log_level = ERROR
`;

const backText = (
  folder: string,
  name: string,
  port: number,
): string => `${commonText(folder, port)}
devices = ${folder}/srv
mount_check = false
disable_fallocate = true
[pipeline:main]
pipeline = ${name}-server
[app:${name}-server]
use = egg:swift#${name}
`;

const proxyText = (folder: string, port: number): string => `${commonText(folder, port)}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
max_bucket_listing = ${LISTED_MAX}
[filter:tempauth]
use = egg:swift#tempauth
user_${ACCESS_KEY.replace(':', '_')} = ${SECRET_KEY} .admin
[filter:slo]
use = egg:swift#slo
`;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function untilReady(url: string): Promise<void> {
  const giveUpAt = performance.now() + READY_MS_MAX;
  for (;;) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (performance.now() > giveUpAt) throw new Error(`Swift did not answer at ${url}`);
    await sleep(200);
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    }
  });
}
