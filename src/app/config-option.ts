/**
 * The list of config options, read off the schema: for messages, suggestions and the documentation.
 *
 * Promises: one entry per leaf key with its kind, range and default in words. Never: a second
 * description of an option.
 */
import { must } from '../base/assert.ts';
import { nearestName } from '../base/nearest-name.ts';
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

/** Of valibot's schemas what is read here: a leaf is optional, nullable, both or neither. */
interface Node {
  readonly type: string;
  readonly wrapped?: Node;
  readonly default?: unknown;
  readonly literal?: unknown;
  /** The schema again, and what is checked and said of it. */
  readonly pipe?: readonly Node[];
  readonly metadata?: Said;
  /** Of a group. */
  readonly entries?: Readonly<Record<string, Node>>;
  /** Of a list. */
  readonly item?: Node;
}

interface Said {
  readonly range: string;
  readonly meaning: string;
}

const unwrapped = (node: Node): Node =>
  node.wrapped === undefined ? node : unwrapped(node.wrapped);

const entriesOf = (node: Node) => node.pipe?.find(part => part.entries !== undefined)?.entries;

function kindOf({ type, literal }: Node): ConfigOption['kind'] {
  if (type === 'number') return 'number';
  if (type === 'boolean' || typeof literal === 'boolean') return 'boolean';
  return type === 'array' ? 'list' : 'string';
}

function optionOf(path: string, node: Node): ConfigOption {
  const leaf = unwrapped(node);
  const said = leaf.pipe?.find(part => part.metadata !== undefined)?.metadata;
  const { range, meaning } = must(said, `what ${path} says of itself`);
  return {
    path,
    kind: kindOf(leaf),
    range,
    byDefault: node.default,
    meaning,
    items: leaf.item === undefined ? [] : optionsOf(leaf.item, ''),
  };
}

/** Of a group and the groups in it; of anything else none. */
function optionsOf(group: Node, prefix: string): ConfigOption[] {
  return Object.entries(entriesOf(group) ?? {}).flatMap(([key, node]) => {
    const inner = unwrapped(node);
    const path = `${prefix}${key}`;
    return entriesOf(inner) === undefined ? [optionOf(path, node)] : optionsOf(inner, `${path}.`);
  });
}

export const configOptions = (): readonly ConfigOption[] => optionsOf(configSchema as Node, '');

/** What was probably meant by a path that is none: an option, one of that name in a group, or a group. */
export function nearestOption(path: string): string | null {
  const paths = configOptions().map(option => option.path);
  const last = path.split('.').at(-1) ?? path;
  const groups = new Set(paths.flatMap(one => one.split('.').slice(0, -1)));
  return (
    nearestName(path, paths) ??
    paths.find(one => one.endsWith(`.${last}`)) ??
    nearestName(path, [...groups])
  );
}

/** The options as the table of docs/CONFIG.md. */
export function configTable(): string {
  const rows = configOptions().map(
    option =>
      `| \`${option.path}\` | ${option.range} | \`${JSON.stringify(option.byDefault)}\` | ${option.meaning} |`,
  );
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}
