/**
 * Bad input: options, configs, tapes and funding files that are wrong. Each gets one clear line and
 * its exit code, and a directory that had something to lose has lost nothing.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { EXIT } from '../../src/base/fault.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import { runBot, runWell } from './bot-process.ts';
import { digest, fingerprint, remembered } from './memory.ts';
import { assertRefused, type Refusal } from './refusal.ts';
import { workFolder, writeTapes } from './work-folder.ts';

const MINUTES = 400;
const START = Date.UTC(2025, 0, 1);
const HEADER = 'timestamp,open,high,low,close,volume';
const NAME = 'BINANCE-BTC-USDT-1m-PERP.csv';
const folder = workFolder('bad-input');
const [tape = ''] = writeTapes(folder, { seed: 3, minutes: MINUTES });
const lived = join(folder, 'lived');
const onTape = (file: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--dir', lived, '--tape', file, ...more],
];

before(async () => {
  await runWell(onTape(tape, '--until', '200'));
});

/** What a start may do to a directory that it goes on to refuse: nothing that is remembered. */
async function refusedWithoutLoss(args: readonly string[], refusal: Refusal): Promise<void> {
  const before = digest(lived);
  await assertRefused(args, refusal);
  assert.deepEqual(digest(lived), before);
}

let folders = 0;
/** A file of this name in a folder of its own. */
function fileOf(content: string | Uint8Array, name = NAME): string {
  folders += 1;
  const own = join(folder, `case-${folders}`);
  mkdirSync(own);
  const file = join(own, name);
  writeFileSync(file, content);
  return file;
}

describe('a wrong option', { concurrency: 2 }, () => {
  const { usage, config } = EXIT;
  for (const [args, code, names] of [
    [['--bogus'], usage, /--bogus/],
    [['trad'], usage, /did you mean trade/],
    [['trade', 'now'], usage, /too many arguments/],
    [['trade', '--seed', '-1'], usage, /--seed .* '-1' .*whole number/],
    [['trade', '--seed', '1.5'], usage, /--seed .*whole number/],
    [['trade', '--speed', 'warp'], usage, /--speed .* 'warp' .*max, or candles per second/],
    [['trade', '--until', '2025-02-30'], usage, /--until .* '2025-02-30' .*UTC time/],
    [['trade', '--until', '0'], usage, /--until .*from 1 on/],
    [['trade', '--port', '99999'], usage, /--port .*0 to 65535/],
    [['trade', '--dir'], usage, /--dir .*missing/],
    [['trade', '--dir', ''], config, /dir .* is "" — give a text/],
    [['trade', '--tape'], usage, /--tape .*missing/],
    [['trade', '--live'], usage, /--live/],
    [['backtest'], usage, /--tape .*not specified/],
    [['state', 'lisst'], usage, /did you mean state list/],
    [['state', 'show'], usage, /argument 'part'/],
    [['state', 'show', 'moods', '--dir', lived], usage, /no part "moods"/],
    [['crash-test', '--kills', 'many'], usage, /--kills .* 'many' .*whole number/],
  ] as const)
    it(`${args.join(' ')}`, () => assertRefused(args, { code, names }));

  it('that crash-test passes on is told as its bot tells it, after the line of progress', async () => {
    const { code, stderr } = await runBot(['crash-test', '--tape', '/none/x.csv']);
    assert.equal(code, config, stderr);
    assert.match(stderr, /^measuring .*\nholdfast: [^\n]*\/none\/x\.csv — name it [^\n]*\n$/);
  });
});

