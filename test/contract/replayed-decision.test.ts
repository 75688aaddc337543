/**
 * Every step of whole runs looked back at: nothing that is said of a decision contradicts a fact that
 * the step told, nor what the facts before it add up to.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Decision, decisionOf, first } from '../../src/app/decision.ts';
import { decisionAt } from '../../src/app/decision-point.ts';
import { journalOf, placeHeld } from '../../src/app/directory.ts';
import { runSession } from '../../src/app/session.ts';
import { SEQUENCE_ROWS } from '../../src/base/limits.ts';
import { toQuote } from '../../src/base/money.ts';
import { components, type Memory } from '../../src/components.ts';
import { initialStates } from '../../src/core/component.ts';
import type { Fact } from '../../src/core/fact.ts';
import { createFold } from '../../src/core/fold.ts';
import type { Candle } from '../../src/core/market.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Input } from '../../src/core/step.ts';
import { FIXED_ACTION } from '../../src/learn/q-table.ts';
import { toldBefore } from '../../src/policy/hindsight.ts';
import { getBlob } from '../../src/state/blobs.ts';
import { blobOf } from '../../src/state/replay.ts';
import { readState } from '../../src/state/state-file.ts';
import { WARMUP_CANDLES } from '../../src/trade/indicators.ts';
import { DecisionLedger } from '../fixtures/decision-ledger.ts';
import {
  createPipeline,
  LIVELY,
  type Pipeline,
  settingsWith,
  tidalCandles,
} from '../fixtures/pipeline.ts';
import { sessionOptions } from '../fixtures/session.ts';

/** Candles until a symbol has a whole window of features. */
const READY_CANDLES = WARMUP_CANDLES + SEQUENCE_ROWS - 1;

interface Step {
  readonly seq: number;
  readonly facts: readonly Fact[];
}

type See = (decision: Decision, step: Step, ledger: DecisionLedger) => void;

/** Folds a run once; of each candle's step the decision, and the facts before it added up by hand. */
function lookBackAtAll(
  steps: Iterable<Step>,
  blobs: (name: string) => Uint8Array | undefined,
  see: See,
): void {
  const states = initialStates(components);
  const fold = createFold(components, states, readState);
  const ledger = new DecisionLedger();
  const tell = (fact: Fact): void => {
    const name = blobOf(fact);
    fold(fact, name === null ? undefined : blobs(name));
  };
  for (const { seq, facts } of steps) {
    const candle = first(facts, 'candle.closed');
    const told = toldBefore(facts);
    for (const fact of facts.slice(0, told)) tell(fact);
    const isWord = ({ type }: Fact): boolean =>
      type === 'signal.weighed' || type === 'order.approved';
    const words = facts.findIndex(isWord);
    const cut = words < 0 ? facts.length : words;
    for (const fact of facts.slice(0, cut)) ledger.tell(fact);
    if (candle !== null) {
      const knowledge = { memory: states as Memory, unknown: new Set<string>(), doubts: [] };
      see(decisionOf({ seq, facts, candle }, knowledge), { seq, facts }, ledger);
    }
    for (const fact of facts.slice(told)) tell(fact);
    for (const fact of facts.slice(cut)) ledger.tell(fact);
  }
}

/** What the facts say must have been the reason that nothing was weighed. */
function reasonByFacts(decision: Decision, { facts }: Step, ledger: DecisionLedger): string {
  const { symbol } = decision.candle;
  if (ledger.isHeld(symbol)) {
    const exit = first(facts, 'order.approved');
    if (exit !== null) return `a position is open, and is left: ${exit.order.exitReason}`;
    if (ledger.isFlattening) {
      assert.ok(ledger.isLeaving(symbol), 'what a flatten leaves is on its way out');
      return 'a position is open, and its exit is on its way';
    }
    if (decision.candle.late) return 'a position is open, and the candle came too late to leave it';
    // Not told by facts: whether it would be left if nothing were on its way.
    return ledger.isLeaving(symbol) && decision.quiet?.endsWith('on its way') === true
      ? 'a position is open, and its exit is on its way'
      : 'a position is open, and stays';
  }
  if (!ledger.isWarm(symbol, READY_CANDLES)) return 'the symbol warms up';
  if (ledger.isEntering(symbol)) return 'an entry is on its way';
  const { held } = ledger;
  if (held !== null) return held;
  const strategy = strategyByFacts(decision, ledger);
  return strategy === 'stay_out' ? 'staying out was chosen' : `${strategy} saw no entry`;
}

