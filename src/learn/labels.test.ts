import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { impurity } from '../base/canonical.ts';
import { PENDING_LABELS_MAX } from '../base/limits.ts';
import { HOUR_MS, MINUTE_MS } from '../base/time.ts';
import type { Forecast, Label } from '../core/fact.ts';
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
  wonBy,
} from './labels.ts';

const SETTINGS = DEFAULT_SETTINGS;

const pending = (change: Partial<PendingLabel>): PendingLabel => ({
  ...{ id: 1, time: 500, proposed: true, features: [0.5], sequence: 'AQ==' },
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

const forecast: Forecast = {
  ...{ strategy: 'breakout', direction: 'long', strength: 0.5, confidence: 0.5 },
  ...{ signal: null, deep: [0.2, 0.5, 0.3], attention: null },
};
const mayOpen = (
  change: Parameters<typeof source>[0],
  { weighed = false, timeframeMs = MINUTE_MS } = {},
): boolean => mayOpenExample(source(change), { settings: { ...SETTINGS, timeframeMs }, weighed });

describe('opening examples', () => {
  it('waits until the symbol is warm', () => {
    assert.equal(mayOpen({}), true);
    assert.equal(mayOpen({ ready: false }), false);
  });

  it('opens at most one per symbol in half an hour of market time', () => {
    assert.equal(mayOpen({ openedAt: 971 }), false);
    assert.equal(mayOpen({ openedAt: 970 }), true);
    const quarter = { timeframeMs: 5 * MINUTE_MS };
    assert.equal(mayOpen({ openedAt: 995 }, quarter), false);
    assert.equal(mayOpen({ openedAt: 994 }, quarter), true);
  });

  it('and at most one in five candles, also of what was weighed for a trade', () => {
    const weighed = { weighed: true };
    assert.equal(mayOpen({ openedAt: 996 }, weighed), false);
    assert.equal(mayOpen({ openedAt: 995 }, weighed), true);
    const hour = { timeframeMs: HOUR_MS };
    assert.equal(mayOpen({ openedAt: 996 }, hour), false);
    assert.equal(mayOpen({ openedAt: 995 }, hour), true);
  });

  it('opens no more than the bound', () => {
    const full = new Array<PendingLabel>(PENDING_LABELS_MAX).fill(pending({}));
    assert.equal(mayOpen({ pending: full }), false);
    assert.equal(mayOpen({ pending: full.slice(1) }), true);
  });

  it('a CUSUM event is what the last candle told', () => {
    assert.equal(cusumEvent(source({})), false);
    assert.equal(cusumEvent(source({ cusum: { up: 0, down: 0, fired: true } })), true);
  });

  it('the barrier is one sigma of the holding time, at least two round trips', () => {
    assert.equal(barrierOf(0.001, SETTINGS), 0.00774597);
    assert.equal(roundTripCost(SETTINGS).toFixed(6), '0.001600');
    assert.equal(barrierOf(0.0001, SETTINGS), 0.0032);
    assert.equal(barrierOf(0, { ...SETTINGS, takerFee: -0.0002 }), 0.0001);
  });

  it('the fact carries copies of the row and all that the label needs', () => {
    const from = source({});
    const fact = openExample(from, { id: 9, forecast, settings: SETTINGS });
    assert.deepEqual(fact, {
      type: 'example.opened',
      ...{ id: 9, symbol: 'X', time: 60_000 + MINUTE_MS, proposed: true },
      ...{ features: [1, 2], barrier: 0.00774597, candles: 60, forecast },
    });
    assert.notEqual(fact.features, from.features);
    assert.equal(impurity(fact), null);
  });

  it('where no strategy proposed it is flagged so, and has no forecast', () => {
    const fact = openExample(source({}), {
      ...{ id: 9, forecast: null, settings: SETTINGS },
    });
    assert.equal(fact.proposed, false);
    assert.ok(!('forecast' in fact));
  });
});

describe('whether a direction won its example', () => {
  const cost = 0.0016;
  const won = (direction: 'long' | 'short', label: Label, change: number) =>
    wonBy({ direction, barrier: 0.01 }, { label, return: change - cost }, cost);

  it('is what its barrier says, where one was reached', () => {
    assert.deepEqual([won('long', 1, 0.01), won('short', 1, 0.01)], [1, 0]);
    assert.deepEqual([won('long', 2, -0.01), won('short', 2, -0.01)], [0, 1]);
  });

  it('is a matter of costs where time ran out', () => {
    assert.deepEqual([won('long', 0, 0.002), won('short', 0, 0.002)], [1, 0]);
    assert.deepEqual([won('long', 0, 0.001), won('short', 0, 0.001)], [0, 0]);
    assert.deepEqual([won('long', 0, -0.002), won('short', 0, -0.002)], [0, 1]);
  });

  it('nobody won where both barriers were reached in one candle', () => {
    assert.deepEqual([won('long', 0, -0.01), won('short', 0, -0.01)], [0, 0]);
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
    const { type, symbol, time, labelledAt, proposed, features } = labelled[0]!;
    assert.deepEqual([type, symbol, time, labelledAt], ['example.labelled', 'X', 500, 120_000]);
    assert.deepEqual([proposed, features], [true, [0.5]]);
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
