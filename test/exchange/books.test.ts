import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decimal, text } from './decimal.ts';
import { placeOrder } from './desk.ts';
import { dice } from './dice.ts';
import type { ExchangeOptions } from './exchange.ts';
import { TestExchange } from './exchange.ts';
import { START, still, tape, XBT } from './fixture.ts';
import type { Side, Wanted } from './order.ts';
import { Refusal } from './refusal.ts';

const opened: TestExchange[] = [];
async function open(options: ExchangeOptions): Promise<TestExchange> {
  const exchange = await TestExchange.open(options);
  opened.push(exchange);
  return exchange;
}

const wanted = (side: Side, size: number, more: Partial<Wanted> = {}): Wanted => ({
  ...{ clientOid: '', symbol: XBT, side, type: 'market', size, price: null, leverage: 10 },
  ...{ reduceOnly: false, closeOrder: false, stop: '', stopPrice: null },
  ...{ timeInForce: 'GTC', postOnly: false, attached: null },
  ...more,
});

/** A price that wanders, by dice. */
function wander(seed: number, count: number) {
  const rows: [number, number, number, number][] = [];
  let price = 30_000;
  for (let k = 0; k < count; k += 1) {
    const step = (name: string) => Math.round((dice(seed, name, k) - 0.5) * 4000) / 10;
    const open = price + step('gap') / 4;
    const close = open + step('close');
    const [top, low] = [Math.max(open, close) + 30, Math.min(open, close) - 30];
    rows.push([open, top, low, close]);
    price = close;
  }
  return tape(...rows);
}

/** One order, or a person's act, by dice. */
function act({ accounts, hand, market }: TestExchange, seed: number, turn: number): void {
  const roll = (name: string) => dice(seed, name, turn);
  const side = roll('side') < 0.5 ? 'buy' : 'sell';
  const size = 1 + Math.floor(roll('size') * 20);
  const away = BigInt(Math.round((roll('away') - 0.5) * 3000)) * decimal('0.1');
  const price = market.last(XBT) + away;
  const kind = roll('kind');
  const base = wanted(side, size, { clientOid: `${turn}`, reduceOnly: roll('reduce') < 0.4 });
  if (kind < 0.35) placeOrder(accounts, base);
  else if (kind < 0.6) placeOrder(accounts, { ...base, type: 'limit', price });
  else if (kind < 0.85)
    placeOrder(accounts, { ...base, stop: away < 0n ? 'down' : 'up', stopPrice: price });
  else if (kind < 0.9) hand.close(XBT);
  else if (kind < 0.95) hand.cancelAll(XBT);
  else hand.deposit('12.34');
}

function checkBooks({ accounts }: TestExchange): void {
  const { fills, fundings, ledger } = accounts;
  let [lots, cash] = [0, 0n];
  for (const fill of fills) {
    lots += fill.side === 'buy' ? fill.lots : -fill.lots;
    cash += (fill.side === 'buy' ? -fill.value : fill.value) - fill.fee;
  }
  for (const funding of fundings) cash += funding.amount;
  for (const entry of ledger) if (entry.kind.startsWith('Transfer')) cash += entry.amount;
  const position = accounts.position(XBT);
  assert.equal(position.lots, lots);
  // What is bought and not yet sold is in the position, and nowhere else.
  assert.equal(text(accounts.wallet), text(cash + (lots < 0 ? -position.cost : position.cost)));
  assert.ok(position.margin >= 0n);
  for (const order of accounts.orders.values()) {
    assert.ok(order.filledLots <= order.size, order.id);
    const ofOrder = fills.filter(fill => fill.orderId === order.id);
    assert.equal(
      ofOrder.reduce((sum, fill) => sum + fill.lots, 0),
      order.filledLots,
    );
  }
  assert.equal(new Set(fills.map(fill => fill.tradeId)).size, fills.length);
}

