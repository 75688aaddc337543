/**
 * The numbers for monitors, in the format of Prometheus.
 *
 * Promises: base units (seconds, bytes, ratios, quote currency); every name begins with `holdfast_`
 * and its HELP says the unit; read off the model when they are asked for. Never: asks the bot.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { Beat } from './message.ts';
import type { Model } from './model.ts';

/** What the numbers are read off. */
export interface Measured {
  readonly model: Pick<Model, 'status' | 'positions'>;
  readonly beat: () => Beat;
  /** Pages that listen. */
  readonly streams: () => number;
  /** Wall clock. */
  readonly now: () => number;
}

type Value = number | null | readonly (readonly [label: string, value: number])[];

interface Metric {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  /** Name of the label, where there is one. */
  readonly label?: string;
  readonly value: (measured: Measured) => Value;
}

const ofStatus = (
  name: string,
  help: string,
  value: (status: Model['status']) => Value,
): Metric => ({ kind: 'gauge', name, help, value: ({ model }) => value(model.status) });

const ofBeat = (name: string, help: string, value: (beat: Beat) => Value): Metric => ({
  ...{ kind: 'gauge', name, help },
  value: ({ beat }) => value(beat()),
});

const total = (metric: Metric, label?: string): Metric => ({
  ...{ ...metric, kind: 'counter' },
  ...(label !== undefined && { label }),
});

const ACCOUNT: readonly Metric[] = [
  ofStatus('equity_quote', 'Balance and unrealised profit, quote currency', s => s.equity),
  ofStatus('balance_quote', 'Balance, quote currency', s => s.balance),
  ofStatus('start_balance_quote', 'Starting balance, quote currency', s => s.startBalance),
  ofStatus('day_profit_quote', 'Since the UTC day began, quote currency', s => s.dayProfit),
  ofStatus('drawdown_ratio', 'Fall below the peak of equity, share of it', s => s.drawdown),
  ofStatus('drawdown_max_ratio', 'Largest such fall, share of its peak', s => s.drawdownMax),
  ofStatus('fees_paid_quote', 'Fees paid of all time, quote currency', s => s.feesPaid),
  ofStatus('funding_paid_quote', 'Funding paid less received, quote currency', s => s.fundingPaid),
  ofStatus('win_ratio', 'Share of the closed trades that won', s => s.winRate),
  ofStatus('profit_factor_ratio', 'Gross profit over gross loss', s => s.profitFactor),
  {
    ...{ kind: 'gauge', name: 'open_positions', help: 'Positions open now, count' },
    value: ({ model }) => model.positions.length,
  },
  {
    ...{
      kind: 'gauge',
      name: 'lamp',
      label: 'lamp',
      help: '1: it holds entries back, 0: it is off',
    },
    value: ({ model }) => model.status.lamps.map(({ id, on }) => [id, on ? 1 : 0]),
  },
  {
    ...{ kind: 'gauge', name: 'limit_used_ratio', label: 'limit' },
    help: 'How near a limit is: its lamp goes on at 1',
    value: ({ model }) =>
      model.status.gauges.map(({ id, value, limit }) => [id, limit > 0 ? value / limit : 0]),
  },
  total(
    ofBeat('trades_by_symbol_total', 'Closed trades of all time, count', b =>
      Object.entries(b.tradesBySymbol),
    ),
    'symbol',
  ),
  total(
    ofBeat('trades_by_exit_reason_total', 'Closed trades of all time, count', b =>
      Object.entries(b.tradesByReason),
    ),
    'exit_reason',
  ),
  total(ofStatus('trades_total', 'Closed trades of all time, count', s => s.closedTrades)),
];

