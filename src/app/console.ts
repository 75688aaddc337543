/**
 * The console: plain lines for people, and one status line that is redrawn.
 *
 * Promises: lines and status never mix on one row; on a terminal the status is redrawn at most
 * five times a second, elsewhere it is printed as a line now and then; a closed stdout or stderr
 * (`| head`, a dropped ssh) never stops the bot. Never: decides what is worth saying.
 */
import type { Millis } from '../base/time.ts';
import { type StatusView, statusLine } from './status-line.ts';

/** What is needed of process.stdout. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Who says it in another form than lines for people. */
export interface Speaker {
  say(line: string): void;
  warn(line: string): void;
  fail(line: string): void;
  status(view: StatusView): void;
}

export interface ConsoleOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Wall clock, for the pace of the status line only. */
  readonly now: () => Millis;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds between status lines where stdout is no terminal; 0: none. */
  readonly plainStatusMs?: Millis;
  /** Says everything, and nothing goes to the streams; absent: lines for people. */
  readonly speaker?: Speaker | undefined;
}

const REDRAW_MS_MIN = 200;
const PLAIN_STATUS_MS = 30_000;
const COLUMNS_DEFAULT = 120;
const CLEAR_ROW = '\r\u001b[2K';
const YELLOW = '\u001b[33m';
const RED = '\u001b[31m';
const RESET = '\u001b[39m';

/** Makes writing to a closed stream harmless. */
export function tolerateClosedStream(stream: OutputStream): void {
  stream.on('error', () => {});
}

export class Console {
  readonly #options: ConsoleOptions;
  readonly #live: boolean;
  readonly #colour: boolean;
  #shown = '';
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#live = options.stdout.isTTY === true && options.speaker === undefined;
    this.#colour = options.stderr.isTTY === true && (options.env?.['NO_COLOR'] ?? '') === '';
    tolerateClosedStream(options.stdout);
    tolerateClosedStream(options.stderr);
  }

  get isTerminal(): boolean {
    return this.#live;
  }

  /** True when `status` would show something now: callers need not build a view in vain. */
  get wantsStatus(): boolean {
    const pace = this.#live ? REDRAW_MS_MIN : (this.#options.plainStatusMs ?? PLAIN_STATUS_MS);
    return pace > 0 && this.#options.now() - this.#drawnAt >= pace;
  }

  say(line: string): void {
    const { speaker } = this.#options;
    if (speaker !== undefined) this.#guard(() => speaker.say(line));
    else this.#write(this.#options.stdout, line);
  }

  warn(line: string): void {
    const { speaker } = this.#options;
    if (speaker !== undefined) this.#guard(() => speaker.warn(line));
    else this.#write(this.#options.stderr, this.#paint(`warning: ${line}`, YELLOW));
  }

  fail(line: string): void {
    const { speaker } = this.#options;
    if (speaker !== undefined) this.#guard(() => speaker.fail(line));
    else this.#write(this.#options.stderr, this.#paint(line, RED));
  }

  /** Shows the status if it is time for it. */
  status(view: StatusView): void {
    if (!this.wantsStatus) return;
    this.#drawnAt = this.#options.now();
    const { speaker } = this.#options;
    if (speaker !== undefined) {
      this.#guard(() => speaker.status(view));
      return;
    }
    if (!this.#live) {
      this.#put(this.#options.stdout, `${statusLine(view, Number.MAX_SAFE_INTEGER)}\n`);
      return;
    }
    // One column stays free: a full row would wrap and leave its copy behind.
    // A terminal that was never told its size says 0.
    this.#shown = statusLine(view, (this.#options.stdout.columns || COLUMNS_DEFAULT) - 1);
    this.#put(this.#options.stdout, CLEAR_ROW + this.#shown);
  }

  /** Ends the status line, so that what follows begins on a row of its own. */
  endStatus(): void {
    if (this.#shown !== '') this.#put(this.#options.stdout, '\n');
    this.#shown = '';
  }

  #write(stream: OutputStream, line: string): void {
    if (this.#shown !== '') this.#put(this.#options.stdout, CLEAR_ROW);
    this.#put(stream, `${line}\n`);
    if (this.#shown !== '') this.#put(this.#options.stdout, this.#shown);
  }

  #paint(text: string, colour: string): string {
    return this.#colour ? colour + text + RESET : text;
  }

  #put(stream: OutputStream, text: string): void {
    this.#guard(() => void stream.write(text));
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch {
      // A stream that is gone is no reason to stop trading.
    }
  }
}
