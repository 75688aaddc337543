/**
 * Suites for the test of the runner: one that fails, one that never ends, one that kills its thread.
 */
import type { Campaign, Suite } from './suite.ts';

const trial = (
  name: string,
  { cases, quick }: { readonly cases: number; readonly quick: number },
  run: (index: number) => string,
): Suite => ({
  name,
  quick,
  promise: 'the runner counts it right',
  prepare: () => ({ cases, run }) satisfies Campaign,
});

export const suites: readonly Suite[] = [
  trial('mixed', { cases: 90, quick: 20 }, index => {
    if (index === 31) throw new Error('broken');
    return index % 2 === 0 ? 'even' : 'odd';
  }),
  trial('endless', { cases: 12, quick: 0 }, index => {
    while (index === 4);
    return 'kept';
  }),
  trial('deadly', { cases: 12, quick: 0 }, index => {
    if (index === 7) process.exit(3);
    return 'kept';
  }),
  {
    ...trial('many', { cases: 12, quick: 3 }, () => 'kept'),
    prepare: () => {
      const run = (index: number, tried: (print: number) => void): string => {
        for (let print = index; print < index + 4; print += 1) tried(print);
        return 'kept';
      };
      return { cases: 12, unit: 'numbers', run } satisfies Campaign;
    },
  },
  {
    ...trial('half-prepared', { cases: 12, quick: 3 }, () => 'kept'),
    prepare: () => ({ cases: 12, run: () => 'kept', broken: [new Error('one stretch of it')] }),
  },
  {
    ...trial('unprepared', { cases: 1, quick: 1 }, () => 'kept'),
    prepare: () => {
      throw new Error('no such thing');
    },
  },
];
