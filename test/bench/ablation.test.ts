/**
 * The ablation: its list of markets, its verdict on planted series, and its runs.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ALONE, CASES, type Case, PARTS, titleOf, VARIANTS } from '../../bench/ablation-case.ts';
import { type Done, optionsOf, runAll, tapeFile } from '../../bench/ablation-run.ts';
import { ablationMarkdown } from '../../bench/ablation-table.ts';
import { judgePart, judgeSkills, type Pair } from '../../bench/ablation-verdict.ts';
import type { WalkForward } from '../../src/app/walk-forward.ts';
import { Rng, seedRng } from '../../src/base/rng.ts';
import { timeframeMs } from '../../src/base/time.ts';
import { parseTapeName } from '../../src/exchange/tape-name.ts';
import { workFolder, writeTapes } from '../lifecycle/work-folder.ts';
import { recorded, unlessRecorded } from '../tape-fixture.ts';

const ownTimeframe = (one: Case): number =>
  parseTapeName(tapeFile('', one.tapes[0] ?? '')).timeframeMs;

describe('the list of the ablation', () => {
  it('names each market at each timeframe once, and only timeframes its tapes can make', () => {
    assert.equal(new Set(CASES.map(titleOf)).size, CASES.length);
    for (const one of CASES) {
      assert.equal(timeframeMs(one.timeframe) % ownTimeframe(one), 0, titleOf(one));
      for (const tape of one.tapes)
        assert.equal(parseTapeName(tapeFile('', tape)).timeframeMs, ownTimeframe(one), tape);
    }
  });

  it('runs what is recorded by the minute at 5 and 15 minutes too', () => {
    const minutes = CASES.filter(one => ownTimeframe(one) === 60_000);
    assert.ok(minutes.length >= 3);
    for (const { name } of minutes)
      assert.deepEqual(
        CASES.filter(one => one.name === name).map(({ timeframe }) => timeframe),
        ['1m', '5m', '15m'],
      );
  });

  it('has long hourly tapes and a market that dies', () => {
    assert.ok(CASES.some(({ name, timeframe }) => /2017-24/.test(name) && timeframe === '1h'));
    assert.ok(CASES.some(({ tapes }) => tapes.some(tape => tape.includes('WAVES'))));
  });

  it('names files that are recorded', { skip: unlessRecorded('manifest.json') }, () => {
    for (const name of CASES.flatMap(({ tapes, funding }) => [...tapes, ...funding]))
      assert.equal(unlessRecorded(`${name}.csv.gz`), false, recorded(name));
  });

  it('switches each part off once, and leaves each on alone once', () => {
    const off = Object.keys(PARTS).map(part => [`--no-${part}`]);
    assert.deepEqual(
      VARIANTS.map(({ options }) => options),
      [[], ['--no-learning'], ...off, ['--no-signal-model', '--no-deep']],
    );
    for (const { id, options } of ALONE) {
      assert.equal(options.length, off.length - 1);
      assert.ok(!options.includes(id.replace('only-', '--no-')));
    }
  });
});

const DAYS = 400;
const JUDGING = { seed: 3, questions: 5 };

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** What the verdict reads of a report; `gains` of a forecast each day, of the one who made it. */
const reportOf = (
  returns: readonly number[],
  gains: readonly number[] = [],
  by: 'signal' | 'pool' = 'signal',
): WalkForward => ({
  segments: [],
  overall: {
    totalReturn: sumOf(returns),
    forecasts: gains.length === 0 ? {} : { [by]: { gain: sumOf(gains) / gains.length } },
  } as unknown as WalkForward['overall'],
  reliability: null,
  bootstrap: { seed: 1, resamples: 1, level: 0.95 },
  daily: {
    from: '2024-01-01',
    returns,
    holdReturns: returns,
    forecasts: gains.length === 0 ? {} : { [by]: { examples: gains.map(() => 1), gain: gains } },
  },
});

function noise(seed: number, size = 0.01): number[] {
  const rng = new Rng(seedRng(seed));
  return Array.from({ length: DAYS }, () => size * rng.nextNormal());
}

const pairOf = (seed: number, gain: number): Pair => {
  const without = noise(seed);
  const extra = noise(seed + 100, 0.002);
  return {
    with: reportOf(without.map((value, day) => value + gain + extra[day]!)),
    without: reportOf(without),
  };
};

describe('the verdict of the ablation', () => {
  it('finds a gain and a cost that are there, although the market moves far more', () => {
    const gain = judgePart([pairOf(1, 0.001), pairOf(2, 0.001)], JUDGING);
    assert.equal(gain.verdict, 'yes');
    assert.ok(Math.abs(gain.gainPerYear - 0.365) < 0.06, String(gain.gainPerYear));
    assert.deepEqual([gain.better, gain.worse, gain.cases], [2, 0, 2]);
    assert.ok((gain.sharpeGain ?? 0) > 0);
    assert.equal(judgePart([pairOf(1, -0.001)], JUDGING).verdict, 'no, it costs');
  });

  it('finds nothing where there is nothing', () => {
    const found = [1, 2, 3, 4, 5, 6, 7, 8].filter(
      seed => judgePart([pairOf(seed, 0)], JUDGING).verdict !== 'not shown',
    );
    assert.deepEqual(found, []);
  });

  it('is not surer for the same days told twice: cases of a day stay together', () => {
    const once = judgePart([pairOf(1, 0.0002)], JUDGING);
    const twice = judgePart([pairOf(1, 0.0002), pairOf(1, 0.0002)], JUDGING);
    assert.deepEqual(twice.gainInterval, once.gainInterval);
    assert.equal(twice.days, once.days);
  });

  it('asks more of an answer, the more questions are asked', () => {
    const width = (questions: number): number => {
      const { gainInterval } = judgePart([pairOf(1, 0)], { seed: 3, questions });
      return (gainInterval?.high ?? 0) - (gainInterval?.low ?? 0);
    };
    assert.ok(width(5) > width(1));
  });

  it('refuses to compare runs over different days', () => {
    const pair = { with: reportOf(noise(1)), without: reportOf(noise(1).slice(1)) };
    assert.throws(() => judgePart([pair], JUDGING), /no pair/);
  });

  it('tells forecasts that know something from those that do not', () => {
    const skill = (gain: number) =>
      judgeSkills(
        [
          reportOf(
            noise(1),
            noise(2, 0.1).map(each => each + gain),
          ),
        ],
        JUDGING,
      )[0];
    assert.equal(skill(0.05)?.verdict, 'yes');
    assert.equal(skill(0)?.verdict, 'not shown');
    assert.equal(skill(0.05)?.examples, DAYS);
    assert.deepEqual(judgeSkills([reportOf(noise(1))], JUDGING), []);
  });
});

