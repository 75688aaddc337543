/**
 * A count of what one client does in a minute.
 *
 * Promises: bounded: of too many clients the one that was seen first is forgotten. Never: a clock of
 * its own.
 */
import { WEB_CLIENTS_MAX } from '../base/limits.ts';
import { MINUTE_MS, type Millis } from '../base/time.ts';

export class Rate {
  readonly #max: number;
  readonly #now: () => Millis;
  readonly #windows = new Map<string, { readonly endsAt: Millis; count: number }>();

  constructor(max: number, now: () => Millis) {
    this.#max = max;
    this.#now = now;
  }

  /** Counts one; false where it is one too many. */
  take(client: string): boolean {
    const window = this.#windowOf(client);
    window.count += 1;
    return window.count <= this.#max;
  }

  /** True where the next would be one too many. */
  isSpent(client: string): boolean {
    return this.#windowOf(client).count >= this.#max;
  }

  #windowOf(client: string): { count: number } {
    const known = this.#windows.get(client);
    const now = this.#now();
    if (known !== undefined && now < known.endsAt) return known;
    this.#windows.delete(client);
    const window = { endsAt: now + MINUTE_MS, count: 0 };
    this.#windows.set(client, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > WEB_CLIENTS_MAX && oldest !== undefined) this.#windows.delete(oldest);
    return window;
  }
}
