import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CANDLE, CONTRACT, entryRequest, freshRisk } from '../../test/policy-fixture.ts';
import { impurity } from '../base/canonical.ts';
import { notional, toQuote, toUnits } from '../base/money.ts';
import type { Approved } from '../core/order.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import { kellyShare } from '../trade/risk-factor.ts';
import { type EntryRequest, riskShare, sizeEntry } from './sizing.ts';
import { roundTripCost } from './strategy-proposal.ts';

const approved = (request: EntryRequest): Approved => {
  const sizing = sizeEntry(request);
  if ('refused' in sizing) assert.fail(`refused: ${sizing.refused}`);
  return sizing.order;
};
const refusal = (request: EntryRequest): string | null => {
  const sizing = sizeEntry(request);
  return 'refused' in sizing ? sizing.refused : null;
};
const lotsOf = (request: EntryRequest): number => {
  const sizing = sizeEntry(request);
  return 'refused' in sizing ? 0 : sizing.order.lots;
};

/** Spread evenly, which fc.double (uniform over bit patterns) is not. */
const between = (min: number, max: number) =>
  fc.integer({ min: 0, max: 1_000_000 }).map(part => min + (part / 1_000_000) * (max - min));

/** Requests over the whole range of what a market and an account can be. */
const requests = fc
  .record({
    long: fc.boolean(),
    price: between(0.5, 90_000),
    stopShare: fc.oneof(between(0.0005, 0.05), between(0.05, 0.9)),
    equity: fc.oneof(between(10, 1000), between(1000, 1e6)).map(toUnits),
    availableShare: between(0, 1),
    volume: fc.oneof(between(0, 10), between(10, 1e6)),
    leverage: fc.integer({ min: 1, max: 60 }),
    lotSize: fc.constantFrom(0.001, 0.01, 1),
    confidence: between(0.5, 1),
    drawdown: between(0, 0.3),
    losses: fc.integer({ min: 0, max: 6 }),
  })
  .map(draw => {
    const risk = freshRisk(draw.equity);
    risk.currentDrawdown = draw.drawdown;
    risk.lossStreak = draw.losses;
    const base = entryRequest();
    return entryRequest({
      risk,
      account: {
        equity: draw.equity,
        available: Math.floor(draw.equity * draw.availableShare),
        openTrades: 0,
      },
      settings: { ...DEFAULT_SETTINGS, leverage: draw.leverage },
      contract: { ...CONTRACT, lotSize: draw.lotSize, priceStep: 0.01 },
      candle: { ...CANDLE, close: draw.price, volume: draw.volume },
      confidence: draw.confidence,
      proposal: {
        ...base.proposal,
        direction: draw.long ? 'long' : 'short',
        stopDistance: draw.price * draw.stopShare,
        takeProfitDistance: draw.price * draw.stopShare * 2,
        trailDistance: draw.price * draw.stopShare,
      },
    });
  });

