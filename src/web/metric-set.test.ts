import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { snapshotWith, statusWith } from '../../test/web-fixture.ts';
import type { Beat } from './message.ts';
import { createMetrics, METRICS } from './metric-set.ts';
import { Model } from './model.ts';

const BEAT: Beat = {
  loopDelay: { mean: 0.001, p99: 0.02, max: 0.1 },
  memory: { rss: 1e8, heapUsed: 5e7, external: 1e6 },
  ...{ cpuSeconds: 12.5, checkpointAt: 1000, journalBytes: 4096, stepsSinceCheckpoint: 7 },
  ...{ recoverySeconds: 0.25, backupLagSteps: 3 },
  tradesBySymbol: { 'BTC/USDT:USDT': 3, 'a"b\\c\nd': 1 },
  tradesByReason: { stop_loss: 4 },
};

const metricsOf = (given = statusWith(), beat: Partial<Beat> = {}): Promise<string> =>
  createMetrics({
    model: new Model(snapshotWith({ status: given }), []),
    ...{ beat: () => ({ ...BEAT, ...beat }), streams: () => 2, now: () => 61_000 },
  })();

describe('the numbers for monitors', () => {
  it('are those of the account and of the process, in base units', async () => {
    const text = await metricsOf();
    for (const line of [
      'holdfast_equity_quote 10012.5',
      'holdfast_drawdown_ratio 0.01',
      'holdfast_lamp{lamp="paused"} 1',
      'holdfast_limit_used_ratio{limit="max_drawdown"} 0.049999999999999996',
      'holdfast_trades_by_exit_reason_total{exit_reason="stop_loss"} 4',
      'holdfast_seq 7',
      'holdfast_candles_total 5',
      'holdfast_checkpoint_age_seconds 60',
      'holdfast_journal_bytes 4096',
      'holdfast_backup_lag_steps 3',
      'holdfast_recovery_seconds 0.25',
      'holdfast_event_loop_delay_seconds{statistic="p99"} 0.02',
      'holdfast_cpu_seconds_total 12.5',
      'holdfast_info{version="0.2.0"} 1',
      'holdfast_streams 2',
    ])
      assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  });

  it('escape what a label holds', async () => {
    assert.ok((await metricsOf()).includes('{symbol="a\\"b\\\\c\\nd"} 1'));
  });

  it('leave out what is not known: a 0 would be a number', async () => {
    const text = await metricsOf(statusWith({ winRate: null, following: null }));
    assert.ok(!/^holdfast_win_ratio /m.test(text), text);
    assert.ok(!/^holdfast_feed_age_seconds /m.test(text));
    const alone = await metricsOf(statusWith(), { backupLagSteps: null });
    assert.ok(!/^holdfast_backup_lag_steps /m.test(alone));
    const live = await metricsOf(
      statusWith({ winRate: 0.5, following: 'streaming', marketTime: 1000 }),
    );
    assert.ok(/^holdfast_win_ratio 0.5$/m.test(live));
    assert.ok(/^holdfast_feed_age_seconds 60$/m.test(live));
  });

  it('do not add up when they are asked for twice', async () => {
    const metrics = createMetrics({
      model: new Model(snapshotWith(), []),
      ...{ beat: () => BEAT, streams: () => 0, now: () => 0 },
    });
    await metrics();
    assert.match(await metrics(), /^holdfast_cpu_seconds_total 12\.5$/m);
  });

  it('have names, kinds and helps by the rules of Prometheus', async () => {
    const text = await metricsOf();
    for (const { name, help, kind } of METRICS) {
      assert.equal(kind === 'counter', name.endsWith('_total'), name);
      assert.match(name, /^[a-z]+(_[a-z0-9]+)*$/);
      assert.ok(text.includes(`# TYPE holdfast_${name} ${kind}\n`), name);
      assert.ok(help.length > 5, name);
    }
  });

  it('are all in docs/DASHBOARD.md', () => {
    const document = readFileSync(new URL('../../docs/DASHBOARD.md', import.meta.url), 'utf8');
    const rows = METRICS.map(({ name, label, kind, help }) => {
      const labelled = label === undefined ? '' : `{${label}}`;
      return `| \`holdfast_${name}${labelled}\` | ${kind} | ${help} |`;
    });
    const missing = rows.filter(row => !document.includes(row));
    assert.deepEqual(missing, [], `paste these rows:\n${rows.join('\n')}`);
  });
});
