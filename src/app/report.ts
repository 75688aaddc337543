/**
 * A report's content, read off a memory: one that has just run, or that of a directory.
 *
 * Promises: the metrics are those of the summary; everything else is told as the memory has it.
 * Never: changes anything, looks at a clock, or fills in what is not known.
 */
import { timeframeName } from '../base/time.ts';
import type { Memory } from '../components.ts';
import type { EquityPoint } from '../trade/analytics-state.ts';
import { latchedMsAt } from '../trade/breaker.ts';
import { equityOf } from '../trade/portfolio.ts';
import { BREAKERS } from '../trade/risk-state.ts';
import { positionsOf } from './account-view.ts';
import type { BotParts } from './bot.ts';
import { doubtsOf, historyOf, type Inspection, memoryOf, type Place } from './directory.ts';
import { expertsOf, versionRowsOf } from './learning-view.ts';
import { judgementsOf } from './model-reliability.ts';
import { filesOf, type RecordedFile, type StartNote, startsIn } from './recorded-file.ts';
import { reliabilityOf } from './reliability.ts';
import { equityView, returnsByMonth } from './report-equity.ts';
import { settingsView } from './report-setting.ts';
import { tradesView } from './report-trade.ts';
import type {
  HoldView,
  LearningView,
  PositionView,
  Provenance,
  ReportView,
} from './report-view.ts';
import { version } from './version.ts';
import { hashesOf, holdLinesOf, marketTimeOf, metricsNow } from './view.ts';
import type { WalkForward } from './walk-forward.ts';
import type { MarketSource } from './wire.ts';

/** What a memory does not know of itself. */
export interface ReportSource {
  readonly seq: number;
  readonly directory: string | null;
  readonly directoryId: string | null;
  readonly epoch: number | null;
  readonly starts: readonly StartNote[];
  readonly files: readonly RecordedFile[];
  readonly hold: HoldView | null;
  readonly walkForward: WalkForward | null;
  readonly doubts: readonly string[];
}

/** A run that has just ended. */
export interface EndedRun {
  readonly bot: BotParts;
  /** Null: nothing was kept. */
  readonly place: Place | null;
  readonly source: MarketSource;
  readonly hold: HoldView | null;
  readonly walkForward: WalkForward | null;
}

export async function reportOfRun({ bot, place, source, ...known }: EndedRun): Promise<ReportView> {
  const { store, world } = bot;
  const starts = place === null ? [] : startsIn(historyOf(place).notes);
  // Where notes are kept they know of earlier runs too.
  const files = place === null ? await source.record?.().catch(() => []) : filesOf(starts);
  return reportOf(world as Memory, {
    ...{ seq: store.seq, epoch: store.epoch, directoryId: store.directoryId },
    ...{ directory: place?.directory ?? null, starts, files: files ?? [] },
    ...{ ...known, doubts: store.report.lost },
  });
}

/** Of what a directory remembers at this look. */
export function reportOfDirectory(place: Place, seen: Inspection): ReportView {
  const starts = startsIn(historyOf(place).notes);
  return reportOf(memoryOf(seen), {
    ...{ seq: seen.seq, epoch: seen.epoch, directoryId: seen.directoryId },
    ...{ directory: place.directory, starts, files: filesOf(starts) },
    ...{ hold: null, walkForward: null, doubts: doubtsOf(seen) },
  });
}

export function reportOf(memory: Memory, source: ReportSource): ReportView {
  const { analytics, portfolio, run } = memory;
  const { seq, directory, hold, walkForward, doubts } = source;
  const time = marketTimeOf(memory);
  const { balance } = portfolio;
  const mark: EquityPoint | null =
    time === null ? null : { time, balance, equity: equityOf(portfolio) };
  return {
    ...{ seq, directory, hold, walkForward, doubts },
    quote: /:(\w+)$/.exec(run.binding?.symbols[0] ?? '')?.[1] ?? '',
    from: analytics.startedAt,
    to: time,
    candles: run.candles,
    openTrades: Object.keys(portfolio.positions).length,
    metrics: metricsNow(memory),
    equity: equityView(analytics, mark),
    years: returnsByMonth(analytics, mark),
    trades: tradesView(analytics, time ?? 0),
    positions: openOf(memory),
    breakers: BREAKERS.map(breaker => ({
      breaker: breaker.replaceAll('_', ' '),
      latchedMs: latchedMsAt(memory['risk-manager'], breaker, time ?? 0),
      on: memory['risk-manager'].breakers[breaker] !== null,
    })),
    held: directory === null ? [] : holdLinesOf(memory, directory),
    learning: learningOf(memory),
    provenance: provenanceOf(memory, source),
  };
}

const openOf = (memory: Memory): PositionView[] =>
  positionsOf(memory).map(
    ({ symbol, side, strategy, openedAt, entryPrice, price, quantity, profit }) => ({
      ...{ symbol, side, strategy, openedAt, entryPrice, price, quantity, profit },
    }),
  );

function learningOf(memory: Memory): LearningView {
  const { signalModel, deepSignalModel, attention, qTable } = memory.run.settings.learning;
  return {
    on: signalModel || deepSignalModel || attention || qTable,
    forecasters: expertsOf(memory).map(withGain),
    calibration: judgementsOf(memory).map(({ bins, ...told }) => ({
      ...told,
      reliability: reliabilityOf(bins),
    })),
    versions: versionRowsOf(memory).map(withGain),
  };
}

interface Losses {
  readonly logLoss: number | null;
  readonly baseLogLoss: number | null;
}

const withGain = <T extends Losses>(row: T) => ({
  ...row,
  gain: row.logLoss === null || row.baseLogLoss === null ? null : row.baseLogLoss - row.logLoss,
});

function provenanceOf(memory: Memory, source: ReportSource): Provenance {
  const { binding, settings } = memory.run;
  const { all, components } = hashesOf(memory);
  const ranWith = source.starts.map(({ version: by, node }) => `${by} on Node ${node}`);
  return {
    version: version(),
    node: process.version,
    ranWith: [...new Set(ranWith)],
    files: source.files,
    mode: binding?.mode ?? null,
    market: binding?.market ?? null,
    account: binding?.account || null,
    symbols: binding?.symbols ?? [],
    timeframe: timeframeName(settings.timeframeMs),
    seed: binding?.seed ?? null,
    directoryId: source.directoryId,
    epoch: source.epoch,
    stateHash: all,
    components,
    settings: settingsView(settings),
  };
}
