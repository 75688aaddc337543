import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { loadClient } from '../../src/exchange/ccxt/load.ts';
import { KEYS } from './client.ts';
import { BTC, MINUTE, START, XBT } from './fixture.ts';
import type { JudgedBooks } from './judge.ts';

const folder = mkdtempSync(join(tmpdir(), 'test-exchange-'));
const children: ChildProcess[] = [];

async function serve(...options: string[]): Promise<string> {
  const path = join(folder, 'BINANCE-BTC-USDT-1m-PERP.csv');
  const rows = Array.from(
    { length: 50 },
    (_, k) => `${START + k * MINUTE},30000,30000,30000,30000,4`,
  );
  writeFileSync(path, `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
  const file = new URL('./serve.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, '--tape', path, ...options]);
  children.push(child);
  for await (const line of createInterface(child.stdout))
    return (JSON.parse(line) as { url: string }).url;
  throw new Error('the exchange did not start');
}

async function ask<T>(url: string, body?: object): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = (await (await fetch(url, init)).json()) as { data: T };
  return answer.data;
}

describe('the test exchange as a process of its own', () => {
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('is driven, judged and acted on from outside, and ccxt trades on it', async () => {
    const url = await serve('--history', '10', '--wallet', '500');
    const client = await loadClient('kucoinfutures', { testUrl: url, keys: KEYS });
    await client.createOrder(BTC, 'market', 'buy', 2, undefined, { clientOid: 'x', leverage: 2 });
    await ask(`${url}/_hand`, { action: 'deposit', amount: '1.5' });
    await ask(`${url}/_hand`, { action: 'sell', symbol: XBT, lots: 1 });
    await ask(`${url}/_advance`, { candles: 3 });
    const books = await ask<JudgedBooks>(`${url}/_books`);
    assert.equal(books.timeMs, START + 13 * MINUTE);
    assert.equal(books.positions[0]?.lots, 1);
    assert.equal(books.fills.length, 2);
    await ask(`${url}/_fault`, { what: 'GET /api/v1/timestamp', fault: 'dropRequest' });
    await assert.rejects(client.fetchTime(), { name: 'NetworkError' });
    assert.equal((await ask<object[]>(`${url}/_faults`)).length, 1);
  });

  it('its clock runs by itself when it is told how fast', async () => {
    const url = await serve('--speed', '60000');
    const isOver = async () => (await ask<{ isOver: boolean }>(`${url}/_clock`)).isOver;
    while (!(await isOver())) await new Promise(setImmediate);
    assert.ok((await ask<JudgedBooks>(`${url}/_books`)).timeMs >= START + 50 * MINUTE - MINUTE / 4);
  });
});
