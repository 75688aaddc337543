/**
 * Reads the sources as walls.test.ts and tidy.test.ts look at them.
 *
 * Promises: `code` has the lines of `text`, with comments, strings and regular expressions blanked.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** From the project's root: `src/base/time.ts`. */
  readonly path: string;
  readonly text: string;
  readonly code: string;
  readonly isTest: boolean;
}

export interface Import {
  /** From the project's root, or as written for packages and `node:`. */
  readonly target: string;
  readonly names: string;
  readonly typeOnly: boolean;
}

export const ROOT = process.env['HOLDFAST_ROOT'] ?? fileURLToPath(new URL('..', import.meta.url));

export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(ts|js)$/.test(name) && !name.includes('node_modules'))
      .sort()
      .map(name => sourceOf(`${folder}/${name}`, readFileSync(join(ROOT, folder, name), 'utf8'))),
  );
}

export const sourceOf = (path: string, text: string): SourceFile => ({
  path,
  text,
  code: blank(text),
  isTest: /\.(test|contract)\.ts$/.test(path) || path.startsWith('test/'),
});

// A slash begins a regular expression where a value may begin: after these, or a keyword.
const BEFORE_REGEX = /(^|[=(,:;!&|?{}[+\-*%<>~^]|\breturn|\bcase|\btypeof)\s*$/;

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/g;

function blank(text: string): string {
  let code = '';
  let done = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const isRegex = /^\/[^*/]/.test(match[0]);
    code += text.slice(done, match.index);
    if (isRegex && !BEFORE_REGEX.test(code.slice(-40))) {
      // A division: go on behind the slash.
      code += '/';
      done = match.index + 1;
      TOKEN.lastIndex = done;
      continue;
    }
    code += match[0].replace(/[^\n]/g, ' ');
    done = match.index + match[0].length;
  }
  return code + text.slice(done);
}

const STATIC =
  /^(?:import|export)\s+(type\s+)?([^;'"]*?)\s*from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

export function importsOf(file: SourceFile): Import[] {
  const text = file.text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  for (const match of text.matchAll(STATIC))
    found.push({
      target: resolve(file.path, match[3] ?? match[4] ?? ''),
      names: match[2] ?? '',
      typeOnly: match[1] !== undefined,
    });
  for (const match of text.matchAll(DYNAMIC))
    found.push({ target: resolve(file.path, match[1] ?? ''), names: '*', typeOnly: false });
  return found;
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  return parts.join('/');
}
