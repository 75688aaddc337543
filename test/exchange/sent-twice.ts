/**
 * Orders that the bot sent twice, by the exchange's own books.
 */
import type { TestExchange } from './exchange.ts';

/**
 * A request that the exchange's own gateway repeats is no second one of the bot's. Nor is a stop's that
 * was kept back, while nothing was known of it there, so that it came after the one that repeats it: what
 * is reduce-only does not wait for that, as an order does (docs/LIVE.md).
 */
export function sentTwice({ accounts, faults }: TestExchange): string[] {
  const repeats = faults.log.filter(({ fault, what }) => fault === 'twice' && what === PLACING);
  const repeatedAt = new Set(repeats.map(({ atMs }) => atMs));
  const wasKeptBack = faults.log.some(
    ({ fault, what }) => fault === 'lateRequest' && what === PLACING,
  );
  const late = new Set<string>();
  const times = new Map<string, number[]>();
  for (const { clientOid, createdMs, stop } of accounts.orders.values()) {
    const known = times.get(clientOid) ?? [];
    const isRepeat = known.at(-1) === createdMs && repeatedAt.has(createdMs);
    const isLate = stop !== '' && wasKeptBack && known.length === 1 && !late.has(clientOid);
    if (isLate) late.add(clientOid);
    else if (clientOid !== '' && !isRepeat) times.set(clientOid, [...known, createdMs]);
  }
  return [...times]
    .filter(([, sent]) => sent.length > 1)
    .map(([clientOid, sent]) => `${sent.length} orders were taken under ${clientOid}`);
}

const PLACING = 'POST /api/v1/orders';
