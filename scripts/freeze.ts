/**
 * `npm run freeze -- 0.2.0`: keeps today's state directory for ever, as what that release wrote.
 *
 * A run of the simulated market, killed with steps in its journal that no file holds yet, in one
 * file under test/fixtures/. Run once for each release, on the commit that is released; the suite
 * `upgrade` of the torture programme and test/state/release.test.ts open what stands there.
 * Never: replaces a file that is there: what a release wrote does not change.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBot } from '../src/index.ts';
import { freeze } from '../test/fixtures/frozen-directory.ts';

const CANDLES = 1000;
const [version = ''] = process.argv.slice(2);

if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) await freezeAs(version);
else {
  process.stderr.write(`freeze: "${version}" is no version; npm run freeze -- 0.2.0\n`);
  process.exitCode = 2;
}

async function freezeAs(name: string): Promise<void> {
  const file = join(import.meta.dirname, `../test/fixtures/directory-${name}.json.zst`);
  if (existsSync(file)) {
    process.stderr.write(`freeze: ${file} is there already; a release is frozen once\n`);
    process.exitCode = 2;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-freeze-'));
  try {
    const directory = join(folder, 'models');
    const bot = await openBot({ directory, sync: 'each' });
    await bot.run({ until: CANDLES - 100 });
    await bot.checkpoint();
    await bot.run({ until: CANDLES });
    // Before it is closed: what a kill leaves holds more than what a stop leaves.
    freeze(directory, file);
    await bot.close();
    process.stdout.write(`froze ${file}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