describe('a wrong config', { concurrency: 2 }, () => {
  for (const [text, names] of [
    ['{ "leverage": ', /config\.json line 1: .* — write JSON/],
    ['[1]', /config\.json is no object/],
    ['{ "leverage": 500 }', /leverage in \S+config\.json is 500 — give a number from 1 to 125/],
    ['{ "leverag": 5 }', /unknown key leverag .* did you mean leverage/],
    ['{ "risk": { "per_trade": "x" } }', /risk\.per_trade .* is "x" — give a number/],
    ['{ "risk": 5 }', /risk .* is 5 — risk is a group/],
    ['{ "timeframe": "5x" }', /timeframe .* is "5x" — give a timeframe/],
    ['{ "dry_run": false }', /dry_run .* is false — give true \(real orders: set `live`/],
    ['{ "rsik": { "per_trade": 0.01 } }', /unknown key rsik .* did you mean risk\?/],
    ['{ "exchange": { "secret": "hunter2" } }', /holds the secret exchange\.secret — remove/],
    ['{ "exchange": { "name": "okx" } }', /the market is binance, but exchange\.name is okx/],
    ['{ "stake_currency": "EUR" }', /quoted in USDT, but stake_currency is EUR/],
    ['{ "learning": { "epsilon_min": 0.9 } }', /epsilon_min \(0\.9\) is above/],
    ['{ "__proto__": { "leverage": 3 } }', /unknown key __proto__/],
    ['{ "timeframe": "90s" }', /timeframe .* give a timeframe/],
  ] as const)
    it(text, async () => {
      const config = fileOf(text, 'config.json');
      const before = fingerprint(lived);
      await assertRefused(onTape(tape, '--config', config), { code: EXIT.config, names });
      assert.equal(fingerprint(lived), before, 'not one byte of the directory was touched');
    });

  it('a file that is not there, or is a folder', async () => {
    const absent = { code: EXIT.config, names: /cannot read the config \S+absent\.json/ };
    await assertRefused(onTape(tape, '--config', join(folder, 'absent.json')), absent);
    const aFolder = { code: EXIT.config, names: /cannot read the config .*EISDIR/ };
    await assertRefused(onTape(tape, '--config', folder), aFolder);
  });

  it('a wrong environment variable is named, and a secret is never shown', async () => {
    const env = { HOLDFAST__LEVERAGE: 'lots', HOLDFAST__EXCHANGE__SECRET: 'hunter2' };
    const names = /^(?!.*hunter2).*environment variable HOLDFAST__LEVERAGE is "lots"/;
    await assertRefused(onTape(tape), { code: EXIT.config, names }, env);
  });
});

describe('a wrong tape', { concurrency: 2 }, () => {
  const { config, corrupt } = EXIT;
  const row = (minute: number, rest: string): string => `${START + minute * MINUTE_MS},${rest}`;
  const good = row(0, '10,11,9,10,5');
  const csv = (...rows: string[]): string => `${[HEADER, good, ...rows].join('\n')}\n`;
  for (const [what, content, code, names] of [
    ['high below low', csv(row(1, '10,9,11,10,1')), corrupt, /:3: high 9 is below low 11/],
    ['a price of NaN', csv(row(1, '10,NaN,9,10,1')), corrupt, /:3: high is not a number: "NaN"/],
    ['an infinite price', csv(row(1, '10,Infinity,9,10,1')), corrupt, /:3: high is not a number/],
    ['a negative price', csv(row(1, '10,11,-9,10,1')), corrupt, /:3: a price is not above 0/],
    ['a negative volume', csv(row(1, '10,11,9,10,-1')), corrupt, /:3: volume is negative/],
    ['a repeated timestamp', csv(good), corrupt, /:3: timestamp .* repeats the row before/],
    ['a backward timestamp', csv(row(-1, '10,11,9,10,1')), corrupt, /:3: .* is before the last/],
    ['a timestamp off the grid', csv(row(0.5, '10,11,9,10,1')), corrupt, /:3: .* off the grid/],
    [
      'timestamps in seconds',
      `${HEADER}\n${START / 1000},10,11,9,10,1\n`,
      corrupt,
      /:2: .* not UTC mill/,
    ],
    ['a missing field', csv(row(1, '10,11,9,10')), corrupt, /:3: volume is missing/],
    ['a field too many', csv(row(1, '10,11,9,10,1,1')), corrupt, /:3: more than 6 fields/],
    ['an empty line', csv('', row(1, '10,11,9,10,1')), corrupt, /:3: an empty line/],
    ['another header', `time,price\n${good}\n`, corrupt, /:1: .* wrong header "time,price"/],
    ['no rows', `${HEADER}\n`, corrupt, /holds no candles/],
    ['nothing', '', corrupt, /:1: the file is empty/],
  ] as const)
    it(what, async () => {
      const file = fileOf(content);
      const line = new RegExp(`${NAME}.*${names.source}|${NAME}${names.source}`);
      await assertRefused(['backtest', '--tape', file], { code, names: line });
    });
  for (const [what, file, code, names] of [
    ['that is not there', join(folder, 'absent', NAME), config, /no such file: \S+absent/],
    ['that is a folder', '/', config, /not the name of a tape/],
    ['of another name', fileOf(csv(), 'prices.csv'), config, /prices\.csv — name it <EXCHANGE>/],
    [
      'of an odd timeframe',
      fileOf(csv(), 'BINANCE-BTC-USDT-0m.csv'),
      config,
      /not the name of a tape/,
    ],
    ['that is no archive', fileOf('not gzip', `${NAME}.gz`), corrupt, /damaged archive/],
    [
      'that is half an archive',
      fileOf(gzipSync(readFileSync(tape)).subarray(0, 3000), `${NAME}.gz`),
      corrupt,
      /damaged archive: \S+ \(unexpected end of file\)/,
    ],
  ] as const)
    it(what, () => refusedWithoutLoss(onTape(file), { code, names }));

  it('that this user may not read', async context => {
    const file = fileOf(csv());
    chmodSync(file, 0);
    if (process.getuid?.() === 0) return context.skip('root may read everything');
    const names = /not allowed to read \S+ — check its permissions/;
    await assertRefused(['backtest', '--tape', file], { code: config, names });
  });

  it('twice the same symbol', () =>
    assertRefused(['backtest', '--tape', tape, fileOf(csv())], {
      code: config,
      names: /two tapes of BTC\/USDT:USDT/,
    }));

  it('finer than its timeframe allows', async () => {
    const coarse = fileOf(`${HEADER}\n${good}\n`, 'BINANCE-BTC-USDT-1h-PERP.csv');
    const names = /has 1h candles, which do not add up to 1m/;
    const env = { HOLDFAST__TIMEFRAME: '1m' };
    await assertRefused(['backtest', '--tape', coarse], { code: config, names }, env);
  });

  it('a funding file of another name, of percentages, or not there', async () => {
    const rates = (text: string, name = 'BINANCE-BTC-USDT-PERP-funding.csv'): string =>
      fileOf(`timestamp,funding_rate\n${START},${text}\n`, name);
    for (const [file, code, names] of [
      [rates('0.0001', 'rates.csv'), config, /not the name of a funding file: \S+rates\.csv/],
      [rates('5'), corrupt, /funding\.csv:2: funding_rate 5 is not a fraction/],
      [rates('much'), corrupt, /funding\.csv:2: funding_rate is not a number/],
      [join(folder, 'BINANCE-BTC-USDT-PERP-funding.csv'), config, /no such file/],
    ] as const)
      await refusedWithoutLoss(onTape(tape, '--funding', file), { code, names });
  });

  it('whose bad row comes late stops there, keeps what was traded, and goes on when it is mended', async () => {
    const lines = readFileSync(tape, 'utf8').split('\n');
    const bad = lines.with(301, (lines[301] ?? '').replace(/^(\d+),[^,]+/, '$1,-1'));
    const late = fileOf(bad.join('\n'));
    const dir = join(folder, 'late');
    const args = (file: string): string[] => [
      ...['trade', '--no-web', '--speed', 'max', '--dir', dir, '--tape', file],
    ];
    await assertRefused(args(late), { code: corrupt, names: /:302: a price is not above 0/ });
    await runWell(args(tape));
    const whole = JSON.parse((await runWell(['backtest', '--json', '--tape', tape])).stdout);
    assert.equal(digest(dir).hashes['all'], whole.stateHash);
  });

  it('with --skip-bad-rows is traded, and the rows are counted', async () => {
    const lines = readFileSync(tape, 'utf8').split('\n');
    const late = fileOf(lines.with(11, 'rubbish').with(12, '').join('\n'));
    const { code, stdout, stderr } = await runBot([
      ...['backtest', '--json', '--skip-bad-rows', '--tape', late],
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).skippedRows, 2);
    assert.equal(JSON.parse(stdout).candles, MINUTES - 2);
    assert.match(stderr, /:12: timestamp is not a number/);
    assert.match(stderr, /^warning: 2 bad rows were skipped$/m);
    const one = fileOf(lines.with(11, 'rubbish').join('\n'));
    const told = await runBot(['backtest', '--json', '--skip-bad-rows', '--tape', one]);
    assert.match(told.stderr, /^warning: 1 bad row was skipped$/m);
  });
});

describe('a directory that is bound', () => {
  const { config } = EXIT;
  const [, ether = ''] = writeTapes(join(folder), { seed: 3, minutes: MINUTES });
  const other = readFileSync(tape, 'utf8');
  for (const [what, args, names] of [
    ['to a tape, for the simulated market', ['trade', '--dir', lived], /mode tape, not simulated/],
    [
      'to another exchange',
      onTape(fileOf(other, 'OKX-BTC-USDT-1m-PERP.csv')),
      /market binance, not okx/,
    ],
    ['to another pair', onTape(ether), /pairs BTC\/USDT:USDT, not ETH\/USDT:USDT/],
    ['to fewer pairs', onTape(tape, ether), /pairs BTC\/USDT:USDT, not BTC\/USDT:USDT, ETH/],
    ['to another seed', onTape(tape, '--seed', '2'), /seed 1, not 2/],
    [
      'to another past of the same market',
      onTape(fileOf(other.replace(/^(\d+(,[^,]+){4}),.*$/m, '$1,77'))),
      /the past of \S+ up to .* is not the one this directory remembers/,
    ],
    [
      'to more than this tape has',
      onTape(fileOf(`${other.split('\n').slice(0, 50).join('\n')}\n`)),
      /ends at .*, before .*, up to which this directory remembers/,
    ],
  ] as const)
    it(what, () =>
      refusedWithoutLoss(args, { code: config, names: new RegExp(`${names.source}.*--dir`) }),
    );

  it('to another timeframe', async () => {
    const before = digest(lived);
    const names = /timeframe 1m, not 5m/;
    await assertRefused(onTape(tape), { code: config, names }, { HOLDFAST__TIMEFRAME: '5m' });
    assert.deepEqual(digest(lived), before);
  });
});

describe('after all of this', () => {
  it('the directory goes on as if nobody had tried', async () => {
    await runWell(onTape(tape));
    const whole = JSON.parse((await runWell(['backtest', '--json', '--tape', tape])).stdout);
    assert.equal(remembered(lived).hashes['all'], whole.stateHash);
    assert.equal(digest(lived).candles, MINUTES);
  });
});
