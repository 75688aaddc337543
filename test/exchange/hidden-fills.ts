/**
 * Fills that the list leaves out for a while, as a list that lags does: from an entry of the bot's on,
 * all of its contract.
 *
 * Promises: orders, positions and money tell the truth meanwhile; once the faults are off all is told.
 * Never: changes the order of a list.
 */
import type { Books } from './books.ts';
import type { Faults } from './fault.ts';
import type { Fill } from './fill.ts';

export interface HiddenSpan {
  readonly symbol: string;
  /** The exchange's clock: fills from then on are left out. */
  readonly sinceMs: number;
  /** The machine's clock. */
  readonly fromMs: number;
  readonly untilMs: number;
}

export class HiddenFills {
  readonly spans: HiddenSpan[] = [];
  readonly #seen = new Set<string>();
  readonly #books: Books;
  readonly #faults: Faults;

  constructor(books: Books, faults: Faults) {
    this.#books = books;
    this.#faults = faults;
  }

  /** What is told now, in the order of the books. */
  told(): Fill[] {
    const nowMs = performance.now();
    const { fills } = this.#books;
    for (const fill of fills) this.#meet(fill, nowMs);
    return this.#faults.isOn ? fills.filter(fill => !this.#isHidden(fill, nowMs)) : [...fills];
  }

  #meet(fill: Fill, nowMs: number): void {
    const { symbol, tradeId, atMs } = fill;
    if (this.#seen.has(tradeId)) return;
    this.#seen.add(tradeId);
    if (!this.#isEntry(fill) || this.#isHidden(fill, nowMs)) return;
    if (!this.#faults.ofHouse('lateFill', symbol)) return;
    const untilMs = nowMs + this.#faults.fillsLateMs(symbol);
    this.spans.push({ symbol, sinceMs: atMs, fromMs: nowMs, untilMs });
  }

  #isHidden({ symbol, atMs }: Fill, nowMs: number): boolean {
    return this.spans.some(
      span => span.symbol === symbol && atMs >= span.sinceMs && nowMs < span.untilMs,
    );
  }

  #isEntry({ clientOid, orderId }: Fill): boolean {
    return clientOid !== '' && this.#books.orders.get(orderId)?.reduceOnly === false;
  }
}
