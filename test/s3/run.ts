/**
 * `npm run test:s3`: starts OpenStack Swift with its S3 interface and runs the suite against it.
 *
 * Promises: says plainly when it is skipped and why; installs nothing but with `--install` (apt, as
 * root). Never: leaves a server running.
 */
import { spawn, spawnSync } from 'node:child_process';
import { missingPackages, PACKAGES, startSwift } from './swift.ts';

const say = (line: string): void => void process.stderr.write(`test:s3: ${line}\n`);

if (process.argv.includes('--install')) {
  const install = ['install', '-y', '--no-install-recommends', ...PACKAGES];
  spawnSync('apt-get', install, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
const missing = missingPackages();
if (missing.length > 0) {
  say(
    `skipped: ${missing.join(', ')} not installed (Debian's packages; --install does it, as root)`,
  );
  process.exit(0);
}
const swift = await startSwift();
say(`Swift's S3 interface at ${swift.env['AWS_ENDPOINT_URL']}`);
const suite = new URL('./suite.ts', import.meta.url).pathname;
const child = spawn(process.execPath, ['--test', suite], {
  stdio: 'inherit',
  env: { ...process.env, ...swift.env },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const code = await new Promise<number>(resolve =>
  child.once('exit', status => resolve(status ?? 1)),
);
await swift.stop();
process.exit(code);
