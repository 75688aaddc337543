/**
 * Trouble with a venue, as it is noted down for those who are told: when it begins, and when it ends.
 *
 * Promises: a note is a write and a sync on the loop, so that there are two of an outage however often
 * it is warned of, and one in `NOTIFY_QUIET_MS` where it comes and goes; what was held back is noted at
 * a later look, if it is still so. Never: throws.
 */
import { NOTIFY_QUIET_MS, NOTIFY_VENUE_AGAIN_MS } from '../base/limits.ts';

type Level = 'info' | 'warn';

export interface VenueWatchOptions {
  /** Wall clock. */
  readonly now: () => number;
  readonly note: (why: string) => void;
}

export class VenueWatch {
  readonly #options: VenueWatchOptions;
  #heard: { readonly level: Level; readonly why: string } = { level: 'info', why: '' };
  #noted: Level = 'info';
  #notedAt = Number.NEGATIVE_INFINITY;

  constructor(options: VenueWatchOptions) {
    this.#options = options;
  }

  /** A line of the market's feed. */
  hear(level: Level, why: string): void {
    this.#heard = { level, why };
    // Some trouble never ends by a word (a pair without candles): it hides no other for ever.
    const isAgain = level === 'warn' && this.#ageMs >= NOTIFY_VENUE_AGAIN_MS;
    if (isAgain) this.#note();
    else this.look();
  }

  /** Called now and then. */
  look(): void {
    if (this.#heard.level !== this.#noted && this.#ageMs >= NOTIFY_QUIET_MS) this.#note();
  }

  /** A clock that is set back holds nothing back. */
  get #ageMs(): number {
    return Math.abs(this.#options.now() - this.#notedAt);
  }

  #note(): void {
    const { level, why } = this.#heard;
    this.#noted = level;
    this.#notedAt = this.#options.now();
    try {
      this.#options.note(why);
    } catch {
      // The disk's: the next step ends trading by it, with its own words.
    }
  }
}
