/**
 * The account over the API: balance, positions, funding, ledger, modes, leverage, the key itself.
 *
 * Promises: `accountEquity` less `unrealisedPNL` is the wallet, as `marginBalance` says too.
 * Never: changes positions.
 */
import type { Books, LedgerEntry } from './books.ts';
import { MAKER_RATE, TAKER_RATE } from './contract.ts';
import { number, text } from './decimal.ts';
import { type AccountMode, marginMode } from './desk.ts';
import type { Funding } from './private-message.ts';
import { refused } from './refusal.ts';
import type { Params, Route } from './route.ts';
import type { ApiKey } from './sign.ts';

export interface AccountDesk {
  readonly books: Books;
  readonly mode: AccountMode;
  readonly key: ApiKey;
  readonly bullet: (isPrivate: boolean) => object;
}

const ROWS = 10;
const ROWS_MAX = 100;

export function accountRoutes(desk: AccountDesk): Route[] {
  const { books } = desk;
  const get = (path: string, answer: Route['answer']): Route => ({
    ...{ method: 'GET', permission: 'General', path, answer },
  });
  return [
    get('/api/v1/account-overview', params => overview(books, params)),
    get('/api/v1/position', params => positionIn(desk, contractIn(books, params))),
    get('/api/v1/positions', () =>
      books.positions.map(position => positionIn(desk, position.contract.id)),
    ),
    get('/api/v1/funding-history', params => fundingRows(books, params)),
    get('/api/v1/transaction-history', params => ledgerRows(books, params)),
    get('/api/v1/trade-fees', params => ({
      symbol: contractIn(books, params),
      takerFeeRate: text(TAKER_RATE),
      makerFeeRate: text(MAKER_RATE),
    })),
    get('/api/v1/user/api-key', () => keyAnswer(desk.key)),
    get('/api/ua/v1/account/mode', () => ({ selfAccountMode: 'CLASSIC' })),
    get('/api/v1/hf/accounts/opened', () => false),
    get('/api/v3/margin/symbols', () => ({ timestamp: books.nowMs, items: [] })),
    get('/api/v1/isolated/symbols', () => []),
    get('/api/v1/accounts', () => []),
    ...modeRoutes(desk),
    {
      ...{ method: 'POST', path: '/api/v1/bullet-private', permission: 'General' },
      answer: () => desk.bullet(true),
    },
  ];
}

/** With the modes that the account is in: the books know of one net position a contract. */
function positionIn({ books, mode }: AccountDesk, symbol: string): object {
  const side = books.position(symbol).lots < 0 ? 'SHORT' : 'LONG';
  const margin = marginMode(mode, symbol);
  return {
    ...books.positionAnswer(symbol),
    ...{ positionSide: mode.isHedged ? side : 'BOTH', marginMode: margin },
    crossMode: margin === 'CROSS',
  };
}

function modeRoutes({ books, mode }: AccountDesk): Route[] {
  const get = (path: string, answer: Route['answer']): Route => ({
    ...{ method: 'GET', permission: 'General', path, answer },
  });
  const post = (path: string, answer: Route['answer']): Route => ({
    ...{ method: 'POST', permission: 'Futures', path, answer },
  });
  const isUsed = (symbol: string): boolean =>
    books.position(symbol).lots !== 0 || [...books.live].some(order => order.symbol === symbol);
  const marginAnswer = (symbol: string) => ({ symbol, marginMode: marginMode(mode, symbol) });
  return [
    get('/api/v2/position/getMarginMode', params => marginAnswer(contractIn(books, params))),
    post('/api/v2/position/changeMarginMode', params => {
      const [symbol, asked] = [contractIn(books, params), params.text('marginMode')];
      if (asked !== 'ISOLATED' && asked !== 'CROSS') throw refused.parameter('marginMode');
      if (asked !== marginMode(mode, symbol) && isUsed(symbol)) throw refused.modeInUse();
      mode.margin.set(symbol, asked);
      return marginAnswer(symbol);
    }),
    get('/api/v2/position/getPositionMode', () => ({ positionMode: mode.isHedged ? 1 : 0 })),
    post('/api/v2/position/switchPositionMode', params => {
      const isHedged = params.text('positionMode') === '1';
      const used = books.positions.length > 0 || books.live.size > 0;
      if (isHedged !== mode.isHedged && used) throw refused.modeInUse();
      mode.isHedged = isHedged;
      return { positionMode: isHedged ? 1 : 0 };
    }),
    get('/api/v2/getCrossUserLeverage', params => ({
      symbol: contractIn(books, params),
      leverage: mode.crossLeverage.get(contractIn(books, params)) ?? '1',
    })),
    post('/api/v2/changeCrossUserLeverage', params => {
      const most = books.leverageMax(contractIn(books, params));
      if (params.number('leverage', 0) > most) throw refused.leverage(most);
      mode.crossLeverage.set(contractIn(books, params), params.text('leverage'));
      return true;
    }),
  ];
}

