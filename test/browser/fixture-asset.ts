/**
 * The page's files as the bot serves them: types stripped, libraries beside them.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { ROOT } from '../source-file.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const FOLDERS: readonly (readonly [prefix: string, folder: string])[] = [
  ['/app/', 'src/web/page/'],
  ['/lib/lit-html/', 'node_modules/lit-html/'],
  ['/lib/uplot/', 'node_modules/uplot/dist/'],
];

export interface Asset {
  readonly type: string;
  readonly body: string;
}

const read = new Map<string, Asset | null>();

export function assetAt(path: string): Asset | null {
  const place = normalize(path === '/' ? '/app/index.html' : path);
  let asset = read.get(place);
  if (asset === undefined) {
    asset = readAsset(place);
    read.set(place, asset);
  }
  return asset;
}

function readAsset(place: string): Asset | null {
  const [prefix, folder] = FOLDERS.find(([one]) => place.startsWith(one)) ?? [];
  const type = TYPES[extname(place)];
  if (prefix === undefined || folder === undefined || type === undefined) return null;
  try {
    const text = readFileSync(join(ROOT, folder, place.slice(prefix.length)), 'utf8');
    return { type, body: extname(place) === '.ts' ? stripTypeScriptTypes(text) : text };
  } catch {
    return null;
  }
}

/** What the page may do: the bot's own policy. */
export function contentPolicy(): string {
  const html = assetAt('/')?.body ?? '';
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(map).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
