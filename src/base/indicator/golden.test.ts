import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { canonicalText, impurity } from '../canonical.ts';
import { createAverage, createSma, updateEma, updateSma } from './average.ts';
import { createChannel, createDonchian, updateChannel, updateDonchian } from './channel.ts';
import {
  createCci,
  createMacd,
  createRoc,
  createRsi,
  createStochastic,
  typicalPrice,
  updateCci,
  updateMacd,
  updateRoc,
  updateRsi,
  updateStochastic,
} from './momentum.ts';
import { createAdx, createAroon, updateAdx, updateAroon } from './trend.ts';
import { createAtr, createBollinger, updateAtr, updateBollinger } from './volatility.ts';
import { createMfi, createVolumeFlow, updateMfi, updateVolumeFlow } from './volume.ts';

interface Bar {
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

interface Golden {
  readonly input: Record<'high' | 'low' | 'close' | 'volume', number[]>;
  readonly output: Record<string, { readonly from: number; readonly values: number[] }>;
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/indicators.json', import.meta.url), 'utf8'),
) as Golden;

const BARS: Bar[] = golden.input.close.map((close, index) => ({
  high: golden.input.high[index]!,
  low: golden.input.low[index]!,
  close,
  volume: golden.input.volume[index]!,
}));

/** What TA-Lib says at a candle; null where it has no value yet. */
function goldenAt(name: string, index: number): number | null {
  const series = golden.output[name]!;
  return index < series.from ? null : series.values[index - series.from]!;
}

interface Case<State> {
  create(): State;
  update(state: State, bar: Bar): boolean;
  /** The values by golden name, once the update has answered true. */
  read(state: State): Record<string, number>;
}

/** A case with its state type closed over. */
interface Runner {
  readonly name: string;
  run(cut: number | null): { rows: (Record<string, number> | null)[]; end: string };
}

function runner<State>(name: string, each: Case<State>): Runner {
  return {
    name,
    run(cut) {
      let state = each.create();
      const rows = BARS.map((bar, index) => {
        if (index === cut) {
          assert.equal(impurity(state), null);
          state = JSON.parse(JSON.stringify(state)) as State;
        }
        return each.update(state, bar) ? each.read(state) : null;
      });
      return { rows, end: canonicalText(state) };
    },
  };
}

const RUNNERS: Runner[] = [
  runner('SMA', {
    create: () => createSma(20),
    update: (state, bar) => updateSma(state, bar.close),
    read: state => ({ sma_20: state.value }),
  }),
  runner('EMA', {
    create: () => createAverage(12),
    update: (state, bar) => updateEma(state, bar.close),
    read: state => ({ ema_12: state.value }),
  }),
  runner('RSI 14', {
    create: () => createRsi(14),
    update: (state, bar) => updateRsi(state, bar.close),
    read: state => ({ rsi_14: state.value }),
  }),
  runner('RSI 5', {
    create: () => createRsi(5),
    update: (state, bar) => updateRsi(state, bar.close),
    read: state => ({ rsi_5: state.value }),
  }),
  runner('rate of change', {
    create: () => createRoc(10),
    update: (state, bar) => updateRoc(state, bar.close),
    read: state => ({ rocp_10: state.value }),
  }),
  runner('MACD', {
    create: () => createMacd(12, 26, 9),
    update: (state, bar) => updateMacd(state, bar.close),
    read: state => ({ macd_line: state.line, macd_histogram: state.histogram }),
  }),
  runner('stochastic', {
    create: () => createStochastic(14, 3, 3),
    update: (state, bar) => updateStochastic(state, bar),
    read: state => ({ stoch_k: state.k.value, stoch_d: state.d.value }),
  }),
  runner('CCI', {
    create: () => createCci(20),
    update: (state, bar) => updateCci(state, typicalPrice(bar)),
    read: state => ({ cci_20: state.value }),
  }),
  runner('MFI', {
    create: () => createMfi(14),
    update: (state, bar) => updateMfi(state, typicalPrice(bar), bar.volume),
    read: state => ({ mfi_14: state.value }),
  }),
  runner('ATR', {
    create: () => createAtr(14),
    update: (state, bar) => updateAtr(state, bar.high, bar.low, bar.close),
    read: state => ({ atr_14: state.average.value }),
  }),
  runner('Bollinger bands', {
    create: () => createBollinger(20),
    update: (state, bar) => updateBollinger(state, bar.close),
    read: state => ({
      band_upper: state.middle + 2 * state.deviation,
      band_middle: state.middle,
      band_lower: state.middle - 2 * state.deviation,
    }),
  }),
  runner('ADX', {
    create: () => createAdx(14),
    update: (state, bar) => updateAdx(state, bar.high, bar.low, bar.close),
    read: state => ({ adx_14: state.average.value }),
  }),
  runner('directional indicators', {
    create: () => createAdx(14),
    update: (state, bar) => {
      updateAdx(state, bar.high, bar.low, bar.close);
      return state.count > state.period;
    },
    read: state => ({ plus_di_14: state.plusDi, minus_di_14: state.minusDi }),
  }),
  runner('Aroon', {
    create: () => createAroon(25),
    update: (state, bar) => updateAroon(state, bar.high, bar.low),
    read: state => ({ aroonosc_25: state.value }),
  }),
  runner('channel', {
    create: () => createChannel(20),
    update: (state, bar) => updateChannel(state, bar.high, bar.low),
    read: state => ({ highest_20: state.high.value, lowest_20: state.low.value }),
  }),
];

const close = (actual: number, expected: number): boolean =>
  Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));

describe('indicators against TA-Lib', () => {
  for (const each of RUNNERS)
    it(`${each.name} equals TA-Lib at every candle, from the same candle on`, () => {
      const { rows } = each.run(null);
      const names = Object.keys(rows.at(-1) ?? {});
      assert.ok(names.length > 0);
      for (const name of names)
        BARS.forEach((_, index) => {
          const expected = goldenAt(name, index);
          const actual = rows[index]?.[name] ?? null;
          const same =
            expected === null || actual === null ? actual === expected : close(actual, expected);
          assert.ok(same, `${name} at ${index}: ${actual}, TA-Lib ${expected}`);
        });
    });

  for (const each of RUNNERS)
    it(`${each.name} goes on bit for bit when saved and restored at any candle`, () => {
      const whole = each.run(null);
      for (let cut = 0; cut < BARS.length; cut += 7) assert.deepEqual(each.run(cut), whole);
    });

  it('the Donchian channel is the channel of the candles before', () => {
    const state = createDonchian(20);
    for (let index = 0; index < BARS.length; index += 1) {
      const { high, low } = BARS[index]!;
      const warm = updateDonchian(state, high, low);
      assert.equal(warm, index >= 20);
      if (!warm) continue;
      assert.equal(state.upper, goldenAt('highest_20', index - 1));
      assert.equal(state.lower, goldenAt('lowest_20', index - 1));
    }
  });

  it('the windowed flow is the difference of two on-balance volumes', () => {
    const period = 20;
    const state = createVolumeFlow(period);
    for (let index = 0; index < BARS.length; index += 1) {
      const warm = updateVolumeFlow(state, BARS[index]!.close, BARS[index]!.volume);
      assert.equal(warm, index >= period - 1);
      if (index < period) continue;
      const flow = state.balance * state.mean * period;
      const expected = goldenAt('obv', index)! - goldenAt('obv', index - period)!;
      assert.ok(close(flow, expected), `at ${index}`);
    }
  });
});
