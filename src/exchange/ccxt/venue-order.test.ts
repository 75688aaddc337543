import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, type Sent, stubExchange, symbolOf } from '../../../test/stub-exchange.ts';
import type { VenueOrder } from '../../core/venue.ts';
import { ccxtVenue } from './venue.ts';

const ID = `hf${'0123456789abcdef'.repeat(2).slice(0, 30)}`;
const OTHER = `hf${'f'.repeat(30)}`;
const TIME = 1_700_000_000_000;
const BTC = symbolOf('kucoinfutures');

/** KuCoin's order, in its documents' shape. */
const order = (own: object = {}): object => ({
  ...{ id: 'O1', clientOid: ID, symbol: 'XBTUSDTM', type: 'market', side: 'sell', price: '0' },
  ...{ size: 3, filledSize: 0, value: '0', dealValue: '0', dealSize: 0, filledValue: '0' },
  ...{ stop: '', stopPriceType: '', stopTriggered: false, stopPrice: null, leverage: '5' },
  ...{ isActive: true, cancelExist: false, reduceOnly: true, closeOrder: false, status: 'open' },
  ...{ createdAt: TIME, updatedAt: TIME, settleCurrency: 'USDT', timeInForce: 'GTC' },
  ...own,
});
const waiting = order({ stop: 'down', stopPrice: '60000', stopPriceType: 'TP' });
const done = order({ isActive: false, status: 'done', filledSize: 3 });
const canceled = order({ isActive: false, status: 'done', cancelExist: true, filledSize: 1 });

const yes = (data: unknown): Answer => ({ code: '200000', data });
const items = (...list: object[]): Answer =>
  yes({ currentPage: 1, pageSize: 50, totalNum: list.length, totalPage: 1, items: list });
const unknown = { status: 200, text: '{"code":"100001","msg":"error.getOrder.orderNotExist"}' };
const down = { status: 503, text: 'down' };

/** Where KuCoin keeps orders, by the request that asks there. */
interface Kept {
  readonly byId?: Answer;
  readonly stops?: Answer;
  readonly active?: Answer;
  readonly done?: Answer;
  readonly cancel?: Answer;
}

const asks = (kept: Kept) => {
  return ({ method, path, query }: Sent): Answer => {
    if (method === 'DELETE') return kept.cancel ?? yes({ cancelledOrderIds: ['O1'] });
    if (path === '/api/v1/stopOrders') return kept.stops ?? items();
    if (path !== '/api/v1/orders') return kept.byId ?? unknown;
    return (query['status'] === 'active' ? kept.active : kept.done) ?? items();
  };
};

async function venueWith(kept: Kept) {
  const { client, sent } = await stubExchange('kucoinfutures', asks(kept));
  return { venue: ccxtVenue(client), sent };
}

const read: VenueOrder = {
  ...{ venueId: 'O1', clientId: ID, symbol: BTC, side: 'sell', lots: 3, filledLots: 0 },
  ...{ open: true, reduceOnly: true, trigger: null, time: TIME },
};

describe('an order that may have been sent', () => {
  for (const [where, kept, found] of [
    ['by its client id', { byId: yes(order()) }, read],
    ['by its client id, waiting', { byId: yes(waiting) }, { ...read, trigger: 60_000 }],
    ['among the stops that wait', { stops: items(waiting) }, { ...read, trigger: 60_000 }],
    [
      'among the active ones',
      { active: items(order({ filledSize: 1 })) },
      { ...read, filledLots: 1 },
    ],
    ['among the done ones', { done: items(done) }, { ...read, open: false, filledLots: 3 }],
    ['canceled', { done: items(canceled) }, { ...read, open: false, filledLots: 1 }],
  ] as const)
    it(`is found ${where}`, async () => {
      const { venue } = await venueWith(kept);
      assert.deepEqual(await venue.find(ID, BTC), { ok: true, value: found });
    });

  it('is not found only after every place has said so', async () => {
    const { venue, sent } = await venueWith({});
    const answer = await venue.find(ID, BTC);
    assert.equal(!answer.ok && answer.error.code, 'not-found');
    assert.deepEqual(
      sent.map(({ path, query }) => `${path} ${query['status'] ?? ''}`.trim()),
      [
        '/api/v1/orders/byClientOid',
        ...['/api/v1/stopOrders', '/api/v1/orders active', '/api/v1/orders done'],
      ],
    );
  });

  for (const [place, kept] of [
    ['the order itself', { byId: down }],
    ['the stops', { stops: down }],
    ['the active orders', { active: down }],
    ['the done orders', { done: down }],
    ['a list that is no list', { stops: { status: 200, text: 'hello' } }],
  ] as const)
    it(`is not called unknown where ${place} cannot be asked`, async () => {
      const { venue } = await venueWith(kept);
      const answer = await venue.find(ID, BTC);
      assert.ok(!answer.ok);
      assert.notEqual(answer.error.code, 'not-found');
    });

  it('is not called unknown on a code that stands for wrong parameters too', async () => {
    const text = '{"code":"100001","msg":"There are invalid parameters"}';
    const { venue } = await venueWith({ byId: { status: 200, text } });
    const answer = await venue.find(ID, BTC);
    assert.equal(!answer.ok && answer.error.code, 'refused');
  });

  for (const [what, byId] of [
    ['of another order', yes(order({ clientOid: OTHER }))],
    ['without a size', yes(order({ size: undefined }))],
    ['of half a lot', yes(order({ size: 1.5 }))],
    ['without a state', yes(order({ isActive: undefined, status: undefined }))],
    [
      'done, without what was filled',
      yes(order({ isActive: false, filledSize: undefined, dealSize: undefined })),
    ],
    ['without anything', yes({})],
    ['that was cut', { status: 200, text: '{"code":"200000","data":{"id"' }],
  ] as const)
    it(`an answer ${what} is not believed`, async () => {
      const { venue } = await venueWith({ byId });
      const answer = await venue.find(ID, BTC);
      assert.ok(!answer.ok);
      assert.deepEqual([answer.error.code, answer.error.retry], ['unreadable', true]);
    });

  it('is found by the id that the exchange gave it', async () => {
    const { venue, sent } = await venueWith({ stops: items(waiting) });
    const answer = await venue.order('O1', BTC);
    assert.deepEqual(answer, { ok: true, value: { ...read, trigger: 60_000 } });
    assert.equal(sent[0]?.path, '/api/v1/orders/O1');
  });

  it('placed by hand has no client id', async () => {
    const { venue } = await venueWith({ byId: yes(order({ clientOid: null })) });
    const answer = await venue.order('O1', BTC);
    assert.equal(answer.ok && answer.value.clientId, null);
  });
});

