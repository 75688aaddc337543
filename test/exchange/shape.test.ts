/**
 * The answers' fields against recorded ones of KuCoin, where those are at hand (never in here).
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BTC, closeAll, openWith as open, START, still } from './fixture.ts';

const RECORDED = fileURLToPath(
  new URL('../../../shared/data/demo/fixtures-kucoin-api/', import.meta.url),
);

/** Fields of an answer: of a list, or of a page, those of its first row. */
function fieldsOf(data: unknown): string[] {
  const { items, dataList } = (data ?? {}) as Record<string, unknown>;
  const rows = items ?? dataList ?? data;
  const row = Array.isArray(rows) ? rows[0] : rows;
  return Array.isArray(row) ? [`${row.length}`] : Object.keys((row ?? {}) as object);
}

/** Figures of a contract that neither ccxt nor a trader asks for. */
const LEFT_OUT = new Set([
  ...['dailyInterestRate', 'fundingRateCap', 'fundingRateFloor', 'period', 'sourceExchanges'],
  ...['effectiveFundingRateCycleStartTime', 'currentFundingRateGranularity'],
  ...['nextFundingRateDateTime', 'premiumsSymbol1M', 'premiumsSymbol8H', 'fundingBaseSymbol1M'],
  ...['fundingQuoteSymbol1M', 'lowPrice', 'highPrice', 'priceChgPct', 'priceChg', 'k', 'm', 'f'],
  ...['mmrLimit', 'mmrLevConstant', 'buyLimit', 'sellLimit', 'adjustK', 'adjustM', 'marketType'],
  ...['adjustMmrLevConstant', 'adjustActiveTime', 'crossRiskLimit', 'marketStage'],
  ...['preMarketToPerpDate', 'orderPriceRange'],
]);

describe('answers have the fields of recorded ones', { skip: !existsSync(RECORDED) }, () => {
  after(closeAll);

  for (const [file, method, path, params] of [
    ['futures_all_contracts', 'futuresPublicGetContractsActive', 'contracts', {}],
    ['futures_klines', 'futuresPublicGetKlineQuery', 'klines', { granularity: 1, from: START }],
    ['futures_ticker', 'futuresPublicGetTicker', 'ticker', {}],
    ['futures_mark_price', 'futuresPublicGetMarkPriceSymbolCurrent', 'mark price', {}],
    ['futures_risk_limit', 'futuresPublicGetContractsRiskLimitSymbol', 'risk limits', {}],
    ['futures_funding_rate', 'futuresPublicGetFundingRateSymbolCurrent', 'funding rate', {}],
    ['futures_funding_history', 'futuresPublicGetContractFundingRates', 'funding rates', {}],
    ['futures_service_status', 'futuresPublicGetStatus', 'status', {}],
    ['futures_account_overview', 'futuresPrivateGetAccountOverview', 'account', {}],
    ['futures_order_detail', 'futuresPrivateGetOrdersByClientOid', 'order', { clientOid: 'a' }],
    ['futures_order_list', 'futuresPrivateGetOrders', 'orders', { status: 'done' }],
    ['futures_position', 'futuresPrivateGetPositions', 'positions', {}],
    ['futures_private_funding', 'futuresPrivateGetFundingHistory', 'funding', {}],
    ['futures_margin_mode', 'futuresPrivateGetPositionGetMarginMode', 'margin mode', {}],
  ] as const)
    it(path, async () => {
      const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
      const order = { clientOid: 'a', leverage: 2 };
      await client.createOrder(BTC, 'market', 'buy', 2, undefined, order);
      for (let minute = 0; minute < 6; minute += 1) exchange.advance();
      const recorded = JSON.parse(readFileSync(`${RECORDED}${file}.json`, 'utf8'));
      const answer = await client[method]({ symbol: 'XBTUSDTM', ...params });
      const given = new Set(fieldsOf(answer.data));
      const missing = fieldsOf(recorded.data).filter(field => !given.has(field));
      assert.deepEqual(
        missing.filter(field => !LEFT_OUT.has(field)),
        [],
      );
    });
});