const strategyByFacts = ({ candle, reading }: Decision, ledger: DecisionLedger): string | null => {
  const chosen = ledger.chosen(candle.symbol);
  if (chosen !== null) return chosen.action;
  if (ledger.settings?.learning.qTable !== false) return null;
  return FIXED_ACTION[reading?.regime ?? 'range'];
};

function assertTrue(decision: Decision, step: Step, ledger: DecisionLedger): void {
  const { candle, weighed, account, orders } = decision;
  const where = `step ${step.seq} of ${candle.symbol}`;
  const [order = null] = step.facts.flatMap(each =>
    each.type === 'order.approved' ? [each.order] : [],
  );
  assert.deepEqual(weighed, first(step.facts, 'signal.weighed'), where);
  assert.deepEqual(orders, order === null ? [] : [order], where);
  assert.equal(account?.openTrades, ledger.places, where);
  assert.equal(account?.held, ledger.held, where);
  const marked = step.facts.findLast(({ type }) => type === 'equity.marked');
  if (marked?.type === 'equity.marked')
    assert.equal(account?.equity, toQuote(marked.equity), where);
  const chosen = ledger.chosen(candle.symbol);
  const { choice } = decision;
  assert.deepEqual(
    choice && [choice.action, choice.explored, choice.since],
    chosen && [chosen.action, chosen.explored, chosen.time],
    where,
  );
  assert.equal(decision.inCharge, strategyByFacts(decision, ledger), where);
  assert.equal(decision.weights !== null, ledger.settings?.learning.ensemble === true, where);
  if (weighed === null) {
    assert.equal(decision.quiet, reasonByFacts(decision, step, ledger), where);
    return;
  }
  assert.equal(decision.quiet, null, where);
  assert.equal(decision.inCharge, weighed.strategy, where);
  assert.deepEqual([account.held, ledger.isHeld(candle.symbol)], [null, false], where);
  assert.equal(order !== null && !order.reduceOnly, weighed.verdict === 'accepted', where);
  assertFree(decision, where);
}

/** The money of an entry was free when it was decided, and not yet put aside for it. */
function assertFree({ orders, weighed, account, candle }: Decision, where: string): void {
  const [order] = orders;
  const { available = 0, minConfidence = 0 } = account ?? {};
  if (weighed?.verdict === 'no free balance') assert.ok(available <= 0, where);
  if (weighed?.verdict === 'confidence too low')
    assert.ok(weighed.confidence < minConfidence, where);
  if (order === undefined) return;
  assert.ok(available > 0, where);
  assert.equal(order.createdAt, candle.time + 60_000, where);
}

/** Some candles find nobody to trade with, so that orders wait. */
const withSilence = (candles: readonly Candle[]): Candle[] =>
  candles.map((candle, index) => (index % 97 > 80 ? { ...candle, volume: 0 } : candle));

const counts = new Map<string, number>();
const count = ({ quiet, weighed, inCharge }: Decision): void => {
  const what = quiet?.replace(`${inCharge} saw`, 'a strategy saw') ?? weighed?.verdict ?? '';
  counts.set(what, (counts.get(what) ?? 0) + 1);
};

interface Tape {
  readonly seed: number;
  /** What the operator says after each so many candles, of all candles so far. */
  readonly every?: number;
  readonly word?: (candles: number, pipeline: Pipeline) => OperatorWord;
  readonly isLate?: (index: number) => boolean;
}

type OperatorWord = Extract<Input, { kind: 'kill-switch' | 'flatten' | 'resume' }>;

