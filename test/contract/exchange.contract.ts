/**
 * What every exchange behind the port must do. Run it on each adapter.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientOrderId } from '../../src/app/client-id.ts';
import { impurity } from '../../src/base/canonical.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import type { Report } from '../../src/core/fact.ts';
import type { Candle } from '../../src/core/market.ts';
import type { Approved } from '../../src/core/order.ts';

/** An exchange with a price, an account with money, and a way to tell the account its reports. */
export interface ExchangeUnderTest {
  readonly exchange: Exchange;
  /** A limit order far from the price that the exchange will accept and not fill. */
  resting(id: string): Approved;
  /** An order it must refuse. */
  refused(id: string): Approved;
  /** A candle that reaches no order. */
  readonly quietCandle: Candle;
  approve(order: Approved): void;
  tell(report: Report): void;
}

/** As the courier and the desk name it. */
const nameOf = (order: Approved): string => clientOrderId('the directory', order);

export function exchangeContract(
  name: string,
  create: () => ExchangeUnderTest | Promise<ExchangeUnderTest>,
): void {
  const submitted = async (order: (under: ExchangeUnderTest) => Approved) => {
    const under = await create();
    const approved = order(under);
    under.approve(approved);
    const answer = await under.exchange.submit(approved, nameOf(approved));
    assert(answer.ok);
    assert.equal(impurity(answer.value), null);
    under.tell(answer.value);
    return { under, approved, answer: answer.value };
  };

  describe(`the exchange contract: ${name}`, () => {
    it('an order it takes is accepted under its own id', async () => {
      const { approved, answer } = await submitted(under => under.resting('1-0'));
      assert.equal(answer.type, 'order.accepted');
      assert('id' in answer && answer.id === approved.id);
    });

    it('an order sent again under the same id is the same order', async () => {
      const { under, approved, answer } = await submitted(under => under.resting('1-0'));
      const again = await under.exchange.submit(approved, nameOf(approved));
      assert.deepEqual(again, { ok: true, value: answer });
    });

    it('an order it cannot take is rejected with a reason, not an error', async () => {
      const { answer } = await submitted(under => under.refused('1-0'));
      assert(answer.type === 'order.rejected');
      assert(answer.reason.length > 0);
    });

    it('an order it knows is found, one it never saw is not', async () => {
      const { under, approved } = await submitted(under => under.resting('1-0'));
      const found = await under.exchange.find(nameOf(approved), approved);
      assert(found.ok && found.value.type === 'order.accepted');
      const never = under.resting('2-0');
      const missing = await under.exchange.find(nameOf(never), never);
      assert(!missing.ok);
      assert.deepEqual([missing.error.code, missing.error.retry], ['not-found', false]);
    });

    it('a canceled order is gone, and canceling it again finds nothing', async () => {
      const { under, approved } = await submitted(under => under.resting('1-0'));
      const canceled = await under.exchange.cancel(approved.id, nameOf(approved));
      assert(canceled.ok && canceled.value.type === 'order.canceled');
      assert.equal(impurity(canceled.value), null);
      under.tell(canceled.value);
      const again = await under.exchange.cancel(approved.id, nameOf(approved));
      assert(!again.ok && again.error.code === 'not-found');
    });

    it('a candle that reaches nothing reports nothing', async () => {
      const { under } = await submitted(under => under.resting('1-0'));
      assert.deepEqual(under.exchange.advance(under.quietCandle), []);
    });
  });
}
