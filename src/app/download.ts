/**
 * Recorded markets from an exchange: tapes and funding files.
 *
 * Promises: a file is there whole or not at all, checked as it is when it is read; a download that
 * was killed goes on where it was, to the same bytes. A tape that is there already is gone on with
 * where it begins early enough; its funding is told for the whole of it, and never for less than
 * before. Gaps are counted, and never filled. Never: an unfinished candle.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { EXIT, Fault } from '../base/fault.ts';
import { HOUR_MS, type Millis } from '../base/time.ts';
import type { Candle } from '../core/market.ts';
import { createCandleReader } from '../exchange/candle-reader.ts';
import { connect } from '../exchange/ccxt/connect.ts';
import type { LiveMarket } from '../exchange/ccxt/contract.ts';
import {
  candleHistory,
  fundingHistory,
  type HistoryOptions,
  type Rate,
  unfinishedSince,
} from '../exchange/ccxt/history.ts';
import type { Tell } from '../exchange/ccxt/watch.ts';
import { FUNDING_HEADER, readFundingFile } from '../exchange/funding.ts';
import { openPartial } from '../exchange/partial-tape.ts';
import { fundingName, fundingRowText, tapeName } from '../exchange/tape-text.ts';
import { type Exported, writeExport } from './export-file.ts';

export interface DownloadOptions {
  /** ccxt's id. */
  readonly id: string;
  readonly pairs: readonly string[];
  readonly timeframeMs: Millis;
  readonly since: Millis;
  /** Null: up to the last candle that has closed. */
  readonly until: Millis | null;
  readonly folder: string;
  readonly funding: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stop: AbortSignal;
  readonly tell: Tell;
  /** `share`: 0..1 of all that was asked for. */
  readonly progress: (share: number, what: string) => void;
}

export interface DownloadedTape extends Exported {
  readonly pair: string;
  readonly candles: number;
  /** Open times. */
  readonly first: Millis;
  readonly last: Millis;
  /** Holes between two rows, and the candles missing in them. */
  readonly gaps: number;
  readonly missing: number;
}

export interface DownloadedFunding extends Exported {
  readonly pair: string;
  readonly settlements: number;
}

export interface Download {
  readonly tapes: readonly DownloadedTape[];
  readonly funding: readonly DownloadedFunding[];
  /** It was stopped before it had all. */
  readonly stopped: boolean;
}

interface Task extends DownloadOptions {
  readonly history: HistoryOptions;
  /** Open time after the last candle that is fetched. */
  readonly end: Millis;
}

export async function download(options: DownloadOptions): Promise<Download> {
  const { id, pairs, timeframeMs, since, until, folder, stop, tell } = options;
  makeFolder(folder);
  const { client, markets } = await connect({ ...options, id, pairs, timeframeMs });
  const history = { client, id, stop, tell };
  const closed = await unfinishedSince(history, timeframeMs);
  const wanted = until === null ? closed : Math.min(closed, until);
  const end = wanted - (wanted % timeframeMs);
  if (end <= since)
    throw new Fault(EXIT.config, 'there is nothing between --since and --until', 'move them apart');
  const task = { ...options, history, end };
  const tapes: DownloadedTape[] = [];
  const funding: DownloadedFunding[] = [];
  for (const [index, market] of markets.entries()) {
    const show = (share: number, what: string): void =>
      options.progress((index + share) / markets.length, `${market.contract.symbol} ${what}`);
    const tape = await downloadTape(task, market, share => show(share * 0.9, 'candles'));
    if (tape !== null) tapes.push(tape);
    if (!options.funding || stop.aborted) continue;
    const rates = await downloadFunding({ ...task, ...wholeOf(task, tape) }, market, share =>
      show(0.9 + share / 10, 'funding'),
    );
    if (rates !== null) funding.push(rates);
  }
  return { tapes, funding, stopped: stop.aborted };
}

type Show = (share: number) => void;

