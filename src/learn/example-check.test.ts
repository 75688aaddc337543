import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SEQUENCE_SIZE } from '../core/sequence.ts';
import { deepSignalModel } from './deep-signal-model.ts';
import { FEATURE_COUNT } from './features.ts';
import { signalModel } from './signal-model.ts';

const SEQUENCE = new Uint8Array(SEQUENCE_SIZE).fill(7).toBase64();
const FEATURES = Array.from({ length: FEATURE_COUNT }, (_, place) => (place - 20) / 8);
const example = (id: number) => ({
  ...{ id, symbol: 'BTC/USDT:USDT', time: 60_000 * id, labelledAt: 60_000 * (id + 5) },
  ...{ proposed: id % 2 === 0, label: id % 3, return: 0.001 * id, features: FEATURES },
});
const sequenceExample = (id: number) => {
  const { proposed: _, return: __, features: ___, ...common } = example(id);
  return { ...common, sequence: SEQUENCE };
};

/** One field of one of three examples is something else; `as` may leave it as good as it was. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, -0, 0, 1, 2, 3, -1, 0.5, true, 'text', '', Number.NaN),
  fc.constantFrom<unknown>(Infinity, 1e300, 2 ** 53, [], {}, FEATURES.slice(1), [...FEATURES, 0]),
  fc.constantFrom<unknown>(
    FEATURES.with(3, -0),
    FEATURES.with(0, Number.NaN),
    FEATURES.with(1, 3e3),
  ),
  fc.constantFrom<unknown>(
    FEATURES.with(5, 1e-7),
    FEATURES.with(2, 1 / 3),
    SEQUENCE,
    `${SEQUENCE}=`,
  ),
  fc.double({ min: -4, max: 4, noNaN: true }).map(value => FEATURES.with(7, value)),
);

for (const [component, of] of [
  [signalModel, example],
  [deepSignalModel, sequenceExample],
] as const)
  describe(`what may be saved of the ${component.title}`, () => {
    const stateOf = (change: object) => ({
      ...component.initial(),
      ...{ examples: [of(1), { ...of(2), ...change }, of(3)], nextExampleId: 4, examplesSeen: 3 },
    });
    const told = (judge: () => string | null): boolean => {
      try {
        return judge() === null;
      } catch {
        return false;
      }
    };
    /** Whether the file gives back what it was given. */
    const survives = (state: object): boolean =>
      told(() => {
        const back = component.file.decode(component.file.encode(state as never));
        assert.deepStrictEqual(back, state);
        return null;
      });

    it('is what the file gives back, and nothing else', () => {
      const names = Object.keys(of(1));
      let seen = 0;
      fc.assert(
        fc.property(fc.constantFrom(...names), junk, (name, value) => {
          const state = stateOf({ [name]: value });
          const isFit = told(() => component.judge?.(state as never) ?? null);
          seen += isFit ? 1 : 0;
          // What is no text of a sequence never got there: the fold packs each itself.
          if (name !== 'sequence')
            assert.equal(isFit, survives(state), `${name}: ${String(value)}`);
          else if (isFit) assert.equal((value as string).length, SEQUENCE.length);
        }),
        { numRuns: 2_000 },
      );
      assert.ok(seen > 100, `${seen} were fit`);
    });

    it('is told of outside the examples too', () => {
      for (const change of [{ version: -1 }, { examplesSeen: Number.NaN }, { request: {} }])
        assert.equal(
          told(() => component.judge?.({ ...stateOf({}), ...change } as never) ?? null),
          false,
        );
    });
  });
