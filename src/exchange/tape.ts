/**
 * The recorded market: tape files as a feed.
 *
 * Promises: streams; the same files give the same candles in the same order, whatever the size of
 * a read; a wrong name, file or set of files is a fault before the first candle, a damaged row or
 * a past that is not the remembered one a fault when it is met. Never: fills a gap, writes, or
 * reads a clock.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { SYMBOLS_MAX } from '../base/limits.ts';
import { type Millis, timeframeName } from '../base/time.ts';
import type { Bookmark, Feed } from '../core/exchange.ts';
import type { Candle, Contract } from '../core/market.ts';
import { type ByteSource, cutOff, openBytes } from './byte-source.ts';
import { createCandleReader, createSkipped, type Skipped } from './candle-reader.ts';
import { contractOf } from './contract.ts';
import { mergeCandles } from './merge.ts';
import { createPastGate, passedTime } from './past-gate.ts';
import { createResampler } from './resample.ts';
import { parseTapeName, type TapeName } from './tape-name.ts';

export interface TapeInfo extends TapeName {
  readonly file: string;
}

export interface TapeFeed extends Feed {
  /** Of the candles given, after resampling. */
  readonly timeframeMs: Millis;
  /** Rows passed over so far; always none without `skipBadRows`. */
  readonly skipped: Skipped;
  /** The tapes in symbol order. */
  info(): readonly TapeInfo[];
  /** Share of the tapes already given, 0..1; an estimate until the end. */
  progress(): number;
}

export interface TapeOptions {
  readonly files: readonly string[];
  /** Timeframe to resample to; the tapes' own when absent. */
  readonly timeframeMs?: Millis | undefined;
  readonly skipBadRows?: boolean | undefined;
}

interface Tape extends TapeInfo {
  readonly firstPrice: number;
  readonly source: ByteSource;
  bytesRead: number;
  /** Candles read, after resampling. */
  candles: number;
  ended: boolean;
}

export async function tapeFeed(options: TapeOptions): Promise<TapeFeed> {
  const named = options.files.map(file => ({ file, ...parseTapeName(file) }));
  const timeframeMs = commonTimeframe(named, options.timeframeMs);
  checkSymbols(named);
  const tapes: Tape[] = [];
  for (const info of named)
    tapes.push(await openTape(info, timeframeMs, options.skipBadRows === true));
  tapes.sort((a, b) => (a.symbol < b.symbol ? -1 : 1));

  const contracts: readonly Contract[] = tapes.map(tape =>
    contractOf(tape.symbol, tape.firstPrice),
  );
  const skipped = createSkipped();
  const reading = { timeframeMs, skipped: options.skipBadRows === true ? skipped : null };
  let given = 0;
  let begun = false;

  const total = (): number => tapes.reduce((sum, tape) => sum + candlesExpected(tape), 0);
  return {
    contracts,
    timeframeMs,
    skipped,
    get remaining() {
      return begun ? Math.max(0, Math.round(total() - given)) : null;
    },
    info: () =>
      tapes.map(({ file, exchange, symbol, timeframeMs, spot }) => ({
        file,
        exchange,
        symbol,
        timeframeMs,
        spot,
      })),
    progress: () => (begun ? Math.min(1, given / Math.max(1, total())) : 0),
    async *candles(after) {
      begun = true;
      given = 0;
      const past = passedTime(after);
      const streams = tapes.map(tape =>
        candlesOf(tape, after[tape.symbol], {
          ...{ ...reading, past },
          passed: count => {
            given += count;
          },
        }),
      );
      for await (const batch of mergeCandles(streams)) {
        given += batch.length;
        yield batch;
      }
    },
    async close() {
      for (const tape of tapes) tape.source.close();
    },
  };
}

function commonTimeframe(tapes: readonly TapeInfo[], wanted: Millis | undefined): Millis {
  const [first] = tapes;
  if (first === undefined)
    throw new Fault(EXIT.config, 'no tape was named', 'name at least one file after --tape');
  const timeframeMs = wanted ?? first.timeframeMs;
  for (const tape of tapes) {
    if (timeframeMs % tape.timeframeMs === 0 && (wanted || tape.timeframeMs === timeframeMs))
      continue;
    const has = `${tape.file} has ${timeframeName(tape.timeframeMs)} candles`;
    if (wanted === undefined)
      throw new Fault(
        EXIT.config,
        `${has}, ${first.file} has ${timeframeName(timeframeMs)} candles`,
        'set a timeframe that is a multiple of both, or name tapes of one timeframe',
      );
    throw new Fault(
      EXIT.config,
      `${has}, which do not add up to ${timeframeName(timeframeMs)} candles`,
      `set the timeframe to ${timeframeName(tape.timeframeMs)} or a multiple of it`,
    );
  }
  return timeframeMs;
}