const RUNNING: readonly Metric[] = [
  {
    ...{ kind: 'gauge', name: 'info', label: 'version', help: '1, and which release this is' },
    value: ({ model }) => [[model.status.version, 1]],
  },
  ofStatus('start_time_seconds', 'When the bot was started, Unix time', s => s.startedAt / 1000),
  ofStatus('seq', 'Number of the last step', s => s.seq),
  total(ofStatus('candles_total', 'Candles closed of all time, count', s => s.candles)),
  ofStatus('candles_per_second', 'Candles taken in a second', s => s.candlesPerSecond),
  ofStatus('market_time_seconds', 'Close of the last candle, Unix time', s =>
    s.marketTime === null ? null : s.marketTime / 1000,
  ),
  {
    ...{ kind: 'gauge', name: 'feed_age_seconds' },
    help: 'Of a live market: since the last candle closed, seconds',
    value: ({ model: { status }, now }) =>
      status.following === null || status.marketTime === null
        ? null
        : Math.max(0, now() - status.marketTime) / 1000,
  },
  {
    ...{ kind: 'gauge', name: 'checkpoint_age_seconds' },
    help: 'Since the last checkpoint, seconds',
    value: ({ beat, now }) => {
      const { checkpointAt } = beat();
      return checkpointAt === null ? null : Math.max(0, now() - checkpointAt) / 1000;
    },
  },
  ofBeat(
    'journal_bytes',
    'Journal since the last checkpoint, one copy, bytes',
    b => b.journalBytes,
  ),
  ofBeat('journal_steps', 'Steps since the last checkpoint, count', b => b.stepsSinceCheckpoint),
  ofBeat(
    'backup_lag_steps',
    'Of backups of this run: steps that are not in their place yet, count',
    b => b.backupLagSteps,
  ),
  ofBeat(
    'recovery_seconds',
    'What the last start took to recover, seconds',
    b => b.recoverySeconds,
  ),
  {
    ...ofBeat('event_loop_delay_seconds', 'How late the bot comes to what waits, seconds', b => [
      ['mean', b.loopDelay.mean],
      ['p99', b.loopDelay.p99],
      ['max', b.loopDelay.max],
    ]),
    label: 'statistic',
  },
  ofBeat('resident_memory_bytes', 'Memory of the process, bytes', b => b.memory.rss),
  ofBeat('heap_used_bytes', "Heap of the bot's thread in use, bytes", b => b.memory.heapUsed),
  ofBeat('external_memory_bytes', 'Buffers outside of the heap, bytes', b => b.memory.external),
  total(
    ofBeat('cpu_seconds_total', 'Time on a processor, all threads, seconds', b => b.cpuSeconds),
  ),
  {
    ...{ kind: 'gauge', name: 'streams', help: 'Pages that listen to this dashboard, count' },
    value: ({ streams }) => streams(),
  },
];

/** For the documentation: every name with its kind, label and meaning. */
export const METRICS: readonly Metric[] = [...ACCOUNT, ...RUNNING];

export function createMetrics(measured: Measured): () => Promise<string> {
  const registry = new Registry();
  for (const metric of METRICS) register(registry, metric, measured);
  return () => registry.metrics();
}

/** What is not known is left out: a 0 would be a number. */
function register(registry: Registry, metric: Metric, measured: Measured): void {
  const { kind, name, help, label, value } = metric;
  const of = {
    ...{ name: `holdfast_${name}`, help, registers: [registry] },
    labelNames: label === undefined ? [] : [label],
  };
  const rows = (): (readonly [string | null, number])[] => {
    const found = value(measured);
    if (found === null) return [];
    return typeof found === 'number' ? [[null, found]] : [...found];
  };
  const labelsOf = (own: string | null): Record<string, string> =>
    label === undefined || own === null ? {} : { [label]: own };
  if (kind === 'counter') {
    const counter: Counter = new Counter({
      ...of,
      collect() {
        counter.reset();
        for (const [own, amount] of rows()) counter.inc(labelsOf(own), amount);
      },
    });
    return;
  }
  const gauge: Gauge = new Gauge({
    ...of,
    collect() {
      gauge.reset();
      if (rows().length === 0) gauge.remove();
      for (const [own, amount] of rows()) gauge.set(labelsOf(own), amount);
    },
  });
}
