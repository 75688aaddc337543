import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allCandles, tapeFolder } from '../../test/tape-fixture.ts';
import { Fault } from '../base/fault.ts';
import { createPast, extendPast, pastText } from '../base/past-hash.ts';
import { MINUTE_MS } from '../base/time.ts';
import { createCandleReader, createSkipped, TAPE_HEADER } from './candle-reader.ts';
import { tapeFeed } from './tape.ts';

const START = Date.UTC(2024, 0, 1);
const FAR = 30 * 365 * 24 * 60;
const SYMBOL = 'BTC/USDT:USDT';

/** What is taken of rows at these minutes, and the lines skipped (the first row is line 2). */
function readMinutes(minutes: readonly number[], chunkBytes = 1 << 20) {
  const skipped = createSkipped();
  const options = { file: 'a.csv', symbol: SYMBOL, timeframeMs: MINUTE_MS, skipped };
  const reader = createCandleReader(options);
  const bytes = Buffer.from(`${[TAPE_HEADER, ...minutes.map(rowAt)].join('\n')}\n`);
  const candles = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    candles.push(...reader.push(bytes.subarray(at, at + chunkBytes)));
  candles.push(...reader.end());
  return {
    taken: candles.map(({ time }) => (time - START) / MINUTE_MS),
    lines: skipped.rows.map(({ line }) => line).sort((a, b) => a - b),
    whys: skipped.rows.map(({ why }) => why),
    count: skipped.count,
  };
}

const rowAt = (minute: number): string => `${START + minute * MINUTE_MS},10,11,9,10.5,3`;

const assertTaken = (minutes: readonly number[], taken: readonly number[], lines: number[]) => {
  const read = readMinutes(minutes);
  assert.deepEqual([read.taken, read.lines, read.count], [taken, lines, lines.length]);
};

describe('where bad rows are skipped', () => {
  it('one row far in the future costs itself, and not the rest', () => {
    assertTaken([0, 1, FAR, 2, 3, 4], [0, 1, 2, 3, 4], [4]);
    assert.match(
      readMinutes([0, 1, FAR, 2, 3]).whys[0] ?? '',
      /2053-.*fits none of the rows after/,
    );
  });

  it('also as the first row of the tape, or one row off the grid there', () => {
    assertTaken([FAR, 0, 1, 2], [0, 1, 2], [2]);
    assertTaken([0.5, 1, 2, 3], [1, 2, 3], [2]);
  });

  it('a gap is a gap, and a row that jumps back after it is skipped alone', () => {
    assertTaken([0, 1, 500, 501], [0, 1, 500, 501], []);
    assertTaken([0, 1, 500, 2, 501, 502], [0, 1, 500, 501, 502], [5]);
    assertTaken([0, 1, 500, 1, 0, 500, 501], [0, 1, 500, 501], [5, 6, 7]);
    assertTaken([0, 2, 1, 3], [0, 2, 3], [4]);
  });

  it('gap upon gap is believed: each row bears out the one before', () => {
    assertTaken([0, 10, 20, 30, 31], [0, 10, 20, 30, 31], []);
  });

  it('the last row is not taken over a gap before there is one after it', () => {
    assertTaken([0, 1, FAR], [0, 1], [4]);
    assertTaken([0, 1, FAR, 2], [0, 1], [4, 5]);
    assertTaken([0, 1, FAR, 2, 3], [0, 1, 2, 3], [4]);
    assertTaken([7], [], [2]);
    assertTaken([7, 7], [], [2, 3]);
  });

  const tape = fc
    .array(fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 90 })), {
      minLength: 3,
      maxLength: 40,
    })
    .map(steps => steps.map((_, index) => steps.slice(0, index + 1).reduce((a, b) => a + b, 0)));

  it('any tape with one such row gives what it gives without it', () =>
    fc.assert(
      fc.property(tape, fc.nat(), fc.integer({ min: 1, max: 1e6 }), (minutes, place, far) => {
        // Two rows after it tell: at the very end nobody can know.
        const at = place % (minutes.length - 2);
        const stray = (minutes.at(-1) ?? 0) + far;
        assert.deepEqual(
          readMinutes(minutes.toSpliced(at, 0, stray)).taken,
          readMinutes(minutes).taken,
        );
      }),
      { seed: 5, numRuns: 500 },
    ));

  it('any rows, cut into any chunks, give the same candles, and a beginning a beginning', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(30),
        (minutes, chunkBytes, cut) => {
          const whole = readMinutes(minutes);
          assert.deepEqual(readMinutes(minutes, chunkBytes), whole);
          for (let index = 1; index < whole.taken.length; index += 1)
            assert.ok((whole.taken[index] ?? 0) > (whole.taken[index - 1] ?? 0));
          assert.equal(whole.taken.length + whole.count, minutes.length);
          const { taken } = readMinutes(minutes.slice(0, cut));
          assert.deepEqual(taken, whole.taken.slice(0, taken.length));
        },
      ),
      { seed: 6, numRuns: 1000 },
    ));

  it('a directory goes on after any candle, in a tape that has grown by then, to the same end', async context => {
    const lines = [0, 1, 2, FAR, 3, 4, 60, 61, 5, 62, 63, 200, 201, 202].map(rowAt);
    const folder = tapeFolder(context);
    const open = (count: number) => {
      const file = folder.write('BINANCE-BTC-USDT-1m-PERP.csv', lines.slice(0, count));
      return tapeFeed({ files: [file], skipBadRows: true });
    };
    const whole = await allCandles(await open(lines.length));
    assert.equal(whole.length, 12);
    for (let count = 2; count <= lines.length; count += 1) {
      const past = createPast();
      const known = await allCandles(await open(count));
      assert.deepEqual(known, whole.slice(0, known.length), `${count} rows`);
      for (const [index, candle] of known.entries()) {
        extendPast(past, candle);
        const mark = { since: 0, time: candle.time, candles: index + 1, pastHash: pastText(past) };
        const rest = await allCandles(await open(lines.length), { [SYMBOL]: mark });
        assert.deepEqual(rest, whole.slice(index + 1), `after ${index + 1} of ${count}`);
      }
    }
  });

  it('and where they are not, the row after one far in the future is refused as before', async context => {
    const file = tapeFolder(context).write(
      'BINANCE-BTC-USDT-1m-PERP.csv',
      [0, 1, FAR, 2, 3].map(rowAt),
    );
    await assert.rejects(
      tapeFeed({ files: [file] }).then(allCandles),
      (error: unknown) =>
        error instanceof Fault && error.exitCode === 65 && /:5: .* is before/.test(error.message),
    );
  });
});
