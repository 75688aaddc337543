import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../base/rng.ts';
import { calibrated, fitTemperature, priorOf } from './calibration.ts';
import { type Forecast, gainOf, meanLogLoss, scoreOf } from './scores.ts';

const forecastOf = (rows: number[][], labels: number[]): Forecast => ({
  probabilities: Float64Array.from(rows.flat()),
  labels: Uint8Array.from(labels),
});

describe('scores', () => {
  it('are those worked out by hand', () => {
    const rows = [
      [0.5, 0.25, 0.25],
      [0.2, 0.2, 0.6],
    ];
    const score = scoreOf(forecastOf(rows, [0, 1]), []);
    const logLoss = -(Math.log(0.5) + Math.log(0.2)) / 2;
    const brier = (0.25 + 0.0625 + 0.0625 + (0.04 + 0.64 + 0.36)) / 2;
    assert.ok(Math.abs(score.logLoss - logLoss) < 1e-6);
    assert.ok(Math.abs(score.brier - brier) < 1e-6);
    assert.equal(score.accuracy, 0.5);
    assert.equal(score.examples, 2);
  });

  it('stay finite when what was called impossible happens', () => {
    const score = scoreOf(forecastOf([[1, 0, 0]], [1]), []);
    assert.ok(score.logLoss > 27 && score.logLoss < 28);
  });

  it('call a gain certain when it is steady, and not when it is one lucky stretch', () => {
    const labels = Array.from({ length: 200 }, () => 1);
    const base = forecastOf(
      labels.map(() => [0.4, 0.3, 0.3]),
      labels,
    );
    const steady = forecastOf(
      labels.map((_, row) => [0.3, row % 2 === 0 ? 0.45 : 0.4, 0.2]),
      labels,
    );
    const lucky = forecastOf(
      labels.map((_, row) => (row < 20 ? [0.0, 0.9, 0.1] : [0.41, 0.29, 0.3])),
      labels,
    );
    assert.ok(meanLogLoss(lucky) < meanLogLoss(base), 'the lucky one is better on average');
    const blocks = Array.from({ length: 10 }, (_, at) => ({ from: 20 * at, to: 20 * at + 20 }));
    const [sure, luck] = [gainOf(steady, base, blocks), gainOf(lucky, base, blocks)];
    assert.ok(sure.logLoss > 10 * sure.error);
    assert.ok(luck.logLoss > 0 && luck.logLoss < 1.1 * luck.error);
    assert.deepEqual(gainOf(base, base, blocks), { logLoss: 0, error: 0, blocks: 10 });
  });
});

describe('calibration', () => {
  it('keeps huge logits finite and sums to 1', () => {
    const prior = priorOf(Uint8Array.from([0, 1, 2]));
    const [hold, buy, sell] = calibrated([900, -900, 0], 0, { temperature: 1, prior });
    assert.ok(Math.abs(hold + buy + sell - 1) < 1e-12 && hold > 0.999);
  });

  it('falls back to the class frequencies when the logits know nothing', () => {
    const rng = new Rng(seedRng(3));
    const count = 3000;
    const labels = Uint8Array.from({ length: count }, () => (rng.nextFloat() < 0.7 ? 0 : 1));
    const logits = Float64Array.from({ length: 3 * count }, () => rng.nextNormal() * 2);
    const prior = priorOf(labels);
    const temperature = fitTemperature(logits, labels, prior);
    const [hold] = calibrated([3, -3, 0], 0, { temperature, prior });
    assert.ok(temperature > 10, `temperature ${temperature}`);
    assert.ok(Math.abs(hold - 0.7) < 0.1, `hold ${hold}`);
  });

  it('finds the temperature by which logits were blown up', () => {
    const rng = new Rng(seedRng(4));
    const count = 4000;
    const logits = new Float64Array(3 * count);
    const labels = new Uint8Array(count);
    const prior = [1, 1, 1].map(() => Math.log(1 / 3));
    for (let row = 0; row < count; row += 1) {
      for (let name = 0; name < 3; name += 1) logits[3 * row + name] = 4 * rng.nextNormal();
      const [hold, buy] = calibrated(logits, 3 * row, { temperature: 4, prior });
      const dice = rng.nextFloat();
      labels[row] = dice < hold ? 0 : dice < hold + buy ? 1 : 2;
    }
    const temperature = fitTemperature(logits, labels, prior);
    assert.ok(temperature > 3.4 && temperature < 4.6, `temperature ${temperature}`);
  });
});
