/**
 * The fact log: the facts worth a line in the log file, and the few worth one on the screen.
 *
 * Promises: reads facts, changes nothing; what stops entries is told with what lifts it. Never: logs
 * a candle (the journal has them all).
 */
import { toQuote } from '../base/money.ts';
import type { Fact, FactName } from '../core/fact.ts';
import { quoteOf } from '../core/market.ts';
import type { TradeRecord } from '../core/order.ts';
import { comparedIn } from '../learn/scores.ts';
import { BREAKER_WORDS } from '../trade/breaker.ts';
import { breakerHold, endingText, holdLine, KILL_SWITCH_HOLD, pauseHold } from './hold.ts';
import { isVenueReport, liveLineOf } from './live-line.ts';
import { decimal, priceText, signed, signedPercent } from './number-text.ts';

export { quoteOf };

/** What the log file says of a fact; null: nothing. */
export function logLineOf(fact: Fact): { readonly what: string; readonly details: object } | null {
  switch (fact.type) {
    case 'directory.bound':
    case 'config.changed':
    case 'order.rejected':
    case 'order.expired':
    case 'breaker.tripped':
    case 'breaker.released':
    case 'kill-switch.set':
    case 'trading.paused':
    case 'trading.resumed':
    case 'flatten.ordered':
    case 'flatten.completed':
    case 'memory.replaced':
    case 'day.started':
    case 'model.trained': {
      const { type, ...details } = fact;
      return { what: type, details: forPeople(details) };
    }
    case 'trade.closed':
      return { what: fact.type, details: forPeople(fact.trade) };
    default:
      return isVenueReport(fact) ? { what: fact.type, details: forPeople(fact) } : null;
  }
}

const MONEY = ['balance', 'equity', 'amount', 'fee', 'fees', 'funding', 'profit', 'risk'];

/** Money in the quote currency; `time` is when the line was written, so the market's is another name. */
function forPeople(details: object): object {
  const told = Object.entries(details).map(([name, value]) => [
    name === 'time' ? 'marketTime' : name,
    MONEY.includes(name) && typeof value === 'number' ? toQuote(value) : value,
  ]);
  return Object.fromEntries(told);
}

const OF_OPERATOR: ReadonlySet<string> = new Set<FactName>([
  ...(['kill-switch.set', 'trading.paused', 'trading.resumed'] as const),
  ...(['flatten.ordered', 'flatten.completed', 'memory.replaced'] as const),
]);

/** What a person did or waits for: it is shown however fast the market goes. */
export const isOfOperator = (fact: Fact): boolean =>
  OF_OPERATOR.has(fact.type) || (fact.type === 'breaker.released' && fact.by !== undefined);

/** What a person watching a live market wants to see; null: nothing. */
export function screenLineOf(fact: Fact, directory: string): string | null {
  switch (fact.type) {
    case 'trade.closed':
      return tradeLine(fact.trade);
    case 'breaker.tripped':
      return trippedLine(fact, directory);
    case 'breaker.released':
      return `${BREAKER_WORDS[fact.breaker]} released${fact.by === undefined ? '' : ' by the operator'}`;
    case 'kill-switch.set':
      return fact.on ? holdLine(KILL_SWITCH_HOLD, directory) : 'kill switch is off';
    case 'trading.paused':
      return holdLine(pauseHold(fact), directory);
    case 'trading.resumed':
      return 'trading is resumed';
    case 'flatten.ordered':
      return `flatten: every position is closed at the market${because(fact)}`;
    case 'flatten.completed':
      return 'flatten: nothing is open any more';
    case 'memory.replaced':
      return `the memory of ${fact.id} was replaced by that of ${fact.from} (${fact.why})`;
    case 'model.trained':
      return modelLine(fact);
    default:
      return isVenueReport(fact) ? liveLineOf(fact) : null;
  }
}

const because = ({ reason }: Fact<'flatten.ordered'>): string =>
  reason === undefined ? '' : ` (${reason})`;

function trippedLine(fact: Fact<'breaker.tripped'>, directory: string): string {
  const hold = breakerHold(fact.breaker, fact.until);
  const equity = decimal(toQuote(fact.equity));
  return `entries stopped: ${hold.reason} (equity ${equity}) ${endingText(hold, directory)}`;
}

export const tradeLine = (trade: TradeRecord): string =>
  `closed ${trade.side} ${trade.quantity} ${trade.symbol} at ${priceText(trade.exitPrice)}: ` +
  `${signed(toQuote(trade.profit))} ${quoteOf(trade.symbol)} ` +
  `(${signedPercent(trade.profitRatio)}), ${trade.exitReason}, ${trade.strategy}`;

function modelLine(fact: Fact<'model.trained'>): string {
  const { model, version, adopted, challenger, baseRate } = fact;
  if (comparedIn(challenger) === null)
    return `${model} not trained: too few new examples to decide`;
  return (
    `${model} trained on examples up to ${fact.through}: log-loss ${challenger.logLoss.toFixed(4)} ` +
    `against ${baseRate.logLoss.toFixed(4)} of the base rate, ` +
    (adopted ? `adopted as version ${version}` : 'not adopted')
  );
}
