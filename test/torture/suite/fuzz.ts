/**
 * `fuzz`: every decoder with valid input that was changed; a case is a hundred inputs of one decoder.
 *
 * Promises: a decoder answers, or refuses with an error of its own; a TypeError, a RangeError, a Bug
 * or more than four seconds of processor time for one input is a failure.
 */
import { must } from '../../../src/base/assert.ts';
import { mutated } from '../fuzz/mutation.ts';
import { fuzzTargets } from '../fuzz/target.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const CASES = 2_400;
const INPUTS = 100;
/** Of processor time: a busy machine is no fault of a decoder. */
const INPUT_MS_MAX = 4000;
const ACCIDENTS = ['TypeError', 'RangeError', 'ReferenceError', 'Bug'];

export const fuzz: Suite = {
  name: 'fuzz',
  promise: 'every decoder takes or refuses whatever bytes it is given (a hundred inputs a case)',
  quick: 48,
  prepare: async (seed): Promise<Campaign> => {
    const { targets, close } = await fuzzTargets();
    return {
      cases: CASES,
      close,
      run: index => {
        const rng = caseRng(seed, index);
        const { name, inputs, decode } = must(targets[index % targets.length], 'target');
        for (let count = 0; count < INPUTS; count += 1) {
          const input = mutated(must(inputs[rng.nextInt(inputs.length)], 'input'), inputs, rng);
          tried(`${name}, input ${count}`, () => decode(input));
        }
        return 'answered';
      },
    };
  },
};

function tried(what: string, decode: () => void): void {
  const before = process.cpuUsage();
  try {
    decode();
  } catch (error) {
    if (!(error instanceof Error)) throw new Error(`${what}: threw ${String(error)}`);
    if (ACCIDENTS.includes(error.name)) {
      error.message = `${what}: ${error.message}`;
      throw error;
    }
  }
  const { user, system } = process.cpuUsage(before);
  if ((user + system) / 1000 > INPUT_MS_MAX) throw new Error(`${what}: took seconds`);
}
