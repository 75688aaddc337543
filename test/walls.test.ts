/**
 * The walls of the house (docs/ARCHITECTURE.md): who may import whom, and what a pure folder may not do.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Import, importsOf, type SourceFile, sourceFiles, sourceOf } from './source-file.ts';

const WALLS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  core: ['base'],
  trade: ['base', 'core'],
  learn: ['base', 'core'],
  policy: ['base', 'core', 'trade', 'learn'],
  'components.ts': ['base', 'core', 'trade', 'learn'],
  state: ['base', 'core'],
  backup: ['base', 'core', 'state'],
  exchange: ['base', 'core'],
  legacy: ['base', 'core', 'trade', 'learn', 'state'],
  app: [
    ...['base', 'core', 'trade', 'learn', 'policy', 'components.ts'],
    ...['state', 'backup', 'exchange', 'legacy'],
  ],
  report: ['base', 'core', 'app'],
  cli: ['base', 'core', 'app', 'web', 'report', 'notify'],
  web: ['base', 'core', 'app'],
  notify: ['base', 'core', 'app'],
  'main.ts': ['cli'],
  'index.ts': ['base', 'core', 'app', 'components.ts'],
};
/**
 * Files that stand in one folder and serve another by design: features and labels are folded by
 * the market component, whose file is promised to be in trade/.
 */
const DOORS: readonly string[] = ['src/learn/features.ts', 'src/learn/labels.ts'];

/** Makes text out of a view, so that the same memory gives the same bytes. */
const TIMELESS = 'report';

const PURE = ['base', 'core', 'trade', 'learn', 'policy', 'components.ts'];
/** The rooms at the edge see the core's types alone. */
const TYPES_ONLY: Readonly<Record<string, string>> = {
  cli: 'core',
  web: 'core',
  report: 'core',
  notify: 'core',
};

const COMPONENTS = [
  'src/trade/market.ts',
  'src/trade/analytics.ts',
  'src/trade/risk-manager.ts',
  'src/trade/portfolio.ts',
  'src/trade/run.ts',
  'src/learn/signal-model.ts',
  'src/learn/deep-signal-model.ts',
  'src/learn/q-table.ts',
  'src/learn/attention.ts',
];

const BANNED: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bDate\.now\b/, 'take the time from the candle, or as an argument'],
  [/\bnew Date\(\s*\)/, 'take the time from the candle, or as an argument'],
  [/\bperformance\.now\b/, 'measure in app/ or bench/'],
  [/\bMath\.random\b/, 'use base/rng.ts with a state that is saved'],
  [/\bMath\.pow\b/, 'multiply, or use a table: powers differ between engines'],
  [/\*\*/, 'multiply, or use a table: powers differ between engines'],
  [/\bconsole\b/, 'return it; app/console.ts speaks to people'],
  [/\bprocess\b/, 'take it as an argument'],
  [/\bset(Timeout|Interval|Immediate)\b/, 'leave waiting to app/'],
  [/\btoLocale\w*\(/, 'locales differ between machines: format by hand'],
];

const roomOf = (path: string): string => path.split('/')[1] ?? '';

function breachesOf(file: SourceFile): string[] {
  const room = roomOf(file.path);
  if (WALLS[room] === undefined) return [`${file.path}: no such room in the house`];
  return importsOf(file).flatMap(one => breachOf(file, room, one) ?? []);
}

function breachOf(file: SourceFile, room: string, one: Import): string | null {
  const { target } = one;
  if (file.path.startsWith(PAGE)) return pageBreach(file, one);
  const allowed = WALLS[room] ?? [];
  if (!target.startsWith('src/')) return packageBreach(file, room, target);
  const other = roomOf(target);
  if (COMPONENTS.includes(file.path) && COMPONENTS.includes(target))
    return `${file.path} imports ${target}: components never import each other; pass the value in`;
  if (one.names.split(/\W+/).includes('approve') && !MINTS.includes(file.path))
    return `${file.path} imports approve: only ${MINTS.join(' and ')} approve orders`;
  if (TYPES_ONLY[room] === other && !one.typeOnly)
    return `${file.path} imports ${target}: ${room} may import types of ${other} only (import type)`;
  if (other === room || allowed.includes(other) || DOORS.includes(target)) return null;
  return `${file.path} imports ${target}: ${room} may import ${allowed.join(', ') || 'nothing'}`;
}

/** All that is peculiar to ccxt stays here: its types, its errors, the way its modules are loaded. */
const CCXT = 'src/exchange/ccxt/';

/** What a browser loads: nothing is served to it but this folder and these packages. */
const PAGE = 'src/web/page/';
const PAGE_PACKAGES = /^(lit-html|uplot)(\/|$)/;

function pageBreach(file: SourceFile, { target, typeOnly }: Import): string | null {
  if (target.startsWith(PAGE) || PAGE_PACKAGES.test(target)) return null;
  const isContract = /^src\/(web\/view|base\/\w+)\.ts$/.test(target);
  if (isContract && typeOnly) return null;
  return `${file.path} imports ${target}: a browser has ${PAGE}, lit-html and uplot; else types of view.ts and base`;
}