describe('open orders', () => {
  it('are those that wait, too', async () => {
    const stop = order({ id: 'S1', clientOid: OTHER, stop: 'down', stopPrice: '60000' });
    const { venue } = await venueWith({ active: items(order()), stops: items(stop) });
    const answer = await venue.openOrders(BTC);
    assert.deepEqual(answer.ok && answer.value, [
      read,
      { ...read, venueId: 'S1', clientId: OTHER, trigger: 60_000 },
    ]);
  });

  it('are all of them, page by page', async () => {
    const { client, sent } = await stubExchange('kucoinfutures', ({ path, query }) => {
      if (path === '/api/v1/stopOrders') return items();
      const first = (Number(query['currentPage']) - 1) * 50;
      const count = Math.max(0, Math.min(50, 120 - first));
      return items(
        ...Array.from({ length: count }, (_, index) => order({ id: `O${first + index}` })),
      );
    });
    const answer = await ccxtVenue(client).openOrders(BTC);
    assert.equal(answer.ok && answer.value.length, 120);
    assert.equal(sent.filter(({ path }) => path === '/api/v1/orders').length, 3);
  });

  it('without end are an error, not a part', async () => {
    const full = Array.from({ length: 50 }, (_, index) => order({ id: `O${index}` }));
    const { venue } = await venueWith({ active: items(...full) });
    const answer = await venue.openOrders(BTC);
    assert.equal(!answer.ok && answer.error.code, 'unreadable');
  });
});

describe('a cancel', () => {
  /** The order is as `before` until a cancel is asked for, then as `after`. */
  const cancelWith = async (cancel: Answer, after: Answer, before: Answer = yes(waiting)) => {
    const { client, sent } = await stubExchange('kucoinfutures', sentNow => {
      const asked = sent.some(({ method }) => method === 'DELETE');
      return asks({ byId: asked ? after : before, cancel })(sentNow);
    });
    const answer = await ccxtVenue(client).cancel(ID, BTC);
    return { answer, deletes: sent.filter(({ method }) => method === 'DELETE') };
  };
  const gone = yes({ cancelledOrderIds: ['O1'] });
  const tooLate = {
    status: 200,
    text: '{"code":"100004","msg":"Order is in not cancelable state"}',
  };

  it('is done where nothing is open afterwards', async () => {
    const { answer, deletes } = await cancelWith(gone, yes(canceled));
    assert.deepEqual(answer, { ok: true, value: null });
    assert.deepEqual(
      deletes.map(({ path, query }) => [path, query]),
      [['/api/v1/orders/O1', {}]],
    );
  });

  it('of what is done already asks for nothing', async () => {
    const { answer, deletes } = await cancelWith(gone, yes(done), yes(done));
    assert.deepEqual([answer, deletes.length], [{ ok: true, value: null }, 0]);
  });

  it('that comes too late is done, since nothing is open', async () => {
    const { answer } = await cancelWith(tooLate, yes(done));
    assert.deepEqual(answer, { ok: true, value: null });
  });

  it('whose answer was lost is done where the order is', async () => {
    const { answer } = await cancelWith(new TypeError('fetch failed'), yes(canceled));
    assert.deepEqual(answer, { ok: true, value: null });
  });

  it('whose answer was lost is in doubt while the order is open', async () => {
    const { answer } = await cancelWith(new TypeError('fetch failed'), yes(waiting));
    assert.deepEqual(!answer.ok && [answer.error.code, answer.error.retry], ['unavailable', true]);
  });

  it('that was taken and is not done yet is no success', async () => {
    const { answer } = await cancelWith(gone, yes(waiting));
    assert.deepEqual(!answer.ok && [answer.error.code, answer.error.retry], [
      'cancel-pending',
      true,
    ]);
  });

  it('of an unknown order says so', async () => {
    const { answer } = await cancelWith(gone, unknown, unknown);
    assert.equal(!answer.ok && answer.error.code, 'not-found');
  });

  it('is in doubt where nobody can be asked afterwards', async () => {
    const { answer } = await cancelWith(gone, down);
    assert.deepEqual(!answer.ok && [answer.error.code, answer.error.retry], ['unavailable', true]);
  });
});
