import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decodeCatalogue } from '../../../src/backup/catalogue.ts';
import { must } from '../../../src/base/assert.ts';
import { strangeTargets } from './strange-target.ts';
import { fuzzTargets } from './target.ts';

const { targets, close } = await fuzzTargets();

describe('the decoders that are fuzzed', () => {
  after(close);

  for (const { name, inputs, decode } of targets.filter(each => each.name !== 'lstm blob'))
    it(`begin with inputs that the ${name} takes`, () => {
      assert.ok(inputs.length > 0);
      for (const input of inputs) assert.doesNotThrow(() => decode(input));
    });

  it('begin with a catalogue that is one', () => {
    const target = strangeTargets().find(({ name }) => name === 'catalogue');
    const [input] = must(target, 'target').inputs;
    assert.equal(typeof decodeCatalogue(must(input, 'input')), 'object');
  });
});
