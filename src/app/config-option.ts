/**
 * The list of config options, read off the schema: for messages, suggestions and the documentation.
 *
 * Promises: one entry per leaf key with its kind, range and default in words. Never: a second
 * description of an option.
 */
import { z } from 'zod';
import { configSchema } from './config-schema.ts';

export interface ConfigOption {
  /** Dotted: `risk.per_trade`. */
  readonly path: string;
  readonly kind: 'number' | 'boolean' | 'string' | 'list';
  /** `a number from 0.0001 to 0.1`. */
  readonly range: string;
  readonly byDefault: unknown;
  readonly meaning: string;
  /** Of a list of groups: the keys of each. */
  readonly items: readonly ConfigOption[];
}

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: Node;
  readonly default?: unknown;
  readonly description?: string;
  /** In words, where the schema alone would not say it well. */
  readonly range?: string;
}

function rangeOf(node: Node): string {
  if (node.range !== undefined) return node.range;
  const value = node.anyOf?.find(one => one.type !== 'null') ?? node;
  const orNull = node.anyOf === undefined ? '' : ', or null';
  if (value.const !== undefined) return JSON.stringify(value.const);
  if (value.enum !== undefined) return `one of ${value.enum.join(', ')}`;
  if (value.type === 'boolean') return 'true or false';
  if (value.type === 'number' || value.type === 'integer') {
    const noun = value.type === 'integer' ? 'a whole number' : 'a number';
    return `${noun} from ${value.minimum} to ${value.maximum}`;
  }
  if (value.type === 'array') return 'a list of pairs like "BTC/USDT:USDT"';
  if (value.pattern !== undefined) return `a timeframe like "5m", "1h" or "1d"${orNull}`;
  return `a text${orNull}`;
}

function kindOf(node: Node): ConfigOption['kind'] {
  const type = (node.anyOf?.find(one => one.type !== 'null') ?? node).type;
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'boolean';
  return type === 'array' ? 'list' : 'string';
}

function itemsOf(node: Node): ConfigOption[] {
  const list = node.anyOf?.find(one => one.type === 'array') ?? node;
  const options: ConfigOption[] = [];
  if (list.items?.properties !== undefined) walk(list.items, '', options);
  return options;
}

function walk(node: Node, path: string, options: ConfigOption[]): void {
  if (node.properties === undefined) {
    options.push({
      path,
      kind: kindOf(node),
      range: rangeOf(node),
      byDefault: node.default,
      meaning: node.description ?? '',
      items: itemsOf(node),
    });
    return;
  }
  for (const [key, child] of Object.entries(node.properties))
    walk(child, path === '' ? key : `${path}.${key}`, options);
}

export function configOptions(): readonly ConfigOption[] {
  const options: ConfigOption[] = [];
  walk(z.toJSONSchema(configSchema, { io: 'input' }) as Node, '', options);
  return options;
}

/** The options as the table of docs/CONFIG.md. */
export function configTable(): string {
  const rows = configOptions().map(
    option =>
      `| \`${option.path}\` | ${option.range} | \`${JSON.stringify(option.byDefault)}\` | ${option.meaning} |`,
  );
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}
