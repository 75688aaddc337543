import assert from 'node:assert/strict';
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { allCandles, recorded, rows, tapeFolder, unlessRecorded } from '../../test/tape-fixture.ts';
import { type ExitCode, Fault } from '../base/fault.ts';
import { MINUTE_MS } from '../base/time.ts';
import { tapeFeed } from './tape.ts';

const START = Date.UTC(2024, 0, 1);
const BTC = 'BINANCE-BTC-USDT-1m-PERP.csv';
const ETH = 'BINANCE-ETH-USDT-1m.csv.gz';
const minutes = (count: number, from = 0): string[] =>
  rows({ start: START + from * MINUTE_MS, count, stepMs: MINUTE_MS });

const fault = (exitCode: ExitCode, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Fault, String(error));
  assert.match(error.message, message);
  assert.equal(error.exitCode, exitCode);
  assert.ok(error.remedy.length > 0);
  return true;
};

describe('a tape', () => {
  it('is told by its name and given as it stands, plain or gzipped', async context => {
    const folder = tapeFolder(context);
    const feed = await tapeFeed({ files: [folder.write(BTC, minutes(3))] });
    assert.deepEqual(
      feed.info().map(({ file, ...info }) => info),
      [{ exchange: 'binance', symbol: 'BTC/USDT:USDT', timeframeMs: MINUTE_MS, spot: false }],
    );
    assert.equal(feed.remaining, null);
    const candles = await allCandles(feed);
    assert.deepEqual(candles[1], {
      symbol: 'BTC/USDT:USDT',
      time: START + MINUTE_MS,
      open: 101,
      high: 103,
      low: 99.5,
      close: 101.5,
      volume: 1.25,
    });
    assert.equal(feed.remaining, 0);
    assert.equal(feed.progress(), 1);
    const packed = await tapeFeed({ files: [folder.write(`${BTC}.gz`, minutes(3))] });
    assert.deepEqual(await allCandles(packed), candles);
  });

  it('marks spot, and has the steps of its market', async context => {
    const folder = tapeFolder(context);
    const files = [
      folder.write(ETH, minutes(1)),
      folder.write('KUCOIN-XYZ-USDT-1m.csv', minutes(1)),
    ];
    const feed = await tapeFeed({ files });
    assert.deepEqual(
      feed.info().map(tape => tape.spot),
      [true, true],
    );
    assert.deepEqual(
      feed.contracts.map(({ symbol, priceStep, lotSize }) => [symbol, priceStep, lotSize]),
      [
        ['ETH/USDT:USDT', 0.01, 0.001],
        ['XYZ/USDT:USDT', 0.001, 0.001],
      ],
    );
  });

  it('keeps a gap a gap', async context => {
    const file = tapeFolder(context).write(BTC, [...minutes(2), ...minutes(2, 10)]);
    const times = (await allCandles(await tapeFeed({ files: [file] }))).map(candle => candle.time);
    assert.deepEqual(
      times.map(time => (time - START) / MINUTE_MS),
      [0, 1, 10, 11],
    );
  });

  it('comes with others in order of close time, then symbol', async context => {
    const folder = tapeFolder(context);
    const files = [folder.write(ETH, minutes(9_000, 2)), folder.write(BTC, minutes(5_000))];
    const candles = await allCandles(await tapeFeed({ files }));
    assert.equal(candles.length, 14_000);
    const keys = candles.map(candle => `${candle.time} ${candle.symbol}`);
    assert.deepEqual(keys, [...keys].sort());
  });
});

describe('a tape that cannot be used is refused before the first candle', () => {
  for (const [what, name, content, code, message] of [
    ['a wrong name', 'bitcoin.csv', minutes(1), 64, /not the name of a tape/],
    ['no such timeframe', 'BINANCE-BTC-USDT-1w.csv', minutes(1), 64, /not the name of a tape/],
    ['an empty file', BTC, '', 65, /:1: the file is empty/],
    ['an empty archive', `${BTC}.gz`, '', 65, /:1: the file is empty/],
    ['another header', BTC, 'time,o,h,l,c,v\n', 65, /:1: the file has the wrong header/],
    ['no rows', BTC, [], 65, /holds no candles/],
    ['seconds', BTC, ['1704067200,1,1,1,1,1'], 65, /:2: .* is not UTC milliseconds/],
    ['microseconds', BTC, ['1704067200000000,1,1,1,1,1'], 65, /:2: .* is not UTC milliseconds/],
  ] as const)
    it(`${what}`, async context => {
      const file = tapeFolder(context).write(name, content);
      await assert.rejects(tapeFeed({ files: [file] }), fault(code, message));
    });

  it('an absent file, a folder, a damaged archive', async context => {
    const folder = tapeFolder(context);
    const absent = join(folder.path, BTC);
    await assert.rejects(tapeFeed({ files: [absent] }), fault(64, /no such file: .*BTC/));
    writeFileSync(join(folder.path, ETH), 'this is not gzip');
    await assert.rejects(
      tapeFeed({ files: [join(folder.path, ETH)] }),
      fault(65, /damaged archive: .*ETH/),
    );
  });

  it('two tapes of one symbol, tapes of different timeframes, a finer timeframe', async context => {
    const folder = tapeFolder(context);
    const btc = folder.write(BTC, minutes(1));
    const spot = folder.write('KUCOIN-BTC-USDT-1m.csv', minutes(1));
    await assert.rejects(tapeFeed({ files: [btc, spot] }), fault(64, /two tapes of BTC/));
    const slow = folder.write('BINANCE-ETH-USDT-5m.csv', minutes(1));
    await assert.rejects(
      tapeFeed({ files: [btc, slow] }),
      fault(64, /ETH-USDT-5m.csv has 5m candles, .* has 1m/),
    );
    await assert.rejects(
      tapeFeed({ files: [slow], timeframeMs: MINUTE_MS }),
      fault(64, /5m candles, which do not add up to 1m/),
    );
    await assert.rejects(tapeFeed({ files: [] }), fault(64, /no tape was named/));
  });
});

