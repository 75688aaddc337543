/**
 * The doctor's look at the configuration: whether it is one, what in it is risky, and whether a
 * secret lies where others can read it.
 *
 * Promises: a secret is named by its place, never shown. Never: changes a file.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../base/fault.ts';
import { type Checkup, failed, ok, warned } from './checkup.ts';
import { type AppConfig, type ConfigSource, loadConfig } from './config.ts';
import { DEFAULT_CONFIG_FILE, ENV_PREFIX } from './config-file.ts';

export interface ConfigCheck {
  /** Null where there is none that can be read. */
  readonly config: AppConfig | null;
  readonly checkups: readonly Checkup[];
}

export function checkConfig(source: ConfigSource): ConfigCheck {
  const file = source.file ?? DEFAULT_CONFIG_FILE;
  const secrets = [...secretsIn(file), ...secretFiles(file)];
  try {
    const config = loadConfig(source);
    const what = config.file === null ? 'none: the defaults hold' : `${config.file} is well formed`;
    const checkups = [ok('config', what, { file: config.file }), ...risksOf(config), ...secrets];
    return { config, checkups };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message, remedy } = error;
    return { config: null, checkups: [failed('config', [message, remedy], { file }), ...secrets] };
  }
}

interface Risk {
  readonly key: string;
  readonly value: (config: AppConfig) => number | boolean;
  readonly isRisky: (config: AppConfig) => boolean;
  readonly text: string;
  readonly remedy: string;
}

/** Within the range of the key, and yet more than is wise. */
const RISKS: readonly Risk[] = [
  {
    key: 'leverage',
    value: ({ settings }) => settings.leverage,
    isRisky: ({ settings }) => settings.leverage > 10,
    text: 'a few per cent against a position liquidate it',
    remedy: 'set leverage to 10 or less',
  },
  {
    key: 'risk.per_trade',
    value: ({ settings }) => settings.riskPerTrade,
    isRisky: ({ settings }) => settings.riskPerTrade > 0.03,
    text: 'a short streak of losses takes a large part of the account',
    remedy: 'set risk.per_trade to 0.02 or less',
  },
  {
    key: 'max_open_trades',
    value: ({ settings }) => settings.maxOpenTrades,
    isRisky: ({ settings }) => settings.maxOpenTrades * settings.riskPerTrade > 0.2,
    text: 'all stops hit together cost more than a fifth of the account',
    remedy: 'lower max_open_trades or risk.per_trade',
  },
  {
    key: 'risk.stop_atr',
    value: ({ settings }) => settings.stopAtr,
    isRisky: ({ settings }) => settings.stopAtr > 10,
    text: 'a stop so far away is as good as none',
    remedy: 'set risk.stop_atr to 5 or less',
  },
  {
    key: 'risk.take_profit_atr',
    value: ({ settings }) => settings.takeProfitAtr,
    isRisky: ({ settings }) => settings.takeProfitAtr === 0 && settings.trailAtr === 0,
    text: 'without a target and a trailing stop a profit is only taken by signal or time',
    remedy: 'set risk.take_profit_atr or risk.trail_atr',
  },
  {
    key: 'risk.max_drawdown',
    value: ({ settings }) => settings.maxDrawdown,
    isRisky: ({ settings }) => settings.maxDrawdown > 0.5,
    text: 'the breaker stops entries only after half the account is gone',
    remedy: 'set risk.max_drawdown to 0.3 or less',
  },
  {
    key: 'risk.daily_loss_limit',
    value: ({ settings }) => settings.dailyLossLimit,
    isRisky: ({ settings }) => settings.dailyLossLimit > 0.2,
    text: 'one day may take a fifth of the account and more',
    remedy: 'set risk.daily_loss_limit to 0.1 or less',
  },
  {
    key: 'fees.taker',
    value: ({ settings }) => settings.takerFee,
    isRisky: ({ settings }) => settings.takerFee === 0 || settings.slippage === 0,
    text: 'trading without fees or slippage looks better than it is',
    remedy: 'set fees.taker and fees.slippage to what your exchange costs',
  },
  {
    key: 'scrub_hours',
    value: ({ scrub }) => scrub.hours,
    isRisky: ({ scrub }) => scrub.hours === 0 || scrub.hours > 24 * 7,
    text: 'a file that rots is only found by the next start',
    remedy: 'set scrub_hours to 24',
  },
];

function risksOf(config: AppConfig): Checkup[] {
  const risky = RISKS.filter(({ isRisky }) => isRisky(config));
  if (risky.length === 0) return [ok('settings', 'none is unusually risky')];
  return risky.map(({ key, value, text, remedy }) =>
    warned('settings', [`${key} is ${value(config)}: ${text}`, remedy], {
      key,
      value: value(config),
    }),
  );
}

/** A long run of letters and digits of both kinds: keys and secrets of exchanges look like this. */
const SECRET_LIKE = /\b(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{32,}\b/;
const SECRET_KEY = /"(api_?)?(key|secret|password|passphrase|token)"\s*:\s*"[^"]+"/i;
const CONFIG_LOOK_BYTES = 1024 * 1024;

function textOf(file: string): string | null {
  try {
    const stat = statSync(file);
    return stat.isFile() && stat.size <= CONFIG_LOOK_BYTES ? readFileSync(file, 'utf8') : null;
  } catch {
    // What cannot be read is told by the config itself.
    return null;
  }
}

/** Also in comments, which the config's own check passes over. */
function secretsIn(file: string): Checkup[] {
  const lines = textOf(file)?.split('\n') ?? [];
  const at = lines.findIndex(line => SECRET_LIKE.test(line) || SECRET_KEY.test(line));
  if (at < 0) return [];
  const text = `${file} line ${at + 1} looks like a secret`;
  const remedy = `remove it, give it as an environment variable (${ENV_PREFIX}EXCHANGE__KEY), and ask the exchange for another one`;
  return [warned('secrets', [text, remedy], { file, line: at + 1 })];
}

const SECRET_VARIABLE = /HOLDFAST__(EXCHANGE__|NOTIFY__WEBHOOK__)|HOLDFAST_\w+_(TOKEN|SECRET)/;

/** Files with the environment of the bot, beside the config and where it is started. */
function secretFiles(config: string): Checkup[] {
  const folders = [...new Set([resolve('.'), dirname(resolve(config))])];
  return folders.flatMap(folder => {
    const file = join(folder, '.env');
    if (!existsSync(file) || !SECRET_VARIABLE.test(textOf(file) ?? '')) return [];
    const { mode } = statSync(file);
    const text = (mode & 0o777).toString(8);
    const figures = { file, mode: text };
    if ((mode & 0o077) === 0) return [ok('secrets', `${file} is for its owner alone`, figures)];
    return [
      warned(
        'secrets',
        [`${file} holds keys, and others may read it (mode ${text})`, `chmod 600 ${file}`],
        figures,
      ),
    ];
  });
}
