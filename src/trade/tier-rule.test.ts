import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BTC,
  contractFor,
  createWorld,
  ETH,
  FREE,
  fillsOf,
} from '../../test/fixtures/paper-world.ts';
import { canonicalText } from '../base/canonical.ts';
import { toUnits } from '../base/money.ts';
import { createFold } from '../core/fold.ts';
import type { TierRule } from '../core/market.ts';
import { type Portfolio, portfolio } from './portfolio.ts';
import { liquidatedBy } from './tier-rule.ts';

const OPEN = Number.MAX_SAFE_INTEGER;
const OWN = contractFor(BTC).tiers;
const rule = (rate: number, symbol: string | null = null): TierRule => ({
  symbol,
  tiers: [{ notionalMax: OPEN, rate }],
});

/** A long of one BTC at 100 with leverage 10, under these rules. */
async function holding(...rules: TierRule[]) {
  const world = createWorld({ settings: FREE });
  const set = (...wanted: TierRule[]) =>
    world.tell({
      type: 'config.changed',
      settings: { ...world.settings, ...(wanted.length > 0 && { maintenanceTiers: wanted }) },
    });
  if (rules.length > 0) set(...rules);
  world.candle({ open: 100 });
  await world.place({});
  world.candle({ open: 100 });
  return { world, set };
}

const limitOf = (state: Portfolio): number => state.positions[BTC]?.liquidationPrice ?? 0;
const near = (value: number, wanted: number) =>
  assert.ok(Math.abs(value - wanted) < 1e-6, `${value}`);

describe('tier rules', () => {
  it('stand in the place of the tiers of their pair, the general ones in that of the others', async () => {
    const { world } = await holding(rule(0.02), rule(0.05, BTC));
    const { contracts, ownTiers } = world.state;
    assert.deepEqual(contracts[BTC], { ...contractFor(BTC), tiers: rule(0.05).tiers });
    assert.deepEqual(contracts[ETH]?.tiers, rule(0.02).tiers);
    assert.deepEqual(ownTiers, { [BTC]: OWN, [ETH]: OWN });
    near(limitOf(world.state), 90 / 0.95);
  });

  it('decide what the exchange takes and when it liquidates', async () => {
    const { world } = await holding(rule(0.05));
    assert.deepEqual(fillsOf(world.candle({ open: 100, low: 95 })), [], 'above 94.74');
    const [fill] = fillsOf(world.candle({ open: 95, low: 94 }));
    assert.equal(fill?.exitReason, 'liquidation');
    const refused = await world.place({ leverage: 20 });
    assert.equal(refused.type, 'order.rejected');
    assert.match(JSON.stringify(refused), /below maintenance/);
  });

  it('move the liquidation price of what is open, there and back', async () => {
    const { world, set } = await holding();
    near(limitOf(world.state), 90 / 0.995);
    set(rule(0.05));
    near(limitOf(world.state), 90 / 0.95);
    set(rule(0.08));
    near(limitOf(world.state), 90 / 0.92);
    assert.deepEqual(world.state.ownTiers?.[BTC], OWN, "the market's own are not forgotten");
    set(rule(0.03, ETH));
    near(limitOf(world.state), 90 / 0.995);
    assert.deepEqual(world.state.ownTiers, { [ETH]: OWN });
    set();
    assert.deepEqual(world.state.contracts, { [BTC]: contractFor(BTC), [ETH]: contractFor(ETH) });
  });

  it('leave no trace where there are none, nor once they are taken back', async () => {
    const { world: twin } = await holding();
    assert.equal(Object.hasOwn(twin.state, 'ownTiers'), false);
    const { world, set } = await holding();
    set(rule(0.05));
    set();
    assert.equal(canonicalText(world.state), canonicalText(twin.state));
  });

  it('[restart] go on from the file', async () => {
    const { world, set } = await holding(rule(0.05));
    const before = canonicalText(world.state);
    world.restore();
    assert.equal(canonicalText(world.state), before);
    set();
    near(limitOf(world.state), 90 / 0.995);
    const broken = { ...world.state, ownTiers: { [BTC]: [{ notionalMax: 1.5, rate: 0.1 }] } };
    assert.throws(
      () => portfolio.file.decode({ format: 'json', value: broken }),
      /ownTiers.*notionalMax is not a whole number/,
    );
  });

  it('reach a portfolio that starts afresh', () => {
    const state = portfolio.initial();
    const contracts = [contractFor(BTC)];
    createFold([portfolio], { portfolio: state })({
      type: 'component.founded',
      ids: ['portfolio'],
      binding: {
        ...{ mode: 'tape', market: 'test', account: '', symbols: [BTC], seed: 1 },
        ...{ timeframeMs: 60_000, contracts },
      },
      settings: { ...createWorld().settings, maintenanceTiers: [rule(0.05)] },
    });
    assert.deepEqual(state.contracts[BTC]?.tiers, rule(0.05).tiers);
    assert.deepEqual(state.ownTiers, { [BTC]: OWN });
  });

  it('are asked beforehand whether they would liquidate what is open', async () => {
    const { world } = await holding(rule(0.01));
    assert.equal(liquidatedBy(world.state, undefined), null);
    assert.equal(liquidatedBy(world.state, [rule(0.09)]), null);
    assert.equal(liquidatedBy(world.state, [rule(0.11)])?.symbol, BTC);
    assert.equal(liquidatedBy(world.state, [rule(0.11, ETH)]), null);
    near(limitOf(world.state), 90 / 0.99);
  });

  it('keep a large position in the tier of its size', async () => {
    const tiers = [
      { notionalMax: toUnits(50), rate: 0.01 },
      { notionalMax: OPEN, rate: 0.05 },
    ];
    const { world } = await holding({ symbol: null, tiers });
    near(limitOf(world.state), 90 / 0.95);
  });
});
