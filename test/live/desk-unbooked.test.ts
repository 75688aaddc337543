/**
 * An exchange that does not tell of fills for long: what is held is protected all the same, and what
 * was filled is booked later, once.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIFFERENCE_MS, RECONCILE_MS, STRANGE_LOTS_MS } from '../../src/base/limits.ts';
import { lost, nakedMs, rounds, stopLots } from './desk-lag.ts';
import { assertBooks, holding, opened } from './desk-scene.ts';
import { BTC, type DeskWorld, ETH } from './desk-world.ts';

/** No list of fills from here on; returns what ends it. */
function withoutFills({ venue }: DeskWorld): () => void {
  const fills = venue.fills.bind(venue);
  venue.fills = async () => lost();
  return () => {
    venue.fills = fills;
  };
}

/** As bare as the next comparison can find it. */
async function bareMs(desk: DeskWorld): Promise<number> {
  desk.venue.tick(desk.venue.price, RECONCILE_MS);
  return nakedMs(desk);
}

const adoptions = (desk: DeskWorld) =>
  desk.told('position.adopted').map(({ side, lots }) => [side, lots]);

describe('while fills cannot be had', () => {
  it('a stop that a person took away is put back, and what was filled is booked later', async () => {
    const desk = await holding();
    const end = withoutFills(desk);
    for (const order of desk.venue.orders) order.open = false;
    assert.ok((await bareMs(desk)) < 60_000);
    assert.equal(stopLots(desk.venue, BTC), 10);
    end();
    await desk.compared();
    assertBooks(desk);
  });

  it('a stop grows with what a person adds, and does not shrink again before it is booked', async () => {
    const desk = await holding();
    const end = withoutFills(desk);
    desk.venue.byHand(BTC, 'buy', 5);
    assert.ok((await bareMs(desk)) < 60_000);
    const placed = desk.venue.orders.length;
    await rounds(desk, 10);
    assert.equal(desk.venue.orders.length, placed);
    // The former one stands on: whether it has fired is not known.
    assert.deepEqual([desk.lots(BTC), stopLots(desk.venue, BTC)], [10, 25]);
    end();
    await desk.compared();
    assert.deepEqual([desk.lots(BTC), stopLots(desk.venue, BTC)], [15, 15]);
    assertBooks(desk);
  });

  it('what a person opens is adopted behind a stop, once', async () => {
    const desk = await opened();
    const end = withoutFills(desk);
    desk.venue.byHand(BTC, 'sell', 7);
    assert.ok((await bareMs(desk)) < 2 * DIFFERENCE_MS);
    end();
    await desk.compared();
    assert.deepEqual(adoptions(desk), [['sell', 7]]);
    assert.deepEqual(desk.told('trade.closed'), []);
    desk.venue.byHand(BTC, 'buy', 7);
    await desk.compared();
    assert.equal(desk.told('trade.closed').length, 1);
    assertBooks(desk);
  });

  it('what a person opens waits for its fills, which tell more of it, for a while', async () => {
    const desk = await opened();
    const end = withoutFills(desk);
    desk.venue.byHand(BTC, 'sell', 7);
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await rounds(desk, 20, STRANGE_LOTS_MS / 2);
    end();
    await desk.compared();
    assert.deepEqual(adoptions(desk), [['sell', 7]]);
    assert.deepEqual([...desk.told('position.squared'), ...desk.told('balance.corrected')], []);
    assertBooks(desk);
  });

  it('what is left of a position whose stop fired in part and ended is protected', async () => {
    const desk = await holding();
    const end = withoutFills(desk);
    desk.venue.endStop(4);
    assert.ok((await bareMs(desk)) < 60_000);
    end();
    await desk.compared();
    assert.deepEqual([desk.lots(BTC), stopLots(desk.venue, BTC)], [6, 6]);
    assertBooks(desk);
  });

  it('a position that was turned over stands behind a stop of the other side', async () => {
    const desk = await holding();
    const end = withoutFills(desk);
    desk.venue.byHand(BTC, 'sell', 25);
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await rounds(desk, 100);
    assert.deepEqual([desk.lots(BTC), stopLots(desk.venue, BTC)], [-15, 15]);
    end();
    await desk.compared();
    assert.deepEqual(adoptions(desk), [['sell', 15]]);
  });

  it('another pair is looked after as ever, and no entry leaves where none can be told of', async () => {
    const desk = await opened();
    const fills = desk.venue.fills.bind(desk.venue);
    desk.venue.fills = async (symbol, since) => (symbol === BTC ? lost() : fills(symbol, since));
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await desk.attendant.round();
    desk.approve({ side: 'buy' });
    desk.approve({ side: 'buy', symbol: ETH });
    await rounds(desk, 10);
    assert.deepEqual([desk.lots(ETH), stopLots(desk.venue, ETH)], [10, 10]);
    assert.equal(desk.venue.lots.get(BTC), undefined);
  });
});
