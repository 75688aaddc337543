/**
 * What a person does at the exchange's site, and what is made of it here.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toUnits } from '../../src/base/money.ts';
import { ok } from '../../src/base/result.ts';
import type { VenueFill } from '../../src/core/venue.ts';
import { roundTripCost, STOP_COSTS_MIN } from '../../src/policy/strategy-proposal.ts';
import { EXIT_ORDER, lost, seeFills, stopLots } from './desk-lag.ts';
import { assertBooks, holding, opened } from './desk-scene.ts';
import { BTC, DeskWorld } from './desk-world.ts';

describe('a person on the site of the exchange', () => {
  it('who closes a position closes a trade here', async () => {
    const desk = await holding();
    desk.venue.byHand(BTC, 'sell', 10);
    await desk.quiet();
    assert.equal(desk.told('trade.closed').at(-1)?.trade.exitReason, 'force_exit');
    assertBooks(desk);
  });

  it('who opens one has it adopted behind a stop', async () => {
    const desk = await opened();
    desk.venue.byHand(BTC, 'sell', 7);
    await desk.compared();
    assert.equal(desk.lots(BTC), -7);
    assert.equal(stopLots(desk.venue, BTC), 7);
    assertBooks(desk);
  });

  it('who opens one is asked after again where a stream rang and the question was lost', async () => {
    const desk = await opened();
    const fills = desk.venue.fills.bind(desk.venue);
    desk.venue.byHand(BTC, 'sell', 7);
    desk.attendant.hint();
    desk.venue.fills = async () => lost();
    await desk.attendant.round();
    desk.venue.fills = fills;
    await desk.attendant.round();
    assert.equal(desk.lots(BTC), -7);
    assert.equal(stopLots(desk.venue, BTC), 7);
  });

  it('who opens one while the account is asked for its balance pays its fee once', async () => {
    for (const question of [1, 2]) {
      const desk = new DeskWorld(1);
      const { venue } = desk;
      const wallet = venue.wallet.bind(venue);
      let asked = 0;
      venue.wallet = async () => {
        venue.tick(venue.price, 100);
        asked += 1;
        if (asked === question) venue.byHand(BTC, 'sell', 7);
        venue.tick(venue.price, 100);
        return wallet();
      };
      await desk.compared();
      assert.equal(desk.lots(BTC), -7);
      assert.equal(desk.world.portfolio.balance, venue.wallet8);
      assert.deepEqual(desk.told('balance.corrected'), []);
    }
  });

  it('who holds one when a directory meets the account has it adopted, however the balance is rounded', async () => {
    const desk = new DeskWorld(1);
    const { venue } = desk;
    const wallet = venue.wallet.bind(venue);
    let asked = 0;
    venue.wallet = async () => {
      asked += 1;
      const found = await wallet();
      return found.ok ? ok(found.value + (asked % 2)) : found;
    };
    venue.byHand(BTC, 'sell', 7);
    await desk.compared();
    assert.equal(desk.lots(BTC), -7);
    assert.equal(stopLots(venue, BTC), 7);
  });

  it('who opens one in a market that hardly moves has a stop that the spread does not hit', async () => {
    for (const side of ['buy', 'sell'] as const) {
      const desk = await opened();
      const reading = { ready: true, atr: 0.001 };
      Object.assign(desk.world.market.symbols, { [BTC]: { reading } });
      desk.venue.byHand(BTC, side, 7);
      await desk.compared();
      const [adopted] = desk.told('position.adopted');
      const { settings } = desk.world.run;
      const least = STOP_COSTS_MIN * roundTripCost(settings) * desk.venue.price;
      const away = Math.abs(desk.venue.price - (adopted?.stop ?? desk.venue.price));
      assert.ok(away >= least - 0.1, `${away} from the price, of ${least}`);
      assert.equal(stopLots(desk.venue, BTC), 7);
    }
  });

  it('who opens one has it adopted with the leverage that it has there', async () => {
    for (const isTold of [true, false]) {
      const desk = await opened();
      desk.venue.leverage = 20;
      // Once in a list of fills, and once only among the positions.
      if (isTold) desk.venue.byHand(BTC, 'buy', 7);
      else desk.venue.lots.set(BTC, 7);
      await desk.compared();
      const held = desk.world.portfolio.positions[BTC];
      assert.equal(held?.leverage, 20);
      const away = 1 - (held?.liquidationPrice ?? 0) / desk.venue.price;
      assert.ok(away > 0.04 && away < 0.05, `liquidated ${away} below`);
    }
  });

  it('who opens one at high leverage has a stop that is reached before its liquidation', async () => {
    for (const side of ['buy', 'sell'] as const) {
      const desk = await opened();
      desk.venue.leverage = 50;
      desk.venue.byHand(BTC, side, 7);
      await desk.compared();
      const { price } = desk.venue;
      const limit = desk.world.portfolio.positions[BTC]?.liquidationPrice ?? price;
      const stop = desk.told('position.adopted').at(-1)?.stop ?? limit;
      const share = (stop - price) / (limit - price);
      assert.ok(share > 0.79 && share < 0.81, `the stop is ${share} of the way to liquidation`);
      assert.equal(stopLots(desk.venue, BTC), 7);
    }
  });

  it('who adds so much that the stop lies beyond the liquidation price has it closed', async () => {
    const desk = await opened();
    desk.venue.leverage = 50;
    desk.venue.byHand(BTC, 'buy', 7);
    await desk.compared();
    desk.venue.byHand(BTC, 'buy', 3);
    await desk.compared();
    assert.equal(desk.lots(BTC), 10, 'it stays where the stop does its work');
    desk.venue.tick(desk.venue.price * 1.03, 1000);
    desk.venue.byHand(BTC, 'buy', 90);
    await desk.quiet();
    await desk.quiet();
    assert.equal(desk.lots(BTC), 0);
    assert.equal(desk.told('trade.closed').at(-1)?.trade.exitReason, 'stop_loss');
    assert.match(desk.warnings.join(), /beyond its liquidation price after what was added/);
    assertBooks(desk);
  });

  it('or has it left alone, where the config says so, and no entry meets it', async () => {
    const desk = new DeskWorld(3);
    desk.unknown = 'leave';
    desk.start();
    await desk.quiet();
    desk.venue.byHand(BTC, 'sell', 7);
    await desk.compared();
    assert.equal(desk.lots(BTC), 0);
    assert.deepEqual(desk.world.portfolio.venue?.foreign, { [BTC]: -7 });
    assert.equal(stopLots(desk.venue, BTC), 0);
    desk.venue.byHand(BTC, 'buy', 7);
    await desk.compared();
    assert.deepEqual(desk.world.portfolio.venue?.foreign, {});
    assert.equal(desk.venue.wallet8, desk.world.portfolio.balance);
  });

  it('who turns a position over has the old one closed and the new one adopted', async () => {
    const desk = await holding();
    desk.venue.byHand(BTC, 'sell', 25);
    const { price } = desk.venue;
    desk.venue.tick(price * 0.999, 1000);
    await desk.compared();
    assert.equal(desk.lots(BTC), -15);
    assert.equal(desk.told('position.adopted').at(-1)?.price, price);
    assert.equal(stopLots(desk.venue, BTC), 15);
    assertBooks(desk);
  });

  it('who trades with himself is told of by one id, and has two fills', async () => {
    const desk = await holding();
    const [entry] = desk.told('order.filled');
    const isOld = ({ fillId }: VenueFill): boolean =>
      entry?.fillId?.startsWith(`${fillId}/`) === true;
    seeFills(desk, fills => fills.map(fill => (isOld(fill) ? fill : { ...fill, fillId: 'one' })));
    desk.venue.byHand(BTC, 'buy', 5);
    desk.venue.byHand(BTC, 'sell', 5);
    await desk.quiet();
    desk.start();
    await desk.compared();
    assert.equal(desk.lots(BTC), 10);
    assert.deepEqual(desk.told('balance.corrected'), []);
    desk.venue.byHand(BTC, 'sell', 10);
    await desk.compared();
    assertBooks(desk);
  });

  it('who places an order has it told of once, also over a restart', async () => {
    const desk = await holding();
    const openOrders = desk.venue.openOrders.bind(desk.venue);
    desk.venue.openOrders = async symbol => {
      const found = await openOrders(symbol);
      const [one] = found.ok ? found.value : [];
      if (!found.ok || one === undefined) return found;
      return ok([...found.value, { ...one, venueId: 'hand', clientId: null, reduceOnly: false }]);
    };
    await desk.compared();
    desk.start();
    await desk.compared();
    assert.deepEqual(
      desk.told('order.orphaned').map(({ venueId, done }) => [venueId, done]),
      [['hand', 'left alone']],
    );
  });

  it('who changes the modes of a pair has them set back before the next entry', async () => {
    const desk = await opened();
    let asked = 0;
    desk.venue.prepare = async () => {
      asked += 1;
      return ok(null);
    };
    for (const count of [1, 2]) {
      desk.approve({ side: 'buy' });
      await desk.quiet();
      assert.equal(asked, count);
      desk.approve(EXIT_ORDER);
      await desk.compared();
    }
  });

  it('has no deposit told of that is the rounding of fees, and one told of that is none', async () => {
    const desk = await holding();
    desk.venue.byHand(BTC, 'sell', 10);
    desk.venue.wallet8 += 3;
    await desk.compared();
    assert.deepEqual(desk.told('balance.corrected'), []);
    desk.venue.wallet8 += 50;
    await desk.compared();
    assert.deepEqual(
      desk.told('balance.corrected').map(({ amount }) => amount),
      [53],
    );
    const fresh = await opened();
    fresh.venue.wallet8 += 1;
    await fresh.compared();
    assert.equal(fresh.told('balance.corrected').length, 1);
  });

  it('who deposits makes no profit', async () => {
    const desk = await opened();
    desk.venue.wallet8 += toUnits(50);
    await desk.compared();
    assert.deepEqual(
      desk.told('balance.corrected').map(({ amount }) => amount),
      [toUnits(50)],
    );
    assert.equal(desk.world.portfolio.realised, 0);
    assertBooks(desk);
  });
});
