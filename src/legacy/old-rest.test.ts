/**
 * What of the old bot's files is left behind: told, and how much of it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pickled } from '../../test/fixtures/pickled.ts';
import { attention } from '../learn/attention.ts';
import { createNotes } from './finding.ts';
import { readAnalytics } from './old-analytics.ts';
import { readAttention } from './old-attention.ts';
import { riskFields, riskOf } from './old-risk.ts';
import { isKind, type PickleValue } from './pickle-value.ts';

function lostOf(read: (notes: ReturnType<typeof createNotes>) => void): string {
  const notes = createNotes('file');
  read(notes);
  return notes.findings
    .filter(({ outcome }) => outcome === 'not carried over')
    .map(({ what, text }) => `${what}: ${text}`)
    .join('\n');
}

const lostOfHistory = (value: PickleValue): string =>
  lostOf(notes => void readAnalytics(value, notes));

const lostOfRisk = (value: PickleValue): string =>
  lostOf(
    notes => void riskOf({ fields: riskFields(value, notes), trades: [], balance: null, notes }),
  );

/** With an entry of a key that is no name. */
const withNumber = (said: object): PickleValue => {
  const value = pickled(said);
  assert.ok(isKind(value, 'dict'));
  return { ...value, entries: [...value.entries, [7, 'seven']] };
};

describe('attention weights next to nothing', () => {
  it('are level, and keep the rules of their part', () => {
    const weights = { rsi_14: 5e-324, adx_14: 1e-323 };
    const state = readAttention(pickled({ weights }), [], createNotes('w')) ?? assert.fail();
    assert.equal(attention.check?.(state) ?? null, null);
  });
});

describe('what is left behind is told', () => {
  it('of a list of last trades that is longer', () => {
    const history = Array.from({ length: 30 }, (_, index) => ({ pnl: index }));
    assert.match(
      lostOfRisk(pickled({ trade_history: history })),
      /last trades: 20 before the last/,
    );
  });

  it('of entries whose keys are no text', () => {
    const said = /entries without a name: 1 whose keys are no text/;
    assert.match(lostOfRisk(withNumber({ wins: 1 })), said);
    assert.match(lostOfHistory(withNumber({ trades: [] })), said);
  });

  it('of what is inside a dictionary that nobody understood', () => {
    const said = { metrics: { sharpe: 1, sortino: 2 }, config: { kelly: 0.5 } };
    assert.match(
      lostOfRisk(pickled(said)),
      /^other fields, inside: metrics\.sharpe, metrics\.sortino, config\.kelly$/m,
    );
  });

  it('of what else the points of a curve say', () => {
    const point = { time: '2025-03-01', equity: 10, drawdown: 0.1, open_positions: 2 };
    assert.match(
      lostOfHistory(pickled({ equity_curve: [point, point] })),
      /^other fields of the equity curve: drawdown, open_positions$/m,
    );
  });

  it('of a curve that is too long, by its length', () => {
    const items = new Array<PickleValue>(200_001).fill(pickled([1_740_787_200, 10]));
    const curve: PickleValue = { kind: 'dict', entries: [['curve', null]] };
    curve.entries.push(['equity_curve', { kind: 'list', items }]);
    assert.match(lostOfHistory(curve), /equity_curve has 200001 points, more than the 200000 that/);
  });
});
