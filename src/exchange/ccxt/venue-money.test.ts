import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bybit, kc, okx } from '../../../test/envelope.ts';
import { EMPTY, TIME, TOLD, type Told } from '../../../test/exchange-answer.ts';
import {
  type Answer,
  isAsked,
  type Sent,
  stubExchange,
  symbolOf,
} from '../../../test/stub-exchange.ts';
import type { VenueFill, VenueFunding, VenuePosition } from '../../core/venue.ts';
import { ccxtVenue, DIALECTS } from './venue.ts';

async function venueTold(exchange: string, [where, answer]: readonly [string, Answer]) {
  const { client, sent } = await stubExchange(exchange, asked =>
    isAsked(where, asked) ? answer : (EMPTY[exchange] as Answer),
  );
  // Binance's tiers are another request, which is not of interest here.
  Object.assign(client, { loadLeverageBrackets: async () => ({}) });
  if (exchange === 'hyperliquid') Object.assign(client, { coinToMarketId: () => '0' });
  return { venue: ccxtVenue(client), sent };
}

const NO_RATE = ['binanceusdm', 'okx', 'gate'];
const IDS: Readonly<Record<string, readonly [string, string]>> = {
  ...{ kucoinfutures: ['F1', 'O1'], binanceusdm: ['71', '11'], bybit: ['F1', 'O1'] },
  ...{ okx: ['F1', '11'], gate: ['F1', '11'], hyperliquid: ['71', '11'] },
};

for (const exchange of Object.keys(DIALECTS)) {
  const symbol = symbolOf(exchange);
  const told = TOLD[exchange] as Told;
  const [fillId, venueId] = IDS[exchange] as readonly [string, string];

  describe(`money at ${exchange}`, () => {
    const fill: VenueFill = {
      ...{ fillId, venueId, symbol, side: 'buy', price: 65_000.1, lots: 3, fee: 11_700_018 },
      ...{ liquidity: 'taker', liquidation: false, time: TIME },
    };
    it('a fill is told with its fee, to the last unit', async () => {
      const { venue } = await venueTold(exchange, told.fills);
      assert.deepEqual(await venue.fills(symbol, TIME), { ok: true, value: [fill] });
    });

    it('a fill from before is left out', async () => {
      const { venue } = await venueTold(exchange, told.fills);
      assert.deepEqual(await venue.fills(symbol, TIME + 1000), { ok: true, value: [] });
    });

    it('funding that was paid is positive', async () => {
      const payment: VenueFunding = {
        ...{ symbol, time: TIME, amount: 1_950_000 },
        rate: NO_RATE.includes(exchange) ? null : 0.0001,
      };
      const { venue } = await venueTold(exchange, told.funding);
      assert.deepEqual(await venue.funding(symbol, TIME), { ok: true, value: [payment] });
    });

    it('a position is told in lots', async () => {
      const { venue } = await venueTold(exchange, told.positions);
      const answer = await venue.positions();
      assert.ok(answer.ok, JSON.stringify(answer));
      const [position] = answer.value as readonly [VenuePosition];
      assert.equal(answer.value.length, 1);
      assert.deepEqual(
        { ...position, time: 0 },
        {
          ...{ symbol, direction: 'short', lots: 3, entryPrice: 65_000.1, leverage: 5, time: 0 },
          unfit: null,
        },
      );
    });

    it('the wallet has no unrealised profit in it', async () => {
      const { venue } = await venueTold(exchange, told.wallet);
      assert.deepEqual(await venue.wallet(), { ok: true, value: 100_012_345_680 });
    });

    it('nothing at all is an empty list', async () => {
      const { client } = await stubExchange(exchange, () =>
        exchange === 'kucoinfutures'
          ? kc({ items: [], dataList: [] })
          : (EMPTY[exchange] as Answer),
      );
      const venue = ccxtVenue(client);
      for (const answer of [await venue.fills(symbol, TIME), await venue.funding(symbol, TIME)])
        assert.deepEqual(answer, { ok: true, value: [] });
    });

    for (const text of ['', 'hello', '{"code":"200000"', '"list"', 'null'])
      it(`${JSON.stringify(text)} is no empty list`, async () => {
        const { client } = await stubExchange(exchange, () => ({ status: 200, text }));
        const venue = ccxtVenue(client);
        for (const answer of [
          await venue.fills(symbol, TIME),
          await venue.funding(symbol, TIME),
          await venue.positions(),
          await venue.openOrders(symbol),
          await venue.wallet(),
        ])
          assert.ok(!answer.ok, JSON.stringify(answer));
      });
  });
}

type Query = Sent['query'];

/** How an exchange turns pages: their size, what a stretch's start and a page are called, and its answer. */
interface Pages {
  readonly size: number;
  readonly start: string;
  readonly page: string;
  readonly answer: (rows: readonly object[], query: Query) => Answer;
}

const BILL = 1_000_000_000_000_000_005n;

