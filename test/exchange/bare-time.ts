/**
 * How long a position of the bot's stood without its stop, by the exchange's own watch.
 *
 * Promises: by the machine's clock, which the bot's waits go by; a person's own positions are left
 * out only where the bot has to leave them alone, and where no order of the bot's made any of it.
 */
import { isOfDirectory } from '../../src/app/client-id.ts';
import type { TestExchange } from './exchange.ts';
import type { Stretch } from './live-bot.ts';
import type { Evidence } from './verdict.ts';

export interface Bare {
  readonly symbol: string;
  readonly bareMs: number;
  readonly bareAwayMs: number;
}

/**
 * The longest without a stop. What a person's hand laid bare is theirs: it is seen at the next
 * comparison, not at once. An outage ends a stretch; an answer that is kept back only stops the watch.
 */
export function bareIn({ exchange, up, handed, plan }: Evidence, directory: string): Bare {
  let longest: Bare = { symbol: '', bareMs: 0, bareAwayMs: 0 };
  const nowMs = performance.now();
  const outages = exchange.outages.map(({ fromMs, untilMs }) => ({
    fromMs,
    untilMs: untilMs ?? nowMs,
  }));
  for (const bare of exchange.accounts.watch.stretches) {
    const { symbol, realFromMs: fromMs, realMs } = bare;
    const isHanded = handed.some(
      hand => hand.symbol === symbol && Math.abs(hand.atMs - fromMs) < HAND_MS,
    );
    if (isHanded) continue;
    if (plan.unknown === 'leave' && ofBot(exchange, directory, bare) === 0) continue;
    const whole = { fromMs, untilMs: realMs === null ? nowMs : fromMs + realMs };
    const bareAwayMs = Math.max(longest.bareAwayMs, length([whole]));
    longest = { ...longest, bareAwayMs };
    for (const stretch of overlaps(whole, up).flatMap(part => without(part, outages))) {
      const bareMs = length(without(stretch, exchange.faults.keptBack));
      if (bareMs > longest.bareMs) longest = { symbol, bareMs, bareAwayMs };
    }
  }
  return longest;
}

/** Lots that the bot's own orders had made of a position when the stretch began, long above 0. */
function ofBot(
  { accounts }: TestExchange,
  directory: string,
  { symbol, fromMs }: { readonly symbol: string; readonly fromMs: number },
): number {
  const own = accounts.fills.filter(
    fill =>
      fill.symbol === symbol && fill.atMs <= fromMs && isOfDirectory(directory, fill.clientOid),
  );
  return own.reduce((sum, { side, lots }) => sum + (side === 'buy' ? lots : -lots), 0);
}

const length = (parts: readonly Stretch[]): number =>
  parts.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);

/** Its own fill is in the same moment, its pieces a little later. */
const HAND_MS = 500;

const overlaps = (whole: Stretch, parts: readonly Stretch[]): Stretch[] =>
  parts
    .map(part => ({
      fromMs: Math.max(whole.fromMs, part.fromMs),
      untilMs: Math.min(whole.untilMs, part.untilMs),
    }))
    .filter(({ fromMs, untilMs }) => untilMs > fromMs);

function without(stretch: Stretch, holes: readonly Stretch[]): Stretch[] {
  let left: Stretch[] = [stretch];
  for (const hole of holes)
    left = left.flatMap(part =>
      overlaps(part, [
        { fromMs: Number.NEGATIVE_INFINITY, untilMs: hole.fromMs },
        { fromMs: hole.untilMs, untilMs: Number.POSITIVE_INFINITY },
      ]),
    );
  return left;
}
