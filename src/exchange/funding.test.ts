import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { recorded, tapeFolder, unlessRecorded } from '../../test/tape-fixture.ts';
import { Fault } from '../base/fault.ts';
import { HOUR_MS, MINUTE_MS } from '../base/time.ts';
import { FUNDING_HEADER, fundingSchedule, type Settlement } from './funding.ts';

const BTC = 'BTC/USDT:USDT';
const ETH = 'ETH/USDT:USDT';
const FILE = 'KUCOIN-BTC-USDT-PERP-funding.csv';
const START = Date.UTC(2024, 0, 1);

const text = (lines: readonly string[]): string => [FUNDING_HEADER, ...lines, ''].join('\n');
const row = (hour: number, rate: number): string => `${START + hour * HOUR_MS},${rate}`;
const hours = (settlements: readonly Settlement[]) =>
  settlements.map(({ time, rate }) => [(time - START) / HOUR_MS, rate]);
const schedule = (files: readonly string[]) =>
  fundingSchedule({ files, market: 'kucoin', symbols: [BTC, ETH], defaultRate: 0.0001 });

describe('funding', () => {
  it('without a file is every 8 hours, at a rate that is stated elsewhere', async () => {
    const { between } = await schedule([]);
    assert.deepEqual(hours(between(BTC, START - HOUR_MS, START)), [[0, null]]);
    assert.deepEqual(hours(between(BTC, START, START + 16 * HOUR_MS)), [
      [8, null],
      [16, null],
    ]);
    assert.deepEqual(between(BTC, START, START + 8 * HOUR_MS - 1), []);
  });

  it('comes from the file in its range and by default outside it', async context => {
    const file = tapeFolder(context).write(
      FILE,
      text([row(4, 0.0002), row(12, -0.0003), row(20, 0)]),
    );
    const { between } = await schedule([file]);
    assert.deepEqual(hours(between(BTC, START - 9 * HOUR_MS, START + 33 * HOUR_MS)), [
      [-8, null],
      [0, null],
      [4, 0.0002],
      [12, -0.0003],
      [20, 0],
      [24, null],
      [32, null],
    ]);
    assert.deepEqual(hours(between(ETH, START, START + 8 * HOUR_MS)), [[8, null]]);
  });

  it('of another exchange is refused, as is a file whose last row may be cut off', async context => {
    const folder = tapeFolder(context);
    const foreign = folder.write('OKX-BTC-USDT-PERP-funding.csv', text([row(4, 0.0002)]));
    await assert.rejects(schedule([foreign]), /has the funding of okx; the market is kucoin/);
    const cut = folder.write(FILE, text([row(4, 0.0002)]).slice(0, -2));
    await assert.rejects(schedule([cut]), /:2: the last row has no newline/);
  });

  it('tells which symbols it knows', async context => {
    const file = tapeFolder(context).write(FILE, text([row(4, 0.0002)]));
    assert.deepEqual((await schedule([file])).recorded, [BTC]);
    assert.deepEqual((await schedule([])).recorded, []);
  });

  it('does not settle twice when the recorded time is a little off', async context => {
    const lines = [`${START + 5},0.0001`, `${START + 8 * HOUR_MS - 7},0.0002`];
    const { between } = await schedule([tapeFolder(context).write(`${FILE}.gz`, text(lines))]);
    const all = between(BTC, START - HOUR_MS, START + 17 * HOUR_MS);
    assert.deepEqual(
      all.map(({ rate }) => rate),
      [0.0001, 0.0002, null],
    );
  });

  it('gives each settlement once, however the time is cut', async context => {
    const lines = [3, 4, 9, 17, 30, 31].map(hour => row(hour, hour / 10_000));
    const { between } = await schedule([tapeFolder(context).write(FILE, text(lines))]);
    const end = 48 * 60;
    const at = (minute: number) => START + minute * MINUTE_MS;
    const whole = between(BTC, at(-end), at(end));
    const cuts = fc.uniqueArray(fc.integer({ min: 1 - end, max: end - 1 }), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, points => {
        const edges = [-end, ...points.sort((a, b) => a - b), end];
        const parts = edges
          .slice(1)
          .flatMap((edge, index) => [...between(BTC, at(edges[index] as number), at(edge))]);
        assert.deepEqual(parts, whole);
      }),
    );
  });

  it('allocates nothing when there is none', async context => {
    const lines = [row(0, 0.0001), row(8, 0.0001)];
    const { between } = await schedule([tapeFolder(context).write(FILE, text(lines))]);
    const none = between(ETH, START + 1, START + 2);
    for (const hour of [-3, 2, 7, 100])
      assert.equal(between(BTC, START + hour * HOUR_MS, START + hour * HOUR_MS + 60_000), none);
  });

  it('names a file it has no use for', async context => {
    const file = tapeFolder(context).write('KUCOIN-XRP-USDT-PERP-funding.csv', text([row(0, 0)]));
    assert.deepEqual((await schedule([file])).unused, [file]);
  });

  for (const [what, lines, message] of [
    ['runs backwards', [row(8, 0), row(0, 0)], /:3: timestamp/],
    ['is a percentage', [row(0, 0.5)], /:2: funding_rate 0.5 is not a fraction/],
    ['lacks its rate', [`${START},`], /:2: funding_rate is missing/],
    ['is not there', [], /holds no funding rates/],
  ] as const)
    it(`that ${what} is refused`, async context => {
      const file = tapeFolder(context).write(FILE, text(lines));
      await assert.rejects(schedule([file]), (error: unknown) => {
        assert.ok(error instanceof Fault);
        assert.equal(error.exitCode, 65);
        assert.match(error.message, message);
        return true;
      });
    });

  it('of a wrong name, or twice for one symbol, is refused', async context => {
    const folder = tapeFolder(context);
    const one = folder.write(FILE, text([row(0, 0)]));
    const two = folder.write(`${FILE}.gz`, text([row(0, 0)]));
    await assert.rejects(schedule([one, two]), /two funding files of BTC/);
    await assert.rejects(schedule(['BTC.csv']), /not the name of a funding file/);
  });

  const tape = 'demo/funding/KUCOIN-BTC-USDT-PERP-funding.csv.gz';
  it('is read from the recorded files', { skip: unlessRecorded(tape) }, async () => {
    const { between } = await schedule([recorded(tape)]);
    const year = between(BTC, Date.UTC(2022, 0, 1) - 1, Date.UTC(2023, 0, 1) - 1);
    assert.equal(year.length, 1095);
    assert.ok(year.every(({ rate }) => rate !== null));
  });
});
