/**
 * Where a run ends and another goes on: tapes of unequal length, times of day, a midnight nobody
 * saw, each with a kill in it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/base/time.ts';
import { runWell, startBot } from './bot-process.ts';
import { digest, remembered, stepOf } from './memory.ts';
import { workFolder, writeTapes, writeText } from './work-folder.ts';

const START = Date.UTC(2025, 0, 1);
const MIDNIGHT = START + DAY_MS;
const MINUTES = 2000;
const folder = workFolder('ends');
const [btc = '', eth = ''] = writeTapes(folder, { seed: 7, minutes: MINUTES });
const at = (name: string): string => join(folder, name);

/** The rows of a tape that are wanted, in a folder of their own, under the same name. */
function part(tape: string, name: string, isWanted: (time: number) => boolean): string {
  const [header = '', ...rows] = readFileSync(tape, 'utf8').trim().split('\n');
  const kept = rows.filter(row => isWanted(Number(row.split(',')[0])));
  const text = `${[header, ...kept].join('\n')}\n`;
  return writeText(workFolder(name), tape.slice(tape.lastIndexOf('/') + 1), text);
}

const trade = (name: string, tapes: readonly string[], ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--dir', at(name), '--tape', ...tapes, ...more],
];

async function killedWhen(args: readonly string[], name: string, step: number): Promise<void> {
  const bot = startBot(args);
  await bot.until(`step ${step}`, () => stepOf(at(name)) >= step);
  bot.send('SIGKILL');
  assert.equal((await bot.end()).signal, 'SIGKILL');
}

describe('two tapes of unequal length', () => {
  const short = part(eth, 'short', time => time < START + 1200 * MINUTE_MS);
  const late = part(eth, 'late', time => time >= START + 300 * MINUTE_MS);
  for (const [what, other, candles] of [
    ['one ends before the other', short, MINUTES + 1200],
    ['one begins after the other', late, 2 * MINUTES - 300],
  ] as const)
    describe(`where ${what}`, () => {
      const tapes = [btc, other];
      const twin = `twin-${candles}`;
      before(async () => {
        await runWell(trade(twin, tapes));
        assert.equal(digest(at(twin)).candles, candles);
      });

      it('are one history by parts, also with the end between the parts', async () => {
        for (const until of ['250', '2399', '2400', '2401', '2025-01-01T20:00', '2025-01-02T03:00'])
          await runWell(trade(`parts-${candles}`, tapes, '--until', until));
        await runWell(trade(`parts-${candles}`, tapes));
        assert.deepEqual(digest(at(`parts-${candles}`)), digest(at(twin)));
      });

      it('are one history over kills before and after the end', async () => {
        const name = `killed-${candles}`;
        for (const step of [200, 2300, 2900]) await killedWhen(trade(name, tapes), name, step);
        const { stderr } = await runWell(trade(name, tapes));
        assert.equal(stderr, '');
        assert.deepEqual(digest(at(name)), digest(at(twin)));
      });
    });
});

describe('--until a time of day', () => {
  it('holds over a kill: what was killed before it ends at it, and goes on from it', async () => {
    const tapes = [btc, eth];
    const until = ['--until', '2025-01-01 22:30'];
    await runWell(trade('day-twin', tapes));
    await killedWhen(trade('day', tapes, ...until), 'day', 1500);
    await runWell(trade('day', tapes, ...until));
    assert.equal(remembered(at('day')).states.run.candles, 2 * (22 * 60 + 30));
    await killedWhen(trade('day', tapes), 'day', 2900);
    await runWell(trade('day', tapes));
    assert.deepEqual(digest(at('day')), digest(at('day-twin')));
  });
});

describe('a midnight that nobody saw', () => {
  it('starts the new day all the same after a kill', async () => {
    const gap = part(btc, 'gap', time => Math.abs(time + 1 - MIDNIGHT) > 40 * MINUTE_MS);
    await runWell(trade('gap-twin', [gap]));
    // The last candle before the gap closes at 23:20.
    await killedWhen(trade('gap', [gap], '--until', '2025-01-01T23:20'), 'gap', 1250);
    assert.equal(remembered(at('gap')).states['risk-manager'].tradingDate, '2025-01-01');
    const killed = trade('gap', [gap]);
    await killedWhen(killed, 'gap', 1440);
    await runWell(killed);
    assert.equal(remembered(at('gap')).states['risk-manager'].tradingDate, '2025-01-02');
    assert.deepEqual(digest(at('gap')), digest(at('gap-twin')));
  });
});

describe('funding that is recorded', () => {
  const settlements = Array.from(
    { length: 5 },
    (_, index) => `${START + index * 8 * HOUR_MS},0.0003`,
  );
  const rates = writeText(
    folder,
    'BINANCE-BTC-USDT-PERP-funding.csv',
    `timestamp,funding_rate\n${settlements.join('\n')}\n`,
  );

  it('is one history by parts, and told of where it is no longer named', async () => {
    const tapes = [btc, eth];
    const known = ['--funding', rates];
    await runWell(trade('funded-twin', tapes, ...known));
    await runWell(trade('funded', tapes, ...known, '--until', '2000'));
    await runWell(trade('funded', tapes, ...known));
    assert.deepEqual(digest(at('funded')), digest(at('funded-twin')));
    await runWell(trade('forgotten', tapes, ...known, '--until', '2000'));
    const { stderr } = await runWell(trade('forgotten', tapes));
    assert.match(
      stderr,
      /funding of BTC\/USDT:USDT came from a file so far.*name it with --funding/,
    );
    assert.equal(remembered(at('forgotten')).states.run.settings.recordedFunding, undefined);
  });
});
