/**
 * The contract of a component, over the list: names, first state, file, hash. A memory more is
 * held to it by standing in `src/components.ts`.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalText, impurity } from '../../src/base/canonical.ts';
import { components } from '../../src/components.ts';
import { type AnyComponent, initialStates, type States } from '../../src/core/component.ts';
import { createFold } from '../../src/core/fold.ts';
import { fitting, unfitToSave } from '../../src/state/encoding.ts';
import { decodeFile, encodeFile } from '../../src/state/formats.ts';
import { stateHash } from '../../src/state/state-hash.ts';
import { assertUpgrades } from '../../src/state/upgrade.ts';
import { eventfulRun } from '../fixtures/eventful-run.ts';
import { replay, replayed, throughFile } from '../fixtures/pipeline.ts';

const LIST: readonly AnyComponent[] = components;

/** The design's section 1: ids, titles and file names are promises to people's scripts. */
const DESIGN = [
  ['signal-model', 'signal model', 'signal_model.json.zst'],
  ['deep-signal-model', 'deep signal model', 'deep_signal_model.safetensors'],
  ['q-table', 'Q-table', 'q_table.json'],
  ['attention', 'attention', 'attention_weights.npy'],
  ['ensemble', 'ensemble', 'ensemble_state.json'],
  ['analytics', 'analytics', 'analytics_state.json.zst'],
  ['risk-manager', 'risk manager', 'risk_manager_state.json'],
  ['portfolio', 'portfolio', 'portfolio_state.json'],
  ['market', 'market', 'market_state.json.zst'],
  ['run', 'run', 'run_state.json'],
];

const run = await eventfulRun();
const steps = [...run.steps];
const { blobs } = run;

/** Every object inside a value, itself included. */
function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  if (!ArrayBuffer.isView(value)) for (const inner of Object.values(value)) objectsIn(inner, found);
  return found;
}

/** Where the numbers of a state stand. */
function* numbersIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value === 'number') yield path;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  for (const [key, item] of Object.entries(value)) yield* numbersIn(item, [...path, key]);
}

function withNumber(state: unknown, path: readonly string[], value: unknown): unknown {
  const whole: unknown = structuredClone(state);
  let at = whole as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) ?? ''] = value;
  return whole;
}

/** The same content with every object's keys set in the opposite order. */
function turnedAround(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedAround);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, turnedAround(inner)]));
}

describe('the list of components', () => {
  it('is that of the design, in the order in which saves are shown', () => {
    assert.deepEqual(
      LIST.map(({ id, title, file }) => [id, title, file.name]),
      DESIGN,
    );
  });

  it('gives no id, title, file or file stem twice', () => {
    const stem = (name: string) => name.slice(0, name.indexOf('.'));
    for (const nameOf of [
      (each: AnyComponent) => each.id,
      (each: AnyComponent) => each.title,
      (each: AnyComponent) => each.file.name,
      (each: AnyComponent) => stem(each.file.name),
    ])
      assert.equal(new Set(LIST.map(nameOf)).size, LIST.length);
  });

  it('has whole versions from 1 on, and an upgrade to each later one', () => {
    for (const { id, version } of LIST) assert.ok(Number.isInteger(version) && version >= 1, id);
    assertUpgrades(LIST);
  });

  it('marks as money what no default may replace, and as learned what may begin anew', () => {
    const ids = (mark: 'money' | 'learned') => LIST.filter(one => one[mark]).map(({ id }) => id);
    assert.deepEqual(ids('money'), ['risk-manager', 'portfolio', 'run']);
    assert.deepEqual(ids('learned'), [
      ...['signal-model', 'deep-signal-model', 'q-table', 'attention', 'ensemble'],
    ]);
  });
});

for (const component of LIST)
  describe(`the component ${component.id}`, () => {
    const { id, file } = component;
    const rich = run.states[id];
    const fresh = () => component.initial();

    it('begins with a plain state that holds its own rules', () => {
      assert.equal(impurity(fresh()), null);
      assert.equal(component.check?.(fresh()) ?? null, null);
    });

    it('begins the same each time and shares nothing between two beginnings', () => {
      const [one, other] = [fresh(), fresh()];
      assert.equal(canonicalText(one), canonicalText(other));
      const inOne = objectsIn(one);
      for (const object of objectsIn(other)) assert.ok(!inOne.has(object));
    });

    it('says in its name how its file is laid out', () => {
      const ending = file.name.slice(file.name.indexOf('.') + 1);
      assert.equal(ending, file.format);
      assert.equal(file.encode(fresh()).format, file.format);
    });

    it('had something to remember in the run of this suite, within its rules', () => {
      assert.notEqual(canonicalText(rich), canonicalText(fresh()));
      assert.equal(impurity(rich), null);
      assert.equal(component.check?.(rich) ?? null, null);
    });

    it('comes back from its file as it was, at the beginning and after a full run', () => {
      for (const state of [fresh(), rich])
        assert.equal(canonicalText(throughFile(component, state)), canonicalText(state));
    });

    it('writes the same bytes for the same state', () => {
      const bytes = () =>
        encodeFile({ component: id, schema: component.version, seq: 9 }, file.encode(rich));
      assert.deepEqual(bytes(), bytes());
    });

    it('is found unfit to be saved later where it is unfit to be saved now', () => {
      const first = component.initial();
      for (const path of numbersIn(first))
        for (const junk of [-0, Number.NaN, undefined]) {
          const state = withNumber(first, path, junk);
          const now = fitting(component, state);
          const [isFit, isFitLater] = [
            typeof now !== 'string',
            unfitToSave(component, state) === null,
          ];
          assert.equal(isFitLater, isFit, `${path.join('.')} is ${junk}: ${now}`);
        }
    });

    it('is not changed by being written', () => {
      const before = canonicalText(rich);
      throughFile(component, rich);
      assert.equal(canonicalText(rich), before);
    });

    it("takes no other component's file for its own", () => {
      for (const other of LIST) {
        if (other.id === id) continue;
        const content = other.file.encode(run.states[other.id]);
        assert.throws(() => file.decode(content), Error, other.id);
        const bytes = encodeFile({ component: other.id, schema: 1, seq: 1 }, content);
        assert.throws(() => decodeFile(bytes, other.file.format, id));
      }
    });

    it('has a hash of its content, not of the order of its keys', () => {
      assert.equal(stateHash(turnedAround(rich)), stateHash(rich));
      assert.notEqual(stateHash(fresh()), stateHash(rich));
    });

    it('read back at any point of a run and folded on ends as if it had never been written', () => {
      const cuts = Array.from({ length: 24 }, (_, index) =>
        Math.floor(((index + 1) * steps.length) / 25),
      );
      let states: States = { [id]: fresh() };
      let from = 0;
      for (const cut of [...cuts, steps.length]) {
        replay(steps.slice(from, cut), { fold: createFold([component], states), blobs });
        const before = canonicalText(states[id]);
        states = { [id]: throughFile(component, states[id]) };
        assert.equal(canonicalText(states[id]), before, `after step ${cut}`);
        from = cut;
      }
      assert.equal(canonicalText(states[id]), canonicalText(rich));
    });
  });

describe('the memory as a whole', () => {
  it('folded from the facts of a run alone is the memory that the run had', () => {
    const states = replayed(steps, blobs);
    for (const { id } of LIST)
      assert.equal(canonicalText(states[id]), canonicalText(run.states[id]), id);
  });

  it('begins as the list says', () => {
    assert.deepEqual(
      Object.keys(initialStates(LIST)),
      DESIGN.map(([id]) => id),
    );
  });
});
