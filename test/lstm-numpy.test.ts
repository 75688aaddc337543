/**
 * The LSTM's forward pass against numpy, on the weights and sequences of a state file
 * (scripts/lstm-forward.py).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { must } from '../src/base/assert.ts';
import { unpackSequence } from '../src/core/sequence.ts';
import {
  championOf,
  deepSignalModel,
  examplesOf,
  predictDeep,
} from '../src/learn/deep-signal-model.ts';
import { plantedRequest } from '../src/learn/planted-example.ts';
import { DEEP, labelled, learners, requested } from '../src/learn/planted-learners.ts';
import { plantedSequences } from '../src/learn/planted-sequence.ts';
import { train } from '../src/learn/training.ts';
import { encodeFile } from '../src/state/formats.ts';
import { ROOT } from './source-file.ts';

/** The first Python that has numpy. */
const python = ['python3', '/usr/bin/python3'].find(
  name => spawnSync(name, ['-c', 'import numpy']).status === 0,
);
const skip = python === undefined ? 'no python3 with numpy on this machine' : false;

/** A state with a model that was trained for real; gates and scales are far from 1. */
function trainedState() {
  const { deep, fold } = learners();
  const examples = plantedSequences({ count: 2200, seed: 17, rule: 'last' });
  for (const example of examples) fold(labelled(example));
  const gate = examples[0]!.features.map((_, column) => 0.4 + 0.05 * column);
  const request = { ...plantedRequest(DEEP, examples), gate };
  fold(requested(request));
  const { outcome, blob } = train(request, examplesOf(deep, request), championOf(deep));
  fold({ type: 'model.trained', ...outcome, blob: 'sha' }, must(blob, 'an adopted model'));
  return deep;
}

describe('the LSTM against numpy', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-numpy-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says the same to 1e-6 of every sequence in the file', () => {
    const state = trainedState();
    const { id, version: schema, file } = deepSignalModel;
    const path = join(folder, file.name);
    writeFileSync(path, encodeFile({ component: id, schema, seq: 1 }, file.encode(state)));
    const script = join(ROOT, 'scripts', 'lstm-forward.py');
    const { stdout, stderr } = spawnSync(must(python, 'python'), [script, path, '500'], {
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    const said = JSON.parse(stdout) as { examples: number[]; probabilities: number[][] };
    assert.equal(said.examples.length, 500);
    const chances = new Set<number>();
    said.examples.forEach((example, row) => {
      const { sequence } = must(
        state.examples.find(each => each.id === example),
        'an example',
      );
      const own = must(predictDeep(state, unpackSequence(sequence)), 'a prediction');
      own.forEach((chance, name) => {
        assert.ok(Math.abs(chance - said.probabilities[row]![name]!) < 1e-6);
      });
      chances.add(own[1]);
    });
    assert.ok(chances.size > 400, 'they differ from one sequence to the next');
  });
});
