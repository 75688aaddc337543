/**
 * The bot's side of the dashboard: what is handed over, and that nothing there ends trading.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { TOKEN } from '../../test/web-fixture.ts';
import { runSession, type Session } from '../app/session.ts';
import { DASHBOARD_SILENCE_MS } from '../base/limits.ts';
import { type Dashboard, type DashboardOptions, openDashboard } from './dashboard.ts';
import type { Snapshot, StateView } from './view.ts';

interface Lived {
  readonly candles: number;
  readonly warned: readonly string[];
}

/** A session whose bot waits, ready, for what is done with its dashboard, and then trades. */
async function lived(
  given: Partial<DashboardOptions>,
  look: (address: Promise<string>, warned: readonly string[]) => Promise<void>,
): Promise<Lived> {
  const warned: string[] = [];
  let dashboard: Dashboard | null = null;
  const open = async (session: Session): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    dashboard = openDashboard({
      session,
      door: { host: '127.0.0.1', port: 0, hosts: [], token: TOKEN, isOpen: false },
      ...{ journalMirror: null, allowNetwork: false, version: '9.9.9', startedAt: 1000 },
      ...{ now: () => 2000, progress: () => 0.5, following: () => null, backup: () => null },
      onListening: address => resolve(address),
      warn: line => warned.push(line),
      ...given,
    });
    await look(promise, warned);
  };
  const options = sessionOptions(
    { until: { kind: 'candles', count: 200 } },
    { watch: result => dashboard?.watch(result) },
  );
  const { figures } = await runSession({ ...options, onReady: open });
  await (dashboard as Dashboard | null)?.close('stopped');
  return { candles: figures.candles, warned };
}

/** Asks for a health until it is bad, and prints what is said then. */
const UNTIL_UNWELL = `
  const ask = async () => {
    const answer = await fetch(process.argv[1]);
    if (answer.status === 503) return void process.stdout.write(await answer.text());
    setTimeout(ask, 100);
  };
  void ask();`;

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await sleep(5);
};

describe('a dashboard', () => {
  it('tells how far the backups are behind', async () => {
    const reach = { to: '/elsewhere', seq: 0, at: 1500 };
    const told: string[] = [];
    await lived({ backup: () => reach }, async listening => {
      const address = await listening;
      for (const path of ['api/state', 'metrics'])
        told.push(await (await fetch(`${address}/${path}`)).text());
    });
    const [state = '', numbers = ''] = told;
    const view: StateView = JSON.parse(state);
    assert.deepEqual(view.backup, reach);
    assert.ok(view.seq > 0);
    assert.match(numbers, new RegExp(`^holdfast_backup_lag_steps ${view.seq}$`, 'm'));
  });

  it('is handed the world as it stands, and answers for it', async () => {
    const shown: Snapshot[] = [];
    let answer: unknown;
    const { candles, warned } = await lived({}, async listening => {
      const address = await listening;
      shown.push((await (await fetch(`${address}/api/snapshot`)).json()) as Snapshot);
      const action = await fetch(`${address}/api/action`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        body: '{"action":"kill-switch-on"}',
      });
      answer = await action.json();
      const learning = await (await fetch(`${address}/api/learning`)).json();
      assert.equal((learning as { attention: number[] }).attention.length > 10, true);
    });
    const [{ status } = assert.fail('nothing was shown')] = shown;
    assert.deepEqual(
      [status.version, status.startedAt, status.at, status.progress, status.ended],
      ['9.9.9', 1000, 2000, 0.5, null],
    );
    assert.deepEqual(answer, { ok: true, text: 'the kill switch is on: no new entries' });
    assert.deepEqual([candles, warned], [200, []]);
  });

  it('says that the bot is unwell while its thread hangs, and that it is well again', async () => {
    const { candles, warned } = await lived({}, async listening => {
      const health = `${await listening}/healthz`;
      assert.equal((await fetch(health)).status, 200);
      // Another process asks: this thread is the bot's, and waits for it as it would for a dead disk.
      const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', UNTIL_UNWELL, health], {
        encoding: 'utf8',
        // A bot that is never called unwell fails here, and hangs nobody.
        timeout: 6 * DASHBOARD_SILENCE_MS,
      });
      assert.equal(status, 0, stderr);
      const { why, ...said } = JSON.parse(stdout);
      assert.deepEqual(said, { status: 'unwell' });
      assert.match(why, /^the bot has not answered for \d+ s$/);
      await until(async () => (await fetch(health)).ok);
    });
    assert.deepEqual([candles, warned], [200, []]);
  });

  it('that cannot listen is told of, and the bot trades', async () => {
    const door = { host: '203.0.113.1', port: 80, hosts: [], token: TOKEN, isOpen: true };
    const { candles, warned } = await lived({ door }, (_, said) => until(() => said.length > 0));
    assert.equal(candles, 200);
    assert.match(warned.join(), /^no dashboard: 203\.0\.113\.1:80: /);
  });

  it('that breaks is told of, and the bot trades', async () => {
    const journalMirror = 7 as unknown as string;
    const look = (_: unknown, said: readonly string[]) => until(() => said.length > 0);
    const { candles, warned } = await lived({ journalMirror }, look);
    assert.equal(candles, 200);
    assert.match(warned.join(), /^the dashboard has ended: .*; the bot goes on without it$/);
  });

  it('whose thread ends by itself is told of, and the bot trades', async () => {
    const thread = new URL('data:text/javascript,process.exit()');
    const look = (_: unknown, said: readonly string[]) => until(() => said.length > 0);
    const { candles, warned } = await lived({ thread }, look);
    assert.equal(candles, 200);
    assert.match(warned.join(), /^the dashboard has ended: its thread is gone; the bot goes on/);
  });

  it('whose thread ends after it has listened is not waited for at the end', async () => {
    const listens = "port.postMessage({ kind: 'listening', port: 1, busy: 0 })";
    const code = `import { parentPort as port } from 'node:worker_threads'; ${listens}`;
    const thread = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    const { candles } = await lived({ thread }, async listening => void (await listening));
    assert.equal(candles, 200);
  });
});
