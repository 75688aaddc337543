/**
 * Fills that are not told for a while, from an entry of the bot's on: the list does not answer for its
 * contract, or, every other time, leaves out what there is of it since, as a list that lags does.
 *
 * Promises: orders, positions and money tell the truth meanwhile; once the faults are off all is told.
 * Never: changes the order of a list.
 */
import type { Books } from './books.ts';
import type { Faults } from './fault.ts';
import type { Fill } from './fill.ts';
import { refused } from './refusal.ts';

export interface HiddenSpan {
  readonly symbol: string;
  /** The exchange's clock: fills from then on are left out. */
  readonly sinceMs: number;
  /** The machine's clock. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** The list does not answer. */
  readonly isDown: boolean;
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

  /** What is told now of a contract (null: of all), in the order of the books. */
  told(symbol: string | null): Fill[] {
    const nowMs = performance.now();
    const { fills } = this.#books;
    for (const fill of fills) this.#meet(fill, nowMs);
    const isDown = this.spans.some(
      span => span.isDown && span.symbol === symbol && nowMs < span.untilMs,
    );
    if (isDown && this.#faults.isOn) throw refused.unavailable();
    return this.#faults.isOn ? fills.filter(fill => !this.#isHidden(fill, nowMs)) : [...fills];
  }

  #meet(fill: Fill, nowMs: number): void {
    const { symbol, tradeId, atMs } = fill;
    if (this.#seen.has(tradeId)) return;
    this.#seen.add(tradeId);
    if (!this.#isEntry(fill) || this.#isHidden(fill, nowMs)) return;
    if (!this.#faults.ofHouse('lateFill', symbol)) return;
    const untilMs = nowMs + this.#faults.fillsLateMs(symbol);
    const isDown = this.spans.length % 2 === 0;
    this.spans.push({ symbol, sinceMs: atMs, fromMs: nowMs, untilMs, isDown });
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
