/**
 * A progress bar on stderr, so that what a command prints on stdout stays clean.
 *
 * Promises: redrawn at most ten times a second on a terminal; elsewhere at most a line per tenth, and
 * none of what takes no longer than a moment: cron sends a mail for each line.
 */
import type { OutputStream } from './console.ts';

const BAR_CELLS = 30;
const CLEAR_ROW = '\r\u001b[2K';
const REDRAW_MS_MIN = 100;
const LINE_MS_MIN = 10_000;

export class ProgressBar {
  readonly #stream: OutputStream;
  readonly #title: string;
  #tenth = 0;
  #toldAt = performance.now();
  #drawn = false;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stream: OutputStream, title: string) {
    this.#stream = stream;
    this.#title = title;
  }

  /** `share`: 0..1. */
  show(share: number, note = ''): void {
    if (this.#stream.isTTY === true) this.#redraw(share, note);
    else this.#line(share, note);
  }

  say(line: string): void {
    this.end();
    this.#stream.write(`${line}\n`);
  }

  end(): void {
    if (this.#drawn) this.#stream.write('\n');
    this.#drawn = false;
  }

  #redraw(share: number, note: string): void {
    const now = performance.now();
    if (now - this.#drawnAt < REDRAW_MS_MIN && share < 1) return;
    this.#drawnAt = now;
    this.#drawn = true;
    this.#stream.write(CLEAR_ROW + this.#text(share, note));
  }

  #line(share: number, note: string): void {
    const now = performance.now();
    const tenth = Math.floor(share * 10);
    if (tenth <= this.#tenth || now - this.#toldAt < LINE_MS_MIN) return;
    this.#tenth = tenth;
    this.#toldAt = now;
    this.#stream.write(`${this.#text(share, note)}\n`);
  }

  #text(share: number, note: string): string {
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    return [this.#title, barText(share), percent, note].filter(part => part !== '').join(' ');
  }
}

export function barText(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CELLS);
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
}
