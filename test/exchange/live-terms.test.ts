/**
 * A start on a live market that is refused before anybody is asked: whatever config, environment and
 * directory can tell is exit 64, without the line that says what is traded.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { EXIT } from '../../src/base/fault.ts';
import { runBot, runWell } from '../lifecycle/bot-process.ts';
import { digest } from '../lifecycle/memory.ts';
import { assertRefusal } from '../lifecycle/refusal.ts';
import { workFolder, writeConfig, writeTapes } from '../lifecycle/work-folder.ts';

const folder = workFolder('live-terms');
const bound = join(folder, 'bound');
const [tape = ''] = writeTapes(folder, { seed: 3, minutes: 60 });
const allowed = writeConfig(folder, { live: true });
const inEuro = writeConfig(folder, { live: true, stake_currency: 'EUR' }, 'euro.json');

let asked = 0;
const server = createServer((_, response) => {
  asked += 1;
  response.writeHead(404).end();
});
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

before(() =>
  runWell(['trade', '--no-web', '--speed', 'max', '--dir', bound, '--tape', tape, '--until', '20']),
);

const KEYS = { KEY: 'a-key', SECRET: 'a-secret', PASSWORD: 'a-password' };
const { PASSWORD: _, ...WITHOUT_PASSWORD } = KEYS;

const environmentOf = (keys: Readonly<Record<string, string>>): Record<string, string> => ({
  HOLDFAST_TEST_EXCHANGE_URL: url,
  ...Object.fromEntries(
    Object.entries(keys).map(([name, value]) => [`HOLDFAST__EXCHANGE__${name}`, value]),
  ),
});

const BTC = ['--pairs', 'BTC/USDT:USDT'];
const real = (id: string, ...more: string[]): string[] => [
  ...['--live', '--config', allowed, '--exchange', id, ...more],
];
const paper = (id: string, ...more: string[]): string[] => ['--exchange', id, ...more];

async function assertRefused(
  args: readonly string[],
  names: RegExp,
  { dir = join(folder, 'new'), keys = KEYS as Readonly<Record<string, string>> } = {},
): Promise<void> {
  const asks = asked;
  const ending = await runBot(['trade', '--no-web', '--dir', dir, ...args], environmentOf(keys));
  assertRefusal(ending, { code: EXIT.config, names });
  assert.equal(ending.stdout, '');
  assert.equal(asked, asks, 'it was asked something');
}

describe('a start on a live market is refused before it is asked', () => {
  for (const [what, args, names] of [
    ['an exchange that is a slip', real('kucoinfuture', ...BTC), /did you mean kucoinfutures\?/],
    ['the same on paper', paper('kucoinfuture', ...BTC), /did you mean kucoinfutures\?/],
    ['no pairs', real('kucoinfutures'), /no pair of kucoinfutures was named — name some: --pairs/],
    ['no pairs on paper', paper('kucoinfutures'), /no pair of kucoinfutures was named/],
    [
      'another currency than the config has',
      ['--live', '--config', inEuro, '--exchange', 'kucoinfutures', ...BTC],
      /quoted in USDT, but stake_currency is EUR/,
    ],
  ] as const)
    it(what, async () => {
      await assertRefused(args, names);
      assert.ok(!existsSync(join(folder, 'new')));
    });

  it("without KuCoin's passphrase", () =>
    assertRefused(real('kucoinfutures', ...BTC), /set .* HOLDFAST__EXCHANGE__PASSWORD/, {
      keys: WITHOUT_PASSWORD,
    }));

  for (const [what, args, mode] of [
    ['real orders', real('kucoinfutures', ...BTC), 'live'],
    ['paper', paper('kucoinfutures', ...BTC), 'paper'],
  ] as const)
    it(`in a directory of another market: ${what}`, async () => {
      const was = digest(bound);
      await assertRefused(
        args,
        new RegExp(`bound to another market: .*mode tape, not ${mode} — `),
        { dir: bound },
      );
      assert.deepEqual(digest(bound), was);
    });
});
