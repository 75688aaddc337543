/**
 * `backtest`: the same engine over tapes with no delay.
 *
 * Promises: without --dir nothing touches the disk, but for the report of --html; with it the directory ends as `trade --tape`
 * would leave it. `--json` prints one JSON object and nothing else.
 */
import { fullSpeed } from '../app/clock.ts';
import { type AppConfig, loadConfig } from '../app/config.ts';
import { Console } from '../app/console.ts';
import { placeOf } from '../app/directory.ts';
import { createEvaluator } from '../app/evaluator.ts';
import { openTapes, type TapeSource } from '../app/market-source.ts';
import { counted } from '../app/number-text.ts';
import { ProgressBar } from '../app/progress-bar.ts';
import { type EndedRun, reportOfRun } from '../app/report.ts';
import { runSession, type SessionResult } from '../app/session.ts';
import { listenForSignals } from '../app/signals.ts';
import { summary } from '../app/summary.ts';
import { hashesOf, holdLinesOf, metricsNow, summaryOf } from '../app/view.ts';
import type { Cut, WalkForward } from '../app/walk-forward.ts';
import { walkForwardText } from '../app/walk-forward-text.ts';
import { EXIT } from '../base/fault.ts';
import type { BacktestOptions } from './backtest-command.ts';
import type { Command, Io } from './io.ts';
import { refuseReport, writeReport, writtenText } from './report-file.ts';

const STOPPED = 'it was stopped before the end of the tape: the figures are of the part before';

/** How far the tape is, is asked once in so many steps. */
const STEPS_PER_LOOK = 256;

export const backtest: Command<BacktestOptions> = async (options, io) => {
  const config = loadConfig({ file: options.config, env: io.env });
  const screen = new Console({ stdout: io.stdout, stderr: io.stderr, now: io.now, env: io.env });
  if (options.html !== undefined) refuseReport(options.html, options);
  const source = await openTapes(options, config);
  const bar = new ProgressBar(io.stderr, 'backtest');
  const signals = listenForSignals(() => {});
  const cut = cutOf(options);
  const evaluator = cut === null && options.html === undefined ? null : createEvaluator();
  let steps = 0;
  try {
    const result = await runSession({
      wire: {
        directory: options.dir ?? null,
        journalMirror: config.journalMirror,
        acceptLoss: options.acceptLoss,
        allowNetwork: config.allowNetworkFilesystem,
        scrub: config.scrub,
        keepHistory: config.keepHistory,
        sharedSync: true,
        settings: settingsOf(options, config),
        seed: options.seed,
        source: () => source,
        watch: step => {
          evaluator?.watch(step);
          steps += 1;
          if (steps % STEPS_PER_LOOK === 0) bar.show(source.feed.progress());
        },
        warn: line => screen.warn(line),
      },
      pace: fullSpeed(),
      stop: signals.stop,
      until: options.until ?? null,
      onReady: ({ bot }) => {
        for (const line of [...bot.store.report.repairs, ...bot.store.report.lost])
          screen.warn(line);
        // Its metrics would otherwise be those of a bot that was held back, without a word.
        if (options.dir !== undefined)
          for (const line of holdLinesOf(bot.world, options.dir)) screen.warn(line);
        evaluator?.begin(bot);
      },
    });
    if (result.figures.candles > 0) bar.show(source.feed.progress());
    bar.end();
    tellSkipped(source, screen);
    if (result.ending === 'stopped') screen.warn(STOPPED);
    const walkForward = cut === null ? null : (evaluator?.report(result.bot.world, cut) ?? null);
    tell(result, { options, io, report: walkForward });
    const hold = evaluator?.hold() ?? null;
    await keepReport({ bot: result.bot, source, hold, walkForward }, { options, config, io });
    return EXIT.ok;
  } finally {
    bar.end();
    signals.detach();
  }
};

interface Keeping {
  readonly options: BacktestOptions;
  readonly config: AppConfig;
  readonly io: Io;
}

/** After the figures: they are told, whatever becomes of the file. */
async function keepReport(
  run: Omit<EndedRun, 'place'>,
  { options: { html, yes, dir, json }, config, io }: Keeping,
): Promise<void> {
  if (html === undefined) return;
  const place = dir === undefined ? null : placeOf({ ...config, dir });
  const view = await reportOfRun({ ...run, place });
  const written = writeReport(view, { file: html, replace: yes, io });
  if (!json) io.stdout.write(`\n${writtenText(written)}\n`);
}

/** An option switches off what the config has on, never the other way round. */
function settingsOf(options: BacktestOptions, { settings }: AppConfig): AppConfig['settings'] {
  const { learning } = settings;
  const may = (option: boolean, wanted: boolean) => options.learning && option && wanted;
  return {
    ...settings,
    learning: {
      ...learning,
      signalModel: may(options.signalModel, learning.signalModel),
      deepSignalModel: may(options.deep, learning.deepSignalModel),
      attention: may(options.attention, learning.attention),
      qTable: may(options.q, learning.qTable),
    },
  };
}

const cutOf = ({ walkForward }: BacktestOptions): Cut | null =>
  walkForward === true ? { kind: 'months' } : (walkForward ?? null);

function tellSkipped({ feed }: TapeSource, screen: Console): void {
  const { count, rows } = feed.skipped;
  if (count === 0) return;
  for (const { file, line, why } of rows) screen.warn(`skipped ${file}:${line}: ${why}`);
  screen.warn(`${counted(count, 'bad row')} ${count === 1 ? 'was' : 'were'} skipped`);
}

interface Telling {
  readonly options: BacktestOptions;
  readonly io: Io;
  readonly report: WalkForward | null;
}

function tell(result: SessionResult, { options, io, report }: Telling): void {
  const { bot, figures } = result;
  if (!options.json) {
    io.stdout.write(`${summary(summaryOf(bot.world, figures, options.dir ?? null))}\n`);
    if (report !== null) io.stdout.write(`\n${walkForwardText(report)}\n`);
    return;
  }
  const { all, components } = hashesOf(bot.world);
  const json = {
    ...metricsNow(bot.world),
    candles: figures.candles,
    seconds: figures.seconds,
    trainingSeconds: figures.trainingSeconds,
    trainingShare: figures.trainingShare,
    openTrades: Object.keys(bot.world.portfolio.positions).length,
    skippedRows: (bot.feed as TapeSource['feed']).skipped.count,
    stateHash: all,
    components: Object.fromEntries(components.map(({ id, sha256 }) => [id, sha256])),
    ...(report === null ? {} : { walkForward: report }),
  };
  io.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
}
