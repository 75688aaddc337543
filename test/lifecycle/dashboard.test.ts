/**
 * The dashboard of a real bot: what its page is told is what the bot does, over cut connections, a
 * SIGKILL and a restart; what it may do takes the token; and nothing of it is left in the directory.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Change, Snapshot, StateView, TradePage } from '../../src/web/view.ts';
import { type Bot, runBot, runWell, startBot } from './bot-process.ts';
import { remembered } from './memory.ts';
import { workFolder, writeTapes } from './work-folder.ts';

const TOKEN = 'a-token-of-this-very-test-0123456789';
const folder = workFolder('dashboard');
const tapes = writeTapes(folder, { seed: 3, minutes: 20_000 });
const at = (name: string): string => join(folder, name);
const ENV = { HOLDFAST__WEB__ENABLED: 'true', HOLDFAST_WEB_TOKEN: TOKEN };
const slowly = (name: string, ...more: string[]): string[] => [
  ...['trade', '--tape', ...tapes, '--dir', at(name), '--port', '0', '--speed', '20', ...more],
];

/** Where it says that it serves its page. */
async function addressOf(bot: Bot): Promise<string> {
  await bot.says(/^dashboard: http/m);
  return /^dashboard: (http:\/\/\S+) /m.exec(bot.stdout)?.[1] ?? '';
}

interface Heard {
  readonly id: string;
  readonly event: 'snapshot' | 'change';
  readonly data: Snapshot & Change;
}

/** Listens until enough was heard, and cuts the connection. */
async function listen(address: string, count: number, lastId?: string): Promise<Heard[]> {
  const cut = new AbortController();
  const response = await fetch(`${address}/api/stream`, {
    headers: lastId === undefined ? {} : { 'last-event-id': lastId },
    signal: cut.signal,
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const heard: Heard[] = [];
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += Buffer.from(bytes).toString('utf8');
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(part) ?? [];
      if (id === undefined || data === undefined) continue;
      heard.push({ id, event: event as Heard['event'], data: JSON.parse(data) });
    }
    if (heard.length >= count) break;
  }
  cut.abort();
  return heard.slice(0, count);
}

const candlesIn = (heard: readonly Heard[], symbol: string): number[] =>
  heard.flatMap(({ data }) => (data.candles[symbol] ?? []).map(([time]) => time));

/** Every step is told of once, in order: each change begins where the one before ended. */
function assertNoHole(heard: readonly Heard[]): void {
  for (let index = 1; index < heard.length; index += 1)
    assert.equal(heard[index]?.data.from, heard[index - 1]?.data.status.seq, `event ${index}`);
  for (const symbol of ['BTC/USDT:USDT', 'ETH/USDT:USDT']) {
    const times = candlesIn(heard, symbol);
    assert.ok(times.length > 3, symbol);
    times.forEach((time, index) => {
      const before = times[index - 1];
      if (before !== undefined) assert.equal(time - before, 60_000, `${symbol} after ${before}`);
    });
  }
}

const act = (address: string, action: string, headers: Record<string, string>) =>
  fetch(`${address}/api/action`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ action }),
  });

/** Every file of the directory that holds a text. */
const filesWith = (directory: string, text: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => readFileSync(file).includes(text));

