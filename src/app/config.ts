/**
 * The configuration: defaults, then the file, then the environment, then the command line.
 *
 * Promises: a wrong key or value is one line that names it, the range and the remedy (exit 64);
 * unknown keys are refused with the nearest known one. Secrets come from the environment alone.
 * Never: prints or logs a secret, guesses at a value, or writes a file.
 */
import * as v from 'valibot';
import { holdsKey, KEY_REMEDY } from '../backup/place-name.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { nearestName } from '../base/nearest-name.ts';
import { type Millis, timeframeMs } from '../base/time.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import { ENV_PREFIX, emptyTree, isTree, readConfigFile, type Tree } from './config-file.ts';
import { type NotifyConfig, notifyConfigOf } from './config-notify.ts';
import { type ConfigOption, configOptions, nearestOption } from './config-option.ts';
import {
  type Config,
  configSchema,
  FOREIGN_KEYS,
  type LogFormat,
  type LogLevel,
  SECRET_KEYS,
} from './config-schema.ts';
import { toSettings } from './config-settings.ts';
import { refuseWrongTiers } from './config-tier.ts';
import { isUnknownKey } from './group.ts';
import type { Unknown } from './live/desk.ts';
import type { ScrubPace } from './scrubber.ts';

type SecretKey = (typeof SECRET_KEYS)[number];
export type Secrets = Readonly<Partial<Record<SecretKey, string>>>;

export interface AppConfig {
  /** The file it was read from; null: defaults. */
  readonly file: string | null;
  readonly settings: Settings;
  /** Length of the candles that decide; null: the market's own. */
  readonly timeframeMs: Millis | null;
  readonly dir: string;
  readonly journalMirror: string | null;
  readonly allowNetworkFilesystem: boolean;
  readonly scrub: ScrubPace;
  /** Null: as the directory has it. */
  readonly keepHistory: boolean | null;
  readonly backup: {
    /** Null: none are made by themselves. */
    readonly to: string | null;
    readonly everyMs: Millis;
    /** Null: all. */
    readonly keep: number | null;
    readonly continuous: boolean;
  };
  readonly notify: NotifyConfig;
  readonly web: {
    readonly enabled: boolean;
    readonly host: string;
    readonly port: number;
    /** Further names it is called by. */
    readonly hosts: readonly string[];
  };
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly stakeCurrency: string | null;
  /** Real orders are allowed; `--live` asks for them. */
  readonly live: boolean;
  readonly exchange: {
    readonly name: string | null;
    readonly pairs: readonly string[];
    readonly acceptUnverified: boolean;
    readonly allowWithdrawal: boolean;
    readonly unknownPosition: Unknown;
  };
  /** A function, so that no log line and no dump of the config can show them. */
  readonly secrets: () => Secrets;
}

