import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { EXIT, type ExitCode } from '../base/fault.ts';
import { type Bot, openBot } from '../index.ts';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-operator-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

async function cli(...argv: string[]): Promise<{ code: ExitCode; out: string; err: string }> {
  const said = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write: (text: string) => {
      said[name] += text;
    },
    on: () => {},
  });
  const io: Io = { stdout: stream('out'), stderr: stream('err'), env: {}, now: () => 0, log: null };
  return { code: await runCli(argv, io), ...said };
}

const say = (name: string, ...words: string[]) => cli(...words, '--dir', at(name));

/** A bot that runs to this many candles, and stops. */
async function lived<T>(
  name: string,
  until: number,
  use: (bot: Bot) => T | Promise<T>,
): Promise<T> {
  const bot = await openBot({ directory: at(name), sync: 'shared' });
  try {
    await bot.run({ until });
    return await use(bot);
  } finally {
    await bot.close();
  }
}

const riskOf = (name: string) => lived(name, 0, bot => structuredClone(bot.riskManager.state));

before(() => lived('models', 300, () => {}));

describe('a word to a directory at rest', () => {
  it('is told once, kept over a restart, and told again only when it is lifted', async () => {
    const on = await say('models', 'kill-switch', 'on');
    assert.deepEqual([on.code, on.err], [EXIT.ok, '']);
    assert.match(on.out, /^kill switch is on: no new entries; positions keep .* \(step \d+\)\n$/);
    assert.equal((await riskOf('models')).killSwitch, true);
    const again = await say('models', 'kill-switch', 'ON');
    assert.deepEqual(again, {
      ...{ code: EXIT.ok, out: 'kill switch is on already: nothing changed\n', err: '' },
    });
    const breaker = await say('models', 'release-breaker', 'max-drawdown');
    assert.equal(
      breaker.out,
      'max_drawdown stops no entries: nothing changed\n' +
        `kill switch is on: no new entries until you lift it: holdfast kill-switch off --dir ${at('models')}\n`,
    );
    const shown = await say('models', 'state', 'show', 'risk-manager');
    assert.match(shown.out, /Kill switch +ON\n.*holdfast kill-switch off --dir/);
    assert.match((await say('models', 'kill-switch', 'off')).out, /^kill switch is off \(step/);
    assert.equal((await riskOf('models')).killSwitch, false);
  });

  it('pauses and resumes, each told once; the kill switch is another hold', async () => {
    const hold = `trading is paused: no new entries until you lift it: holdfast resume --dir ${at('models')}\n`;
    const paused = await say('models', 'pause');
    assert.match(paused.out, /^paused: entries on their way are canceled; .* \(step \d+\)\n/);
    assert.ok(paused.out.endsWith(hold), paused.out);
    const again = await say('models', 'pause');
    assert.equal(again.out, `paused already: nothing changed\n${hold}`);
    const shown = await say('models', 'state', 'show', 'risk-manager');
    assert.match(shown.out, /Paused +SINCE 2025-01-01 02:30\n/);
    await say('models', 'kill-switch', 'on');
    const resumed = await say('models', 'resume');
    assert.match(
      resumed.out,
      /^resumed, and something else holds entries back \(step \d+\)\nkill switch is on: /,
    );
    await say('models', 'kill-switch', 'off');
    await say('models', 'pause');
    assert.match(
      (await say('models', 'resume')).out,
      /^resumed: entries are made again \(step \d+\)\n$/,
    );
    assert.equal((await say('models', 'resume')).out, 'not paused: nothing changed\n');
  });

  it('tells no time of a flatten that was ordered before the first candle', async () => {
    await lived('unlit', 0, () => {});
    assert.match((await say('unlit', 'flatten')).out, /^flatten is ordered: /);
    const shown = await say('unlit', 'state', 'show', 'risk-manager');
    assert.match(shown.out, /Paused +BEFORE THE FIRST CANDLE\n/);
  });

  it('flattens what holds nothing by a pause alone', async () => {
    const first = await say('models', 'flatten');
    assert.match(
      first.out,
      /^flatten is ordered: no position is open; (?!.*at the market).*\(step \d+\)\ntrading is paused/,
    );
    const again = JSON.parse((await say('models', 'flatten', '--json')).out);
    const hold = { reason: 'paused', until: null, lift: 'resume' };
    assert.deepEqual(
      [again.command, again.changed, again.holds, again.positions],
      ['flatten', false, [hold], []],
    );
    await say('models', 'resume');
  });

  it('answers in JSON with the step, the market time and what still holds entries back', async () => {
    const { out } = await say('models', 'kill-switch', 'on', '--json');
    const told = JSON.parse(out);
    assert.equal(told.marketTime, Date.UTC(2025, 0, 1) + 150 * 60_000, 'the last close');
    const hold = { reason: 'kill switch', until: null, lift: 'kill-switch off' };
    assert.deepEqual(told, {
      ...{ command: 'kill-switch', on: true, changed: true, seq: told.seq, byRunningBot: false },
      ...{ marketTime: told.marketTime, holds: [hold], positions: [] },
    });
    const off = JSON.parse((await say('models', 'kill-switch', 'off', '--json')).out);
    assert.deepEqual([off.seq, off.holds], [told.seq + 1, []]);
  });

  for (const [words, names] of [
    [['kill-switch', 'onn'], /kill-switch is on or off, not "onn" — did you mean on\?/],
    [['kill-switch', 'true'], /— say kill-switch on, or kill-switch off/],
    [['kill-switch', ''], /not "" — /],
    [['kill-switch'], /missing required argument 'on\|off'/],
    [['kill-switch', 'on', 'off'], /too many arguments/],
    [['flatten', 'BTC'], /too many arguments/],
    [['flaten'], /did you mean flatten\?/],
    [['kill-swich', 'on'], /did you mean kill-switch\?/],
    [['release-breaker', 'max_drawdwn'], /no breaker "max_drawdwn" — did you mean max_drawdown\?/],
    [['release-breaker', 'drawdwn'], /did you mean max_drawdown\?/],
    [['release-breaker', 'streak'], /did you mean loss_streak\?/],
    [['release-breaker', 'all'], /— the breakers are daily_loss, max_drawdown, loss_streak/],
    [['release-breaker', '__proto__'], /— the breakers are/],
  ] as const)
    it(`refuses "${words.join(' ')}" in one line, exit 2`, async () => {
      const { code, out, err } = await say('models', ...words);
      assert.deepEqual([code, out], [EXIT.usage, '']);
      assert.match(err, /^holdfast: [^\n]+\n$/);
      assert.match(err, names);
    });

  it('is refused where no bot ever ran, and makes nothing there', async () => {
    const absent = await say('nowhere', 'kill-switch', 'on');
    assert.equal(absent.code, EXIT.config);
    assert.match(absent.err, /there is no directory .*nowhere — check --dir/);
    assert.equal(existsSync(at('nowhere')), false);
    mkdirSync(at('empty'));
    const empty = await say('empty', 'release-breaker', 'max_drawdown');
    assert.equal(empty.code, EXIT.config);
    assert.match(empty.err, /no bot has ever run on .*empty — check --dir, or start the bot/);
    assert.deepEqual(readdirSync(at('empty')), []);
  });

  it('is refused where somebody has the directory and takes no commands', async () => {
    await lived('embedded', 1, async () => {
      const { code, err } = await say('embedded', 'kill-switch', 'on');
      assert.equal(code, EXIT.inUse);
      assert.match(err, /embedded is in use by another Holdfast.*, and it takes no commands — /);
    });
  });

  it('is forgotten by a reset of the risk manager, which says so', async () => {
    await lived('forgotten', 10, () => {});
    await say('forgotten', 'kill-switch', 'on');
    const { code, err } = await say('forgotten', 'state', 'reset', 'risk-manager', '--yes');
    assert.equal(code, EXIT.ok);
    assert.match(
      err,
      /^holdfast: the kill switch is off, no breaker is latched and nothing is paused any more/,
    );
    assert.equal((await riskOf('forgotten')).killSwitch, false);
  });

  it('comes after what a part that was reset has missed', async () => {
    for (const name of ['reset', 'reset-twin']) {
      await lived(name, 300, () => {});
      await say(name, 'state', 'reset', 'portfolio', '--yes');
    }
    await say('reset', 'kill-switch', 'on');
    await say('reset', 'kill-switch', 'off');
    const end = (name: string) =>
      lived(name, 600, bot => [bot.portfolio.state.contracts, bot.riskManager.hash()]);
    assert.deepEqual(await end('reset'), await end('reset-twin'));
  });
});
