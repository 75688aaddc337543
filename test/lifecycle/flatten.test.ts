/**
 * Pause, resume and flatten by real processes: on a bot that runs, on a directory at rest, and over
 * a SIGKILL right after the fact. One order leaves each position, whichever way the word came.
 */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { journalOf, placeHeld } from '../../src/app/directory.ts';
import { must } from '../../src/base/assert.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import type { FactName } from '../../src/core/fact.ts';
import { SIMULATED_START } from '../../src/exchange/simulated-market.ts';
import type { JournalStep } from '../../src/state/journal.ts';
import { runWell, startBot } from './bot-process.ts';
import { digest, endsWith, remembered, stepOf } from './memory.ts';
import { workFolder, writeTapes, writeText } from './work-folder.ts';

const folder = workFolder('flatten');
const tapes = writeTapes(folder, { seed: 3, minutes: 3000 });
const config = writeText(
  folder,
  'config.json',
  JSON.stringify({
    risk: {
      ...{ max_hold_candles: 60, min_confidence: 0, loss_streak_limit: 100, daily_loss_limit: 1 },
      max_drawdown: 1,
    },
    learning: { q_table: false },
  }),
);
const at = (name: string): string => join(folder, name);
const trade = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--config', config, '--tape', ...tapes, '--dir', at(name), ...more],
];
/** One candle an hour: after its first it waits. */
const SLOW = ['--speed', '0.0003'];
const word = (name: string, ...words: string[]): string[] => [...words, '--dir', at(name)];
const heldIn = (name: string): string[] =>
  Object.keys(remembered(at(name)).states.portfolio.positions);
const tradesOf = (name: string) => remembered(at(name)).states.analytics.trades;
const forced = (name: string): string[] =>
  tradesOf(name).flatMap(({ exitReason, symbol }) => (exitReason === 'force_exit' ? [symbol] : []));

/** A directory whose bot was stopped while it held something for some candles more. */
before(async () => {
  await runWell(trade('twin', '--speed', 'max'));
  const long = tradesOf('twin').find(({ durationMs }) => durationMs > 20 * MINUTE_MS);
  const minutes =
    (must(long, 'a trade that took its time').entryTime - SIMULATED_START) / MINUTE_MS;
  await runWell(trade('holding', '--speed', 'max', '--until', String(2 * (minutes + 3))));
  assert.ok(heldIn('holding').length > 0);
});

const copyOf = (name: string): void => cpSync(at('holding'), at(name), { recursive: true });

