/**
 * The figures of a full run, as the table in docs/RELIABILITY.md.
 *
 * Promises: replaces what stands between its two marks, and nothing else; a suite that was skipped
 * stands there with the reason.
 */
import { assert } from '../../src/base/assert.ts';
import { countText, endedText, ranText, type Tally } from './tally.ts';

const BEGIN = '<!-- figures: written by npm run torture -->';
const END = '<!-- end of figures -->';

export interface RunFacts {
  readonly seed: number;
  readonly node: string;
  readonly machine: string;
  /** ISO date. */
  readonly day: string;
}

export function withFigures(page: string, tallies: readonly Tally[], facts: RunFacts): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  assert(begin >= 0 && end > begin, 'the page has both marks');
  const head = page.slice(0, begin + BEGIN.length);
  return `${head}\n${figures(tallies, facts)}\n${page.slice(end)}`;
}

function figures(tallies: readonly Tally[], { seed, node, machine, day }: RunFacts): string {
  const said = `\`npm run torture -- --seed ${seed}\` on ${day}, Node ${node}, ${machine}.`;
  const head = [
    '| suite | what it proves | cases | how they ended | lost or undetected | seconds |',
    '|---|---|--:|---|--:|--:|',
  ];
  return [said, '', ...head, ...tallies.map(row)].join('\n');
}

function row(tally: Tally): string {
  const { suite, promise, skipped, ended, failures, seconds } = tally;
  const cells =
    skipped === null
      ? [
          ranText(tally),
          endedText(ended),
          countText(failures.length),
          countText(Math.ceil(seconds)),
        ]
      : ['0', `skipped: ${skipped}`, '–', '–'];
  return `| \`${suite}\` | ${[promise, ...cells].join(' | ')} |`;
}