const MINTS = ['src/policy/sizing.ts', 'src/policy/exits.ts'];

function packageBreach(file: SourceFile, room: string, target: string): string | null {
  if (PURE.includes(room)) return `${file.path} imports ${target}: ${room} is pure`;
  if (target === 'node:process')
    return `${file.path} imports ${target}: that opens stdin; use the global process`;
  const isDisk = /^(node:)?fs(\/promises)?$/.test(target);
  if (/^ccxt(\/|$)/.test(target) && !file.path.startsWith(CCXT))
    return `${file.path} imports ${target}: only ${CCXT} does; use its Client`;
  if (room === 'state' && isDisk && !/\/disk(-path)?\.ts$/.test(file.path))
    return `${file.path} imports ${target}: in state/ only disk.ts does; use its Disk`;
  return null;
}

const impuritiesOf = (file: SourceFile): string[] =>
  BANNED.filter(([pattern]) => pattern.test(file.code)).map(
    ([pattern, instead]) => `${file.path}: ${pattern.source} is banned here; ${instead}`,
  );

const sources = sourceFiles('src').filter(file => !file.isTest);

describe('walls', () => {
  it('every import goes through a door', () => {
    assert.deepEqual(sources.flatMap(breachesOf), []);
  });

  it('pure folders read no clock, roll no dice and raise no powers', () => {
    const pure = sources.filter(({ path }) => [...PURE, TIMELESS].includes(roomOf(path)));
    assert.deepEqual(pure.flatMap(impuritiesOf), []);
  });

  for (const [path, text, breach] of [
    ['src/core/a.ts', "import { x } from '../trade/run.ts';", /core may import base$/],
    ['src/base/a.ts', "import { x } from '../core/fact.ts';", /base may import nothing/],
    ['src/trade/run.ts', "import { x } from './market.ts';", /components never import each other/],
    ['src/state/a.ts', "import fs from 'node:fs';", /only disk\.ts does/],
    ['src/state/a.ts', "import process from 'node:process';", /use the global process/],
    ['src/state/a.ts', "export * from '../exchange/tape.ts';", /state may import base, core/],
    ['src/exchange/a.ts', "import ccxt from 'ccxt';", /only src\/exchange\/ccxt\/ does/],
    ['src/app/a.ts', "import type { Exchange } from 'ccxt';", /use its Client/],
    ['src/learn/a.ts', "import { z } from 'zod';", /learn is pure/],
    ['src/cli/a.ts', "import { must } from '../core/fact.ts';", /types of core only/],
    ['src/app/a.ts', "import {\n  approve,\n} from '../core/order.ts';", /only .*sizing\.ts/],
    ['src/app/a.ts', "const x = await import('../cli/cli.ts');", /app may import/],
    ['src/web/page/a.ts', "import { now } from '../../app/clock.ts';", /a browser has/],
    ['src/web/page/a.ts', "import { MINUTE_MS } from '../../base/time.ts';", /types of view/],
    ['src/web/page/a.ts', "import { x } from 'fastify';", /a browser has/],
    ['src/util/a.ts', '', /no such room/],
  ] as const)
    it(`a breach is seen: ${path} with ${text.replace(/\s+/g, ' ')}`, () => {
      assert.match(breachesOf(sourceOf(path, text)).join(), breach);
    });

  it('doors that are open are not breaches', () => {
    const fine = "import type { Fact } from '../core/fact.ts';\nimport '../app/log.ts';";
    assert.deepEqual(breachesOf(sourceOf('src/cli/a.ts', fine)), []);
    const disk = "import { openSync } from 'node:fs';";
    assert.deepEqual(breachesOf(sourceOf('src/state/disk.ts', disk)), []);
    const ccxt = "import type { Exchange } from 'ccxt';";
    assert.deepEqual(breachesOf(sourceOf('src/exchange/ccxt/load.ts', ccxt)), []);
    const page = "import { html } from 'lit-html';\nimport type { Status } from '../view.ts';";
    assert.deepEqual(breachesOf(sourceOf('src/web/page/a.ts', page)), []);
  });

  it('impurities are seen in code, and not in comments, strings and regular expressions', () => {
    const planted = 'const a = Date.now() + Math.random() * 2 ** 3 - new Date().getTime();';
    assert.equal(impuritiesOf(sourceOf('src/base/a.ts', planted)).length, 4);
    const innocent = `/** Date.now */ // Math.random\nconst a = 'Math.pow'; const b = /console**/; const c = 4 / 2; new Date(5);`;
    assert.deepEqual(impuritiesOf(sourceOf('src/base/a.ts', innocent)), []);
    const quotes = `const q = /['"]/.test(x) ? 1 / 2 : 3; Math.pow(1, 2); // it's`;
    assert.equal(impuritiesOf(sourceOf('src/base/a.ts', quotes)).length, 1);
  });
});
