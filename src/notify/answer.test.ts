/**
 * What a chat reads and sets off, word for word, on a session of the simulated market.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { settingsWith } from '../../test/fixtures/pipeline.ts';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { positionsOf } from '../app/account-view.ts';
import { durationText, priceText, signed, signedPercent } from '../app/number-text.ts';
import { openSession, type Session } from '../app/session.ts';
import { marketTimeOf } from '../app/view.ts';
import { must } from '../base/assert.ts';
import { toQuote } from '../base/money.ts';
import type { Fact } from '../core/fact.ts';
import { type AnswerContext, answerOf } from './answer.ts';
import { factEvent } from './fact-event.ts';

const LIVELY = settingsWith(
  { minConfidence: 0, lossStreakLimit: 100, maxHoldCandles: 60, cooldownCandles: 1 },
  { choiceCandles: 20 },
);
const told = new Map<number, readonly Fact[]>();
const options = sessionOptions(
  {},
  { settings: LIVELY, watch: ({ seq, facts }) => told.set(seq, facts) },
);
let session: Session;
let context: AnswerContext;

const go = (more: number) => {
  const count = session.bot.world.run.candles + more;
  return session.run({ ...options, until: { kind: 'candles', count } });
};

const marketTime = (): number => must(marketTimeOf(session.bot.world), 'a candle');

const utc = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

const openLines = (): string[] =>
  positionsOf(session.bot.world).map(
    ({ side, quantity, symbol, entryPrice, profit, profitRatio, openedAt }) =>
      `${side} ${quantity} ${symbol} at ${priceText(entryPrice)}: ${signed(profit)} USDT ` +
      `(${signedPercent(profitRatio)}), for ${durationText(marketTime() - openedAt)}`,
  );

/** Newest first. */
const closedLines = (): string[] =>
  session.bot.world.analytics.trades
    .slice(-5)
    .toReversed()
    .map(
      ({ exitTime, side, symbol, profit, profitRatio, exitReason }) =>
        `${utc(exitTime)} ${side} ${symbol}: ${signed(toQuote(profit))} USDT ` +
        `(${signedPercent(profitRatio)}), ${exitReason}`,
    );

describe('a chat', () => {
  before(async () => {
    session = await openSession(options.wire);
    context = { session, directory: 'models' };
  });
  after(() => session.close());

  it('reads of no trade before there is one', async () => {
    assert.deepEqual(await answerOf('/trades', context), {
      text: 'No position is open.\nNo trade is closed yet.',
      seq: null,
    });
  });

  it('reads of what is open, and of the last five trades, newest first', async () => {
    const { world } = session.bot;
    while (positionsOf(world).length === 0 || world.analytics.trades.length < 6) await go(10);
    const closed = closedLines();
    assert.equal(new Set(closed).size, 5);
    assert.deepEqual(await answerOf('/trades', context), {
      text: ['Open:', ...openLines(), 'Last closed (UTC):', ...closed].join('\n'),
      seq: null,
    });
  });

  it('is asked once more before a flatten, and nothing is done', async () => {
    const { seq } = session.bot.store;
    const open = positionsOf(session.bot.world).length;
    const which = open === 1 ? 'the one open position' : `all ${open} open positions`;
    for (const words of ['/flatten', '/flatten no'])
      assert.deepEqual(await answerOf(words, context), {
        text: `This closes ${which} at the market, cancels entries and pauses. Send /flatten yes to do it.`,
        seq: null,
      });
    assert.equal(session.bot.store.seq, seq);
    assert.equal(session.bot.world['risk-manager'].paused, undefined);
  });

  it('sets a flatten off: one step that pauses and leaves each position, told until it is done', async () => {
    const { world, store } = session.bot;
    const symbols = positionsOf(world).map(({ symbol }) => symbol);
    const which =
      symbols.length === 1 ? 'the one open position' : `all ${symbols.length} open positions`;
    const { seq } = store;
    const said = await answerOf('/flatten yes', context);
    assert.deepEqual(said, {
      text: `Flatten is ordered: ${which} at the market, then paused.`,
      seq: seq + 1,
    });
    const facts = must(told.get(seq + 1), 'the step');
    assert.deepEqual(
      facts.slice(0, 2).map(({ type }) => type),
      ['trading.paused', 'flatten.ordered'],
    );
    const exits = facts.flatMap(fact => (fact.type === 'order.approved' ? [fact.order] : []));
    assert.deepEqual(
      exits.map(({ symbol, reduceOnly, kind }) => [symbol, reduceOnly, kind]),
      symbols.toSorted().map(symbol => [symbol, true, 'market']),
    );
    await go(10);
    assert.deepEqual(positionsOf(world), []);
    const since = [...told].flatMap(([step, own]) => (step > seq ? own : []));
    assert.deepEqual(since.filter(({ type }) => type.startsWith('flatten.')).map(eventText), [
      'flatten: every position is closed at the market',
      'flatten: nothing is open any more',
    ]);
    assert.deepEqual(await answerOf('/flatten yes', context), {
      text: 'It was so already: nothing has changed.',
      seq: null,
    });
  });

  it('is told what still holds entries back after a resume, and of a flatten that closes nothing', async () => {
    await session.tell({ kind: 'kill-switch', on: true });
    const { text } = await answerOf('/resume', context);
    assert.equal(text, 'Resumed, and entries are still held back: kill switch.');
    await session.tell({ kind: 'kill-switch', on: false });
    await answerOf('/pause', context);
    assert.equal((await answerOf('/resume', context)).text, 'Resumed: entries are made again.');
    assert.deepEqual(await answerOf('/flatten', context), {
      text: 'No position is open. Send /flatten yes to cancel entries and pause.',
      seq: null,
    });
    assert.equal(
      (await answerOf('/flatten yes', context)).text,
      'Flatten is ordered: no position is open; entries are canceled, then paused.',
    );
  });
});

const eventText = (fact: Fact): string =>
  must(factEvent(fact, { directory: 'models', lotSizes: {} }), fact.type).text;
