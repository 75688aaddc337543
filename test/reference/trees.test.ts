/**
 * The boosted trees against outside libraries. Needs python3 with numpy, xgboost and scikit-learn
 * (Debian: python3-xgboost python3-sklearn); skipped where they are not.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { tableOf } from '../../src/learn/example-table.ts';
import { plantedExamples } from '../../src/learn/planted-example.ts';
import { askPython, referencePython, writeTreeFiles } from '../fixtures/tree-files.ts';

const python = referencePython();
const skip = python === null && 'no python3 with xgboost and scikit-learn is on this machine';
const folder = mkdtempSync(join(tmpdir(), 'holdfast-trees-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function ask() {
  for (const [rule, count] of [
    ['linear', 4000],
    ['linear', 1500],
    ['bent', 4000],
  ] as const) {
    const examples = plantedExamples({ count, seed: 3, rule });
    writeTreeFiles(join(folder, `${rule}-${count}`), tableOf(examples), 1);
  }
  return python === null ? {} : askPython(python, folder);
}

describe('boosted trees beside outside libraries', { skip }, () => {
  const answers = Object.entries(skip === false ? ask() : {});

  for (const [name, { xgboost, lightgbm }] of answers)
    it(`XGBoost gives our probabilities from the exported file: ${name}`, () => {
      assert.ok(xgboost <= 1e-6, `${xgboost}`);
      // Not in Debian; held to its doubles where it is.
      if (lightgbm !== null) assert.ok(lightgbm <= 1e-12, `${lightgbm}`);
    });

  // The bent rule has two classes, for which scikit-learn grows one tree a round where we grow three.
  for (const [name, { auc, sklearnAuc }] of answers.filter(([name]) => !name.startsWith('bent')))
    it(`rank as well as HistGradientBoosting on the same rows: ${name}`, () => {
      assert.ok(auc > 0.65);
      assert.ok(Math.abs(auc - sklearnAuc) <= 0.005, `${auc} and ${sklearnAuc}`);
    });
});
