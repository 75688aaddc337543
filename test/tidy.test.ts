/**
 * Sizes, names and headers of the sources. If a cap hurts, split by story; do not raise the cap.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type SourceFile, sourceFiles, sourceOf } from './source-file.ts';

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 60;
const BANNED_WORDS: Readonly<Record<string, string>> = {
  manager: 'name what it holds',
  service: 'name what it does',
  helper: 'name the story, or put it beside its only user',
  helpers: 'name the story, or put it beside its only user',
  util: 'name the story',
  utils: 'name the story',
  smart: 'say how',
  new: 'replace the old one',
  v2: 'replace the old one',
};
/** Promised to users as it is. */
const FIXED_NAMES = /^risk-manager\b/;

const linesOf = (text: string): number => text.split('\n').length - 1;
const nameOf = (file: SourceFile): string => file.path.split('/').at(-1) ?? '';

function nameFault(file: SourceFile): string | null {
  const name = nameOf(file);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.(ts|js)$/.test(name))
    return `${file.path}: name files in kebab-case`;
  if (FIXED_NAMES.test(name)) return null;
  for (const word of name.split(/[-.]/)) {
    const instead = BANNED_WORDS[word];
    if (instead !== undefined) return `${file.path}: not "${word}"; ${instead}`;
  }
  return null;
}

const HEADER = /^(#!.*\n)?\/\*\*\n \* [^\n]+/;
/** What opens a block without being a function. */
const NO_FUNCTION = /^\s*(\}?\s*(if|else|for|while|switch|catch|do|try|finally)\b|.*\bclass\b)/;
const FUNCTION =
  /=>\s*$|\bfunction\b|^\s*(async |static |get |set |override |#|\*)*[\w#$]+\s*(<.*>)?\(/;

/** Braces that open and close on one line are types, literals and one-liners: never too long. */
function withoutShortBraces(code: string): string {
  const next = code.replace(/\{[^{}\n]*\}/g, braces => ' '.repeat(braces.length));
  return next === code ? code : withoutShortBraces(next);
}

/** Functions longer than the cap, found by their braces. */
function longFunctions(file: SourceFile): string[] {
  const found: string[] = [];
  const open: { line: number; isFunction: boolean }[] = [];
  let line = 1;
  let head = '';
  for (const char of withoutShortBraces(file.code)) {
    if (char === '\n') line += 1;
    if (char === '{') {
      const isFunction = FUNCTION.test(head) && !NO_FUNCTION.test(head);
      open.push({ line: line - linesOf(head.trimStart()), isFunction });
      head = '';
    } else if (char === '}') {
      const block = open.pop();
      const length = block === undefined ? 0 : line - block.line + 1;
      if (block?.isFunction === true && length > FUNCTION_LINES_MAX)
        found.push(`${file.path}:${block.line}: a function of ${length} lines`);
      head = '';
    } else if (char === ';') head = '';
    else head += char;
  }
  return found;
}

const everything = sourceFiles('src', 'test', 'scripts', 'bin');
const sources = everything.filter(file => !file.isTest);

describe('tidy', () => {
  it('files have at most 300 lines', () => {
    const long = everything.filter(file => linesOf(file.text) > FILE_LINES_MAX);
    assert.deepEqual(
      long.map(file => `${file.path} has ${linesOf(file.text)} lines`),
      [],
    );
  });

  it('functions have at most 60 lines', () => {
    assert.deepEqual(sources.flatMap(longFunctions), []);
  });

  it('names are kebab-case and say what is there', () => {
    assert.deepEqual(
      everything.flatMap(file => nameFault(file) ?? []),
      [],
    );
  });

  it('each module opens with what it is', () => {
    const bare = sources.filter(file => !HEADER.test(file.text));
    assert.deepEqual(
      bare.map(file => file.path),
      [],
    );
  });

  it('nothing is exported as default, and nothing is any', () => {
    const bad = everything.filter(file => /\bexport default\b|\bas any\b/.test(file.code));
    assert.deepEqual(
      bad.map(file => file.path),
      [],
    );
  });

  it('a long function is seen, a long class or table is not', () => {
    const body = '  x;\n'.repeat(60);
    for (const head of [
      'function f(a: { b: number }) {',
      'const f = async (a: number) => {',
      'class A {\n  #run(): void {',
      'class A {\n  async run<T>(a: T): Promise<void> {',
    ])
      assert.equal(longFunctions(sourceOf('src/a.ts', `${head}\n${body}}\n}`)).length, 1, head);
    for (const head of ['class A {', 'export const TABLE = {', 'interface A {'])
      assert.deepEqual(longFunctions(sourceOf('src/a.ts', `${head}\n${body}}`)), [], head);
  });

  it('a bad name is seen', () => {
    for (const name of ['RiskManager.ts', 'order-utils.ts', 'position_manager.ts', 'feed-v2.ts'])
      assert.notEqual(nameFault(sourceOf(`src/app/${name}`, '')), null, name);
    assert.equal(nameFault(sourceOf('src/trade/risk-manager.test.ts', '')), null);
  });
});