describe('the books of the test exchange', () => {
  after(() => Promise.all(opened.map(exchange => exchange.close())));

  it('money is conserved to the last unit through whatever is ordered', async () => {
    let fills = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const faults = { rates: { partialFill: 0.5 } };
      const exchange = await open({ tapes: [wander(seed, 200)], seed, wallet: '2000', faults });
      for (let turn = 0; exchange.advance(); turn += 1) {
        try {
          act(exchange, seed, turn);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
        checkBooks(exchange);
      }
      fills += exchange.accounts.fills.length;
    }
    assert.ok(fills > 300, `only ${fills} fills`);
  });

  it('a short that is bought back cheaper gains the difference, less both fees', async () => {
    const exchange = await open({
      tapes: [tape([30_000, 30_000, 30_000, 30_000], [29_000, 29_000, 29_000, 29_000])],
    });
    exchange.hand.trade(XBT, 'sell', 10);
    exchange.advance();
    exchange.hand.close(XBT);
    // Sold at 29999.9, bought at 29000.1: 9.998 less 0.06 % of 299.999 and of 290.001.
    assert.equal(exchange.books().wallet, '10009.644');
  });

  it('a part that is closed takes its share of the cost with it, rounded down', async () => {
    const { accounts, hand } = await open({ tapes: [still(30_000, 5)] });
    hand.trade(XBT, 'buy', 3, 7);
    // 3 lots cost 90.0003: a seventh of it, rounded up, is margin.
    assert.equal(text(accounts.position(XBT).margin), '12.85718572');
    hand.trade(XBT, 'sell', 1, 7);
    assert.equal(text(accounts.position(XBT).cost), '60.0002');
    assert.equal(text(accounts.position(XBT).margin), '8.57145715');
  });

  it('a position that is liquidated loses its margin, and nothing more', async () => {
    for (const [side, price, leverage] of [
      ['buy', 24_000, 10],
      ['sell', 36_000, 10],
      ['buy', 19_000, 7],
      ['sell', 47_000, 7],
    ] as const) {
      const exchange = await open({
        tapes: [tape([30_000, 30_000, 30_000, 30_000], [price, price, price, price])],
      });
      exchange.hand.trade(XBT, side, 100, leverage);
      const [before, { margin }] = [exchange.accounts.wallet, exchange.accounts.position(XBT)];
      exchange.advance();
      assert.equal(exchange.books().positions.length, 0);
      assert.equal(text(exchange.accounts.wallet), text(before - margin));
      const fill = exchange.accounts.fills.at(-1);
      assert.equal(fill?.kind, 'liquidation');
      assert.ok((fill?.fee ?? -1n) >= 0n, 'no fee is paid out');
    }
  });

  it('a reduce-only order closes what there is, and the rest of it is canceled', async () => {
    const { accounts, hand } = await open({ tapes: [still(30_000, 5)] });
    hand.trade(XBT, 'buy', 10);
    const order = placeOrder(accounts, wanted('sell', 25, { reduceOnly: true }));
    assert.equal(accounts.positions.length, 0);
    assert.deepEqual([order.filledLots, order.state, order.canceled], [10, 'done', true]);
  });

  it('a stop that could open a position covers none', async () => {
    const { accounts, hand } = await open({ tapes: [still(30_000, 5)] });
    hand.trade(XBT, 'buy', 10);
    const stop = { stop: 'down', stopPrice: decimal('29500') } as const;
    placeOrder(accounts, wanted('sell', 10, stop));
    assert.equal(accounts.watch.stretches[0]?.untilMs, null);
    placeOrder(accounts, wanted('sell', 10, { ...stop, reduceOnly: true }));
    assert.equal(accounts.watch.stretches[0]?.untilMs, START);
  });

  it('a reduce-only stop without a position triggers, fails and opens nothing', async () => {
    const { accounts, hand, ...exchange } = await opening();
    hand.close(XBT);
    exchange.advance();
    const [order] = [...accounts.orders.values()].filter(one => one.stop !== '');
    assert.deepEqual([order?.triggered, order?.canceled, order?.filledLots], [true, true, 0]);
    assert.equal(accounts.positions.length, 0);
  });

  /** A long with its stop, and a fall through it. */
  async function opening() {
    const exchange = await open({
      tapes: [tape([30_000, 30_000, 30_000, 30_000], [29_900, 29_900, 29_000, 29_000])],
    });
    exchange.hand.trade(XBT, 'buy', 10);
    exchange.hand.stop(XBT, 10, '29500');
    const advance = () => exchange.advanceTo(START + 119_000);
    return { accounts: exchange.accounts, hand: exchange.hand, advance };
  }

  it('the time that a position stands without a stop is measured, grown positions too', async () => {
    const exchange = await open({ tapes: [still(30_000, 20)] });
    exchange.hand.trade(XBT, 'buy', 10);
    exchange.advance();
    exchange.hand.stop(XBT, 10, '29500');
    exchange.advance();
    exchange.hand.trade(XBT, 'buy', 5);
    exchange.advance();
    exchange.hand.close(XBT);
    const minutes = (ms: number | null) => ((ms ?? Number.NaN) - START) / 60_000;
    assert.deepEqual(
      exchange
        .books()
        .bare.map(({ lots, fromMs, untilMs }) => [lots, minutes(fromMs), minutes(untilMs)]),
      [
        [10, 0, 1],
        [5, 2, 3],
      ],
    );
  });

  it('decimals are exact, and what is too fine for them is refused', () => {
    for (const written of ['0', '0.00000001', '-12.5', '123456789.12345678'])
      assert.equal(text(decimal(written)), written);
    assert.equal(text(decimal(1e-7)), '0.0000001');
    assert.throws(() => decimal('0.000000001'), /too fine/);
    assert.throws(() => decimal('1,5'), /not a number/);
  });
});
