/**
 * `download-data` as a real process against the test exchange.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Candle } from '../../src/core/market.ts';
import { createSimulatedMarket } from '../../src/exchange/simulated-market.ts';
import { runBot, startBot } from '../lifecycle/bot-process.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { TestExchange } from './exchange.ts';
import { tapeOf } from './tape.ts';

const MINUTE_MS = 60_000;
const COUNT = 2000;
const folder = workFolder('download');
const market = createSimulatedMarket(3);
const all: Candle[] = [];
for (let minute = 0; minute < COUNT; minute += 1) market.next(all);
const first = (all[0] as Candle).time;
/** Bitcoin, with two holes. */
const tape = all
  .filter(({ symbol }) => symbol.startsWith('BTC'))
  .map(candle => ({ ...candle, volume: Math.ceil(candle.volume) }))
  .filter((_, minute) => minute !== 500 && (minute < 900 || minute >= 1150));
const timeOf = (minute: number): string =>
  new Date(first + minute * MINUTE_MS).toISOString().slice(0, 16);
const SINCE = timeOf(0);
/** Three settlements lie before it, and two behind. */
const LATER = timeOf(COUNT / 2);
const STEM = 'KUCOINFUTURES-BTC-USDT';
const TAPE = `${STEM}-1m-PERP.csv.gz`;
const FUNDING = `${STEM}-PERP-funding.csv.gz`;

let exchange: TestExchange;
before(async () => {
  exchange = await TestExchange.open({
    tapes: [tapeOf('BTC', tape)],
    startMs: first + (COUNT - 1) * MINUTE_MS + 30_000,
  });
});
after(() => exchange.close());

const command = (dir: string, ...more: string[]): string[] => [
  ...['download-data', '--exchange', 'kucoinfutures', '--pairs', 'BTC/USDT:USDT'],
  ...['--timeframe', '1m', '--since', SINCE, '--dir', join(folder, dir), ...more],
];
const env = () => ({ HOLDFAST_TEST_EXCHANGE_URL: exchange.url });
const bytesOf = (dir: string, name = TAPE): Buffer => readFileSync(join(folder, dir, name));
const linesOf = (dir: string, name: string): string[] =>
  gunzipSync(bytesOf(dir, name)).toString().trimEnd().split('\n');

