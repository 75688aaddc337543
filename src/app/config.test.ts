import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Fault } from '../base/fault.ts';
import { nearestName } from '../base/nearest-name.ts';
import { HOUR_MS } from '../base/time.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { loadConfig, marketConflict } from './config.ts';
import { configOptions, configTable } from './config-option.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(content: string): string {
  files += 1;
  const file = join(folder, `${files}.json`);
  writeFileSync(file, content);
  return file;
}

const load = (content: string, env: Record<string, string> = {}) =>
  loadConfig({ file: fileOf(content), env });

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.equal(error.exitCode, 64);
    const line = `${error.message} — ${error.remedy}`;
    assert.doesNotMatch(line, /\n/);
    return line;
  }
  throw new Error('it was accepted');
}

describe('config', () => {
  it('gives the default settings for an empty file', () => {
    assert.deepEqual(load('{}').settings, DEFAULT_SETTINGS);
    assert.equal(load('{}').dir, 'models');
    assert.equal(load('{}').timeframeMs, null);
  });

  it('holds every default within its own range', () => {
    type Tree = { [key: string]: unknown };
    const defaults: Tree = {};
    for (const option of configOptions()) {
      const groups = option.path.split('.');
      const key = groups.pop() ?? '';
      const group = groups.reduce((node: Tree, name) => {
        node[name] ??= {};
        return node[name] as Tree;
      }, defaults);
      group[key] = option.byDefault;
    }
    assert.deepEqual(load(JSON.stringify(defaults)).settings, DEFAULT_SETTINGS);
  });

  it('reads JSON with comments, and freqtrade names', () => {
    const config = load(`{
      // two at once
      "max_open_trades": 2, "timeframe": "1h", "dry_run_wallet": 500,
      "exchange": { "name": "binance", "pair_whitelist": ["BTC/USDT:USDT"] },
      "learning": { "q_table": false }, /* cheap */ "fees": { "maker": -0.0001 },
    }`);
    assert.equal(config.settings.maxOpenTrades, 2);
    assert.equal(config.settings.timeframeMs, HOUR_MS);
    assert.equal(config.settings.startBalance, 500 * 100_000_000);
    assert.equal(config.settings.learning.qTable, false);
    assert.equal(config.settings.makerFee, -0.0001);
    assert.deepEqual(config.exchange, {
      ...{ name: 'binance', pairs: ['BTC/USDT:USDT'], unknownPosition: 'adopt' },
      ...{ acceptUnverified: false, allowWithdrawal: false },
    });
  });

  it('passes over the mark of its encoding with which some editors begin a file', () => {
    assert.equal(load('\uFEFF{ "max_open_trades": 2 }').settings.maxOpenTrades, 2);
  });

  it('names key, value and range of a wrong value', () => {
    const line = refusal(() => load('{ "risk": { "per_trade": 5 } }'));
    assert.match(line, /risk\.per_trade in .*\.json is 5 — give a number from 0\.0001 to 0\.1/);
    assert.match(
      refusal(() => load('{ "leverage": "three" }')),
      /leverage .* "three" — give/,
    );
    assert.match(
      refusal(() => load('{ "timeframe": "5 min" }')),
      /"5 min" — give a timeframe/,
    );
    assert.match(
      refusal(() => load('{ "risk": 3 }')),
      /risk in .* is 3 — risk is a group/,
    );
    assert.match(
      refusal(() => load('{ "exchange": { "pair_whitelist": ["BTC"] } }')),
      /pair_whitelist.* — give a list of pairs/,
    );
  });

  it('suggests the nearest key for an unknown one', () => {
    assert.match(
      refusal(() => load('{ "max_open_trade": 2 }')),
      /did you mean max_open_trades\?/,
    );
    assert.match(
      refusal(() => load('{ "risk": { "stop_art": 2 } }')),
      /unknown key risk\.stop_art .*did you mean risk\.stop_atr\?/,
    );
    assert.match(
      refusal(() => load('{ "per_trade": 0.1 }')),
      /did you mean risk\.per_trade\?/,
    );
    assert.match(
      refusal(() => load('{ "stoploss": -0.1 }')),
      /set risk\.stop_atr/,
    );
    assert.match(
      refusal(() => load('{ "__proto__": { "leverage": 9 } }')),
      /__proto__/,
    );
  });

  it('names file and line of what is no JSON', () => {
    assert.match(
      refusal(() => load('{\n"leverage" 3 }')),
      /\.json line 2: .* — write JSON/,
    );
    assert.match(
      refusal(() => load('[]')),
      /is no object/,
    );
    assert.match(
      refusal(() => loadConfig({ file: join(folder, 'absent.json'), env: {} })),
      /cannot read .*absent\.json .* — check the path/,
    );
  });

  it('lets the environment override the file, and the command line both', () => {
    const env = { HOLDFAST__LEVERAGE: '7', HOLDFAST__LEARNING__ATTENTION: 'false' };
    const config = load('{ "leverage": 2 }', env);
    assert.equal(config.settings.leverage, 7);
    assert.equal(config.settings.learning.attention, false);
    const file = fileOf('{ "dir": "a" }');
    const both = { file, env: { HOLDFAST__DIR: 'b' }, overrides: { dir: 'c' } };
    assert.equal(loadConfig(both).dir, 'c');
    const pairs = { HOLDFAST__EXCHANGE__PAIR_WHITELIST: 'BTC/USDT:USDT, ETH/USDT:USDT' };
    assert.equal(load('{}', pairs).exchange.pairs.length, 2);
  });

  it('names the environment variable of a wrong value', () => {
    assert.match(
      refusal(() => load('{}', { HOLDFAST__LEVERAGE: '0' })),
      /leverage in environment variable HOLDFAST__LEVERAGE is 0/,
    );
    assert.match(
      refusal(() => load('{}', { HOLDFAST__LEVRAGE: '3' })),
      /did you mean leverage\?/,
    );
    assert.match(
      refusal(() => load('{}', { HOLDFAST__LEVERAGE: '' })),
      /is "" — give a number/,
    );
  });

  it('names the options where they gave the wrong value, whatever the file and the environment say', () => {
    const file = fileOf('{ "exchange": { "pair_whitelist": ["ETH/USDT:USDT"] }, "leverage": 0 }');
    const env = { HOLDFAST__EXCHANGE__PAIR_WHITELIST: 'ETH/USDT:USDT' };
    const overrides = { 'exchange.pair_whitelist': ['BTCUSDT'] };
    assert.match(
      refusal(() => loadConfig({ file, env, overrides })),
      /leverage in \S+\.json is 0/,
    );
    assert.match(
      refusal(() => loadConfig({ file, env, overrides: { ...overrides, leverage: 2 } })),
      /pair_whitelist\.0 in the options given is "BTCUSDT"/,
    );
  });

  it('refuses a secret in the file without printing it', () => {
    const line = refusal(() => load('{ "exchange": { "secret": "hunter2" } }'));
    assert.match(line, /environment variable HOLDFAST__EXCHANGE__SECRET/);
    assert.doesNotMatch(line, /hunter2/);
  });

  it('takes secrets from the environment and shows them to no dump', () => {
    const config = load('{}', { HOLDFAST__EXCHANGE__KEY: '12345' });
    assert.deepEqual(config.secrets(), { key: '12345' });
    assert.doesNotMatch(inspect(config, { depth: 9, showHidden: true }), /12345/);
    assert.doesNotMatch(JSON.stringify(config), /12345/);
  });

  it('refuses values that contradict each other', () => {
    assert.match(
      refusal(() => load('{ "learning": { "epsilon_start": 0.01 } }')),
      /epsilon_min .* is above learning\.epsilon_start/,
    );
    assert.match(
      refusal(() => load('{ "risk": { "kelly_floor": 0.9 } }')),
      /kelly_cap/,
    );
  });

  it('names a key that no object should have, an item of a list, and a number beyond all', () => {
    assert.match(
      refusal(() => load('{ "__proto__": { "leverage": 3 } }')),
      /unknown key __proto__/,
    );
    assert.match(
      refusal(() => load('{ "constructor": 1 }')),
      /unknown key constructor .* remove it/,
    );
    assert.match(
      refusal(() => load('{ "exchange": { "pair_whitelist": ["BTC"] } }')),
      /pair_whitelist\.0 in \S+ is "BTC" — give a list of pairs/,
    );
    assert.match(
      refusal(() => load('{ "leverage": 1e999 }')),
      /leverage in \S+ is Infinity/,
    );
  });

  it('names the environment variable of an unknown group', () => {
    assert.match(
      refusal(() => load('{}', { HOLDFAST__RISC__PER_TRADE: '1' })),
      /unknown key risc in environment variable HOLDFAST__RISC__PER_TRADE/,
    );
  });

  it('refuses a key in the name of the place for backups, and does not repeat it', () => {
    const text = refusal(() => load('{ "backup": { "to": "s3://KEY:MARKER@bucket/p" } }'));
    assert.match(text, /backup\.to must not hold a key/);
    assert.doesNotMatch(text, /MARKER/);
  });

  it('refuses a webhook that may hold a secret in the file, and shows nothing of its address', () => {
    const withUrl = (url: string) => () => load(JSON.stringify({ notify: { webhook: { url } } }));
    const variable = 'HOLDFAST__NOTIFY__WEBHOOK__URL';
    for (const [url, words] of [
      ['https://a.example/x?key=sesame', new RegExp(`holds a query.* — .*${variable}`)],
      ['https://user:sesame@a.example/', /holds a user or a password/],
      ['sesame', /is no address/],
      ['file:///sesame', /is no address/],
    ] as const) {
      const line = refusal(withUrl(url));
      assert.match(line, words);
      assert.doesNotMatch(line, /sesame|example/);
    }
    const env = {
      [variable]: 'https://a.example/x?key=sesame',
      HOLDFAST__NOTIFY__TELEGRAM__CHAT_IDS: '12,-34',
    };
    const { notify } = loadConfig({ file: null, env });
    assert.equal(notify.webhookUrl(), env[variable]);
    assert.deepEqual(notify.chatIds, [12, -34]);
    assert.doesNotMatch(JSON.stringify(notify), /sesame/);
  });

  it('refuses a key that is given twice', () => {
    assert.match(
      refusal(() => load('{ "leverage": 2,\n"leverage": 3 }')),
      /line 2: leverage is given twice/,
    );
  });

  it('tells a market that it was not written for', () => {
    const config = load(`{ "stake_currency": "USDT",
      "exchange": { "name": "okx", "pair_whitelist": ["BTC/USDT:USDT", "BTC/USD:USD"] } }`);
    const conflict = (exchange: string, symbol: string) =>
      marketConflict(config, { exchange, symbols: [symbol] });
    assert.equal(conflict('okx', 'BTC/USDT:USDT'), null);
    assert.match(conflict('binance', 'BTC/USDT:USDT') ?? '', /exchange\.name is okx/);
    assert.match(conflict('okx', 'ETH/USDT:USDT') ?? '', /not in exchange\.pair_whitelist/);
    assert.match(conflict('okx', 'BTC/USD:USD') ?? '', /quoted in USD/);
  });

  it('documents every option in docs/CONFIG.md', () => {
    const document = readFileSync(new URL('../../docs/CONFIG.md', import.meta.url), 'utf8');
    assert.ok(document.includes(configTable()), `paste this table:\n${configTable()}`);
  });

  it('finds the nearest name only when it is near', () => {
    assert.equal(nearestName('leverag', ['leverage', 'dir']), 'leverage');
    assert.equal(nearestName('banana', ['leverage', 'dir']), null);
  });
});

describe('a config without an end', () => {
  it('is refused, not read until memory is full', () => {
    assert.match(
      refusal(() => loadConfig({ file: '/dev/zero', env: {} })),
      /\/dev\/zero is too large for a config — check the path/,
    );
  });
});
