/**
 * ONNX files against Debian's python3-onnx: its checker, and every operator computed by numpy.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeOnnx, type OnnxGraph } from '../../src/learn/onnx.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { askPython, unlessPython } from './python.ts';

const folder = workFolder('onnx');

interface Ran {
  readonly outputs: Readonly<Record<string, number[][]>>;
  readonly metadata: Readonly<Record<string, string>>;
}

function ran(graph: OnnxGraph, inputs: Readonly<Record<string, unknown>>): Ran {
  const file = join(folder, `${graph.name}.onnx`);
  writeFileSync(file, encodeOnnx(graph));
  return askPython<Ran>('onnx_run.py', { file, inputs });
}

describe('an ONNX file', { skip: unlessPython('onnx', 'numpy') }, () => {
  it('passes the checker and computes what its graph says', () => {
    const graph: OnnxGraph = {
      name: 'line',
      nodes: [
        {
          operator: 'Gemm',
          inputs: ['x', 'w', 'b'],
          outputs: ['y'],
          attributes: { transB: { whole: 1 } },
        },
        { operator: 'Softmax', inputs: ['y'], outputs: ['p'], attributes: { axis: { whole: 1 } } },
      ],
      inputs: [{ name: 'x', shape: ['rows', 2] }],
      outputs: [{ name: 'p', shape: ['rows', 3] }],
      constants: [
        { name: 'w', shape: [3, 2], floats: [1, 2, 3, 4, 5, 6] },
        { name: 'b', shape: [3], floats: [0.5, 0, -0.5] },
      ],
      metadata: { features: '["one","two"]' },
    };
    const { outputs, metadata } = ran(graph, {
      x: [
        [1, -1],
        [0, 0],
      ],
    });
    const powers = [-1 + 0.5, -1, -1 - 0.5].map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    outputs['p']?.[0]?.forEach((chance, name) => {
      assert.ok(Math.abs(chance - (powers[name] ?? 0) / sum) < 1e-6, String(chance));
    });
    assert.equal(outputs['p']?.length, 2);
    assert.deepEqual(metadata, graph.metadata);
  });

  it('that is wrong is refused by the checker: the test can fail', () => {
    const graph: OnnxGraph = {
      name: 'loose',
      nodes: [{ operator: 'Relu', inputs: ['nowhere'], outputs: ['y'] }],
      inputs: [{ name: 'x', shape: [1] }],
      outputs: [{ name: 'y', shape: [1] }],
      constants: [],
      metadata: {},
    };
    assert.throws(() => ran(graph, { x: [1] }), /nowhere/);
  });
});