describe('download-data', () => {
  it('writes a tape and its funding, and says what is missing', async () => {
    const { code, stdout, stderr } = await runBot(command('whole', '--json'), env());
    assert.equal(code, 0, stderr);
    const { tapes, funding, stopped } = JSON.parse(stdout);
    assert.equal(stopped, false);
    // The last minute is being made.
    const finished = tape.slice(0, -1);
    assert.equal(tapes[0].candles, finished.length);
    assert.deepEqual([tapes[0].gaps, tapes[0].missing], [2, 251]);
    const [header, ...rows] = linesOf('whole', TAPE);
    assert.equal(header, 'timestamp,open,high,low,close,volume');
    assert.deepEqual(
      rows,
      finished.map(one => [one.time, one.open, one.high, one.low, one.close, one.volume].join(',')),
    );
    assert.equal(funding[0].settlements, linesOf('whole', FUNDING).length - 1);
    assert.deepEqual(readdirSync(join(folder, 'whole')).sort(), [TAPE, FUNDING].sort());
  });

  it('killed, it goes on where it was, to the same bytes', async () => {
    const dir = join(folder, 'killed');
    let kills = 0;
    for (let rows = 300; rows <= 1200; rows += 300) {
      const bot = startBot(command('killed'), env());
      await bot.until(`${rows} rows`, () => rowsIn(dir) >= rows || bot.ended);
      bot.send('SIGKILL');
      await bot.end();
      kills += 1;
      assert.ok(!existsSync(join(dir, TAPE)) || kills > 3);
    }
    assert.equal((await runBot(command('killed'), env())).code, 0);
    assert.deepEqual(bytesOf('killed'), bytesOf('whole'));
    assert.deepEqual(bytesOf('killed', FUNDING), bytesOf('whole', FUNDING));
    assert.deepEqual(readdirSync(dir).sort(), [TAPE, FUNDING].sort());
  });

  for (const [what, args] of [
    ['a later --since', ['--since', LATER]],
    ['an earlier --until', ['--until', LATER]],
    ['another timeframe', ['--since', LATER, '--timeframe', '5m']],
  ] as const)
    it(`${what} leaves the funding of a tape that is there as long as it was`, async () => {
      const dir = what.replaceAll(' ', '-');
      cpSync(join(folder, 'whole'), join(folder, dir), { recursive: true });
      const { code, stderr } = await runBot([...command(dir), ...args], env());
      assert.equal(code, 0, stderr);
      assert.deepEqual(linesOf(dir, FUNDING), linesOf('whole', FUNDING));
      assert.deepEqual(linesOf(dir, TAPE), linesOf('whole', TAPE));
    });

  it('a tape that is gone on with gets its whole funding, where there was none and where it was damaged', async () => {
    cpSync(join(folder, 'whole'), join(folder, 'again'), { recursive: true });
    const file = join(folder, 'again', FUNDING);
    for (const end of ['--since', '--until']) {
      rmSync(file);
      const without = await runBot([...command('again'), end, LATER], env());
      assert.equal(without.code, 0, without.stderr);
      assert.deepEqual(linesOf('again', FUNDING), linesOf('whole', FUNDING));
    }
    writeFileSync(file, bytesOf('whole', FUNDING).subarray(0, 40));
    const { code, stderr } = await runBot([...command('again'), '--since', LATER], env());
    assert.equal(code, 0, stderr);
    assert.match(stderr, /funding.*: it is fetched anew/);
    assert.deepEqual(linesOf('again', FUNDING), linesOf('whole', FUNDING));
  });

  it('funding has no hole between tapes of two timeframes', async () => {
    const tapes = [
      ['--until', timeOf(COUNT / 10)],
      ['--since', timeOf(COUNT * 0.9), '--timeframe', '5m'],
    ];
    for (const args of tapes)
      assert.equal((await runBot([...command('two'), ...args], env())).code, 0);
    assert.deepEqual(linesOf('two', FUNDING), linesOf('whole', FUNDING));
  });

  it('rates that the exchange does not tell any more are kept, and others are as it tells them', async () => {
    cpSync(join(folder, 'whole'), join(folder, 'kept'), { recursive: true });
    const [header, ...rows] = linesOf('whole', FUNDING);
    const old = `${first - 180 * MINUTE_MS},0.0002`;
    const late = rows.map(row => row.replace('00000,', '00031,'));
    writeFileSync(join(folder, 'kept', FUNDING), gzipSync([header, old, ...late, ''].join('\n')));
    assert.equal((await runBot(command('kept'), env())).code, 0);
    assert.deepEqual(linesOf('kept', FUNDING), [header, old, ...rows]);
  });

  it('what it wrote is a tape that a backtest reads', async () => {
    const files = [
      '--tape',
      join(folder, 'whole', TAPE),
      '--funding',
      join(folder, 'whole', FUNDING),
    ];
    const { code, stdout, stderr } = await runBot(['backtest', ...files, '--json']);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).candles, tape.length - 1);
  });

  it('a pair, a time and a place that cannot be are told in one line', async () => {
    for (const [args, code, message] of [
      [['--pairs', 'BTX/USDT:USDT'], 64, /did you mean BTC\/USDT:USDT/],
      [['--since', 'yesterday'], 2, /Give a UTC time/],
      [['--exchange', 'kucoin'], 64, /did you mean kucoinfutures/],
      [['--since', '2030-01-01'], 64, /nothing between/],
      [['--dir', '/dev/null/nowhere'], 64, /cannot be made/],
    ] as const) {
      const ending = await runBot([...command('refused'), ...args], env());
      assert.equal(ending.code, code, ending.stderr);
      assert.match(ending.stderr, message);
      assert.doesNotMatch(ending.stderr, /\n {4}at /);
    }
  });
});

/** Whole rows of the tape that is being fetched. */
function rowsIn(dir: string): number {
  const name = existsSync(dir) ? readdirSync(dir).find(one => one.endsWith('.partial')) : undefined;
  return name === undefined ? 0 : readFileSync(join(dir, name), 'utf8').split('\n').length - 2;
}
