/**
 * THE LIST of suites. A new one is a file in suite/ and a line here, those that take longest first: they
 * run side by side, and none should be left alone at the end.
 */

import { clock } from './suite/clock.ts';
import { damage } from './suite/damage.ts';
import { damageReal } from './suite/damage-real.ts';
import { diskFault } from './suite/disk-fault.ts';
import { fuzz } from './suite/fuzz.ts';
import { hostile } from './suite/hostile.ts';
import { hostileProcess } from './suite/hostile-process.ts';
import { kill } from './suite/kill.ts';
import { killProcess } from './suite/kill-process.ts';
import { killStorm } from './suite/kill-storm.ts';
import { planted } from './suite/planted.ts';
import { power } from './suite/power.ts';
import { powerReal } from './suite/power-real.ts';
import { refuse } from './suite/refuse.ts';
import { sequence } from './suite/sequence.ts';
import { twoBots } from './suite/two-bots.ts';
import { upgrade } from './suite/upgrade.ts';
import type { Suite } from './suite.ts';

export const suites: readonly Suite[] = [
  killProcess,
  planted,
  hostileProcess,
  killStorm,
  damage,
  power,
  powerReal,
  diskFault,
  sequence,
  clock,
  kill,
  hostile,
  twoBots,
  damageReal,
  fuzz,
  upgrade,
  refuse,
];

export const suiteNamed = (name: string): Suite | undefined =>
  suites.find(suite => suite.name === name);
