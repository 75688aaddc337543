/**
 * A tape that is being fetched: a plain file beside it, that only grows.
 *
 * Promises: what a kill left is gone on with after its last whole row; what is not a tape any more
 * (torn by a power cut, written by two at once) is begun anew. Never: writes the tape itself.
 */
import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { EXIT, Fault } from '../base/fault.ts';
import type { Millis } from '../base/time.ts';
import type { Candle } from '../core/market.ts';
import { createCandleReader, TAPE_HEADER } from './candle-reader.ts';
import { rowText } from './tape-text.ts';

export interface PartialTape {
  /** Open time after its last row; null: it has none. */
  readonly next: Millis | null;
  append(candles: readonly Candle[]): void;
  /** The rows so far, checked as a tape's are when it is read. */
  read(): { readonly text: Buffer; readonly candles: readonly Candle[] };
  close(): void;
  /** The tape is in its place. */
  remove(): void;
}

export interface PartialOptions {
  readonly file: string;
  readonly symbol: string;
  readonly timeframeMs: Millis;
}

const NEWLINE = 10;

export function openPartial(options: PartialOptions): PartialTape {
  const { file, timeframeMs } = options;
  let last = recover(options);
  const handle = onDisk(file, () => openSync(file, 'a'));
  return {
    get next() {
      return last === null ? null : last + timeframeMs;
    },
    append(candles) {
      if (candles.length === 0) return;
      const text = candles.map(rowText).join('');
      onDisk(file, () => writeSync(handle, last === null ? `${TAPE_HEADER}\n${text}` : text));
      last = candles.at(-1)?.time ?? last;
    },
    read() {
      const text = onDisk(file, () => readFileSync(file));
      return { text, candles: candlesIn(options, text) };
    },
    close: () => closeSync(handle),
    remove: () => rmSync(file, { force: true }),
  };
}

/** Cuts a torn row off; open time of the last whole one, null: there is none. */
function recover(options: PartialOptions): Millis | null {
  const { file } = options;
  try {
    const bytes = readFileSync(file);
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    const last = candlesIn(options, bytes.subarray(0, whole)).at(-1)?.time ?? null;
    onDisk(file, () => truncateSync(file, last === null ? 0 : whole));
    return last;
  } catch (error) {
    const isDamaged = error instanceof Fault && error.exitCode === EXIT.corrupt;
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isDamaged && !isAbsent) throw onDiskFault(file, error);
    rmSync(file, { force: true });
    return null;
  }
}

function candlesIn({ file, symbol, timeframeMs }: PartialOptions, bytes: Uint8Array): Candle[] {
  if (bytes.length === 0) return [];
  const reader = createCandleReader({ file, symbol, timeframeMs, skipped: null });
  const candles = reader.push(bytes);
  return [...candles, ...reader.end()];
}

function onDisk<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw onDiskFault(file, error);
  }
}

function onDiskFault(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof Fault || code === undefined) return error;
  const full = ['ENOSPC', 'EDQUOT', 'EIO'].includes(code);
  return new Fault(
    full ? EXIT.disk : EXIT.config,
    `${file} cannot be written: ${code}`,
    full ? 'make room, then run the same command to go on' : 'choose another folder with --dir',
  );
}
