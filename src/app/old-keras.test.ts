/**
 * The old bot's Keras file, told in words, whatever it is.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { describeKeras } from './old-keras.ts';

const FILE = join(import.meta.dirname, '../../test/fixtures/python-bot/plain/deep_signal_model.h5');

describe('a Keras file', () => {
  it('is told by its version, layers and shapes', async () => {
    assert.equal(
      await describeKeras(readFileSync(FILE)),
      'Keras 2.12.0; layers LSTM, Dense; weights kernel:0 8×3, kernel:0 6×32',
    );
  });

  it('that is cut or changed anywhere is told as what it is, without a throw', async () => {
    const whole = readFileSync(FILE);
    for (let place = 8; place < whole.length; place += 907) {
      const changed = Buffer.from(whole);
      changed[place] = (changed[place] ?? 0) ^ 0xff;
      for (const bytes of [whole.subarray(0, place), changed])
        assert.match(await describeKeras(bytes), /^(Keras|HDF5|an HDF5 file|not an HDF5 file)/);
    }
  });

  it('that is none is told as that', async () => {
    assert.equal(await describeKeras(Buffer.from('nothing')), 'not an HDF5 file');
    assert.equal(await describeKeras(Buffer.alloc(0)), 'not an HDF5 file');
    assert.match(await describeKeras(Buffer.from('PK\x03\x04')), /Keras 3/);
  });
});