describe('a bad row', () => {
  const bad = [
    ['high below low', ',100,98,99,100,1', /high 98 is below low 99/],
    ['open outside', ',97,101,98,100,1', /open 97 is outside low 98 .. high 101/],
    ['close outside', ',100,101,98,102,1', /close 102 is outside/],
    ['a price of zero', ',100,101,0,100,1', /a price is not above 0/],
    ['a negative price', ',100,101,-5,100,1', /a price is not above 0/],
    ['a negative volume', ',100,101,99,100,-1', /volume is negative/],
    ['no number', ',100,101,99,nan,1', /close is not a number: "nan"/],
    ['a missing field', ',100,101,99,100', /volume is missing/],
    ['a field too many', ',100,101,99,100,1,1', /more than 6 fields/],
  ] as const;
  for (const [what, numbers, message] of bad)
    it(`with ${what} is refused with its line, or skipped and counted`, async context => {
      const time = START + 3 * MINUTE_MS;
      const lines = [...minutes(3), `${time}${numbers}`, ...minutes(2, 4)];
      const files = [tapeFolder(context).write(BTC, lines)];
      await assert.rejects(tapeFeed({ files }), fault(65, message));
      await assert.rejects(tapeFeed({ files }), fault(65, /1m-PERP\.csv:5: /));
      const feed = await tapeFeed({ files, skipBadRows: true });
      assert.equal((await allCandles(feed)).length, 5);
      assert.equal(feed.skipped.count, 1);
      assert.deepEqual(
        feed.skipped.rows.map(row => row.line),
        [5],
      );
      assert.match(feed.skipped.rows[0]?.why ?? '', message);
    });

  it('that repeats, runs backwards or leaves the grid is refused', async context => {
    const folder = tapeFolder(context);
    for (const [minute, message] of [
      [2, /:5: timestamp .* repeats the row before/],
      [1, /:5: timestamp .* is before the last one/],
      [3.5, /:5: timestamp .* is off the grid/],
    ] as const) {
      const file = folder.write(BTC, [...minutes(3), ...minutes(1, minute)]);
      await assert.rejects(tapeFeed({ files: [file] }), fault(65, message));
    }
  });

  it('far into a tape stops it there, and a cut archive is damage', async context => {
    const folder = tapeFolder(context);
    const late = folder.write(BTC, [...minutes(20_000), ...minutes(1, 3)]);
    const feed = await tapeFeed({ files: [late] });
    await assert.rejects(allCandles(feed), fault(65, /:20002: timestamp/));

    const noise = minutes(40_000).map((row, index) => `${row}${(index * 7919) % 9973}`);
    const cut = folder.write(`${BTC}.gz`, noise);
    truncateSync(cut, gzipSync(noise.join('\n')).length - 2_000);
    const packed = await tapeFeed({ files: [cut] });
    await assert.rejects(allCandles(packed), fault(65, /damaged archive/));
  });

  it('is told of 20 times, and counted always', async context => {
    const lines = Array.from({ length: 30 }, () => `${START},1,1,1,1,1`);
    const files = [tapeFolder(context).write(BTC, [...minutes(2), ...lines])];
    const feed = await tapeFeed({ files, skipBadRows: true });
    assert.equal((await allCandles(feed)).length, 2);
    assert.equal(feed.skipped.count, 30);
    assert.equal(feed.skipped.rows.length, 20);
  });
});

describe('a last row without a newline', () => {
  const cutOff = (folder: ReturnType<typeof tapeFolder>, name: string): string => {
    const file = folder.write(name, minutes(3));
    truncateSync(file, statSync(file).size - 2);
    return file;
  };

  it('is refused before the first candle, since a number that was cut reads as another', async context => {
    const file = cutOff(tapeFolder(context), BTC);
    await assert.rejects(tapeFeed({ files: [file] }), fault(65, /its last row has no newline/));
    const feed = await tapeFeed({ files: [file], skipBadRows: true });
    assert.equal((await allCandles(feed)).length, 2);
    assert.deepEqual(
      feed.skipped.rows.map(({ line }) => line),
      [4],
    );
  });

  it('is taken in an archive, which vouches for its own end', async context => {
    const folder = tapeFolder(context);
    const packed = join(folder.path, `${BTC}.gz`);
    writeFileSync(
      packed,
      gzipSync(['timestamp,open,high,low,close,volume', ...minutes(3)].join('\n')),
    );
    assert.equal((await allCandles(await tapeFeed({ files: [packed] }))).length, 3);
  });
});

describe('the recorded tapes', () => {
  const file = 'demo/BINANCE-BTC-USDT-1h.csv.gz';
  it('are read without a complaint, gaps included', { skip: unlessRecorded(file) }, async () => {
    const candles = await allCandles(await tapeFeed({ files: [recorded(file)] }));
    assert.equal(candles.length, 58_418);
    let missing = 0;
    for (let index = 1; index < candles.length; index += 1)
      missing += ((candles[index]?.time ?? 0) - (candles[index - 1]?.time ?? 0)) / 3_600_000 - 1;
    assert.equal(missing, 128);
  });
});
