import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createPipeline,
  LIVELY,
  runPipeline,
  settingsWith,
  simulatedCandles,
} from '../../test/fixtures/pipeline.ts';
import type { LearningSettings } from '../core/settings.ts';

const CANDLES = simulatedCandles(900);
const OFF = { signalModel: false, deepSignalModel: false, attention: false, qTable: false };
const lively = (learning: Partial<LearningSettings>) =>
  settingsWith(LIVELY, { ...LIVELY.learning, ...learning });

describe('examples', () => {
  it('are opened for attention alone: it learns from them too', async () => {
    const settings = lively({ ...OFF, attention: true });
    const { world, told } = await runPipeline({ candles: CANDLES, settings });
    assert.ok(told('example.labelled').length > 0);
    assert.notDeepEqual([...world.attention.table.slice(62, 93)], new Array(31).fill(0));
  });

  it('are not opened where nothing learns from them', async () => {
    const { told } = await runPipeline({ candles: CANDLES, settings: lively(OFF) });
    assert.equal(told('example.opened').length, 0);
  });

  it('that wait when learning is switched off are still labelled at their candle', async () => {
    const pipeline = createPipeline({ candles: CANDLES, settings: lively({}) });
    const waiting = (): number =>
      Object.values(pipeline.world.market.symbols)
        .map(symbol => symbol.pending.length)
        .reduce((sum, count) => sum + count, 0);
    let candle = 900;
    while (waiting() === 0) {
      candle += 1;
      await pipeline.run(candle);
    }
    const opened = pipeline.told('example.opened').length;
    pipeline.input({ kind: 'configure', settings: lively(OFF) });
    await pipeline.run(candle + 2 * LIVELY.learning.barrierCandles + 2);
    assert.equal(waiting(), 0);
    assert.equal(pipeline.told('example.opened').length, opened);
    assert.equal(pipeline.told('example.labelled').length, opened);
  });
});
