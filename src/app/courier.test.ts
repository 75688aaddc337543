import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT } from '../base/fault.ts';
import { failed, ok, type Result } from '../base/result.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Report } from '../core/fact.ts';
import { type Approved, approve, type Order } from '../core/order.ts';
import { clientOrderId } from './client-id.ts';
import { createCourier } from './courier.ts';

const DIRECTORY = '0123456789abcdef';

const orderOf = (id: string, more: Partial<Order> = {}): Approved =>
  approve({
    id,
    epoch: 1,
    symbol: 'BTC/USDT:USDT',
    side: 'buy',
    kind: 'market',
    lots: 10,
    price: null,
    trigger: null,
    trail: null,
    reduceOnly: false,
    leverage: 3,
    createdAt: 1000,
    expiresAt: 5000,
    strategy: 'momentum',
    exitReason: null,
    protection: null,
    models: { signal: 0, deep: 0 },
    ...more,
  });

const accepted = ({ id }: Order): Result<Report> => ok({ type: 'order.accepted', id, time: 1000 });

/** An exchange that says what it is asked, and an outbox that forgets what was answered. */
function setUp(given: {
  readonly waiting: Approved[];
  readonly now?: number;
  readonly find?: (order: Approved) => Result<Report>;
  readonly submit?: (order: Approved) => Result<Report>;
  readonly cancel?: (id: string) => Result<Report>;
  /** Why no entry may leave. */
  readonly held?: string;
  readonly recalled?: readonly Order[];
}) {
  const { now = 2000, find = () => failed('not-found', 'no such order') } = given;
  const { submit = accepted } = given;
  const { cancel = () => assert.fail('nothing is to be canceled') } = given;
  const waiting = [...given.waiting];
  const recalled = [...(given.recalled ?? [])];
  const asked: string[] = [];
  const answers: Report[] = [];
  const exchange: Exchange = {
    submit: async (order, clientId) => {
      asked.push(`submit ${order.id} as ${clientId}`);
      return submit(order);
    },
    find: async (clientId, order) => {
      asked.push(`find ${order.id} as ${clientId}`);
      return find(order);
    },
    cancel: async (id, clientId) => {
      asked.push(`cancel ${id} as ${clientId}`);
      return cancel(id);
    },
    advance: () => assert.fail('a courier moves no market'),
  };
  const courier = createCourier({
    exchange,
    directory: DIRECTORY,
    idle: () => waiting.length === 0,
    outbox: () => [...waiting],
    entriesHeld: () => given.held ?? null,
    recalled: () => [...recalled],
    now: () => now,
    commit: input => {
      assert.ok(input.kind === 'answer');
      const report = input.report as Report;
      answers.push(report);
      for (const list of [waiting, recalled]) {
        const index = list.findIndex(order => 'id' in report && order.id === report.id);
        if (index >= 0) list.splice(index, 1);
      }
    },
  });
  return { courier, asked, answers, waiting };
}

const named = (id: string): string => clientOrderId(DIRECTORY, orderOf(id));

