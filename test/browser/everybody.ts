/**
 * What a page owes everybody: the rules of axe-core, and no scrolling sideways.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../source-file.ts';

const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');

interface Breach {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** A line for each element that breaks a rule, three of a rule at most. */
export async function breachesOf(page: Page, rules: 'all' | 'contrast'): Promise<string[]> {
  const only = rules === 'contrast' ? "runOnly: ['color-contrast']," : '';
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const found = await page.evaluate<Breach[]>(
    `axe.run({ ${only} resultTypes: ['violations'] }).then(result => result.violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  );
}

/** Pixels by which it is wider than the window. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
