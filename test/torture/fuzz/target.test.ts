import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decodeCatalogue } from '../../../src/backup/catalogue.ts';
import { must } from '../../../src/base/assert.ts';
import { unpackLstm } from '../../../src/learn/lstm-blob.ts';
import { fuzzTargets } from './target.ts';

const { targets, close } = await fuzzTargets();

function inputOf(wanted: string): Uint8Array {
  const target = targets.find(({ name }) => name === wanted);
  return must(must(target, 'target').inputs[0], 'input');
}

describe('the decoders that are fuzzed', () => {
  after(close);

  for (const { name, inputs, decode } of targets)
    it(`begin with inputs that the ${name} takes`, () => {
      assert.ok(inputs.length > 0);
      for (const input of inputs) assert.doesNotThrow(() => decode(input));
    });

  it('begin with a catalogue that is one', () => {
    assert.equal(typeof decodeCatalogue(inputOf('catalogue')), 'object');
  });

  it('begin with the blob of a network that this release uses', () => {
    assert.notEqual(unpackLstm(inputOf('lstm blob')), null);
  });
});
