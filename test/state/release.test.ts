/**
 * Directories of older releases: opened, upgraded, and gone on with.
 *
 * The one of 0.1.0 traded 1,000 candles of the simulated market: three trades are closed, a long of
 * BTC is open with its bracket and its choice, another choice waits, and nothing is trained yet.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { components } from '../../src/components.ts';
import type { AnyComponent } from '../../src/core/component.ts';
import { openBot } from '../../src/index.ts';
import { realDisk } from '../../src/state/disk.ts';
import { decodeFile } from '../../src/state/formats.ts';
import { newestOf, readManifests } from '../../src/state/manifest.ts';
import { stateHash } from '../../src/state/state-hash.ts';
import { upgradeContent } from '../../src/state/upgrade.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { freeze, thaw } from '../fixtures/frozen-directory.ts';

const FROZEN = resolve(import.meta.dirname, '../fixtures/directory-0.1.0.json.zst');
const SEQ = 1008;
/** Ids of parts whose upgrade since 0.1.0 changes what they hold, not only how it is written. */
const CHANGED: readonly string[] = ['signal-model', 'deep-signal-model', 'market', 'attention'];
/** Ids of parts that 0.1.0 did not have. */
const ADDED: readonly string[] = ['ensemble'];

function thawed(context: TestContext): { directory: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-release-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const directory = join(folder, 'models');
  thaw(FROZEN, directory);
  return { directory, folder };
}

function damageIn(directory: string): string[] {
  const disk = realDisk(directory);
  return verifyDirectory({ a: disk, b: disk }, components).findings.flatMap(
    ({ severity, file, text }) => (severity === 'damage' ? [`${file}: ${text}`] : []),
  );
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('a directory of 0.1.0', () => {
  it('comes out of its file as it went in', context => {
    const { directory, folder } = thawed(context);
    const again = join(folder, 'again.json.zst');
    freeze(directory, again);
    thaw(again, join(folder, 'again'));
    const files = (path: string) =>
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter(name => statSync(join(path, name)).isFile())
        .sort()
        .map(name => [name, readFileSync(join(path, name), 'hex')]);
    assert.deepEqual(files(join(folder, 'again')), files(directory));
    assert.deepEqual(damageIn(directory), []);
  });

  it('gives, part by part, the very state that 0.1.0 hashed when it wrote the file', context => {
    const { directory } = thawed(context);
    const [newest] = newestOf(readManifests(realDisk(directory)))?.generations ?? [];
    for (const component of components as readonly AnyComponent[]) {
      const { id, file } = component;
      if (CHANGED.includes(id) || ADDED.includes(id)) continue;
      const bytes = readFileSync(join(directory, file.name));
      const { schema, content } = decodeFile(bytes, file.format, id);
      const state = file.decode(upgradeContent(component, schema, content));
      assert.equal(stateHash(state), newest?.components[id]?.state, id);
      assert.equal(component.check?.(state) ?? null, null, id);
    }
  });

  it('opens without a loss, with the account, the trades and the choices it had', async context => {
    const { directory } = thawed(context);
    const before = json(join(directory, 'portfolio_state.json'));
    const { waiting, q } = json(join(directory, 'q_table.json'));
    const bot = await openBot({ directory, sync: 'shared' });
    try {
      const { first, lost, repairs } = bot.recovery;
      assert.deepEqual({ first, lost, repairs }, { first: false, lost: [], repairs: [] });
      // One step tells it that the default settings have changed since.
      assert.equal(bot.seq, SEQ + 1);
      const { balance, positions, orders } = bot.portfolio.state;
      assert.equal(balance, before['balance']);
      assert.deepEqual(plain(positions), before['positions']);
      assert.deepEqual(plain(orders), before['orders']);
      assert.deepEqual(plain(bot.qTable.state.waiting), waiting);
      assert.deepEqual(plain(bot.qTable.state.q), q);
      assert.equal(bot.analytics.state.totals.trades, 3);
      assert.equal(bot.riskManager.state.totalTrades, 3);
    } finally {
      await bot.close();
    }
    assert.deepEqual(damageIn(directory), []);
  });

  it('goes on: its open position is closed with the risk of its own stop', async context => {
    const { directory } = thawed(context);
    for (const until of [1200, 1400]) {
      const bot = await openBot({ directory, sync: 'shared' });
      try {
        await bot.run({ until });
        const { trades } = bot.analytics.state;
        const opened = trades.find(({ id }) => id === '950-2');
        assert.ok((opened?.risk ?? 0) > 0, 'the position that 0.1.0 opened');
        assert.deepEqual(
          trades.slice(0, 3).map(({ risk }) => risk),
          [undefined, undefined, undefined],
        );
        assert.ok(bot.qTable.state.rewards > 5);
      } finally {
        await bot.close();
      }
      assert.deepEqual(damageIn(directory), []);
    }
  });
});

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
