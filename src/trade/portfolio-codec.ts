/**
 * The portfolio's file: its state as JSON, checked field by field on the way in.
 *
 * Promises: encode gives a copy that later folds do not touch; decode throws an Error naming the
 * first field that is not what it must be. Never: repairs, guesses or fills in.
 */
import type { Encoded } from '../core/component.ts';
import type { Portfolio } from './portfolio.ts';

type Check = (value: unknown, path: string) => void;
type Shape = Readonly<Record<string, Check>>;

export function encodePortfolio(state: Portfolio): Encoded {
  return { format: 'json', value: JSON.parse(JSON.stringify(state)) as Record<string, unknown> };
}

export function decodePortfolio(content: Encoded): Portfolio {
  if (content.format !== 'json' && content.format !== 'json.zst')
    throw new Error(`the portfolio is JSON, not ${content.format}`);
  const picked: Record<string, unknown> = {};
  for (const key of Object.keys(PORTFOLIO)) picked[key] = content.value[key];
  record(PORTFOLIO)(picked, 'portfolio');
  return JSON.parse(JSON.stringify(picked)) as Portfolio;
}

function fail(path: string, wanted: string): never {
  throw new Error(`${path} is not ${wanted}`);
}

const integer: Check = (value, path) => {
  if (!Number.isSafeInteger(value)) fail(path, 'a whole number');
};
const finite: Check = (value, path) => {
  if (!Number.isFinite(value)) fail(path, 'a number');
};
const text: Check = (value, path) => {
  if (typeof value !== 'string') fail(path, 'a text');
};
const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') fail(path, 'true or false');
};
const orNull =
  (check: Check): Check =>
  (value, path) => {
    if (value !== null) check(value, path);
  };
const oneOf =
  (...names: readonly string[]): Check =>
  (value, path) => {
    if (!names.includes(String(value))) fail(path, `one of ${names.join(', ')}`);
  };

function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(path, 'an object');
  return value as Record<string, unknown>;
}

const record =
  (shape: Shape): Check =>
  (value, path) => {
    const object = asObject(value, path);
    for (const [key, check] of Object.entries(shape)) check(object[key], `${path}.${key}`);
    for (const key of Object.keys(object))
      if (!Object.hasOwn(shape, key)) fail(`${path}.${key}`, 'a known field');
  };

const map =
  (check: Check): Check =>
  (value, path) => {
    for (const [key, entry] of Object.entries(asObject(value, path))) {
      if (key === '__proto__') fail(`${path}.${key}`, 'a name');
      check(entry, `${path}.${key}`);
    }
  };

const list =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) fail(path, 'a list');
    for (const [index, entry] of (value as unknown[]).entries()) check(entry, `${path}[${index}]`);
  };

const direction = oneOf('long', 'short');
const models = record({ signal: integer, deep: integer });

const ORDER = record({
  id: text,
  epoch: integer,
  symbol: text,
  side: oneOf('buy', 'sell'),
  kind: oneOf('market', 'limit', 'stop', 'take_profit', 'trailing_stop'),
  lots: integer,
  price: orNull(finite),
  trigger: orNull(finite),
  trail: orNull(finite),
  reduceOnly: flag,
  leverage: finite,
  createdAt: integer,
  expiresAt: integer,
  strategy: text,
  exitReason: orNull(text),
  protection: orNull(record({ stop: finite, takeProfit: orNull(finite), trail: orNull(finite) })),
  models,
});

const POSITION = record({
  symbol: text,
  direction,
  lots: integer,
  entryNotional: integer,
  openedAt: integer,
  leverage: finite,
  margin: integer,
  liquidationPrice: finite,
  strategy: text,
  models,
  entryOrderId: text,
  highest: finite,
  lowest: finite,
  candlesHeld: integer,
  fees: integer,
  funding: integer,
  realised: integer,
  closedLots: integer,
  closedEntryNotional: integer,
  closedExitNotional: integer,
});

const TRADE = record({
  id: text,
  symbol: text,
  side: direction,
  entryTime: integer,
  exitTime: integer,
  entryPrice: finite,
  exitPrice: finite,
  quantity: finite,
  leverage: finite,
  fees: integer,
  funding: integer,
  profit: integer,
  profitRatio: finite,
  durationMs: integer,
  exitReason: text,
  strategy: text,
  models,
});

const CONTRACT = record({
  symbol: text,
  priceStep: finite,
  lotSize: finite,
  notionalMin: integer,
  leverageMax: finite,
  tiers: list(record({ notionalMax: integer, rate: finite })),
});

const PORTFOLIO: Shape = {
  startBalance: integer,
  balance: integer,
  realised: integer,
  feesPaid: integer,
  fundingPaid: integer,
  timeframeMs: integer,
  fills: integer,
  positions: map(POSITION),
  orders: map(record({ order: ORDER, filledLots: integer, trigger: orNull(finite) })),
  outbox: map(record({ order: ORDER })),
  contracts: map(CONTRACT),
  marks: map(record({ price: finite, time: integer })),
  closing: list(TRADE),
};
