/**
 * The trading day is UTC: what a day has lost outlives a restart inside the day, and a midnight
 * that passes while the bot is off starts the new day all the same.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { DAY_MS, MINUTE_MS } from '../../src/base/time.ts';
import { equityOf } from '../../src/trade/portfolio.ts';
import { runWell, startBot } from './bot-process.ts';
import { digest, remembered, stepOf } from './memory.ts';
import { workFolder, writeTapes, writeText } from './work-folder.ts';

const START = Date.UTC(2025, 0, 1);
const MIDNIGHT = START + DAY_MS;
const folder = workFolder('midnight');
const at = (name: string): string => join(folder, name);
/** A limit so tight that the first losses of a day end it, at full size: no trials. */
const settings = {
  risk: { daily_loss_limit: 0.003, loss_streak_limit: 100 },
  learning: { q_table: false },
};
const config = writeText(folder, 'config.json', JSON.stringify(settings));
const trade = (name: string, until: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--config', config, '--dir', at(name)],
  ...['--until', until, ...more],
];
const riskOf = (name: string) => remembered(at(name)).states['risk-manager'];

describe('a day that has lost its limit', () => {
  before(async () => {
    await runWell(trade('twin', '2025-01-02T06:00'));
  });

  it('stays lost over a clean stop, and no restart trades again before midnight', async () => {
    await runWell(trade('day', '2025-01-01T09:00'));
    const lost = riskOf('day');
    assert.ok(lost.dailyLoss > 0);
    assert.equal(lost.breakers.daily_loss?.until, MIDNIGHT);
    assert.ok(lost.losses > 0);

    await runWell(trade('day', '2025-01-01T23:50'));
    const later = riskOf('day');
    assert.deepEqual(
      [later.dailyLoss, later.dailyStartBalance, later.tradingDate, later.totalTrades],
      [lost.dailyLoss, lost.dailyStartBalance, '2025-01-01', lost.totalTrades],
    );
    assert.deepEqual(later.breakers, lost.breakers);
    assert.deepEqual(later.last10Trades, lost.last10Trades);
  });

  it('ends at the midnight after the restart: a new balance, no loss, and trades again', async () => {
    await runWell(trade('day', '2025-01-02T00:00'));
    const equity = equityOf(remembered(at('day')).states.portfolio);
    await runWell(trade('day', '2025-01-02T00:10'));
    const risk = riskOf('day');
    assert.equal(risk.tradingDate, '2025-01-02');
    assert.equal(risk.dayEndsAt, MIDNIGHT + DAY_MS);
    assert.deepEqual([risk.dailyLoss, risk.breakers.daily_loss], [0, null]);
    assert.equal(risk.dailyStartBalance, equity);
    assert.ok(risk.latchedMs.daily_loss > 0, 'and it is known how long it was held back');

    await runWell(trade('day', '2025-01-02T06:00'));
    assert.ok(riskOf('day').totalTrades > risk.totalTrades);
    assert.deepEqual(digest(at('day')), digest(at('twin')));
  });

  it('stays lost over a kill', async () => {
    const bot = startBot(trade('killed', '2025-01-01T23:50'));
    // At 09:00 the limit has been lost: two candles a minute.
    await bot.until('a lost day', () => stepOf(at('killed')) > 2 * 9 * 60);
    bot.send('SIGKILL');
    await bot.end();
    const lost = riskOf('killed');
    assert.ok(lost.breakers.daily_loss !== null);
    await runWell(trade('killed', '2025-01-02T06:00'));
    assert.deepEqual(digest(at('killed')), digest(at('twin')));
  });
});

describe('a midnight that nobody saw', () => {
  /** The market itself has no candle from 23:30 to 00:30. */
  const [tape = ''] = writeTapes(folder, { seed: 1, minutes: 2000 });
  const [header = '', ...rows] = readFileSync(tape, 'utf8').trim().split('\n');
  const open = rows.filter(row => {
    const time = Number(row.split(',')[0]);
    return time < MIDNIGHT - 30 * MINUTE_MS || time >= MIDNIGHT + 30 * MINUTE_MS;
  });
  const gapped = writeText(folder, 'OKX-BTC-USDT-1m-PERP.csv', `${[header, ...open].join('\n')}\n`);

  it('starts the new day at the first candle after it, once, as in a run that never stopped', async () => {
    const first = trade('gap', '2025-01-01T23:30', '--tape', gapped);
    await runWell(first);
    const before = remembered(at('gap')).states;
    assert.equal(before['risk-manager'].tradingDate, '2025-01-01');
    assert.equal(before.run.lastCandleTime, MIDNIGHT - 31 * MINUTE_MS);
    const equity = equityOf(before.portfolio);

    await runWell(trade('gap', '2025-01-02T00:31', '--tape', gapped));
    const after = riskOf('gap');
    assert.equal(after.tradingDate, '2025-01-02');
    assert.equal(after.dailyStartBalance, equity, 'before anything of the new day counts');

    await runWell(trade('gap', '2025-01-03', '--tape', gapped));
    await runWell(trade('gap-twin', '2025-01-03', '--tape', gapped));
    assert.deepEqual(digest(at('gap')), digest(at('gap-twin')));
    assert.equal(remembered(at('gap')).states.analytics.daily.length, 2);
  });
});
