/**
 * The parts of the memory that are tables to other programs: which tables, and their columns.
 *
 * Promises: every row that is kept, oldest first; features under their names. Never: a figure that the
 * state does not hold.
 */

import { SEQUENCE_ROWS } from '../base/limits.ts';
import { DAY_MS } from '../base/time.ts';
import type { Memory } from '../components.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from '../core/feature.ts';
import type { TradeRecord } from '../core/order.ts';
import { SEQUENCE_SCALE, unpackSequence } from '../core/sequence.ts';
import { ROW } from '../learn/attention-table.ts';
import { ACTIONS, MARKET_STATES } from '../learn/q-values.ts';
import { type ColumnKind, type Table, tableOf } from './export-table.ts';
import type { PartId } from './show-part.ts';

type Tables = (memory: Memory) => Table[];

export const TABLES: Partial<Record<PartId, Tables>> = {
  analytics: ({ analytics }) => [
    tradeTable(analytics.trades),
    curveTable(analytics),
    dailyTable(analytics),
  ],
  'signal-model': memory => [exampleTable(memory['signal-model'])],
  'deep-signal-model': memory => [sequenceTable(memory['deep-signal-model'])],
  'q-table': memory => [qTableTable(memory['q-table'])],
  attention: ({ attention }) => [attentionTable(attention)],
};

const tradeTable = (trades: readonly TradeRecord[]): Table =>
  tableOf('trades', trades, [
    ['id', 'text', trade => trade.id],
    ['symbol', 'text', trade => trade.symbol],
    ['side', 'text', trade => trade.side],
    ['entry_time', 'time', trade => trade.entryTime],
    ['exit_time', 'time', trade => trade.exitTime],
    ['entry_price', 'number', trade => trade.entryPrice],
    ['exit_price', 'number', trade => trade.exitPrice],
    ['quantity', 'number', trade => trade.quantity],
    ['leverage', 'number', trade => trade.leverage],
    ['fees', 'money', trade => trade.fees],
    ['funding', 'money', trade => trade.funding],
    ['profit', 'money', trade => trade.profit],
    ['profit_ratio', 'number', trade => trade.profitRatio],
    ['risk', 'money', trade => trade.risk ?? null],
    ['duration_ms', 'whole', trade => trade.durationMs],
    ['exit_reason', 'text', trade => trade.exitReason],
    ['strategy', 'text', trade => trade.strategy],
    ['signal_model', 'whole', trade => trade.models.signal],
    ['deep_signal_model', 'whole', trade => trade.models.deep],
  ]);

/** `former`: of an imported curve that this market's time could not go on with. */
const withFormer = <Point>(former: readonly Point[] | undefined, own: readonly Point[]) => [
  ...(former ?? []).map(point => ({ former: true, point })),
  ...own.map(point => ({ former: false, point })),
];

const curveTable = ({ curve, former }: Memory['analytics']): Table =>
  tableOf('equity_curve', withFormer(former?.curve, curve), [
    ['time', 'time', ({ point }) => point.time],
    ['balance', 'money', ({ point }) => point.balance],
    ['equity', 'money', ({ point }) => point.equity],
    ['former', 'flag', row => row.former],
  ]);

const dailyTable = ({ daily, former }: Memory['analytics']): Table =>
  tableOf('daily_equity', withFormer(former?.daily, daily), [
    ['day', 'time', ({ point }) => point.day * DAY_MS],
    ['equity', 'money', ({ point }) => point.equity],
    ['former', 'flag', row => row.former],
  ]);

const exampleTable = ({ examples }: Memory['signal-model']): Table =>
  tableOf('signal_model_examples', examples, [
    ['id', 'whole', example => example.id],
    ['symbol', 'text', example => example.symbol],
    ['time', 'time', example => example.time],
    ['labelled_at', 'time', example => example.labelledAt],
    ['proposed', 'flag', example => example.proposed],
    ['label', 'whole', example => example.label],
    ['return', 'number', example => example.return],
    ...FEATURE_NAMES.map(
      (name, column) =>
        [
          name,
          'number' as ColumnKind,
          (example: { features: readonly number[] }) => example.features[column] ?? null,
        ] as const,
    ),
  ]);

/** A row for each step of each sequence, oldest first. */
function sequenceTable({ examples }: Memory['deep-signal-model']): Table {
  const rows = examples.flatMap(example => {
    const sequence = unpackSequence(example.sequence);
    return sequence === null
      ? []
      : Array.from({ length: SEQUENCE_ROWS }, (_, step) => ({ example, sequence, step }));
  });
  return tableOf('deep_signal_model_examples', rows, [
    ['id', 'whole', ({ example }) => example.id],
    ['symbol', 'text', ({ example }) => example.symbol],
    ['time', 'time', ({ example }) => example.time],
    ['labelled_at', 'time', ({ example }) => example.labelledAt],
    ['label', 'whole', ({ example }) => example.label],
    ['step', 'whole', ({ step }) => step],
    ...FEATURE_NAMES.map(
      (name, column) =>
        [
          name,
          'number' as ColumnKind,
          ({ sequence, step }: (typeof rows)[number]) =>
            (sequence[step * FEATURE_COUNT + column] ?? 0) / SEQUENCE_SCALE,
        ] as const,
    ),
  ]);
}

const qTableTable = ({ q, visits }: Memory['q-table']): Table =>
  tableOf(
    'q_table',
    MARKET_STATES.flatMap(state => ACTIONS.map(action => ({ state, action }))),
    [
      ['regime', 'text', ({ state }) => state.split('|')[0] ?? ''],
      ['volatility', 'text', ({ state }) => state.split('|')[1] ?? ''],
      ['strategy', 'text', ({ action }) => action],
      ['value', 'number', ({ state, action }) => q[state][action]],
      ['visits', 'whole', ({ state, action }) => visits[state][action]],
    ],
  );

const attentionTable = ({ table }: Memory['attention']): Table =>
  tableOf(
    'attention_weights',
    FEATURE_NAMES.map((name, column) => ({ name, column })),
    [
      ['feature', 'text', ({ name }) => name],
      ...(['weight', 'score', 'mean', 'variance'] as const).map(
        row =>
          [
            row,
            'number' as ColumnKind,
            ({ column }: { column: number }) => table[ROW[row] * FEATURE_COUNT + column] ?? null,
          ] as const,
      ),
    ],
  );
