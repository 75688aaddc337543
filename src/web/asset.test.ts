import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { serverWith } from '../../test/web-fixture.ts';
import { loadAssets } from './asset.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-page-'));
after(() => rmSync(folder, { recursive: true }));
const MAP = '\n  { "imports": { "lit-html": "/lib/lit-html/lit-html.js" } }\n';
const files: Record<string, string> = {
  'index.html': `<!doctype html><script type="importmap">${MAP}</script>`,
  'main.ts':
    "import type { A } from '../view.ts';\nimport { b } from './b.ts';\nconst a: A = b;\nexport { a };\n",
  'main.test.ts': 'throw new Error();',
  'style.css': 'body { margin: 0 }',
  'notes.md': 'not served',
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
mkdirSync(join(folder, 'part'));
writeFileSync(join(folder, 'part', 'deep.ts'), 'export const deep: number = 1;\n');
const assets = loadAssets(folder);
const textOf = (path: string): string | undefined =>
  assets.files.get(path)?.content().body.toString('utf8');

describe('the assets', () => {
  it('are TypeScript without its types, whose imports lead where they led', async () => {
    const script = textOf('/app/main.ts') ?? '';
    assert.ok(!script.includes('view.ts') && !script.includes(': A'), script);
    assert.ok(script.includes("from './b.ts'"));
    assert.equal(assets.files.get('/app/main.ts')?.type, 'text/javascript; charset=utf-8');
    assert.match(textOf('/app/part/deep.ts') ?? '', /^export const deep {9}= 1;/);
  });

  it('are neither tests nor what a page does not load', () => {
    assert.equal(textOf('/app/main.test.ts'), undefined);
    assert.equal(textOf('/app/notes.md'), undefined);
  });

  it('have the page at the root, and allow its own import map by its hash', () => {
    assert.equal(textOf('/'), files['index.html']);
    const hash = createHash('sha256').update(MAP).digest('base64');
    assert.deepEqual(assets.scriptHashes, [`'sha256-${hash}'`]);
  });

  it('have the libraries that a page imports', () => {
    for (const path of [
      'lit-html/lit-html.js',
      'lit-html/directives/repeat.js',
      'uplot/uPlot.esm.js',
    ])
      assert.ok((textOf(`/lib/${path}`)?.length ?? 0) > 100, path);
    assert.equal(assets.files.get('/lib/uplot/uPlot.min.css')?.type, 'text/css; charset=utf-8');
  });

  it('are not sent again to a browser that has them', async () => {
    const { app } = serverWith({ assets });
    const headers = { host: 'localhost' };
    const first = await app.inject({ url: '/app/style.css', headers });
    assert.equal(first.body, files['style.css']);
    assert.equal(first.headers['cache-control'], 'no-cache');
    const known = { ...headers, 'if-none-match': String(first.headers['etag']) };
    const again = await app.inject({ url: '/app/style.css', headers: known });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
  });

  it('lead nowhere else', async () => {
    const { app } = serverWith({ assets });
    for (const url of [
      ...['/app/../asset.ts', '/app/%2e%2e/asset.ts', '/app/..%2fasset.ts', '/app//etc/passwd'],
      ...['/lib/lit-html/package.json', '/lib/lit-html/../fastify/fastify.js', '/app/notes.md'],
    ])
      assert.equal(
        (await app.inject({ url, headers: { host: 'localhost' } })).statusCode,
        404,
        url,
      );
  });

  it('are none where the release has no page, but for the libraries', () => {
    const bare = loadAssets(join(folder, 'nothing'));
    assert.equal(bare.files.get('/'), undefined);
    assert.deepEqual(bare.scriptHashes, []);
  });
});
