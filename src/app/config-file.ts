/**
 * The config file: JSON with comments, into a plain tree.
 *
 * Promises: what is no JSON is named with file and line; a key given twice is refused, and so is
 * a secret (without showing it). Keys like `__proto__` are keys like any other.
 * Never: knows which keys exist.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { EXIT, Fault } from '../base/fault.ts';
import { CONFIG_BYTES_MAX } from '../base/limits.ts';
import { SECRET_KEYS } from './config-schema.ts';

export type Tree = { [key: string]: unknown };

export const DEFAULT_CONFIG_FILE = 'config.json';
export const ENV_PREFIX = 'HOLDFAST__';

const fault = (message: string, remedy: string): Fault => new Fault(EXIT.config, message, remedy);

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without a prototype: a key of any name is an own key. */
export const emptyTree = (): Tree => Object.create(null) as Tree;

/** `CloseBraceExpected` → `close brace expected`. */
const wordsOf = (code: string): string =>
  code.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter}`).toLowerCase();

export function readConfigFile(wanted: string | undefined): { file: string | null; tree: Tree } {
  const file = wanted ?? DEFAULT_CONFIG_FILE;
  const content = readText(file, wanted === undefined);
  if (content === null) return { file: null, tree: emptyTree() };
  const lineOf = (offset: number): string =>
    `${file} line ${content.slice(0, offset).split('\n').length}`;
  const errors: ParseError[] = [];
  const root = parseTree(content, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first !== undefined)
    throw fault(
      `${lineOf(first.offset)}: ${wordsOf(printParseErrorCode(first.error))}`,
      'write JSON; comments are allowed',
    );
  const tree = root === undefined ? null : toValue(root, lineOf);
  if (!isTree(tree)) throw fault(`${file} is no object`, 'begin it with { and end it with }');
  refuseSecrets(tree, file);
  return { file, tree };
}

function readText(file: string, optional: boolean): string | null {
  try {
    return readBounded(file);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (optional && code === 'ENOENT') return null;
    throw fault(
      `cannot read the config ${file} (${code})`,
      code === 'ENOENT' ? 'check the path given with --config' : 'check that it is a readable file',
    );
  }
}

/** Of a device there may be no end. */
function readBounded(file: string): string {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(CONFIG_BYTES_MAX + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count)
      count = readSync(handle, bytes, length, bytes.length - length, null);
    if (length > CONFIG_BYTES_MAX)
      throw fault(`${file} is too large for a config`, 'check the path given with --config');
    // Some editors begin a file with a mark of its encoding.
    return bytes.toString('utf8', 0, length).replace(/^\uFEFF/, '');
  } finally {
    closeSync(handle);
  }
}

function toValue(node: Node, lineOf: (offset: number) => string): unknown {
  const children = node.children ?? [];
  if (node.type === 'array') return children.map(child => toValue(child, lineOf));
  if (node.type !== 'object') return node.value as unknown;
  const tree = emptyTree();
  for (const property of children) {
    const [key, value] = property.children ?? [];
    const name = String(key?.value);
    if (Object.hasOwn(tree, name))
      throw fault(`${lineOf(property.offset)}: ${name} is given twice`, 'keep one of them');
    if (value !== undefined) tree[name] = toValue(value, lineOf);
  }
  return tree;
}

function refuseSecrets(tree: Tree, file: string): void {
  const section = tree['exchange'];
  if (!isTree(section)) return;
  for (const key of SECRET_KEYS)
    if (Object.hasOwn(section, key))
      throw fault(
        `${file} holds the secret exchange.${key}`,
        `remove it there and set the environment variable ${ENV_PREFIX}EXCHANGE__${key.toUpperCase()}`,
      );
}
