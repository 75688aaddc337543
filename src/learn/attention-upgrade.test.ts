import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createFold } from '../core/fold.ts';
import { decodeFile } from '../state/formats.ts';
import { upgradeContent } from '../state/upgrade.ts';
import { type AttentionState, attention, attentionVote, gateOf } from './attention.ts';
import { FEATURE_COUNT } from './features.ts';
import { plantedExamples } from './planted-example.ts';

/** What 0.1.0 wrote after 1,200 planted examples, and how it voted on three more. */
const OLD = readFileSync(
  new URL('../../test/fixtures/0.1.0/attention_weights.npy', import.meta.url),
);
const OLD_VOTES = [
  [0.20073707890762857, 0.7359702858006626, 0.06329263529170881],
  [0.20073707890762857, 0.09116385312905473, 0.7080990679633167],
  [0.20073707890762857, 0.26352976367200565, 0.5357331574203658],
];
const LATER = plantedExamples({ count: 3, seed: 42, rule: 'linear' });

const { schema, content } = decodeFile(OLD, 'npy', 'attention');
const lifted = (): AttentionState =>
  attention.file.decode(upgradeContent(attention, schema, content));

describe('the attention file of 0.1.0', () => {
  it('is of schema 1 and is lifted to a sound state', () => {
    assert.equal(schema, 1);
    assert.equal(attention.check!(lifted()), null);
  });

  it('votes as it did', () => {
    LATER.forEach(({ features }, index) => {
      const vote = attentionVote(lifted(), features)!;
      vote.forEach((chance, name) => {
        assert.ok(Math.abs(chance - OLD_VOTES[index]![name]!) < 1e-9, `${vote}`);
      });
    });
  });

  it('keeps its weights and the scores of the last decision', () => {
    assert.ok(content.format === 'npy');
    const { table } = lifted();
    const old = content.data;
    for (let place = 0; place < 4 * FEATURE_COUNT; place += 1)
      assert.equal(table[place], old[place]);
    assert.ok(gateOf(lifted())[0]! > 5);
  });

  it('goes on learning from there', () => {
    const state = lifted();
    const before = attentionVote(state, LATER[0]!.features)!;
    const fold = createFold([attention], { attention: state });
    for (const example of plantedExamples({ count: 300, seed: 43, rule: 'linear' }))
      fold({ type: 'example.labelled', ...example });
    assert.equal(attention.check!(state), null);
    const after = attentionVote(state, LATER[0]!.features)!;
    assert.ok(after[1] > 0.5, `${after}`);
    assert.notDeepEqual(after, before);
  });

  it('of another shape is refused', () => {
    assert.ok(content.format === 'npy');
    assert.throws(
      () => upgradeContent(attention, 1, { ...content, rows: 5 }),
      /5 × 31, not 6 × 31/,
    );
  });
});