async function lookBackAt(settings: Settings, tape: Tape): Promise<void> {
  const { seed, every = 400, word, isLate = () => false } = tape;
  const candles = withSilence(tidalCandles(2200, seed)).map((candle, index) =>
    isLate(index) ? ({ ...candle, late: true } as const) : candle,
  );
  const pipeline = createPipeline({ candles, settings, seed });
  for (let until = every; word !== undefined && until < candles.length; until += every) {
    await pipeline.run(until);
    pipeline.input(word(until, pipeline));
  }
  await pipeline.run();
  let seen = 0;
  const steps = pipeline.steps.map(({ seq, texts }) => ({
    seq,
    facts: texts.map(text => JSON.parse(text) as Fact),
  }));
  lookBackAtAll(
    steps,
    name => pipeline.blobs.get(name),
    (decision, step, ledger) => {
      assertTrue(decision, step, ledger);
      count(decision);
      seen += 1;
    },
  );
  assert.equal(seen, candles.length);
}

const timeIn = ({ world }: Pipeline): number => world.run.lastCandleTime ?? 0;

const BOLD = { ...LIVELY, minConfidence: 0, maxDrawdown: 0.9 };

describe('every step of a run, looked back at, says what its facts say', () => {
  it('where places are exhausted and losses cool it down', async () => {
    await lookBackAt({ ...BOLD, maxOpenTrades: 1, lossStreakLimit: 2 }, { seed: 3 });
  });

  it('where a day or the whole is lost, and where the operator stops it', async () => {
    const strict = { dailyLossLimit: 0.002, maxDrawdown: 0.004, drawdownReleaseDays: 0.1 };
    await lookBackAt(
      { ...BOLD, ...strict },
      {
        seed: 4,
        word: (candles, pipeline) => ({
          kind: 'kill-switch',
          on: (candles / 400) % 4 === 3,
          time: timeIn(pipeline),
        }),
      },
    );
  });

  it('where each third candle comes too late', async () => {
    await lookBackAt(BOLD, { seed: 3, isLate: index => index % 3 === 0 });
  });

  it('where the operator has everything closed, on a market that is silent at times', async () => {
    await lookBackAt(BOLD, {
      ...{ seed: 3, every: 37, isLate: index => index % 5 === 0 },
      word: (_, pipeline) => ({
        kind: pipeline.world.portfolio.fills % 2 === 1 ? 'flatten' : 'resume',
        time: timeIn(pipeline),
      }),
    });
  });

  it('with the Q-table and the ensemble off', async () => {
    const off = { qTable: false, ensemble: false, attention: false };
    await lookBackAt({ ...BOLD, learning: { ...BOLD.learning, ...off } }, { seed: 5 });
  });

  it('with the settings that a bot begins with', async () => {
    await lookBackAt(settingsWith({}), { seed: 6 });
  });

  it('and each thing that can be said was said', () => {
    for (const what of [
      ...['the symbol warms up', 'an entry is on its way', 'maximum open trades', 'kill switch'],
      ...[
        'loss streak cooldown',
        'daily loss limit',
        'maximum drawdown',
        'a strategy saw no entry',
      ],
      ...['a position is open, and stays', 'a position is open, and its exit is on its way'],
      ...['a position is open, and is left: time_exit', 'staying out was chosen', 'accepted'],
      ...['a position is open, and the candle came too late to leave it', 'paused'],
    ])
      assert.ok((counts.get(what) ?? 0) > 0, what);
  });
});

describe('a step in a directory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-replayed-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const place = placeHeld({ directory, journalMirror: null, allowNetwork: true });

  before(async () => {
    const until = { kind: 'candles', count: 2000 } as const;
    const settings = { ...LIVELY, maxOpenTrades: 1 };
    await runSession(sessionOptions({ until }, { directory, settings, seed: 3 }));
  });

  it('is looked back at as in the run itself', () => {
    let compared = 0;
    lookBackAtAll(
      journalOf(place).steps(),
      name => getBlob(place.disks, name)?.bytes,
      (decision, step) => {
        const isOfNote = decision.orders.length > 0 || step.facts.length > 4;
        if (step.seq % 151 !== 0 && !(isOfNote && step.seq % 13 === 0)) return;
        assert.deepEqual(decisionAt(place, { kind: 'step', seq: step.seq }), decision);
        compared += 1;
      },
    );
    assert.ok(compared > 10, `${compared}`);
  });
});