async function downloadTape(
  task: Task,
  { contract: { symbol }, volumeUnit }: LiveMarket,
  show: Show,
): Promise<DownloadedTape | null> {
  const { id, folder, timeframeMs, since, end, stop, tell, history } = task;
  const file = join(folder, tapeName({ exchange: id, symbol }, timeframeMs));
  const from = Math.ceil(since / timeframeMs) * timeframeMs;
  const partial = openPartial({ file: `${file}.since-${from}.partial`, symbol, timeframeMs });
  try {
    if (partial.next === null) partial.append(candlesBefore({ file, symbol, from, timeframeMs }));
    const source = { symbol, timeframeMs, volumeUnit };
    const start = partial.next ?? from;
    for await (const { rows, until } of candleHistory(history, source, {
      from: start,
      until: end,
    })) {
      partial.append(rows);
      show((until - from) / (end - from));
    }
    if (stop.aborted) return null;
    const { text, candles } = partial.read();
    if (candles.length === 0) {
      tell('warn', `${id} has no candles of ${symbol} there`);
      partial.remove();
      return null;
    }
    const written = writeExport(file, gzipSync(text), { replace: true });
    partial.remove();
    return { pair: symbol, ...written, ...figuresOf(candles, timeframeMs) };
  } finally {
    partial.close();
  }
}

interface Present {
  readonly file: string;
  readonly symbol: string;
  readonly from: Millis;
  readonly timeframeMs: Millis;
}

/** Of a tape that is there already, where it begins early enough. */
function candlesBefore({ file, symbol, from, timeframeMs }: Present): Candle[] {
  if (!existsSync(file)) return [];
  const reader = createCandleReader({ file, symbol, timeframeMs, skipped: null });
  const candles = [...reader.push(gunzipSync(readFileSync(file))), ...reader.end()];
  return (candles[0]?.time ?? from) > from ? [] : candles;
}

function figuresOf(candles: readonly Candle[], timeframeMs: Millis) {
  let gaps = 0;
  let missing = 0;
  candles.forEach(({ time }, index) => {
    const hole = index === 0 ? 0 : (time - (candles[index - 1]?.time ?? 0)) / timeframeMs - 1;
    if (hole > 0) gaps += 1;
    missing += hole;
  });
  const [first, last] = [candles[0]?.time ?? 0, candles.at(-1)?.time ?? 0];
  return { candles: candles.length, first, last, gaps, missing };
}

type Wanted = Pick<Task, 'since' | 'end'>;

/** What was wanted, and the whole of a tape that was gone on with. */
const wholeOf = ({ since, end, timeframeMs }: Task, tape: DownloadedTape | null): Wanted => ({
  since: Math.min(since, tape?.first ?? since),
  end: Math.max(end, (tape?.last ?? 0) + timeframeMs),
});

/** Of a file that is there already; tapes of another timeframe have the same one. */
async function fundingBefore(file: string, tell: Tell): Promise<readonly Rate[]> {
  if (!existsSync(file)) return [];
  try {
    return await readFundingFile(file);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    tell('warn', `${error.message}: it is fetched anew`);
    return [];
  }
}

async function downloadFunding(
  task: Task,
  { contract: { symbol } }: LiveMarket,
  show: Show,
): Promise<DownloadedFunding | null> {
  const { id, folder, stop, tell, history } = task;
  const file = join(folder, fundingName({ exchange: id, symbol }));
  const before = await fundingBefore(file, tell);
  // No hole in between: inside its range a file is believed.
  const from = Math.min(task.since, before[0]?.time ?? task.since);
  const end = Math.max(task.end, (before.at(-1)?.time ?? 0) + 1);
  const told: Rate[] = [];
  for await (const { rows, until } of fundingHistory(history, symbol, { from, until: end })) {
    told.push(...rows);
    show((until - from) / (end - from));
  }
  if (stop.aborted) return null;
  // Before it: what the exchange does not tell any more. A few seconds off would be a settlement twice.
  const first = told[0]?.time ?? Number.POSITIVE_INFINITY;
  const rates = [...before.filter(({ time }) => time <= first - HOUR_MS), ...told];
  if (rates.length === 0) {
    tell('warn', `${id} tells no funding of ${symbol} there`);
    return null;
  }
  const text = `${FUNDING_HEADER}\n${rates.map(fundingRowText).join('')}`;
  return {
    pair: symbol,
    settlements: rates.length,
    ...writeExport(file, gzipSync(text), { replace: true }),
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new Fault(EXIT.config, `${folder} cannot be made: ${code}`, 'choose another with --dir');
  }
}
