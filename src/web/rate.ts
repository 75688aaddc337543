/**
 * A count of what one client does in a minute.
 *
 * Promises: a client is an IPv4 address or an IPv6 network, for one machine has a whole one of those;
 * bounded: of too many clients the one that was seen first is forgotten. Never: a clock of its own.
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
  take(address: string): boolean {
    const window = this.#windowOf(clientAt(address));
    window.count += 1;
    return window.count <= this.#max;
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

/** `2001:db8:1:2::7` → `2001:db8:1:2`; `::ffff:192.0.2.1` → `192.0.2.1`. */
function clientAt(address: string): string {
  const [own = ''] = address
    .toLowerCase()
    .replace(/^::ffff:(?=[\d.]+$)/, '')
    .split('%');
  if (!own.includes(':')) return own;
  const [head = [], tail = []] = own.split('::').map(part => part.split(':').filter(Boolean));
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...gap, ...tail]
    .slice(0, 4)
    .map(part => part.replace(/^0+(?=.)/, ''))
    .join(':');
}