describe('the dashboard of a running bot', () => {
  it('is told every step, over a cut connection, a SIGKILL and a restart', async () => {
    const bot = startBot(slowly('killed'), ENV);
    const address = await addressOf(bot);
    const first = await listen(address, 4);
    assert.equal(first[0]?.event, 'snapshot');
    // The connection was cut; a browser tells the last event that it saw.
    const second = await listen(address, 4, first.at(-1)?.id);
    assert.ok(second.every(({ event }) => event === 'change'));
    assertNoHole([...first, ...second]);

    const paused = await act(address, 'pause', { authorization: `Bearer ${TOKEN}` });
    assert.deepEqual(await paused.json(), {
      ...{ ok: true, text: 'trading is paused: no new entries until you resume' },
    });
    bot.send('SIGKILL');
    await bot.end();
    const { states, seq } = remembered(at('killed'));
    assert.notEqual(states['risk-manager'].paused, undefined, 'durable when it was answered');

    const again = startBot(slowly('killed'), ENV);
    const later = await listen(await addressOf(again), 4, second.at(-1)?.id);
    again.send('SIGTERM');
    assert.equal((await again.end()).code, 0);
    // Events of the former run are unknown here: it begins anew, with the candles from before.
    assert.equal(later[0]?.event, 'snapshot');
    const shown = later[0]?.data;
    assert.ok((shown?.status.seq ?? 0) >= seq);
    assert.ok(shown?.status.lamps.some(({ id, on }) => id === 'paused' && on));
    assertNoHole(later);
    const before = candlesIn([...first, ...second], 'BTC/USDT:USDT');
    const times = candlesIn(later, 'BTC/USDT:USDT');
    assert.ok(times[0]! < before.at(-1)!, 'the chart reaches back before the restart');
    for (const time of before) assert.ok(time < times[0]! || times.includes(time), String(time));
  });

  it('begins anew where the memory was reset meanwhile, and mixes nothing', async () => {
    const bot = startBot(slowly('reset', '--until', '3000', '--speed', 'max'), ENV);
    await bot.end();
    const whole = startBot(slowly('reset'), ENV);
    const before = await listen(await addressOf(whole), 3);
    assert.ok((before[0]?.data.status.closedTrades ?? 0) > 0);
    whole.send('SIGTERM');
    await whole.end();
    await runWell(['state', 'reset', 'analytics', '--yes', '--dir', at('reset')]);

    const again = startBot(slowly('reset'), ENV);
    const address = await addressOf(again);
    const [first, ...rest] = await listen(address, 3, before.at(-1)?.id);
    const trades = (await (await fetch(`${address}/api/trades`)).json()) as TradePage;
    again.send('SIGTERM');
    await again.end();
    assert.equal(first?.event, 'snapshot');
    assert.ok(rest.every(({ event }) => event === 'change'));
    const { closedTrades } = rest.at(-1)?.data.status ?? assert.fail();
    assert.ok(closedTrades < (before[0]?.data.status.closedTrades ?? 0), 'they were forgotten');
    assert.ok(trades.kept <= closedTrades + 1);
    assert.ok((first?.data.equity.length ?? 0) < (before[0]?.data.equity.length ?? 0));
  });

  it('says at the end that the bot has ended, and leaves no token behind', async () => {
    const bot = startBot(slowly('ended'), { ...ENV, HOLDFAST__LOG_LEVEL: 'debug' });
    const address = await addressOf(bot);
    await (await act(address, 'checkpoint', { authorization: `Bearer ${TOKEN}` })).text();
    await (await act(address, 'pause', { authorization: 'Bearer wrong-wrong-wrong' })).text();
    const all = listen(address, Number.POSITIVE_INFINITY);
    assert.equal((await fetch(`${address}/healthz`)).status, 200);
    bot.send('SIGTERM');
    const { stdout, stderr, code } = await bot.end();
    assert.equal(code, 0);
    assert.equal((await all).at(-1)?.data.status.ended, 'stopped');
    for (const text of [TOKEN, 'wrong-wrong-wrong']) {
      assert.deepEqual(filesWith(at('ended'), text), []);
      assert.ok(!`${stdout}${stderr}`.includes(text), 'one that was chosen is not printed');
    }
  });

  it('tells after a restart how old each file is, and when it was found whole', async () => {
    const bearer = { authorization: `Bearer ${TOKEN}` };
    const stateAt = async (address: string): Promise<StateView> =>
      (await (await fetch(`${address}/api/state`)).json()) as StateView;
    const begunAt = Date.now();
    const bot = startBot(slowly('aged'), ENV);
    const address = await addressOf(bot);
    assert.equal((await act(address, 'checkpoint', bearer)).status, 200);
    bot.send('SIGTERM');
    assert.equal((await bot.end()).code, 0);

    const again = startBot(slowly('aged'), ENV);
    const { at, files } = await stateAt(await addressOf(again));
    again.send('SIGTERM');
    await again.end();
    for (const { id, writtenAt, verifiedAt } of files) {
      assert.ok(writtenAt !== null && writtenAt >= begunAt - 1000 && writtenAt <= at, id);
      assert.ok(verifiedAt !== null && verifiedAt >= begunAt && verifiedAt <= at, id);
    }
  });

  it('prints no token where a file may keep it, and takes the next port', async context => {
    const port = await takenPort(context);
    const words = slowly('own').map(word => (word === '0' ? String(port) : word));
    const bot = startBot(words, { ...ENV, HOLDFAST_WEB_TOKEN: '' });
    assert.equal(await addressOf(bot), `http://127.0.0.1:${port + 1}`);
    const taken = new RegExp(`^warning: port ${port} is taken: the dashboard is at`, 'm');
    assert.match(bot.stderr, taken);
    bot.send('SIGTERM');
    const { code, stdout } = await bot.end();
    assert.equal(code, 0);
    const said = /^dashboard: http:\S+ \(set HOLDFAST_WEB_TOKEN to use its buttons\)$/m;
    assert.match(stdout, said);
  });
});

describe('a dashboard that is not to be', () => {
  it('is refused where other machines would reach it without a token', async () => {
    const env = { ...ENV, HOLDFAST_WEB_TOKEN: '', HOLDFAST__WEB__HOST: '0.0.0.0' };
    const { code, stderr } = await runBot(slowly('open', '--until', '1'), env);
    assert.equal(code, 64);
    assert.match(stderr, /^holdfast: web\.host is 0\.0\.0\.0, .* — set HOLDFAST_WEB_TOKEN/m);
    assert.throws(() => readdirSync(at('open')), 'nothing was begun');
  });

  it('is none with --no-web', async () => {
    const { code, stdout } = await runBot(slowly('none', '--no-web', '--until', '5'), ENV);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /^dashboard:/m);
  });
});

/** A port whose next one is free, as far as anybody can know. */
async function takenPort(context: TestContext): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
