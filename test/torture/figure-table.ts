/**
 * The figures of full runs, as the table in docs/RELIABILITY.md.
 *
 * Promises: replaces the rows of the suites that ran and leaves the others as they stand, and the
 * rest of the page too; a suite that was skipped stands there with the reason.
 */
import { assert } from '../../src/base/assert.ts';
import { suites } from './suites.ts';
import { countText, endedText, ranText, type Tally } from './tally.ts';

const BEGIN = '<!-- figures: written by npm run torture -->';
const END = '<!-- end of figures -->';
const HEAD = [
  '| suite | what it proves | cases | how they ended | lost or undetected | seconds | run |',
  '|---|---|--:|---|--:|--:|---|',
];
const ROW = /^\| `([a-z-]+)` \|.*\|$/;

export interface RunFacts {
  readonly seed: number;
  readonly node: string;
  readonly machine: string;
  /** ISO date. */
  readonly day: string;
  /** Of the tree that was tried. */
  readonly commit: string;
}

export function withFigures(page: string, tallies: readonly Tally[], facts: RunFacts): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  assert(begin >= 0 && end > begin, 'the page has both marks');
  const rows = new Map<string, string>();
  for (const line of page.slice(begin, end).split('\n')) {
    const name = ROW.exec(line)?.[1];
    if (name !== undefined) rows.set(name, line);
  }
  for (const tally of tallies) rows.set(tally.suite, row(tally, facts));
  const inOrder = suites.flatMap(({ name }) => rows.get(name) ?? []);
  const table = [...HEAD, ...inOrder].join('\n');
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}

function row(tally: Tally, { seed, day, node, machine, commit }: RunFacts): string {
  const { suite, promise, skipped, failures, seconds } = tally;
  const cells =
    skipped === null
      ? [
          ranText(tally),
          endedText(tally.ended),
          countText(failures.length),
          countText(Math.ceil(seconds)),
        ]
      : ['0', `skipped: ${skipped}`, '–', '–'];
  return `| \`${suite}\` | ${[promise, ...cells].join(' | ')} | ${commit}, seed ${seed}, ${day}, Node ${node}, ${machine} |`;
}