describe('a flatten', () => {
  /** Candles of the bot's life when it was given the word, and what it held. */
  let candles = 0;
  let held: string[] = [];

  it('is in the journal with its orders in one line, and outlives a SIGKILL right after it', async () => {
    copyOf('killed');
    const { seq } = remembered(at('killed'));
    const bot = startBot(trade('killed', ...SLOW));
    await bot.until('its first candle', () => stepOf(at('killed')) > seq);
    const answer = runWell(word('killed', 'flatten'));
    await bot.until('the fact', () => endsWith(at('killed'), 'flatten.ordered'));
    bot.send('SIGKILL');
    await bot.end();
    assert.match(
      (await answer).stdout,
      /^\S+ is (being closed|closed first thing at the next start)/m,
    );
    const { states } = remembered(at('killed'));
    candles = states.run.candles;
    held = heldIn('killed');
    assert.ok(held.length > 0, 'it was given no candle to close anything in');
    const orders = Object.values(states.portfolio.outbox).map(({ order }) => order);
    assert.deepEqual(
      orders.map(({ symbol, exitReason }) => [symbol, exitReason]),
      held.toSorted().map(symbol => [symbol, 'force_exit']),
    );
    assert.deepEqual(
      stepsWith('killed', 'flatten.ordered').map(types),
      [['trading.paused', 'flatten.ordered', ...held.map(() => 'order.approved')]],
      'no kill can part them',
    );

    const again = await runWell(word('killed', 'flatten'));
    assert.match(again.stdout, /^flatten: nothing changed$/m);
    assert.match(again.stdout, /closed first thing at the next start/);
    const next = await runWell(trade('killed', '--speed', 'max', '--until', '5000'));
    assert.match(next.stdout, /^every position is being closed: no new entries .*resume --dir/m);
    assert.match(next.stdout, /^flatten: nothing is open any more$/m);
    assert.match(next.stdout, /no entries: flatten under way/, 'the status line');
    assert.match(next.stdout, /^Held back +trading is paused: .* holdfast resume --dir/m);
    assert.deepEqual(forced('killed').toSorted(), held.toSorted());
    assert.deepEqual(heldIn('killed'), []);
    const shown = await runWell(word('killed', 'state', 'show', 'risk-manager'));
    assert.match(shown.stdout, /^Paused +SINCE /m);
    assert.match(shown.stdout, /holdfast resume --dir/);
  });

  it('is the same step at rest, done first thing at the next start: both runs end alike', async () => {
    const off = await runWell(word('killed', 'resume'));
    assert.match(off.stdout, /^resumed: entries are made again \(step \d+\)$/m);
    await runWell(trade('killed', '--speed', 'max'));

    await runWell(trade('rest', '--speed', 'max', '--until', String(candles)));
    const ordered = await runWell(word('rest', 'flatten'));
    assert.match(ordered.stdout, /^flatten is ordered: .*\(step \d+\)$/m);
    for (const symbol of held)
      assert.ok(ordered.stdout.includes(`${symbol} is closed first thing at the next start`));
    const { stdout } = await runWell(word('rest', 'state', 'history'));
    for (const text of ['paused by the operator', 'ordered by the operator'])
      assert.ok(stdout.includes(text), text);
    await runWell(trade('rest', '--speed', 'max', '--until', '5000'));
    await runWell(word('rest', 'resume'));
    await runWell(trade('rest', '--speed', 'max'));
    assert.deepEqual(digest(at('rest')), digest(at('killed')));
    assert.ok(tradesOf('rest').length > forced('rest').length, 'entries go on after a resume');
  });

  it('of a running bot is seen through on its screen, and said again it orders nothing', async () => {
    copyOf('running');
    const bot = startBot(trade('running', '--speed', '10'));
    await bot.says(/^ready/m);
    const first = await runWell(word('running', 'flatten', '--json'));
    const told = JSON.parse(first.stdout);
    assert.deepEqual([told.changed, told.byRunningBot], [true, true]);
    await bot.says(/^flatten: nothing is open any more$/m);
    assert.match(bot.stdout, /^flatten: every position is closed at the market$/m);
    const again = await runWell(word('running', 'flatten'));
    assert.match(
      again.stdout,
      /^flatten: nothing changed\nno position is open\ntrading is paused: /,
    );
    assert.match((await runWell(word('running', 'resume'))).stdout, /, by the running bot\)$/m);
    assert.match((await runWell(word('running', 'pause'))).stdout, /^paused: .*running bot\)$/m);
    bot.send('SIGTERM');
    const { stdout } = await bot.end();
    assert.match(stdout, /^Held back +trading is paused: /m);
    const orders = stepsWith('running', 'order.approved')
      .flatMap(({ facts }) => facts)
      .filter(fact => fact.type === 'order.approved' && fact.order.exitReason === 'force_exit');
    assert.equal(orders.length, told.positions.length);
    assert.equal(forced('running').length, told.positions.length);
  });
});

/** The steps that hold a fact of this type, as far back as the journal goes. */
function stepsWith(name: string, type: FactName): JournalStep[] {
  const place = placeHeld({ directory: at(name), journalMirror: null, allowNetwork: false });
  return [...journalOf(place).steps()].filter(step => types(step).includes(type));
}

const types = ({ facts }: JournalStep): FactName[] => facts.map(fact => fact.type);
