import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withFigures } from './figure-table.ts';
import { sampler } from './sample.ts';
import { suites } from './suites.ts';
import type { Tally } from './tally.ts';

describe('the sample of a campaign', () => {
  for (const [cases, taken] of [
    [1, 1],
    [10, 3],
    [1000, 999],
    [1024, 100],
    [1_000_000, 5000],
  ] as const)
    it(`takes ${taken} of ${cases} cases, none of them twice, the same for one seed`, () => {
      const at = sampler(cases, taken, 7);
      const indexes = Array.from({ length: taken }, (_, k) => at(k));
      assert.equal(new Set(indexes).size, taken);
      assert.ok(indexes.every(index => index >= 0 && index < cases));
      assert.equal(sampler(cases, taken, 7)(0), at(0));
    });
});

describe('the list of suites', () => {
  it('names each once, in words that fit an id', () => {
    const names = suites.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.every(name => /^[a-z-]+$/.test(name)));
  });
});

describe('the table of figures', () => {
  const tally: Tally = {
    ...{ suite: 'power', promise: 'nothing goes', cases: 9, ran: 9, ended: { kept: 9 } },
    ...{ failures: [], seconds: 1.2, skipped: null },
  };
  const facts = { seed: 3, node: '26', machine: 'two cores', day: '2026-11-26', commit: 'abc1234' };
  const page = 'a\n<!-- figures: written by npm run torture -->\nold\n<!-- end of figures -->\nb\n';

  it('takes the place of the one before and leaves the rest of the page', () => {
    const once = withFigures(page, [tally], facts);
    assert.match(once, /^a\n<!--/);
    assert.match(
      once,
      /\| `power` \| nothing goes \| 9 \| 9 kept \| 0 \| 2 \| abc1234, seed 3, 2026-11-26, .*\|\n<!-- end/,
    );
    assert.doesNotMatch(once, /old/);
    assert.equal(withFigures(once, [tally], facts), once);
  });

  it('keeps the rows of the suites that did not run, in the order of the list', () => {
    const kill = withFigures(page, [{ ...tally, suite: 'kill' }], facts);
    const both = withFigures(kill, [tally], { ...facts, seed: 4 });
    assert.match(both, /\| `power` .*seed 4,.*\n\| `kill` .*seed 3,/);
  });

  it('says how many different things the cases tried', () => {
    const many = { ...tally, ran: 9, tried: { distinct: 4500, unit: 'disk states' } };
    assert.match(withFigures(page, [many], facts), /\| 9 \(4,500 distinct disk states\) \|/);
  });

  it('gives the reason of a suite that was skipped', () => {
    const skipped = { ...tally, ran: 0, ended: {}, skipped: 'needs root' };
    assert.match(withFigures(page, [skipped], facts), /\| 0 \| skipped: needs root \| – \| – \|/);
  });
});