const PAGES: Readonly<Record<string, Pages>> = {
  kucoinfutures: {
    ...{ size: 50, start: 'startAt', page: 'currentPage' },
    answer: (rows, { currentPage = 1, pageSize = 50 }) => {
      const end = Number(currentPage) * Number(pageSize);
      return kc({ items: rows.slice(end - Number(pageSize), end) });
    },
  },
  bybit: {
    ...{ size: 50, start: 'startTime', page: 'cursor' },
    answer: (rows, { cursor = 'at:0' }) => {
      const end = Number(cursor.slice(3)) + 50;
      const next = end < rows.length ? `at%3A${end}` : '';
      const result = { list: rows.slice(end - 50, end), nextPageCursor: next };
      return { ...bybit(), result };
    },
  },
  okx: {
    ...{ size: 100, start: 'begin', page: 'after' },
    // Its bills count up, and one digit is added on the way.
    answer: (rows, { after }) => {
      const bills = rows.map((row, index) => ({ ...row, billId: String(BILL - BigInt(index)) }));
      const end = after === undefined ? BILL + 1n : BigInt(after);
      const older = bills.filter(({ billId }) => BigInt(billId) < end);
      return okx(...older.slice(0, 100));
    },
  },
  gate: {
    ...{ size: 100, start: 'from', page: 'offset' },
    answer: (rows, { offset = 0 }) => rows.slice(Number(offset), Number(offset) + 100) as Answer,
  },
};

/** As many fills in one moment as many makers make of one order. */
async function filledAtOnce(exchange: string, count: number) {
  const { start, page, answer } = PAGES[exchange] as Pages;
  const [where, one] = (TOLD[exchange] as Told).fills;
  const [row] = /\[(\{.*\})\]/.exec(JSON.stringify(one))?.slice(1) ?? [];
  const rows = Array.from({ length: count }, (_, index) =>
    JSON.parse(String(row).replace('"F1"', `"F${index}"`)),
  );
  const { client, sent } = await stubExchange(exchange, asked => {
    const since = Number(asked.query[start]) * (start === 'from' ? 1000 : 1);
    const isThere = isAsked(where, asked) && since <= TIME;
    return answer(isThere ? rows : [], asked.query);
  });
  const told = await ccxtVenue(client).fills(symbolOf(exchange), TIME);
  return { told, turns: sent.filter(({ query }) => page in query).length };
}

describe('an order that many makers fill in one moment', () => {
  for (const [exchange, { size }] of Object.entries(PAGES))
    for (const count of [size, size + 1, 2 * size, 2 * size + 20])
      it(`${exchange}: ${count} fills are told, each once`, async () => {
        const { told, turns } = await filledAtOnce(exchange, count);
        assert.ok(told.ok, JSON.stringify(told));
        assert.equal(told.value.length, count);
        assert.equal(new Set(told.value.map(({ fillId }) => fillId)).size, count);
        // Bybit alone says which page is the last; elsewhere that is one which is not full.
        const last = exchange === 'bybit' ? Math.ceil(count / size) : Math.floor(count / size) + 1;
        assert.equal(turns, last - 1);
      });
});

/** Of each exchange: what it says of a position otherwise, and what that means. */
const UNFIT: readonly (readonly [string, from: string, to: string, VenuePosition['unfit']])[] = [
  ['kucoinfutures', '"crossMode":false', '"positionSide":"SHORT"', 'hedge mode'],
  ['kucoinfutures', '"ISOLATED"', '"CROSS"', 'cross margin'],
  ['binanceusdm', '"BOTH"', '"SHORT"', 'hedge mode'],
  ['binanceusdm', '"isolatedMargin":"39.1"', '"isolatedMargin":"0"', 'cross margin'],
  ['bybit', '"positionIdx":0', '"positionIdx":2', 'hedge mode'],
  ['bybit', '"tradeMode":1', '"tradeMode":0', null],
  ['okx', '"net"', '"short"', 'hedge mode'],
  ['okx', '"isolated"', '"cross"', 'cross margin'],
  ['gate', '"single"', '"dual_short"', 'hedge mode'],
  ['gate', '"leverage":"5"', '"leverage":"0"', 'cross margin'],
  ['hyperliquid', '"type":"isolated"', '"type":"cross"', 'cross margin'],
];

describe('a position that is kept otherwise', () => {
  for (const [exchange, from, to, unfit] of UNFIT)
    it(`${exchange}: ${to} is ${unfit ?? 'nothing to hold against it'}`, async () => {
      const [where, answer] = (TOLD[exchange] as Told).positions;
      const text = JSON.stringify(answer);
      assert.ok(text.includes(from), text);
      const { venue } = await venueTold(exchange, [where, JSON.parse(text.replace(from, to))]);
      const told = await venue.positions();
      assert.equal(told.ok && told.value[0]?.unfit, unfit);
    });
});

describe('fees', () => {
  it('in another currency are told, and not counted as one of ours', async () => {
    const { venue } = await venueTold('binanceusdm', [
      '/userTrades',
      [
        {
          ...{
            symbol: 'BTCUSDT',
            id: 71,
            orderId: 11,
            side: 'BUY',
            price: '65000.1',
            qty: '0.003',
          },
          ...{ quoteQty: '195', commission: '0.0002', commissionAsset: 'BNB', time: TIME },
        },
      ],
    ]);
    const answer = await venue.fills('BTC/USDT:USDT', TIME);
    assert.match(answer.ok ? '' : answer.error.hint, /a fee was taken in BNB/);
  });

  it('that a maker is given are negative', async () => {
    const [where, answer] = (TOLD['kucoinfutures'] as Told).fills;
    const rebate = JSON.parse(JSON.stringify(answer).replace('"0.11700018"', '"-0.00975001"'));
    const { venue } = await venueTold('kucoinfutures', [where, rebate]);
    const fills = await venue.fills('BTC/USDT:USDT', TIME);
    assert.equal(fills.ok && fills.value[0]?.fee, -975_001);
  });
});
