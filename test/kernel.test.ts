/**
 * The committed kernel is what its source compiles to.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { compileKernel, kernelSource } from '../scripts/kernel.ts';
import { KERNEL } from '../src/learn/lstm-kernel.ts';
import { sourceFiles } from './source-file.ts';

const compiler = new URL('../node_modules/assemblyscript/package.json', import.meta.url);
const skip = existsSync(compiler) ? false : 'assemblyscript is not installed';

describe('the LSTM kernel', () => {
  it('compiles from kernel/lstm.ts to the committed bytes', { skip }, async () => {
    const { bytes } = await compileKernel();
    assert.equal(Buffer.from(bytes).toString('base64'), KERNEL, 'npm run kernel, and commit');
    const [file] = sourceFiles('src').filter(({ path }) => path === 'src/learn/lstm-kernel.ts');
    assert.equal(file?.text, kernelSource(bytes));
  });

  it('holds no instruction whose result may differ between machines', { skip }, async () => {
    const { text } = await compileKernel();
    assert.match(text, /f32x4\.mul/);
    assert.doesNotMatch(text, /relaxed|\(import/);
  });
});
