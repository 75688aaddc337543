import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../base/fault.ts';
import { toUnits } from '../base/money.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { loadConfig } from './config.ts';

const OPEN = Number.MAX_SAFE_INTEGER;
const SMALL = { notional_max: 50_000, rate: 0.01 };
const LARGE = { notional_max: null, rate: 0.05 };
const BTC = 'BTC/USDT:USDT';

const load = (tiers: unknown, env: Record<string, string> = {}) =>
  loadConfig({ file: null, env, overrides: { maintenance_tiers: tiers } });

function refusal(tiers: unknown, env: Record<string, string> = {}): string {
  try {
    load(tiers, env);
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.equal(error.exitCode, 64);
    return `${error.message} — ${error.remedy}`;
  }
  throw new Error('it was accepted');
}

describe('maintenance tiers in the config', () => {
  it('leave the settings of before them untouched where they are not set', () => {
    assert.equal(Object.hasOwn(load(undefined).settings, 'maintenanceTiers'), false);
    assert.deepEqual(load(null).settings, DEFAULT_SETTINGS);
  });

  it('are grouped by pair; those without one are for every other pair', () => {
    const { maintenanceTiers } = load([
      { pair: BTC, notional_max: 100_000, rate: 0.004 },
      SMALL,
      { ...LARGE, pair: BTC },
      LARGE,
    ]).settings;
    assert.deepEqual(maintenanceTiers, [
      {
        symbol: BTC,
        tiers: [
          { notionalMax: toUnits(100_000), rate: 0.004 },
          { notionalMax: OPEN, rate: 0.05 },
        ],
      },
      {
        symbol: null,
        tiers: [
          { notionalMax: toUnits(50_000), rate: 0.01 },
          { notionalMax: OPEN, rate: 0.05 },
        ],
      },
    ]);
  });

  it('come from the environment as JSON', () => {
    const env = { HOLDFAST__MAINTENANCE_TIERS: JSON.stringify([SMALL, LARGE]) };
    assert.deepEqual(load(undefined, env).settings, load([SMALL, LARGE]).settings);
    assert.match(
      refusal(undefined, { HOLDFAST__MAINTENANCE_TIERS: '50000:0.01' }),
      /maintenance_tiers in environment variable HOLDFAST__MAINTENANCE_TIERS is "50000:0.01" — give a list/,
    );
  });

  for (const [what, tiers, line] of [
    ['that are no list', 5, /maintenance_tiers in .* is 5 — give a list like/],
    ['without a tier', [], /maintenance_tiers in .* is \[\] — give a list like/],
    ['with a tier that is none', [0.01], /maintenance_tiers\.0 .* is 0\.01 — give a list like/],
    [
      'with a rate of 1',
      [{ ...LARGE, rate: 1 }],
      /maintenance_tiers\.0\.rate .* is 1 — give a number above 0 and below 1/,
    ],
    ['with a rate of 0', [{ ...LARGE, rate: 0 }], /give a number above 0 and below 1/],
    ['with a size of 0', [{ ...SMALL, notional_max: 0 }, LARGE], /from 1 to 90000000, or null/],
    [
      'with a size beyond what can be counted',
      [{ ...SMALL, notional_max: 1e9 }, LARGE],
      /maintenance_tiers\.0\.notional_max .* is 1000000000 — give a number from 1 to 90000000/,
    ],
    ['without a size', [{ rate: 0.1 }], /maintenance_tiers\.0\.notional_max .* is missing/],
    ['for no pair', [{ ...LARGE, pair: 'BTC' }], /give a pair like "BTC\/USDT:USDT"/],
    [
      'with a key that is none',
      [{ ...LARGE, notionalmax: 5 }],
      /unknown key maintenance_tiers\.0\.notionalmax .*did you mean notional_max\?/,
    ],
    [
      'with a strange key',
      [{ ...LARGE, leverage: 5 }],
      /unknown key maintenance_tiers\.0\.leverage .*the keys there are pair, notional_max, rate/,
    ],
    [
      'whose rates fall',
      [SMALL, { ...LARGE, rate: 0.005 }],
      /maintenance_tiers\.1\.rate \(0\.005\) is not above that of the tier before it \(0\.01\)/,
    ],
    ['whose rates stand', [SMALL, { ...LARGE, rate: 0.01 }], /maintenance_tiers\.1\.rate/],
    [
      'whose sizes fall',
      [SMALL, { notional_max: 20_000, rate: 0.02 }, LARGE],
      /maintenance_tiers\.1\.notional_max \(20000\) is not above .*\(50000\) — order the tiers/,
    ],
    [
      'that end',
      [SMALL],
      /maintenance_tiers\.0 is the last tier and ends at 50000 — give it "notional_max": null/,
    ],
    [
      'that end for one pair',
      [{ ...SMALL, pair: BTC }, LARGE],
      /maintenance_tiers\.0 is the last tier of BTC\/USDT:USDT and ends at 50000/,
    ],
    [
      'that go on after the last',
      [LARGE, { notional_max: null, rate: 0.1 }],
      /maintenance_tiers\.0 has no upper end, but another tier follows it/,
    ],
  ] as const)
    it(`are refused ${what}`, () => {
      const told = refusal(tiers);
      assert.match(told, line);
      assert.doesNotMatch(told, /\n/);
    });
});
