/**
 * The operator's word to real processes: a bot that runs, a directory at rest, a kill right after
 * the answer. What was answered is durable, obeyed, and the same step wherever it was given.
 */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { components, type Memory } from '../../src/components.ts';
import { inspectStates } from '../../src/state/inspect.ts';
import { openDisks } from '../../src/state/open-disks.ts';
import { type Ending, runWell, startBot } from './bot-process.ts';
import { digest, remembered, stepOf } from './memory.ts';
import { workFolder, writeTapes, writeText } from './work-folder.ts';

const CANDLES = 6000;
const folder = workFolder('operator');
const tapes = writeTapes(folder, { seed: 3, minutes: CANDLES / 2 });
/** Many trades, and a drawdown that no market time of this tape releases. */
const settings = {
  risk: {
    ...{ max_hold_candles: 60, min_confidence: 0, loss_streak_limit: 100, daily_loss_limit: 1 },
    ...{ max_drawdown: 0.01, drawdown_release_days: 3650 },
  },
  learning: { q_table: false },
};
const config = writeText(folder, 'config.json', JSON.stringify(settings));
const loose = writeText(
  folder,
  'loose.json',
  JSON.stringify({ ...settings, risk: { ...settings.risk, max_drawdown: 1 } }),
);
const at = (name: string): string => join(folder, name);
const trade = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--config', loose, '--tape', ...tapes, '--dir', at(name), ...more],
];
const word = (name: string, ...words: string[]): string[] => [...words, '--dir', at(name)];
const riskOf = (name: string) => remembered(at(name)).states['risk-manager'];

/** Entries that were filled: each is a trade by now, or a position. */
const entries = ({ states }: { states: Memory }): number =>
  states.analytics.totals.trades + Object.keys(states.portfolio.positions).length;

const statesAt = (name: string, seq: number): { states: Memory } =>
  inspectStates(openDisks(at(name), undefined), components, { at: seq }) as unknown as {
    states: Memory;
  };

const stepTold = ({ stdout }: Ending): number => Number(/\(step (\d+)/.exec(stdout)?.[1]);

before(async () => {
  await runWell(trade('twin', '--speed', 'max'));
});

describe('the kill switch of a running bot', () => {
  /** Candles of the bot's life when it was given the word. */
  let candles = 0;

  it('is durable in both copies when it answers, obeyed, and outlives a SIGKILL', async () => {
    const bot = startBot(trade('killed', '--speed', '600'));
    await bot.until('a few trades', () => stepOf(at('killed')) > 1000);
    const answer = await runWell(word('killed', 'kill-switch', 'on'));
    bot.send('SIGKILL');
    await bot.end();
    assert.match(answer.stdout, /^kill switch is on: no new entries.*, by the running bot\)$/m);
    assert.match(bot.stdout, /^kill switch is on: no new entries until/m, 'on its own screen too');
    const seq = stepTold(answer);
    for (const copy of ['a', 'b']) assert.ok(lineOf(copy, seq).includes('"kill-switch.set"'), copy);
    assert.equal(riskOf('killed').killSwitch, true);
    const told = statesAt('killed', seq);
    candles = told.states.run.candles;

    const second = await runWell(trade('killed', '--speed', 'max', '--until', '5000'));
    assert.match(second.stdout, /^kill switch is on: no new entries .*kill-switch off --dir/m);
    assert.match(second.stdout, /no entries: kill switch/, 'the status line');
    assert.match(second.stdout, /^Held back +kill switch is on/m, 'the summary');
    const after = remembered(at('killed'));
    assert.equal(after.states.run.candles, 5000);
    assert.equal(entries(after), entries(told), 'no entry since');
    assert.ok(entries(remembered(at('twin'))) > entries(after), 'though there was enough to trade');
    assert.equal(Object.keys(after.states.portfolio.positions).length, 0, 'what was open was left');
  });

  it('is the same step as at rest: both runs end alike', async () => {
    const off = await runWell(word('killed', 'kill-switch', 'off'));
    assert.match(off.stdout, /^kill switch is off \(step \d+\)$/m);
    await runWell(trade('killed', '--speed', 'max'));

    await runWell(trade('rest', '--speed', 'max', '--until', String(candles)));
    await runWell(word('rest', 'kill-switch', 'on'));
    await runWell(trade('rest', '--speed', 'max', '--until', '5000'));
    await runWell(word('rest', 'kill-switch', 'off'));
    await runWell(trade('rest', '--speed', 'max'));
    assert.deepEqual(digest(at('rest')), digest(at('killed')));
    assert.notDeepEqual(digest(at('rest')).hashes, digest(at('twin')).hashes);
  });
});

describe('words that change nothing', () => {
  it('leave a running bot as its twin', async () => {
    const bot = startBot(trade('quiet', '--speed', '600'));
    await bot.says(/^ready/m);
    const off = await runWell(word('quiet', 'kill-switch', 'off'));
    assert.equal(off.stdout, 'kill switch is off already: nothing changed\n');
    await runWell(word('quiet', 'release-breaker', 'loss_streak'));
    bot.send('SIGTERM');
    assert.equal((await bot.end()).code, 0);
    await runWell(trade('quiet', '--speed', 'max'));
    assert.deepEqual(digest(at('quiet')), digest(at('twin')));
  });
});

describe('a drawdown that is latched', () => {
  it('is told with its remedy, and released on a running bot and at rest alike', async () => {
    const tight = (name: string, ...more: string[]) => [
      ...['trade', '--no-web', '--config', config, '--tape', ...tapes, '--dir', at(name)],
      ...more,
    ];
    const lift = /holdfast release-breaker max_drawdown --dir/;
    await runWell(tight('latched', '--speed', 'max', '--until', '4000'));
    const before = remembered(at('latched'));
    assert.ok(before.states['risk-manager'].breakers.max_drawdown !== null);
    cpSync(at('latched'), at('latched-too'), { recursive: true });
    const shown = await runWell(word('latched', 'state', 'show', 'risk-manager'));
    assert.match(shown.stdout, lift);

    const rest = await runWell(word('latched', 'release-breaker', 'max_drawdown'));
    assert.match(rest.stdout, /^max_drawdown is released: .*\(step \d+\)$/m);
    const { breakers, peakBalance, equity } = riskOf('latched');
    assert.deepEqual([breakers.max_drawdown, peakBalance], [null, equity]);
    await runWell(tight('latched', '--speed', 'max'));
    assert.ok(entries(remembered(at('latched'))) > entries(before));

    // One candle an hour.
    const bot = startBot(tight('latched-too', '--speed', '0.0003'));
    await bot.says(/^maximum drawdown is latched: no new entries .* release-breaker/m);
    const running = await runWell(word('latched-too', 'release-breaker', 'max_drawdown'));
    assert.match(running.stdout, /, by the running bot\)$/m);
    bot.send('SIGTERM');
    await bot.end();
    await runWell(tight('latched-too', '--speed', 'max'));
    assert.equal(riskOf('latched-too').latchedMs.max_drawdown > 0, true);
    assert.ok(entries(remembered(at('latched-too'))) > entries(before));
  });
});

/** The line of a step in one copy of a journal that was not yet packed. */
function lineOf(copy: string, seq: number): string {
  const journal = join(at('killed'), 'journal');
  const lines = readdirSync(journal)
    .filter(file => file.endsWith(`.${copy}.jsonl`))
    .flatMap(file => readFileSync(join(journal, file), 'utf8').split('\n'));
  return lines.find(line => line.includes(`"seq":${seq},`)) ?? '';
}
