import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleReport, sampleWalkForward } from '../../test/report-view.ts';
import type { ReportView } from '../app/report-view.ts';
import { learningVerdict } from './learning.ts';

/** With an interval of the gain, or without one. */
function verdictOf(low: number | null, high: number | null): string {
  const walkForward = sampleWalkForward();
  const { overall } = walkForward;
  assert.ok(overall?.forecasts.pool);
  const gainInterval = low === null || high === null ? null : { low, high };
  const pool = { ...overall.forecasts.pool, gain: ((low ?? 0) + (high ?? 0)) / 2, gainInterval };
  return learningVerdict(
    sampleReport({ walkForward: { ...walkForward, overall: { ...overall, forecasts: { pool } } } }),
  );
}

/** Of the record alone. */
function verdictOfRecord(gain: number | null): string {
  const { learning } = sampleReport();
  const forecasters: ReportView['learning']['forecasters'] = learning.forecasters.map(one => ({
    ...one,
    gain,
  }));
  return learningVerdict(
    sampleReport({ walkForward: null, learning: { ...learning, forecasters } }),
  );
}

describe('the verdict on the learning', () => {
  it('follows the interval of the gain where there is one', () => {
    assert.match(verdictOf(0.01, 0.03), /better than the base rate: .*\+0\.0200 nats/);
    assert.match(verdictOf(-0.03, -0.01), /^Learning did not help on this market: .*-0\.0200/);
    assert.match(verdictOf(-0.01, 0.03), /^Learning cannot be told from luck .*interval holds 0/);
  });

  it('claims no more than a record tells', () => {
    assert.match(verdictOfRecord(0.02), /Whether that is more than luck, .* --walk-forward tell/);
    assert.match(verdictOfRecord(-0.02), /^Learning did not help on this market/);
    assert.match(verdictOfRecord(0), /^Learning did not help on this market/);
    assert.match(verdictOfRecord(null), /no forecast has come due/);
    assert.match(verdictOf(null, null), /--walk-forward tell/);
  });

  it('says when nothing learns', () => {
    const { learning } = sampleReport();
    const off = sampleReport({ learning: { ...learning, on: false } });
    assert.match(learningVerdict(off), /switched off/);
  });
});