function checkSymbols(tapes: readonly TapeInfo[]): void {
  const files = new Map<string, string>();
  for (const { symbol, file } of tapes) {
    const other = files.get(symbol);
    if (other !== undefined)
      throw new Fault(
        EXIT.config,
        `two tapes of ${symbol}: ${other} and ${file}`,
        'name one tape per symbol (spot and perpetual of a pair are one symbol here)',
      );
    files.set(symbol, file);
  }
  if (files.size > SYMBOLS_MAX)
    throw new Fault(
      EXIT.config,
      `${files.size} tapes are more than the ${SYMBOLS_MAX} symbols a directory can hold`,
      'name fewer tapes',
    );
}

const FIRST_LOOK_BYTES = 1024;

/** Reads as far as the first candle, so that a wrong file is refused before the bot starts. */
async function openTape(info: TapeInfo, wanted: Millis, skipBadRows: boolean): Promise<Tape> {
  const { file } = info;
  const skipped = skipBadRows ? createSkipped() : null;
  const reader = createCandleReader({ ...info, skipped });
  const source = await openBytes(file);
  if (source.cut && !skipBadRows) throw cutOff(file);
  let first: Candle | undefined;
  for await (const chunk of source.chunks()) {
    // The first row is near the beginning; the rest of the chunk is read when the run begins.
    for (let at = 0; at < chunk.length && first === undefined; at += FIRST_LOOK_BYTES)
      [first] = reader.push(chunk.subarray(at, at + FIRST_LOOK_BYTES));
    if (first !== undefined) break;
  }
  first ??= reader.end()[0];
  if (first === undefined)
    throw new Fault(EXIT.corrupt, `${file} holds no candles`, 'record or fetch the tape again');
  if (wanted !== info.timeframeMs && first.time % info.timeframeMs !== 0)
    throw new Fault(
      EXIT.config,
      `${file} cannot be resampled: its candles do not open at UTC multiples of their length`,
      `set the timeframe to ${timeframeName(info.timeframeMs)}`,
    );
  return { ...info, firstPrice: first.open, source, bytesRead: 0, candles: 0, ended: false };
}

interface Reading {
  readonly timeframeMs: Millis;
  readonly skipped: Skipped | null;
  /** Open time of the last candle remembered of any symbol. */
  readonly past: Millis;
  /** Hears of candles that lie before the bookmark. */
  passed(count: number): void;
}

/**
 * Bytes made into candles at a time, some seventy. Where hundreds at once are alive when V8 first
 * looks, it takes all candles for long-lived ones and makes them where only a full collection
 * clears up.
 */
const PIECE_BYTES = 4096;

async function* candlesOf(
  tape: Tape,
  bookmark: Bookmark | undefined,
  reading: Reading,
): AsyncGenerator<readonly Candle[]> {
  const { timeframeMs, skipped, past, passed } = reading;
  const reader = createCandleReader({ ...tape, skipped });
  const resampler =
    timeframeMs === tape.timeframeMs ? null : createResampler(tape.timeframeMs, timeframeMs);
  const gate = createPastGate(tape.file, bookmark, past);
  Object.assign(tape, { bytesRead: 0, candles: 0, ended: false });
  const fresh = (rows: readonly Candle[]): readonly Candle[] => {
    const candles = resampler?.push(rows) ?? rows;
    const after = gate.push(candles);
    tape.candles += candles.length;
    passed(candles.length - after.length);
    return after;
  };
  for await (const chunk of tape.source.chunks()) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      tape.bytesRead += piece.length;
      yield fresh(reader.push(piece));
    }
  }
  yield fresh(reader.end());
  gate.end();
  tape.ended = true;
}

/** Candles the whole tape has, by the share of its bytes that was read; exact at its end. */
function candlesExpected(tape: Tape): number {
  if (tape.ended || tape.bytesRead === 0) return tape.candles;
  return (tape.candles / tape.bytesRead) * Math.max(tape.bytesRead, tape.source.bytesTotal);
}
