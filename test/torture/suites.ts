/**
 * THE LIST of suites, in the order in which they run. A new one is a file in suite/ and a line here.
 */
import type { Suite } from './suite.ts';

export const suites: readonly Suite[] = [];

export const suiteNamed = (name: string): Suite | undefined =>
  suites.find(suite => suite.name === name);
