/**
 * Assets: the files of the page, and the libraries it uses, held in memory.
 *
 * Promises: what is served is what is in these tables: a path is looked up, never opened; TypeScript
 * is served as the JavaScript in it, which is made when it is first asked for: a bot that nobody looks
 * at strips no types; the policy allows the page's own import map and no other inline script.
 * Never: reads a file after the start, or fetches anything.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Content {
  readonly body: Buffer;
  readonly etag: string;
}

export interface Asset {
  readonly type: string;
  /** The same each time. */
  readonly content: () => Content;
}

export interface Assets {
  readonly files: ReadonlyMap<string, Asset>;
  /** Of the inline import maps, as a content policy names them. */
  readonly scriptHashes: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  ts: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webmanifest: 'application/manifest+json',
};

const PAGE_FOLDER = fileURLToPath(new URL('./page', import.meta.url));

export function loadAssets(folder = PAGE_FOLDER): Assets {
  const files = new Map<string, Asset>();
  for (const name of namesIn(folder)) {
    const asset = assetOf(join(folder, name));
    if (name === 'index.html') files.set('/', asset);
    files.set(`/app/${name}`, asset);
  }
  for (const [path, file] of libraryFiles()) files.set(path, assetOf(file));
  const page = files.get('/')?.content().body.toString('utf8') ?? '';
  return { files, scriptHashes: importMapsOf(page).map(hashOf) };
}

const isServed = (name: string): boolean =>
  TYPES[extensionOf(name)] !== undefined && !/\.(test|d)\.ts$/.test(name);

const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** A release without a page still has its numbers. */
const namesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map(name => name.replaceAll('\\', '/'))
        .filter(isServed)
        .sort()
    : [];

function assetOf(file: string): Asset {
  const source = readFileSync(file);
  const extension = extensionOf(file);
  let made: Content | null = null;
  return {
    type: TYPES[extension] ?? 'application/octet-stream',
    content: () => {
      made ??= contentOf(source, extension);
      return made;
    },
  };
}

function contentOf(source: Buffer, extension: string): Content {
  const body =
    extension === 'ts' ? Buffer.from(stripTypeScriptTypes(source.toString('utf8'))) : source;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, etag };
}

/** Of the libraries what a browser takes, under the names that the page's import map gives. */
function libraryFiles(): [path: string, file: string][] {
  const lit = packageFolder('lit-html');
  const uplot = join(packageFolder('uplot'), 'dist');
  const scripts = (folder: string, under: string): [string, string][] =>
    readdirSync(join(lit, folder))
      .filter(name => name.endsWith('.js'))
      .map(name => [`/lib/lit-html/${under}${name}`, join(lit, folder, name)]);
  return [
    ...scripts('', ''),
    ...scripts('directives', 'directives/'),
    ['/lib/uplot/uPlot.esm.js', join(uplot, 'uPlot.esm.js')],
    ['/lib/uplot/uPlot.min.css', join(uplot, 'uPlot.min.css')],
  ];
}

const packageFolder = (name: string): string => {
  const entry = fileURLToPath(import.meta.resolve(name));
  const folder = `/node_modules/${name}/`;
  return entry.slice(0, entry.lastIndexOf(folder) + folder.length);
};

const importMapsOf = (page: string): string[] =>
  [...page.matchAll(/<script type="importmap">([\s\S]*?)<\/script>/g)].map(match => match[1] ?? '');

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