function contractIn(books: Books, params: Params): string {
  const contract = books.market.find(params.text('symbol'));
  if (contract === null) throw refused.symbol(params.text('symbol'));
  return contract.id;
}

function overview(books: Books, params: Params): object {
  const currency = params.maybe('currency') ?? 'USDT';
  if (currency !== 'USDT') throw refused.parameter(`no ${currency} account`);
  const balance = books.balance();
  return {
    ...{ accountEquity: number(balance.wallet + balance.unrealised), currency },
    ...{ unrealisedPNL: number(balance.unrealised), marginBalance: number(balance.wallet) },
    ...{ positionMargin: number(balance.positionMargin), frozenFunds: 0, riskRatio: 0 },
    ...{ orderMargin: number(balance.orderMargin), maxWithdrawAmount: number(balance.available) },
    ...{ availableBalance: number(balance.available), availableMargin: number(balance.available) },
  };
}

const fundingAnswer = (funding: Funding): object => ({
  ...{ id: funding.id, symbol: funding.symbol, timePoint: funding.atMs, marginMode: 'ISOLATED' },
  ...{ fundingRate: funding.rate, markPrice: number(funding.price), positionQty: funding.lots },
  ...{ positionCost: number(funding.cost), funding: number(funding.amount) },
  settleCurrency: 'USDT',
});

/** Newest first; `offset` is the id that was had last. */
function fundingRows(books: Books, params: Params): object {
  const symbol = contractIn(books, params);
  const most = Math.min(params.number('maxCount', ROWS), ROWS_MAX);
  const before = params.number('offset', Number.MAX_SAFE_INTEGER);
  const picked = books.fundings.filter(
    funding =>
      funding.symbol === symbol &&
      funding.id < before &&
      funding.atMs >= params.number('startAt', 0) &&
      funding.atMs <= params.number('endAt', Number.MAX_SAFE_INTEGER),
  );
  const rows = picked.reverse();
  return { dataList: rows.slice(0, most).map(fundingAnswer), hasMore: rows.length > most };
}

function ledgerRows(books: Books, params: Params): object {
  const most = Math.min(params.number('maxCount', 50), ROWS_MAX);
  const before = params.number('offset', Number.MAX_SAFE_INTEGER);
  const picked = books.ledger
    .map((entry, index) => ledgerAnswer(entry, index + 1))
    .filter(row => row.offset < before && row.time >= params.number('startAt', 0));
  const rows = picked.reverse();
  return { dataList: rows.slice(0, most), hasMore: rows.length > most };
}

/** KuCoin books fees and funding as realised profit too. */
const ledgerAnswer = (entry: LedgerEntry, offset: number) => ({
  ...{ time: entry.atMs, amount: number(entry.amount), fee: 0, status: 'Completed', offset },
  ...{ type: entry.kind.startsWith('Transfer') ? entry.kind : 'RealisedPNL', currency: 'USDT' },
  ...{ accountEquity: number(entry.wallet), remark: entry.symbol },
});

const keyAnswer = (key: ApiKey): object => ({
  ...{ remark: 'holdfast', apiKey: key.key, apiVersion: 3, uid: 1, isMaster: true },
  ...{ permission: key.permissions.join(','), ipWhitelist: '', createdAt: 1_700_000_000_000 },
});