describe('sizeEntry', () => {
  it('mints a market order with its bracket on price steps', () => {
    const { lots, ...order } = approved(entryRequest());
    assert.ok(lots > 0);
    assert.deepEqual(order, {
      id: '12-3',
      epoch: 2,
      symbol: 'BTC/USDT:USDT',
      side: 'buy',
      kind: 'market',
      price: null,
      trigger: null,
      trail: null,
      reduceOnly: false,
      leverage: 3,
      createdAt: CANDLE.time + 60_000,
      expiresAt: CANDLE.time + 120_000,
      strategy: 'breakout',
      exitReason: null,
      protection: { stop: 980, takeProfit: 1040, trail: 28 },
      models: { signal: 1, deep: 0 },
    });
  });

  it('risks riskPerTrade of equity, costs in, when nothing else binds', () => {
    const settings = { ...DEFAULT_SETTINGS, kellyCap: 1 };
    const { lots } = approved(entryRequest({ settings, confidence: 1 }));
    // 1 % of 10,000 = 100 over 20 of stop and 1.6 of fees and slippage = 4.629 base units
    assert.equal(lots, 4629);
  });

  it('stakes at most the Kelly share as margin', () => {
    const tight = entryRequest({ proposal: { ...entryRequest().proposal, stopDistance: 2 } });
    const { lots, leverage } = approved(tight);
    // 25 % of 10,000 at leverage 3 over 1000.2 a unit
    assert.equal(leverage, 3);
    assert.equal(lots, Math.floor((2500 * 3) / 1000.2 / 0.001));
  });

  it('takes no fewer lots than the exchange does, and what it tries out as few', () => {
    const contract = { ...CONTRACT, lotsMin: 40 };
    assert.equal(approved({ ...entryRequest({ contract }), explored: true }).lots, 40);
    const tooMany = { ...CONTRACT, lotsMin: 1_000_000 };
    assert.deepEqual(sizeEntry(entryRequest({ contract: tooMany })), {
      refused: 'below the minimum size',
    });
  });

  it('at the Kelly floor takes the least order where the floor is less, within risk and cap', () => {
    const contract = { ...CONTRACT, notionalMin: toUnits(100) };
    const losing = { ...freshRisk(), totalTrades: 40, wins: 10, losses: 30 };
    const risk = { ...losing, totalProfit: 10, totalLoss: 30 };
    const small = (equity: number, change: Partial<Settings> = {}) => {
      const units = toUnits(equity);
      const account = { equity: units, available: units, openTrades: 0 };
      const settings = { ...DEFAULT_SETTINGS, ...change };
      return entryRequest({ contract, risk, account, settings });
    };
    // The floor is 2 % of 1,000 at leverage 3: 60 quote, where 102 are needed.
    assert.equal(approved(small(1000)).lots, 102);
    assert.equal(approved(small(3000)).lots, 179);
    assert.equal(refusal(small(1000, { kellyFloor: 0 })), 'below the minimum size');
    assert.equal(refusal(small(1000, { kellyCap: 0.03 })), 'below the minimum size');
    assert.equal(refusal(small(1000, { riskPerTrade: 0.001 })), 'below the minimum size');
  });

  it('never takes more than money can count, whatever the account', () => {
    const equity = toUnits(50_000_000);
    const account = { equity, available: equity, openTrades: 0 };
    const settings = { ...DEFAULT_SETTINGS, leverage: 50, kellyCap: 1, riskPerTrade: 0.1 };
    const candle = { ...CANDLE, volume: 1e9 };
    const { lots } = approved(entryRequest({ account, settings, candle, confidence: 1 }));
    assert.ok(Number.isSafeInteger(3 * notional(candle.close, lots, CONTRACT.lotSize)));
    assert.ok(notional(candle.close, lots, CONTRACT.lotSize) > toUnits(29_000_000));
  });

  it('[caps] no order exceeds risk, stake, margin, volume or leverage, and its stop comes first', () => {
    let sized = 0;
    fc.assert(
      fc.property(requests, request => {
        const sizing = sizeEntry(request);
        if ('refused' in sizing) return;
        sized += 1;
        const { order } = sizing;
        const { settings, contract, candle, account, risk } = request;
        assert.equal(impurity(order), null);
        const base = order.lots * contract.lotSize;
        const stop = order.protection?.stop as number;
        const sign = order.side === 'buy' ? 1 : -1;
        const distance = (candle.close - stop) * sign;
        const slack = 1 + 1e-6;
        const equity = toQuote(account.equity);
        const loss = base * (distance + candle.close * roundTripCost(settings));
        assert.ok(Number.isSafeInteger(order.lots) && order.lots > 0);
        assert.ok(distance > 0 && stop > 0);
        const target = order.protection?.takeProfit ?? null;
        assert.ok(target === null || (target - candle.close) * sign > 0, 'target');
        assert.ok(loss <= equity * riskShare(request) * slack, 'risk');
        const margin = (base * candle.close) / order.leverage;
        const kelly = kellyShare(risk, settings);
        const least = kelly <= settings.kellyFloor ? contract.notionalMin * 1.03 : 0;
        const worth = notional(candle.close, order.lots, contract.lotSize);
        assert.ok(worth <= least || margin <= equity * kelly * slack, 'stake');
        assert.ok(margin <= equity * settings.kellyCap * slack, 'cap');
        assert.ok(margin <= toQuote(account.available) * slack, 'free margin');
        assert.ok(base <= settings.volumeShare * candle.volume * slack, 'volume');
        assert.ok(order.leverage >= 1 && order.leverage <= settings.leverage);
        assert.ok(order.leverage <= contract.leverageMax);
        assert.ok(notional(candle.close, order.lots, contract.lotSize) >= contract.notionalMin);
        assert.ok(distance / candle.close < 1 / order.leverage - 0.005, 'liquidation');
      }),
      { seed: 2, numRuns: 2000 },
    );
    assert.ok(sized > 300, `only ${sized} requests were sized`);
  });

  it('[monotone] a wider stop never buys more', () => {
    fc.assert(
      fc.property(requests, between(1, 3), (request, wider) => {
        const { proposal } = request;
        const stopDistance = proposal.stopDistance * wider;
        const wide = { ...request, proposal: { ...proposal, stopDistance } };
        assert.ok(
          lotsOf(wide) <= lotsOf(request) || refusal(request) === 'stop within a price step',
        );
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  it('[monotone] drawdown, losses, doubt and volatility never buy more', () => {
    const usual = entryRequest({ settings: { ...DEFAULT_SETTINGS, kellyCap: 1 } });
    const drawn = { ...usual, risk: { ...freshRisk(), currentDrawdown: 0.1 } };
    const losing = { ...usual, risk: { ...freshRisk(), lossStreak: 2 } };
    const unsure = { ...usual, confidence: 0.55 };
    const wild = { ...usual, reading: { ...usual.reading, volatility: 'high' as const } };
    for (const worse of [drawn, losing, unsure, wild]) assert.ok(lotsOf(worse) < lotsOf(usual));
  });

  it('lowers the leverage until the stop comes before liquidation, or refuses', () => {
    const far = (share: number) =>
      entryRequest({
        settings: { ...DEFAULT_SETTINGS, leverage: 20 },
        proposal: { ...entryRequest().proposal, stopDistance: 1000 * share },
      });
    assert.equal(approved(far(0.02)).leverage, 20);
    assert.equal(approved(far(0.1)).leverage, 7);
    assert.equal(approved(far(0.5)).leverage, 1);
    assert.equal(refusal(far(0.85)), 'stop beyond the liquidation price');
  });

  it('gives an explored choice the least size that the exchange takes', () => {
    // 5 quote at least, 1 quote a lot, and a reserve of 2 %
    assert.equal(approved(entryRequest({ explored: true })).lots, 6);
  });

  it('reckons the least size to the lot where a lot is worth less than a unit of money', () => {
    const contract = { ...CONTRACT, priceStep: 1e-12, lotSize: 1 };
    const close = 1.3e-8;
    const proposal = { ...entryRequest().proposal, stopDistance: close / 50 };
    const candle = { ...CANDLE, close, volume: 1e12 };
    const { lots } = approved(entryRequest({ contract, candle, proposal, explored: true }));
    const worth = notional(close, lots, 1);
    assert.ok(worth >= contract.notionalMin && worth < 1.03 * contract.notionalMin, `${worth}`);
  });

  it('tries an explored choice whatever the confidence, and nothing else below the least', () => {
    assert.equal(approved(entryRequest({ explored: true, confidence: 0.1 })).lots, 6);
    assert.equal(refusal(entryRequest({ confidence: 0.1 })), 'confidence too low');
  });

  it('risks all that the other factors leave from ten points above the least confidence on', () => {
    const at = (confidence: number) => riskShare(entryRequest({ confidence }));
    assert.equal(at(0.5), 0.75 * at(0.6));
    assert.equal(at(0.9), at(0.6));
    assert.ok(at(0.55) > at(0.5) && at(0.55) < at(0.6));
  });

  it('refuses rather than raise a budget to the minimum', () => {
    const poor = toUnits(3);
    const account = { equity: poor, available: poor, openTrades: 0 };
    assert.equal(refusal(entryRequest({ account })), 'below the minimum size');
    assert.equal(
      refusal(entryRequest({ candle: { ...CANDLE, volume: 0 } })),
      'below the minimum size',
    );
  });

  it('says why it refuses', () => {
    const { account, proposal } = entryRequest();
    assert.equal(refusal(entryRequest({ confidence: 0.49 })), 'confidence too low');
    assert.equal(
      refusal(entryRequest({ account: { ...account, openTrades: 3 } })),
      'maximum open trades',
    );
    assert.equal(
      refusal(entryRequest({ account: { ...account, available: 0 } })),
      'no free balance',
    );
    assert.equal(
      refusal(entryRequest({ risk: { ...freshRisk(), killSwitch: true } })),
      'kill switch',
    );
    const close = { ...proposal, stopDistance: 0.01 };
    assert.equal(refusal(entryRequest({ proposal: close })), 'stop within a price step');
  });

  it('drops a target that a short cannot reach', () => {
    const proposal = {
      ...entryRequest().proposal,
      direction: 'short' as const,
      takeProfitDistance: 1200,
    };
    assert.equal(approved(entryRequest({ proposal })).protection?.takeProfit, null);
  });
});
