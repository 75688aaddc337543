import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFold } from '../core/fold.ts';
import { attention, attentionVote, gateOf } from './attention.ts';
import { moveColumns } from './attention-columns.ts';
import { ROW, ROW_COUNT } from './attention-table.ts';
import { FEATURE_COUNT } from './features.ts';
import { plantedExamples } from './planted-example.ts';

const state = attention.initial();
const fold = createFold([attention], { attention: state });
const examples = plantedExamples({ count: 900, seed: 3, rule: 'linear' });
for (const example of examples) fold({ type: 'example.labelled', ...example });
const { table } = state;
const { features } = examples[5]!;

/** Today's columns, but for the last one turned around: each feature stands elsewhere. */
const turned = Array.from({ length: FEATURE_COUNT }, (_, column) => FEATURE_COUNT - 1 - column);
const cell = (of: Float64Array, width: number, row: number, column: number) =>
  of[row * width + column]!;

describe('a table in other columns', () => {
  it('votes the same for the same features in another order', () => {
    const moved = { table: moveColumns(table, FEATURE_COUNT, turned) };
    assert.equal(attention.check!(moved), null);
    const row = turned.map(column => features[column]!);
    const [vote, expected] = [attentionVote(moved, row)!, attentionVote(state, features)!];
    vote.forEach((chance, name) => {
      assert.ok(Math.abs(chance - expected[name]!) < 1e-9);
    });
    const gate = gateOf(state);
    assert.deepEqual(
      gateOf(moved),
      turned.map(column => gate[column]),
    );
  });

  it('with a feature dropped and one added keeps what was learned of the others', () => {
    const width = FEATURE_COUNT;
    const former = [...Array.from({ length: width - 1 }, (_, column) => column + 1), -1];
    const moved = moveColumns(table, width, former);
    assert.equal(attention.check!({ table: moved }), null);
    for (let column = 0; column < width - 1; column += 1) {
      for (const row of [ROW.mean, ROW.variance, ROW.decidedInformation, ROW.riseInformation])
        assert.equal(cell(moved, width, row, column), cell(table, width, row, column + 1));
      const pull = (of: Float64Array, at: number) =>
        cell(of, width, ROW.weight, at) * cell(of, width, ROW.rise, at);
      assert.ok(Math.abs(pull(moved, column) - pull(table, column + 1)) < 1e-12);
    }
    const unknown = width - 1;
    assert.deepEqual(
      [ROW.mean, ROW.variance, ROW.decided, ROW.rise].map(row => cell(moved, width, row, unknown)),
      [0, 0, 0, 0],
    );
    assert.deepEqual(
      moved.subarray(ROW.scalar * width, ROW.scalar * width + 6),
      table.subarray(ROW.scalar * width, ROW.scalar * width + 6),
    );
  });

  it('may become wider or narrower', () => {
    const wide = moveColumns(table, FEATURE_COUNT, [...turned, -1, -1]);
    assert.equal(wide.length, ROW_COUNT * (FEATURE_COUNT + 2));
    const back = moveColumns(wide, FEATURE_COUNT + 2, turned);
    back.forEach((value, place) => {
      assert.ok(Math.abs(value - table[place]!) < 1e-9, `${place}`);
    });
  });

  it('goes on learning', () => {
    const moved = { table: moveColumns(table, FEATURE_COUNT, turned) };
    const again = createFold([attention], { attention: moved });
    for (const example of plantedExamples({ count: 50, seed: 4, rule: 'none' }))
      again({ type: 'example.labelled', ...example });
    assert.equal(attention.check!(moved), null);
  });
});
