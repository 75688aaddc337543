/**
 * Looking back at a decision: what is told of it is what the facts of its step say.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decisionAt } from '../../src/app/decision.ts';
import { decisionText } from '../../src/app/decision-text.ts';
import { journalOf, lookAt, memoryOf, placeHeld } from '../../src/app/directory.ts';
import { runSession } from '../../src/app/session.ts';
import type { Fault } from '../../src/base/fault.ts';
import { FEATURE_NAMES } from '../../src/core/feature.ts';
import { LIVELY } from '../fixtures/pipeline.ts';
import { sessionOptions } from '../fixtures/session.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-decision-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const place = placeHeld({ directory, journalMirror: null, allowNetwork: true });

before(async () => {
  const until = { kind: 'candles', count: 3000 } as const;
  await runSession(sessionOptions({ until }, { directory, settings: LIVELY, seed: 3 }));
});

const factsAt = (seq: number) => {
  for (const step of journalOf(place).steps(seq)) return step.facts;
  return [];
};
const tradesOf = () => memoryOf(lookAt(place)).analytics;

describe('the decision behind a trade', () => {
  it('is the step that approved its entry, with what was forecast of it', () => {
    const { trades, totals } = tradesOf();
    assert.ok(totals.trades > 3);
    const number = totals.trades - 1;
    const trade = trades[number - 1];
    const decision = decisionAt(place, { kind: 'trade', number });
    assert.deepEqual(decision.trade, trade);
    const facts = factsAt(decision.step);
    const order = facts.find(fact => fact.type === 'order.approved');
    assert.ok(order?.type === 'order.approved' && order.order.id === trade?.id);
    assert.deepEqual(decision.orders, [order.order]);
    assert.deepEqual(
      decision.weighed,
      facts.find(fact => fact.type === 'signal.weighed'),
    );
    assert.equal(decision.choice?.action, trade?.strategy);
    assert.equal(decision.quiet, null);
    assert.ok(decision.marketTime <= (trade?.entryTime ?? 0) + 60_000);
    const text = decisionText(decision);
    for (const words of ['Verdict', trade?.id ?? '', 'It became', 'return_60'])
      assert.ok(text.includes(words), words);
  });

  it('knew the features that the learners were told', () => {
    const opened = [...journalOf(place).steps()].find(({ facts }) =>
      facts.some(fact => fact.type === 'example.opened' && fact.proposed),
    );
    const fact = opened?.facts.find(each => each.type === 'example.opened');
    assert.ok(opened !== undefined && fact?.type === 'example.opened');
    const { features } = decisionAt(place, { kind: 'step', seq: opened.seq });
    const told = Object.fromEntries(FEATURE_NAMES.map((name, at) => [name, fact.features[at]]));
    assert.deepEqual(features, told);
  });
});

describe('a step that decided nothing', () => {
  it('says why nothing was proposed', () => {
    const { quiet, orders } = decisionAt(place, { kind: 'step', seq: 9 });
    assert.equal(quiet, 'the symbol warms up');
    assert.deepEqual(orders, []);
  });

  it('of no candle is refused; a market time is that of its candle', () => {
    assert.throws(
      () => decisionAt(place, { kind: 'step', seq: 1 }),
      ({ message }: Fault) => /step 1 is of no candle: it holds directory\.bound/.test(message),
    );
    const { step, marketTime } = decisionAt(place, { kind: 'step', seq: 2000 });
    const same = decisionAt(place, { kind: 'time', time: marketTime });
    assert.ok(same.step >= step && same.marketTime === marketTime);
  });

  it('a trade that is not there names those that are', () => {
    const { totals } = tradesOf();
    for (const number of [0, totals.trades + 1])
      assert.throws(
        () => decisionAt(place, { kind: 'trade', number }),
        ({ remedy }: Fault) => remedy === `give a number from 1 to ${totals.trades}`,
      );
  });
});
