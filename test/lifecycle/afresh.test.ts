/**
 * A part that starts afresh in the middle of a market: by the operator's word, or because only some
 * files of a directory were kept. The bot goes on after the last candle that was traded.
 */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { components } from '../../src/components.ts';
import { openDisks } from '../../src/state/open-disks.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { runBot, runWell, startBot } from './bot-process.ts';
import { digest, remembered, stepOf } from './memory.ts';
import { QUICK_LEARNING, workFolder, writeConfig, writeTapes } from './work-folder.ts';

const MINUTES = 1600;
const BEFORE = MINUTES;
const CANDLES = 2 * MINUTES;
const folder = workFolder('afresh');
const tapes = writeTapes(folder, { seed: 7, minutes: MINUTES });
const config = writeConfig(folder, {
  risk: { max_hold_candles: 60, cooldown_candles: 30 },
  learning: { ...QUICK_LEARNING, cusum_sigmas: 0.7, choice_candles: 20 },
});

const at = (name: string): string => join(folder, name);
const trade = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--config', config, '--tape', ...tapes],
  ...['--dir', at(name), ...more],
];
const reset = (name: string, id: string) =>
  runWell(['state', 'reset', id, '--yes', '--dir', at(name)]);
const damageIn = (name: string) =>
  verifyDirectory(openDisks(at(name)), components).findings.filter(
    ({ severity }) => severity === 'damage',
  );

const ascending = (one: number, other: number): number => one - other;

before(async () => {
  await runWell(trade('half', '--until', String(BEFORE)));
});

describe('a part that was reset', () => {
  for (const { id } of components)
    it(`${id}: no candle is traded twice, and the directory stays whole`, async () => {
      const name = `reset-${id}`;
      cpSync(at('half'), at(name), { recursive: true });
      await reset(name, id);
      const from = remembered(at(name)).seq;
      await runWell(trade(name));
      assert.deepEqual(damageIn(name), []);
      const { seq, states } = remembered(at(name));
      const own = states.market.candles + (id === 'market' ? BEFORE : 0);
      assert.equal(own, CANDLES);
      assert.equal(states.run.candles, CANDLES - (id === 'run' ? BEFORE : 0));
      assert.ok(seq >= from + CANDLES - BEFORE);
      assert.notEqual(states.run.binding, null);
      const again = await runWell(trade(name));
      assert.match(again.stdout, /^nothing to do/m);
    });

  it('and was killed afterwards ends as if it had not been', async () => {
    for (const id of ['market', 'run']) {
      const name = `killed-${id}`;
      cpSync(at('half'), at(name), { recursive: true });
      await reset(name, id);
      const from = stepOf(at(name));
      const bot = startBot(trade(name));
      await bot.until('some steps', () => stepOf(at(name)) > from + 200);
      bot.send('SIGKILL');
      await bot.end();
      await runWell(trade(name));
      assert.deepEqual(digest(at(name)), digest(at(`reset-${id}`)));
    }
  });

  it('leaves the directory bound to its market', async () => {
    cpSync(at('half'), at('bound'), { recursive: true });
    await reset('bound', 'run');
    // What was kept of it is in no fact, so it has a second copy from the beginning.
    rmSync(join(at('bound'), 'run_state.json'));
    const other = await runBot(['trade', '--no-web', '--dir', at('bound')]);
    assert.deepEqual(
      [other.code, other.stderr.split(' — ')[0]?.includes('another market')],
      [64, true],
    );
    await runWell(trade('bound'));
  });
});

describe('the six files alone', () => {
  it('are gone on from after the last candle that they know of', async () => {
    const learned = components.filter(({ id }) => !['portfolio', 'market', 'run'].includes(id));
    mkdirSync(at('six'));
    for (const { file } of learned)
      copyFileSync(join(at('half'), file.name), join(at('six'), file.name));
    const refused = await runBot(trade('six'));
    assert.equal(refused.code, 65);
    assert.match(refused.stderr, /--accept-loss/);
    await runBot(trade('six', '--accept-loss'));
    assert.deepEqual(damageIn('six'), []);
    const { states } = remembered(at('six'));
    const { curve, trades } = states.analytics;
    assert.ok(
      states.market.candles < CANDLES - BEFORE + 2 * 61,
      `${states.market.candles} candles`,
    );
    const times = curve.map(({ time }) => time);
    assert.deepEqual(times, times.toSorted(ascending));
    const exits = trades.map(({ exitTime }) => exitTime);
    assert.deepEqual(exits, exits.toSorted(ascending));
    await runWell(trade('six'));
  });
});
