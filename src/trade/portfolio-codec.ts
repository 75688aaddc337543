/**
 * The portfolio's file: its state as JSON, checked field by field on the way in.
 *
 * Promises: encode gives a copy that later folds do not touch; decode throws an Error naming the
 * first field that is not what it must be. Never: repairs, guesses or fills in.
 */
import {
  asBoolean,
  asInteger,
  asNumber,
  asText,
  fieldsOf,
  listOf,
  mapOf,
  nullable,
  oneOf,
  optional,
} from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import type { Contract, MaintenanceTier } from '../core/market.ts';
import {
  EXIT_REASONS,
  type ModelVersions,
  type OpenOrder,
  type Order,
  type Position,
  type Protection,
  type TradeRecord,
} from '../core/order.ts';
import type { Waiting } from '../core/outbox.ts';
import type { LegStops, PlacedStop, TakenFill, VenueBooks } from '../core/venue-books.ts';
import type { Mark, Portfolio } from './portfolio.ts';

export function encodePortfolio(state: Portfolio): Encoded {
  return { format: 'json', value: { ...readPortfolio(state, 'portfolio') } };
}

export function decodePortfolio(content: Encoded): Portfolio {
  if (content.format !== 'json') throw new Error(`the portfolio is JSON, not ${content.format}`);
  return readPortfolio(content.value, 'portfolio');
}

const readDirection = oneOf(['long', 'short']);
const readModels = fieldsOf<ModelVersions>({ signal: asInteger, deep: asInteger });

const readOrder = fieldsOf<Order>({
  id: asText,
  epoch: asInteger,
  symbol: asText,
  side: oneOf(['buy', 'sell']),
  kind: oneOf(['market', 'limit', 'stop', 'take_profit', 'trailing_stop']),
  lots: asInteger,
  price: nullable(asNumber),
  trigger: nullable(asNumber),
  trail: nullable(asNumber),
  reduceOnly: asBoolean,
  leverage: asNumber,
  createdAt: asInteger,
  expiresAt: asInteger,
  strategy: asText,
  exitReason: nullable(oneOf(EXIT_REASONS)),
  protection: nullable(
    fieldsOf<Protection>({
      stop: asNumber,
      takeProfit: nullable(asNumber),
      trail: nullable(asNumber),
    }),
  ),
  models: readModels,
});

const readPosition = fieldsOf<Position>({
  symbol: asText,
  direction: readDirection,
  lots: asInteger,
  entryNotional: asInteger,
  openedAt: asInteger,
  leverage: asNumber,
  margin: asInteger,
  liquidationPrice: asNumber,
  strategy: asText,
  models: readModels,
  entryOrderId: asText,
  highest: asNumber,
  lowest: asNumber,
  candlesHeld: asInteger,
  fees: asInteger,
  funding: asInteger,
  realised: asInteger,
  closedLots: asInteger,
  closedEntryNotional: asInteger,
  closedExitNotional: asInteger,
});

const readTrade = fieldsOf<TradeRecord>({
  id: asText,
  symbol: asText,
  side: readDirection,
  entryTime: asInteger,
  exitTime: asInteger,
  entryPrice: asNumber,
  exitPrice: asNumber,
  quantity: asNumber,
  leverage: asNumber,
  fees: asInteger,
  funding: asInteger,
  profit: asInteger,
  profitRatio: asNumber,
  risk: optional(asInteger),
  durationMs: asInteger,
  exitReason: oneOf(EXIT_REASONS),
  strategy: asText,
  models: readModels,
});

const readTiers = listOf(fieldsOf<MaintenanceTier>({ notionalMax: asInteger, rate: asNumber }));

const readContract = fieldsOf<Contract>({
  symbol: asText,
  priceStep: asNumber,
  lotSize: asNumber,
  lotsMin: optional(asInteger),
  notionalMin: asInteger,
  leverageMax: asNumber,
  tiers: readTiers,
});

const readPortfolio = fieldsOf<Portfolio>({
  startBalance: asInteger,
  balance: asInteger,
  realised: asInteger,
  feesPaid: asInteger,
  fundingPaid: asInteger,
  timeframeMs: asInteger,
  fills: asInteger,
  positions: mapOf(readPosition),
  orders: mapOf(
    fieldsOf<OpenOrder>({
      order: readOrder,
      filledLots: asInteger,
      trigger: nullable(asNumber),
      triggered: optional(asBoolean),
    }),
  ),
  outbox: mapOf(fieldsOf<Waiting>({ order: readOrder, doubted: optional(asBoolean) })),
  contracts: mapOf(readContract),
  ownTiers: optional(mapOf(readTiers)),
  marks: mapOf(fieldsOf<Mark>({ price: asNumber, time: asInteger })),
  closing: listOf(readTrade),
  venue: optional(
    fieldsOf<VenueBooks>({
      since: asInteger,
      stops: mapOf(
        fieldsOf<LegStops>({
          symbol: asText,
          last: asInteger,
          placed: listOf(
            fieldsOf<PlacedStop>({
              epoch: asInteger,
              revision: asInteger,
              lots: asInteger,
              trigger: asNumber,
              filledBefore: asInteger,
            }),
          ),
        }),
      ),
      fills: mapOf(listOf(fieldsOf<TakenFill>({ id: asText, time: asInteger }))),
      orphans: optional(mapOf(listOf(asText))),
      unheard: optional(asBoolean),
      squared: optional(mapOf(asInteger)),
      funded: mapOf(asInteger),
      foreign: mapOf(asInteger),
    }),
  ),
});
