/**
 * The log file: JSON lines in `<state directory>/logs/holdfast.log`, rotated by size.
 *
 * Promises: each line is written when `info` returns (no worker, no buffer: nothing is lost at an
 * exit or a kill of the process); at most LOG_FILES_KEPT_MAX files of LOG_FILE_BYTES_MAX. A log
 * that cannot be written never stops the bot: it is told once, and logging ends.
 * Never: holds what the bot needs to know again (that is the journal's), or a secret.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { LOG_FILE_BYTES_MAX, LOG_FILES_KEPT_MAX } from '../base/limits.ts';
import { codeOf } from '../state/disk-fault.ts';
import type { LogLevel } from './config-schema.ts';

export interface Log {
  debug(what: string, details?: object): void;
  info(what: string, details?: object): void;
  warn(what: string, details?: object): void;
  /** An `Error` in `details.err` is written with its stack. */
  error(what: string, details?: object): void;
  /** The current file. */
  readonly file: string;
  close(): void;
}

export interface LogOptions {
  /** The state directory; `logs/` is made in it. */
  readonly directory: string;
  readonly level: LogLevel;
  /** Told once when the log cannot be written. */
  readonly onFailure: (reason: string) => void;
  readonly fileBytesMax?: number;
}

/** `holdfast.log`, `holdfast.1.log`, `holdfast.2.log`: the higher, the older. */
export const logFileName = (age: number): string =>
  age === 0 ? 'holdfast.log' : `holdfast.${age}.log`;

class RotatingFile {
  readonly file: string;
  readonly #folder: string;
  readonly #bytesMax: number;
  readonly #onFailure: (reason: string) => void;
  #handle: number | null = null;
  #bytes = 0;

  constructor(options: LogOptions) {
    this.#folder = join(options.directory, 'logs');
    this.file = join(this.#folder, logFileName(0));
    this.#bytesMax = options.fileBytesMax ?? LOG_FILE_BYTES_MAX;
    this.#onFailure = options.onFailure;
    this.#guard(() => {
      mkdirSync(this.#folder, { recursive: true });
      this.#open();
    });
  }

  write(line: string): void {
    if (this.#handle === null) return;
    this.#guard(() => {
      const bytes = Buffer.from(line);
      if (this.#bytes > 0 && this.#bytes + bytes.length > this.#bytesMax) this.#rotate();
      let written = 0;
      while (this.#handle !== null && written < bytes.length)
        written += writeSync(this.#handle, bytes, written);
      this.#bytes += bytes.length;
    });
  }

  close(): void {
    if (this.#handle !== null) closeSync(this.#handle);
    this.#handle = null;
  }

  #open(): void {
    this.#handle = openSync(this.file, 'a');
    this.#bytes = fstatSync(this.#handle).size;
  }

  #rotate(): void {
    this.close();
    for (let age = LOG_FILES_KEPT_MAX - 2; age >= 0; age -= 1) {
      const from = join(this.#folder, logFileName(age));
      if (existsSync(from)) renameSync(from, join(this.#folder, logFileName(age + 1)));
    }
    this.#open();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#handle = null;
      const code = codeOf(error);
      this.#onFailure(`${this.file}: ${code === 'unknown' ? error : code}`);
    }
  }
}

export function openLog(options: LogOptions): Log {
  const file = new RotatingFile(options);
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    file,
  );
  return {
    debug: (what, details = {}) => logger.debug(details, what),
    info: (what, details = {}) => logger.info(details, what),
    warn: (what, details = {}) => logger.warn(details, what),
    error: (what, details = {}) => logger.error(details, what),
    file: file.file,
    close: () => file.close(),
  };
}
