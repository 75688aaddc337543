import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { impurity } from '../base/canonical.ts';
import { PENDING_LABELS_MAX } from '../base/limits.ts';
import { MINUTE_MS } from '../base/time.ts';
import type { LabelSource, PendingLabel } from '../core/label.ts';
import type { Reading } from '../core/market.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import {
  barrierOf,
  cusumEvent,
  dueLabels,
  mayOpenExample,
  openExample,
  roundTripCost,
} from './labels.ts';

const SETTINGS = DEFAULT_SETTINGS;

const pending = (change: Partial<PendingLabel>): PendingLabel => ({
  ...{ id: 1, time: 500, proposed: true, features: [0.5], context: [0.25], sequence: 'AQ==' },
  ...{ barrier: 0.01, candles: 60, entry: 100, held: 3, status: 'waiting', label: 0, change: 0 },
  ...change,
});

function source(change: Partial<LabelSource> & { ready?: boolean; sigma?: number }): LabelSource {
  const { ready = true, sigma = 0.001, ...rest } = change;
  return {
    last: { symbol: 'X', time: 60_000, open: 1, high: 1, low: 1, close: 1, volume: 1 },
    candles: 1000,
    reading: { ready, sigma } as Reading,
    features: [1, 2],
    cusum: { up: 0, down: 0, fired: false },
    pending: [],
    due: 0,
    openedAt: null,
    ...rest,
  };
}

describe('opening examples', () => {
  it('waits until the symbol is warm', () => {
    assert.equal(mayOpenExample(source({})), true);
    assert.equal(mayOpenExample(source({ ready: false })), false);
  });

  it('opens at most one per symbol in five candles', () => {
    assert.equal(mayOpenExample(source({ openedAt: 996 })), false);
    assert.equal(mayOpenExample(source({ openedAt: 995 })), true);
  });

  it('opens no more than the bound', () => {
    const full = new Array<PendingLabel>(PENDING_LABELS_MAX).fill(pending({}));
    assert.equal(mayOpenExample(source({ pending: full })), false);
    assert.equal(mayOpenExample(source({ pending: full.slice(1) })), true);
  });

  it('a CUSUM event is what the last candle told', () => {
    assert.equal(cusumEvent(source({})), false);
    assert.equal(cusumEvent(source({ cusum: { up: 0, down: 0, fired: true } })), true);
  });

  it('the barrier is two sigmas of the holding time, at least four round trips', () => {
    assert.equal(barrierOf(0.001, SETTINGS), 0.01549193);
    assert.equal(roundTripCost(SETTINGS).toFixed(6), '0.001600');
    assert.equal(barrierOf(0.0001, SETTINGS), 0.0064);
    assert.equal(barrierOf(0, { ...SETTINGS, takerFee: -0.0002 }), 0.0001);
  });

  it('the fact carries copies of the row and all that the label needs', () => {
    const from = source({});
    const context = [3, 4];
    const fact = openExample(from, { id: 9, proposed: true, context, settings: SETTINGS });
    assert.deepEqual(fact, {
      type: 'example.opened',
      ...{ id: 9, symbol: 'X', time: 60_000 + MINUTE_MS, proposed: true },
      ...{ features: [1, 2], context, barrier: 0.01549193, candles: 60 },
    });
    assert.notEqual(fact.features, from.features);
    assert.equal(impurity(fact), null);
  });
});

describe('labels that came due', () => {
  it('are none while all are waiting', () => {
    const due = dueLabels(source({ pending: [pending({})] }), SETTINGS);
    assert.deepEqual(due, { labelled: [], voided: [] });
  });

  it('are told with the return of a long after costs', () => {
    const all = [
      pending({ id: 1, status: 'due', label: 1, change: 0.01 }),
      pending({ id: 2 }),
      pending({ id: 3, status: 'due', label: 2, change: -0.01 }),
      pending({ id: 4, status: 'due', label: 0, change: 0.0016 }),
    ];
    const { labelled, voided } = dueLabels(source({ pending: all, due: 3 }), SETTINGS);
    assert.deepEqual(voided, []);
    assert.deepEqual(
      labelled.map(fact => [fact.id, fact.label, fact.return]),
      [
        [1, 1, 0.0084],
        [3, 2, -0.0116],
        [4, 0, 0],
      ],
    );
    assert.equal(impurity(labelled), null);
    const { type, symbol, time, labelledAt, proposed, features, context } = labelled[0]!;
    assert.deepEqual([type, symbol, time, labelledAt], ['example.labelled', 'X', 500, 120_000]);
    assert.deepEqual([proposed, features, context], [true, [0.5], [0.25]]);
  });

  it('tell the feature window where the deep signal model learns from it', () => {
    const deep = (deepSignalModel: boolean) => ({
      ...SETTINGS,
      learning: { ...SETTINGS.learning, deepSignalModel },
    });
    const told = (change: Partial<PendingLabel>, settings = SETTINGS) =>
      dueLabels(source({ pending: [pending({ status: 'due', ...change })], due: 1 }), settings)
        .labelled[0]!;
    assert.equal(told({}, deep(true)).sequence, 'AQ==');
    assert.ok(!('sequence' in told({}, deep(false))));
    assert.ok(!('sequence' in told({ sequence: null }, deep(true))), 'a label of 0.1.0 has none');
  });

  it('are voided when a gap cut them', () => {
    const all = [pending({ id: 5, status: 'void' }), pending({ id: 6 })];
    const due = dueLabels(source({ pending: all, due: 1 }), SETTINGS);
    const expected = { type: 'example.voided', id: 5, symbol: 'X', time: 120_000 };
    assert.deepEqual(due, { labelled: [], voided: [expected] });
  });
});