describe('what a part adds to the forecasts', () => {
  /** Both sides know what the market makes easy or hard; one knows a little more. */
  const pairWith = (more: number): Pair => {
    const easy = noise(2, 0.1);
    const own = noise(3, 0.01);
    return {
      with: reportOf(
        noise(1),
        easy.map((each, day) => each + more + own[day]!),
        'pool',
      ),
      without: reportOf(noise(1), easy, 'pool'),
    };
  };
  const forecast = (more: number) => judgePart([pairWith(more)], JUDGING).forecast;

  it('is found where it is far smaller than the luck of the days, which both sides share', () => {
    assert.equal(forecast(0.005)?.verdict, 'yes');
    assert.equal(forecast(-0.005)?.verdict, 'no, it costs');
    assert.equal(forecast(0)?.verdict, 'not shown');
    assert.ok(Math.abs((forecast(0.005)?.gain ?? 0) - 0.005) < 0.002);
    assert.deepEqual([forecast(0.005)?.better, forecast(0.005)?.cases], [1, 1]);
  });

  it('is nothing where one side forecast nothing', () => {
    const silent = { with: pairWith(0).with, without: reportOf(noise(1)) };
    assert.equal(judgePart([silent], JUDGING).forecast, null);
  });
});

describe('the runs of the ablation', () => {
  const folder = workFolder('ablation');
  // Recorded tapes are packed, and the ablation looks for such.
  for (const file of writeTapes(folder, { seed: 4, minutes: 2000 }))
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
  const market = {
    name: 'written',
    tapes: ['BINANCE-BTC-USDT-1m-PERP', 'BINANCE-ETH-USDT-1m-PERP'],
    funding: [],
    timeframe: '1m',
  };
  const told: number[] = [];
  const plan = {
    data: folder,
    work: join(folder, 'work'),
    until: '3000',
    atOnce: 2 as const,
    onDone: (done: number) => {
      told.push(done);
    },
  };

  it('are kept: a second ablation runs nothing and says the same', async () => {
    const jobs = VARIANTS.slice(0, 2).map(variant => ({ case: market, variant, seed: 1 }));
    const first = await runAll(jobs, plan);
    assert.deepEqual(told, [1, 2]);
    assert.equal(first[0]?.answer.candles, 3000);
    assert.notDeepEqual(first[0]?.answer.walkForward, first[1]?.answer.walkForward);
    assert.deepEqual(await runAll(jobs, plan), first);
    assert.deepEqual(told, [1, 2]);
    const text = ablationMarkdown(first as Done[]);
    assert.match(text, /^\| written, 1m \|/m);
    // The probabilities that decisions rest on were scored, and stand beside the base rate.
    const scored = ` -?\\d\\.\\d{4} \\| \\d\\.\\d{4} \\| [+-]\\d\\.\\d{4} \\|`;
    assert.match(text, new RegExp(`^\\| written, 1m, 2 \\| learning \\|.*\\|${scored}`, 'm'));
    assert.match(text, /^\| {2}\| without \|/m);
    assert.match(text, /^\| {2}\| buy and hold \|/m);
    assert.match(text, new RegExp(`^\\| written, 1m: pool \\| \\d+ \\|${scored}`, 'm'));
    assert.match(text, /\| all four \|.*\| not shown \|/);
    assert.equal(readdirSync(plan.work).length, 2);
  });

  it('that fail are told by name and not kept', async () => {
    const broken = { ...market, name: 'broken', timeframe: '7m' };
    const before = readdirSync(plan.work).length;
    const jobs = [
      { case: { ...broken, tapes: ['NO-SUCH-TAPE-1m'] }, variant: VARIANTS[0]!, seed: 1 },
    ];
    await assert.rejects(
      runAll(jobs, plan),
      /broken, 7m \(all on, seed 1\) ended with \d+: holdfast: /,
    );
    assert.equal(readdirSync(plan.work).length, before);
  });

  it('hand the case to backtest: tapes, funding, switches', () => {
    const options = optionsOf(
      { case: { ...market, funding: ['f'] }, variant: VARIANTS[2]!, seed: 7 },
      { data: '/d', until: null },
    );
    assert.deepEqual(options, [
      ...['--json', '--walk-forward', '10', '--seed', '7', '--tape'],
      ...['/d/BINANCE-BTC-USDT-1m-PERP.csv.gz', '/d/BINANCE-ETH-USDT-1m-PERP.csv.gz'],
      ...['--funding', '/d/f.csv.gz', '--no-signal-model'],
    ]);
  });
});
