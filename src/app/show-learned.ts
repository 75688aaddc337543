/**
 * What was learned, for people: the four learners as tables.
 */

import { toQuote } from '../base/money.ts';
import type { Memory } from '../components.ts';
import type { Score } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import type { AttentionState } from '../learn/attention.ts';
import { gateOf } from '../learn/attention.ts';
import type { DeepSignalModelState } from '../learn/deep-signal-model.ts';
import { type EnsembleState, JUDGED } from '../learn/ensemble-state.ts';
import { featureShifts } from '../learn/feature-shift.ts';
import { ACTIONS, MARKET_STATES, type QTableState } from '../learn/q-table.ts';
import { comparedIn } from '../learn/scores.ts';
import { performanceOf, type SignalModelState } from '../learn/signal-model.ts';
import type { TrainingRecord } from '../learn/train-record.ts';
import { bar } from './bar-chart.ts';
import { decimal, percent } from './number-text.ts';
import { pairs, table } from './table.ts';

const FEATURES_SHOWN = 12;
const SHIFTS_SHOWN = 3;

function outcomeRows(outcome: TrainingRecord | null): [string, string][] {
  if (outcome === null) return [['Last training', 'none yet']];
  const { adopted, verdict, challenger, champion, baseRate } = outcome;
  const loss = (score: Score | null) => decimal(comparedIn(score)?.logLoss ?? null, 4);
  return [
    ['Last training', verdict ?? (adopted ? 'adopted' : 'not adopted')],
    [
      'Log-loss',
      `challenger ${loss(challenger)}, champion ${loss(champion)}, base rate ${loss(baseRate)}`,
    ],
    ['Compared on', `${challenger.examples} examples that neither had seen`],
  ];
}

function signalText(state: SignalModelState): string {
  const performance = performanceOf(state);
  const head = pairs([
    ['Version', state.version === 0 ? 'none yet' : String(state.version)],
    ['Examples', `${state.examples.length} kept, ${state.examplesSeen} seen`],
    ['Trades it weighed', String(state.performance.totalTrades)],
    ['Win rate', percent(performance?.winRate ?? null)],
    ['Average profit', decimal(performance === null ? null : toQuote(performance.averageProfit))],
    ['Training owed', state.request === null ? 'no' : `through example ${state.request.through}`],
    ...outcomeRows(state.history.at(-1) ?? null),
  ]);
  if (state.trained === null) return head;
  const importance = Object.entries(state.trained.importance).sort((a, b) => b[1] - a[1]);
  const [, most] = importance[0] ?? ['', 1];
  const rows = importance
    .slice(0, FEATURES_SHOWN)
    .map(([name, value]) => [name, decimal(value, 4), bar(value / most)]);
  const moved = featureShifts(state.trained.scaler, state.examples)
    .slice(0, SHIFTS_SHOWN)
    .map(({ name, shift }) => `${name} ${shift < 0 ? '−' : '+'}${decimal(Math.abs(shift), 2)} σ`);
  return [
    head,
    table([{ title: 'feature' }, { title: 'importance', align: 'right' }, { title: '' }], rows),
    `Moved furthest since training: ${moved.join(', ')}`,
  ].join('\n\n');
}

const deepText = (state: DeepSignalModelState): string =>
  pairs([
    ['Version', state.version === 0 ? 'none yet' : String(state.version)],
    ['Sequences', `${state.examples.length} kept, ${state.examplesSeen} seen`],
    ['Since training', String(state.retraining.sinceRequest)],
    ['Training owed', state.request === null ? 'no' : `through example ${state.request.through}`],
    ...outcomeRows(state.history.at(-1) ?? null),
  ]);

function qTableText(state: QTableState): string {
  const rows = MARKET_STATES.map(name => [
    name,
    ...ACTIONS.map(
      action => `${decimal(state.q[name][action], 3)} (${state.visits[name][action]})`,
    ),
  ]);
  const columns = [
    { title: 'regime|volatility' },
    ...ACTIONS.map(title => ({ title, align: 'right' as const })),
  ];
  const waiting = Object.entries(state.waiting).map(
    ([symbol, choice]) => `${symbol} waits with ${choice.action} (${choice.candles} candles)`,
  );
  return [
    table(columns, rows),
    pairs([
      ['Epsilon', percent(state.epsilon)],
      ['Rewards', String(state.rewards)],
    ]),
    waiting.length === 0 ? 'no choice waits' : waiting.join('\n'),
  ].join('\n\n');
}

function attentionText(state: AttentionState): string {
  const weights = gateOf(state);
  const most = Math.max(...weights);
  const rows = FEATURE_NAMES.map((name, index) => ({ name, weight: weights[index] ?? 0 }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ name, weight }) => [name, decimal(weight, 3), bar(weight / most)]);
  return table([{ title: 'feature' }, { title: 'weight', align: 'right' }, { title: '' }], rows);
}

function ensembleText(state: EnsembleState): string {
  const experts = JUDGED.map(name => {
    const { examples, logLoss, baseLogLoss, brier, baseBrier } = state.records[name];
    const weight = name === 'pool' ? '' : decimal(state.weights[name].value, 3);
    const scores =
      examples === 0 ? [null, null, null, null] : [logLoss, baseLogLoss, brier, baseBrier];
    return [name, weight, String(examples), ...scores.map(score => decimal(score, 4))];
  });
  const titles = ['weight', 'forecasts', 'log-loss', 'base rate', 'Brier', 'base rate'];
  const columns = titles.map(title => ({ title, align: 'right' as const }));
  const bins = state.bins
    .filter(({ examples }) => examples > 0)
    .map(({ examples, confidence, won }) => [
      percent(confidence / examples),
      percent(won / examples),
      String(examples),
      bar(won / examples),
    ]);
  const head = pairs([
    ['Proposals that won, costs in', percent(state.won.share)],
    ['Timed out in profit', percent(state.timeoutWon.share)],
    ['Confidence follows the pool by', decimal(state.slope.value, 3)],
    ['Forecasts not judged yet', String(state.pending.length)],
  ]);
  return [
    table([{ title: 'expert' }, ...columns], experts),
    head,
    bins.length === 0
      ? 'no forecast was judged yet'
      : table(
          [
            { title: 'confidence', align: 'right' },
            { title: 'won', align: 'right' },
            { title: 'forecasts', align: 'right' },
            { title: '' },
          ],
          bins,
        ),
  ].join('\n\n');
}

export const learnedText = {
  'signal-model': (memory: Memory) => signalText(memory['signal-model']),
  'deep-signal-model': (memory: Memory) => deepText(memory['deep-signal-model']),
  'q-table': (memory: Memory) => qTableText(memory['q-table']),
  attention: (memory: Memory) => attentionText(memory.attention),
  ensemble: (memory: Memory) => ensembleText(memory.ensemble),
};
