/**
 * The limits that an exchange sets on requests, kept by ccxt: on mocked timers, which ccxt must find
 * when it is loaded, so this file has a process of its own.
 */
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { MINUTE_MS } from '../../base/time.ts';

const START = Date.UTC(2025, 0, 1);
mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START });
const { stubExchange, symbolOf } = await import('../../../test/stub-exchange.ts');
const { EMPTY } = await import('../../../test/exchange-answer.ts');
const { fetchCandles } = await import('./candle-row.ts');
const { EXCHANGES } = await import('./load.ts');

const QUESTIONS = 5;
const PATIENCE_MS = MINUTE_MS;

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(resolve => setImmediate(resolve));
};

/** Questions that are asked in one moment: when each goes out, and what it costs there. */
async function askedAtOnce(id: string) {
  const sentAt: number[] = [];
  const asked = () => {
    sentAt.push(Date.now());
    return EMPTY[id] as object;
  };
  const { client } = await stubExchange(id, asked, { limited: true });
  const costs: number[] = [];
  const throttle = client.throttle.bind(client);
  client.throttle = (cost: number) => {
    costs.push(cost);
    return throttle(cost);
  };
  const source = { symbol: symbolOf(id), timeframeMs: MINUTE_MS, volumeUnit: 1 };
  const span = { from: START - MINUTE_MS, until: START };
  const answers = Array.from({ length: QUESTIONS }, () => fetchCandles(client, source, span));
  for (let left = PATIENCE_MS; left > 0 && sentAt.length < QUESTIONS; left -= 1) {
    await turns();
    mock.timers.tick(1);
  }
  for (const answer of await Promise.all(answers))
    assert.deepEqual(answer, { ok: true, value: [] });
  return { sentAt, costs, perCostMs: Number(client.rateLimit) };
}

describe('questions that are asked all at once', () => {
  for (const id of Object.keys(EXCHANGES))
    it(`go to ${id} one after the other, each when the one before is paid for`, async () => {
      const { sentAt, costs, perCostMs } = await askedAtOnce(id);
      assert.deepEqual([sentAt.length, costs.length], [QUESTIONS, QUESTIONS]);
      for (const [index, cost] of costs.entries()) {
        assert.ok(cost > 0 && perCostMs > 0, `${cost} of ${perCostMs} ms`);
        const waited = (sentAt[index + 1] ?? Number.POSITIVE_INFINITY) - (sentAt[index] ?? 0);
        assert.ok(waited >= cost * perCostMs - 1, `${waited} ms after a cost of ${cost}`);
      }
    });
});