export interface ConfigSource {
  /** `--config`; without it config.json in the working directory, where there is one. Null: none. */
  readonly file?: string | null | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Dotted key → value, from the command line. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

const fault = (message: string, remedy: string): Fault => new Fault(EXIT.config, message, remedy);

export function loadConfig(source: ConfigSource): AppConfig {
  const { file, tree } =
    source.file === null ? { file: null, tree: emptyTree() } : readConfigFile(source.file);
  const secrets: Partial<Record<SecretKey, string>> = {};
  const origins = new Map<string, string>();
  for (const [name, value] of Object.entries(source.env))
    if (name.startsWith(ENV_PREFIX) && value !== undefined) {
      const path = name.slice(ENV_PREFIX.length).toLowerCase().split('__').join('.');
      const secret = SECRET_KEYS.find(key => path === `exchange.${key}`);
      if (secret !== undefined) {
        secrets[secret] = value;
        continue;
      }
      origins.set(path, `environment variable ${name}`);
      setPath(tree, path, parseText(path, value));
    }
  const given = new Map<string, string>();
  for (const [path, value] of Object.entries(source.overrides ?? {}))
    if (value !== undefined) {
      given.set(path, GIVEN);
      setPath(tree, path, value);
    }
  const config = validate(
    tree,
    path => originOf(given, path) ?? originOf(origins, path) ?? file ?? GIVEN,
  );
  const notify = notifyConfigOf(config.notify, origins.has('notify.webhook.url'));
  return toAppConfig(config, { file, secrets, notify });
}

const GIVEN = 'the options given';

/** An unknown group is told by its first key: the variable named one inside it. */
function originOf(origins: ReadonlyMap<string, string>, path: string): string | undefined {
  for (const [known, origin] of origins)
    if (known === path || known.startsWith(`${path}.`) || path.startsWith(`${known}.`))
      return origin;
  return undefined;
}

function setPath(tree: Tree, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let node = tree;
  for (const key of keys) {
    const child = node[key];
    const next = isTree(child) ? child : emptyTree();
    node[key] = next;
    node = next;
  }
  node[last] = value;
}

function parseText(path: string, text: string): unknown {
  const option = configOptions().find(one => one.path === path);
  if (text === 'null') return null;
  if (option?.kind === 'list' && option.items.length > 0) return parseJson(text);
  if (option?.kind === 'list') return text.split(',').map(item => item.trim());
  if (option?.kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (option?.kind === 'number' && text.trim() !== '' && Number.isFinite(Number(text)))
    return Number(text);
  return path === 'dry_run' ? text === 'true' : text;
}

/** What is no JSON stays a text, which is then refused with the range. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function validate(tree: Tree, originOf: (path: string) => string): Config {
  const result = v.safeParse(configSchema, tree);
  if (result.success) return checkTogether(result.output);
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => String(key)).join('.');
  if (isUnknownKey(issue)) throw unknownKey(path, originOf);
  throw wrongValue({
    ...{ path, value: valueAt(tree, path), origin: originOf(path) },
    option: optionAt(path),
  });
}

/** The option at a path; inside a list of groups that of the key there. */
function optionAt(path: string): ConfigOption | undefined {
  const option = configOptions().find(one => path === one.path || path.startsWith(`${one.path}.`));
  return option?.items.find(item => path.endsWith(`.${item.path}`)) ?? option;
}

function unknownKey(path: string, originOf: (path: string) => string): Fault {
  const list = configOptions().find(one => one.items.length > 0 && path.startsWith(`${one.path}.`));
  if (list !== undefined) return unknownItem(path, list, originOf(path));
  const near = nearestOption(path);
  const foreign = Object.hasOwn(FOREIGN_KEYS, path) ? FOREIGN_KEYS[path] : undefined;
  const remedy =
    foreign ??
    (near === null ? 'remove it; docs/CONFIG.md lists all keys' : `did you mean ${near}?`);
  return fault(`unknown key ${path} in ${originOf(path)}`, remedy);
}

function unknownItem(path: string, { items }: ConfigOption, origin: string): Fault {
  const keys = items.map(item => item.path);
  const near = nearestName(path.split('.').at(-1) ?? path, keys);
  return fault(
    `unknown key ${path} in ${origin}`,
    near === null ? `the keys there are ${keys.join(', ')}` : `did you mean ${near}?`,
  );
}

function wrongValue(what: {
  path: string;
  option: ConfigOption | undefined;
  value: unknown;
  origin: string;
}): Fault {
  const { path, option, value, origin } = what;
  // JSON has no infinity, but its numbers can be too large for a double.
  const shown = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'missing');
  return fault(
    `${path} in ${origin} is ${shown}`,
    option === undefined ? `${path} is a group: { ... }` : `give ${option.range}`,
  );
}

function valueAt(tree: Tree, path: string): unknown {
  let node: unknown = tree;
  for (const key of path.split('.'))
    if (Array.isArray(node)) node = node[Number(key)];
    else node = isTree(node) ? node[key] : undefined;
  return node;
}

/** What no key can tell alone. */
function checkTogether(config: Config): Config {
  const { learning, risk } = config;
  if (learning.epsilon_min > learning.epsilon_start)
    throw fault(
      `learning.epsilon_min (${learning.epsilon_min}) is above learning.epsilon_start (${learning.epsilon_start})`,
      'exploration can only fall: lower the one or raise the other',
    );
  if (risk.kelly_floor > risk.kelly_cap)
    throw fault(
      `risk.kelly_floor (${risk.kelly_floor}) is above risk.kelly_cap (${risk.kelly_cap})`,
      'lower the floor or raise the cap',
    );
  refuseWrongTiers(config.maintenance_tiers);
  if (holdsKey(config.backup.to ?? ''))
    throw fault('backup.to must not hold a key or a password', KEY_REMEDY);
  return config;
}

interface Read {
  readonly file: string | null;
  readonly secrets: Secrets;
  readonly notify: NotifyConfig;
}

function toAppConfig(config: Config, { file, secrets, notify }: Read): AppConfig {
  const timeframe = config.timeframe === null ? null : timeframeMs(config.timeframe);
  return {
    file,
    settings: toSettings(config, timeframe ?? DEFAULT_SETTINGS.timeframeMs),
    timeframeMs: timeframe,
    dir: config.dir,
    journalMirror: config.journal_mirror,
    allowNetworkFilesystem: config.allow_network_filesystem,
    scrub: { hours: config.scrub_hours, share: config.scrub_share },
    keepHistory: config.keep_history,
    backup: {
      to: config.backup.to,
      everyMs: timeframeMs(config.backup.every),
      keep: config.backup.keep === 0 ? null : config.backup.keep,
      continuous: config.backup.continuous,
    },
    ...{ notify, web: config.web },
    logLevel: config.log_level,
    logFormat: config.log_format,
    stakeCurrency: config.stake_currency,
    live: config.live,
    exchange: {
      name: config.exchange.name,
      pairs: config.exchange.pair_whitelist,
      acceptUnverified: config.exchange.accept_unverified,
      allowWithdrawal: config.exchange.allow_withdrawal,
      unknownPosition: config.exchange.unknown_position,
    },
    secrets: () => secrets,
  };
}

/** What the config says against this market, or null. */
export function marketConflict(
  config: AppConfig,
  market: { readonly exchange: string; readonly symbols: readonly string[] },
): string | null {
  const { name, pairs } = config.exchange;
  if (name !== null && name.toLowerCase() !== market.exchange.toLowerCase())
    return `the market is ${market.exchange}, but exchange.name is ${name}`;
  for (const symbol of market.symbols) {
    if (pairs.length > 0 && !pairs.includes(symbol))
      return `${symbol} is not in exchange.pair_whitelist`;
    const quote = symbol.split(':')[1] ?? symbol.split('/')[1] ?? '';
    if (config.stakeCurrency !== null && quote !== config.stakeCurrency)
      return `${symbol} is quoted in ${quote}, but stake_currency is ${config.stakeCurrency}`;
  }
  return null;
}
