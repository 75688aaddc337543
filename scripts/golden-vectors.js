/**
 * Writes test/golden/indicators.json: candles of a seeded random walk and what TA-Lib says of them.
 *
 * TA-Lib comes as WASM in the npm package `talib-web` 0.1.3, which is not a dependency:
 *   (cd "$(mktemp -d)" && npm i --no-save talib-web@0.1.3 && pwd)
 *   node scripts/golden-vectors.js <that folder>
 *   npx biome format --write test/golden
 * The vectors are frozen: run this only to add an indicator, and look at the difference.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Rng, seedRng } from '../src/base/rng.ts';

const CANDLES = 260;
const folder = process.argv[2];
if (folder === undefined) throw new Error('give the folder in which talib-web is installed');

const require = createRequire(join(folder, 'package.json'));
const talib = require('talib-web');
// Its loader fetches the binary, and fetch takes no file paths.
const wasm = readFileSync(require.resolve('talib-web').replace('index.cjs.js', 'talib.wasm'));
const module = await talib.init(`data:application/wasm;base64,${wasm.toString('base64')}`);

/** A walk with calm and wild stretches, dead candles, candles without volume, and equal extremes. */
function candles() {
  const rng = new Rng(seedRng(20_240_805));
  const rows = { open: [], high: [], low: [], close: [], volume: [] };
  let price = 100;
  for (let index = 0; index < CANDLES; index += 1) {
    const wild = index % 90 > 60 ? 1.2 : 0.3;
    const dead = index % 41 === 17 || (index > 120 && index < 124);
    const open = price;
    const close = dead ? open : cents(open + wild * rng.nextNormal());
    const reach = dead ? 0 : wild * rng.nextFloat();
    rows.open.push(open);
    rows.close.push(close);
    rows.high.push(cents(Math.max(open, close) + reach));
    rows.low.push(cents(Math.min(open, close) - (dead ? 0 : wild * rng.nextFloat())));
    rows.volume.push(dead || index % 29 === 3 ? 0 : cents(50 * rng.nextFloat() + 1));
    price = close;
  }
  return rows;
}

const cents = value => Math.round(value * 100) / 100;

/**
 * Calls a TA-Lib function by its C signature. The package's own wrapper asks for one candle too many
 * and reads outputs after it freed them, so its answers are not to be trusted.
 */
function call(name, inputs, options, outputCount = 1) {
  const bytes = CANDLES * Float64Array.BYTES_PER_ELEMENT;
  const give = values => {
    const at = module._malloc(bytes);
    module.HEAPF64.set(values, at / Float64Array.BYTES_PER_ELEMENT);
    return at;
  };
  const given = inputs.map(give);
  const begin = module._malloc(8);
  const outputs = Array.from({ length: outputCount }, () => module._malloc(bytes));
  const args = [0, CANDLES - 1, ...given, ...options, begin, begin + 4, ...outputs];
  const code = module.ccall(`TA_${name}`, 'number', new Array(args.length).fill('number'), args);
  if (code !== 0) throw new Error(`TA_${name} answered ${code}`);
  const [first, count] = new Int32Array(module.HEAPU8.buffer, begin, 2);
  return outputs.map(at => aligned(new Float64Array(module.HEAPU8.buffer, at, count), first));
}

/** From candle `from` on. Thirteen digits are enough for a comparison to 1e-9. */
function aligned(known, from) {
  return { from, values: Array.from(known, value => Number(value.toPrecision(13))) };
}

const SIMPLE = 0;
const input = candles();
const { open, high, low, close, volume } = input;
const bar = [high, low, close];
const [bandUpper, bandMiddle, bandLower] = call('BBANDS', [close], [20, 2, 2, SIMPLE], 3);
const [macdLine, , macdHistogram] = call('MACD', [close], [12, 26, 9], 3);
const [stochK, stochD] = call('STOCH', bar, [14, 3, SIMPLE, 3, SIMPLE], 2);
const outputs = {
  sma_20: call('SMA', [close], [20])[0],
  ema_12: call('EMA', [close], [12])[0],
  rsi_14: call('RSI', [close], [14])[0],
  rsi_5: call('RSI', [close], [5])[0],
  rocp_10: call('ROCP', [close], [10])[0],
  macd_line: macdLine,
  macd_histogram: macdHistogram,
  stoch_k: stochK,
  stoch_d: stochD,
  cci_20: call('CCI', bar, [20])[0],
  mfi_14: call('MFI', [...bar, volume], [14])[0],
  atr_14: call('ATR', bar, [14])[0],
  band_upper: bandUpper,
  band_middle: bandMiddle,
  band_lower: bandLower,
  adx_14: call('ADX', bar, [14])[0],
  plus_di_14: call('PLUS_DI', bar, [14])[0],
  minus_di_14: call('MINUS_DI', bar, [14])[0],
  aroonosc_25: call('AROONOSC', [high, low], [25])[0],
  highest_20: call('MAX', [high], [20])[0],
  lowest_20: call('MIN', [low], [20])[0],
  obv: call('OBV', [close, volume], [])[0],
};
const lines = Object.entries(outputs).map(
  ([name, values]) => `    ${JSON.stringify(name)}: ${JSON.stringify(values)}`,
);
const inputLines = Object.entries({ open, high, low, close, volume }).map(
  ([name, values]) => `    ${JSON.stringify(name)}: ${JSON.stringify(values)}`,
);
const text = `{
  "about": "TA-Lib (talib-web 0.1.3) on a seeded walk; written by scripts/golden-vectors.js",
  "input": {\n${inputLines.join(',\n')}\n  },
  "output": {\n${lines.join(',\n')}\n  }
}\n`;
writeFileSync(new URL('../test/golden/indicators.json', import.meta.url), text);