describe('a courier', () => {
  it('sends an order that was approved in this run once, and commits the answer', async () => {
    const { courier, asked, answers, waiting } = setUp({ waiting: [] });
    waiting.push(orderOf('7-1'));
    await courier.deliver();
    assert.deepEqual(asked, [`submit 7-1 as ${named('7-1')}`]);
    assert.deepEqual(answers, [{ type: 'order.accepted', id: '7-1', time: 1000 }]);
    assert.equal(courier.idle(), true);
    await courier.deliver();
    assert.equal(asked.length, 1);
  });

  it('looks an order of an earlier run up, and does not send it again when it is there', async () => {
    const { courier, asked, answers } = setUp({ waiting: [orderOf('7-1')], find: accepted });
    await courier.deliver();
    assert.deepEqual(asked, [`find 7-1 as ${named('7-1')}`]);
    assert.equal(answers[0]?.type, 'order.accepted');
  });

  it('sends an order of an earlier run that the exchange never saw, under the same id', async () => {
    const { courier, asked } = setUp({ waiting: [orderOf('7-1')] });
    await courier.deliver();
    const id = named('7-1');
    assert.deepEqual(asked, [`find 7-1 as ${id}`, `submit 7-1 as ${id}`]);
  });

  it('brings the answer of an order that is found however old it is', async () => {
    const given = { waiting: [orderOf('7-1')], find: accepted, now: 9000 };
    const { courier, asked, answers } = setUp(given);
    await courier.deliver();
    assert.deepEqual(asked, [`find 7-1 as ${named('7-1')}`]);
    assert.equal(answers[0]?.type, 'order.accepted');
  });

  for (const now of [5000, 9000])
    it(`never sends an order at ${now} that expired at 5000`, async () => {
      const { courier, asked, answers } = setUp({ waiting: [orderOf('7-1')], now });
      await courier.deliver();
      assert.deepEqual(asked, [`find 7-1 as ${named('7-1')}`]);
      assert.deepEqual(answers, [{ type: 'order.expired', id: '7-1', time: now }]);
    });

  it('takes no answer for an unknown fate: it stops, and the order stays in the outbox', async () => {
    const given = {
      waiting: [orderOf('7-1')],
      find: () => failed('timed-out', 'check the connection', true),
    };
    const { courier, asked, answers, waiting } = setUp(given);
    await assert.rejects(courier.deliver(), {
      exitCode: EXIT.unreachable,
      message: 'no answer from the exchange: timed-out',
      remedy: 'check the connection',
    });
    assert.equal(asked.length, 1, 'nothing is sent while it is not known');
    assert.deepEqual(answers, []);
    assert.equal(waiting.length, 1);
  });

  it('looks an order up, once it was sent and not answered, before it sends it again', async () => {
    let fails = true;
    const submit = (order: Approved): Result<Report> =>
      fails ? failed('timed-out', 'check the connection', true) : accepted(order);
    const { courier, asked, waiting } = setUp({ waiting: [], submit });
    waiting.push(orderOf('7-1'));
    await assert.rejects(courier.deliver(), { exitCode: EXIT.unreachable });
    fails = false;
    await courier.deliver();
    assert.deepEqual(
      asked.map(line => line.split(' as ')[0]),
      ['submit 7-1', 'find 7-1', 'submit 7-1'],
    );
    assert.equal(courier.idle(), true);
  });

  it('delivers the oldest first, and a rejection is an answer', async () => {
    const submit = (order: Approved): Result<Report> =>
      order.id === '7-1'
        ? ok({ type: 'order.rejected', id: '7-1', time: 1000, reason: 'too small' })
        : accepted(order);
    const { courier, answers, waiting } = setUp({ waiting: [], submit });
    waiting.push(orderOf('7-1'), orderOf('7-2'));
    await courier.deliver();
    assert.deepEqual(
      answers.map(({ type }) => type),
      ['order.rejected', 'order.accepted'],
    );
  });
});

describe('a courier while entries are held back', () => {
  const exit: Partial<Order> = { side: 'sell', reduceOnly: true, exitReason: 'time_exit' };

  it('sends no entry, not even one that was approved before, and every exit', async () => {
    const { courier, asked, answers, waiting } = setUp({ waiting: [], held: 'kill switch' });
    waiting.push(orderOf('7-1'), orderOf('7-2', exit));
    await courier.deliver();
    assert.deepEqual(asked, [`submit 7-2 as ${named('7-2')}`]);
    assert.deepEqual(answers, [
      { type: 'order.canceled', id: '7-1', time: 2000, reason: 'kill switch' },
      { type: 'order.accepted', id: '7-2', time: 1000 },
    ]);
  });

  it('says by what', async () => {
    const { courier, answers, waiting } = setUp({ waiting: [], held: 'paused' });
    waiting.push(orderOf('7-1'));
    await courier.deliver();
    assert.ok(answers[0]?.type === 'order.canceled' && answers[0].reason === 'paused');
  });

  it('looks up what an earlier run may have sent before it drops it', async () => {
    const sent = setUp({ waiting: [orderOf('7-1')], held: 'kill switch', find: accepted });
    await sent.courier.deliver();
    assert.equal(sent.answers[0]?.type, 'order.accepted');
    const unsent = setUp({ waiting: [orderOf('7-1')], held: 'kill switch' });
    await unsent.courier.deliver();
    assert.equal(unsent.answers[0]?.type, 'order.canceled');
  });

  it('cancels the entries that wait at the exchange, under the id they left with', async () => {
    const cancel = (id: string): Result<Report> =>
      ok({ type: 'order.canceled', id, time: 1500, reason: 'canceled on request' });
    const given = {
      waiting: [],
      held: 'kill switch',
      recalled: [orderOf('7-1'), orderOf('7-2')],
      cancel,
    };
    const { courier, asked, answers } = setUp(given);
    await courier.deliver();
    assert.deepEqual(asked, [`cancel 7-1 as ${named('7-1')}`, `cancel 7-2 as ${named('7-2')}`]);
    assert.deepEqual(
      answers.map(({ type }) => type),
      ['order.canceled', 'order.canceled'],
    );
  });
});

describe('a client order id', () => {
  it('is 32 hex letters and digits, and the same for ever', () => {
    assert.match(named('7-1'), /^hf[0-9a-f]{30}$/);
    assert.equal(named('7-1'), clientOrderId(DIRECTORY, orderOf('7-1', { lots: 99 })));
  });

  it('differs by directory, epoch, step and place in the step', () => {
    const ids = [
      named('7-1'),
      named('7-2'),
      named('71-1'),
      clientOrderId(DIRECTORY, orderOf('7-1', { epoch: 2 })),
      clientOrderId('fedcba9876543210', orderOf('7-1')),
    ];
    assert.equal(new Set(ids).size, ids.length);
  });
});
