/**
 * Double faults that no copy can mend: they must be refused, so that the other suites cannot pass by
 * taking anything for whole.
 */
import { must } from '../../../src/base/assert.ts';
import { doubleFaults, refused } from '../life/double-fault.ts';
import type { Campaign, Suite } from '../suite.ts';

const cases = [false, true].flatMap(mirror => doubleFaults.map(fault => ({ fault, mirror })));

export const refuse: Suite = {
  name: 'refuse',
  promise: 'what no copy can mend is refused, with the file named and nothing touched',
  quick: cases.length,
  prepare: () =>
    ({
      cases: cases.length,
      run: index => {
        const { fault, mirror } = must(cases[index], 'case');
        refused(fault, mirror);
        return 'refused';
      },
    }) satisfies Campaign,
};
