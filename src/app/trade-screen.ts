/**
 * The screen of `trade`: what a person and the log are told of one run.
 *
 * Promises: the pid first, then what recovery did, `ready`, the status line, and at the end a line
 * for each part saved and a summary. Never: changes anything of the bot.
 */
import type { Server } from 'node:net';
import { toQuote } from '../base/money.ts';
import { components } from '../components.ts';
import type { StepResult } from '../core/step.ts';
import type { World } from '../policy/world.ts';
import { equityOf } from '../trade/portfolio.ts';
import type { BotParts } from './bot.ts';
import type { AppConfig } from './config.ts';
import type { Console } from './console.ts';
import { serveControl } from './control.ts';
import { isOfOperator, logLineOf, screenLineOf } from './fact-log.ts';
import { inSavedOrder, readyLine, savedLine, startLine } from './line.ts';
import { type Log, openLog } from './log.ts';
import { commandsOf, type Session, type SessionResult } from './session.ts';
import { summary } from './summary.ts';
import { frozenLinesOf, holdLinesOf, marketTimeOf, statusOf, summaryOf } from './view.ts';

export interface TradeScreenOptions {
  readonly version: string;
  readonly config: AppConfig;
  readonly screen: Console;
  /** Wall clock. */
  readonly now: () => number;
  /** True where facts come too fast to be read: the log has them. */
  readonly quiet: boolean;
  /** The log is open: a bug may leave its stack there. */
  readonly onLog: (log: Log) => void;
  readonly title: string;
  readonly symbols: readonly string[];
  /** Real orders. */
  readonly isReal: boolean;
  readonly progress: () => number | null;
  /** How a live market is followed; null: it is none. */
  readonly following: () => string | null;
}

const REDRAW_MS = 1000;

export class TradeScreen {
  readonly #given: TradeScreenOptions;
  #bot: BotParts | null = null;
  #log: Log | null = null;
  #server: Server | null = null;
  #timer: NodeJS.Timeout | undefined;
  #rate = { candles: 0, at: 0, perSecond: null as number | null };

  constructor(given: TradeScreenOptions) {
    this.#given = given;
  }

  /** The first line: who trades what, where. */
  begin(): void {
    const { version, screen, config, title, symbols, isReal } = this.#given;
    const { dir: directory } = config;
    const { pid } = process;
    screen.say(startLine({ version, pid, market: title, symbols, directory, isReal }));
  }

  /** Shows a step: the log's lines, the screen's where a person can follow, the status. */
  readonly watch = ({ facts }: StepResult, world: World): void => {
    const { screen, quiet, config } = this.#given;
    for (const fact of facts) {
      if (fact.type === 'candle.closed') continue;
      const line = logLineOf(fact);
      if (line !== null) this.#log?.info(line.what, line.details);
      const shown = quiet && !isOfOperator(fact) ? null : screenLineOf(fact, config.dir);
      if (shown !== null) screen.say(shown);
    }
    if (screen.wantsStatus) this.#status(world);
  };

  /** What a person should see, and find again in the log. */
  readonly warn = (line: string): void => {
    this.#given.screen.warn(line);
    this.#log?.warn(line);
  };

  /** The same of what is no warning. */
  readonly say = (line: string): void => {
    this.#given.screen.say(line);
    this.#log?.info(line);
  };

  async ready(session: Session): Promise<void> {
    const { bot } = session;
    this.#bot = bot;
    const { version, screen, config, onLog } = this.#given;
    const { report } = bot.store;
    for (const line of [...report.repairs, ...report.lost]) screen.warn(line);
    for (const line of report.upgraded) screen.say(line);
    this.#log = openLog({
      directory: config.dir,
      level: config.logLevel,
      onFailure: reason => screen.warn(`no log file: ${reason}`),
    });
    onLog(this.#log);
    this.#log.info('started', { version, ...report });
    this.#server = await this.#listen(session);
    const { world } = bot;
    screen.say(
      readyLine({
        first: report.first,
        seq: bot.store.seq,
        candles: world.run.candles,
        trades: world.analytics.totals.trades,
        equity: toQuote(equityOf(world.portfolio)),
        marketTime: marketTimeOf(world),
        startupMs: performance.now(),
      }),
    );
    for (const line of [...holdLinesOf(world, config.dir), ...frozenLinesOf(world)])
      screen.say(line);
    this.#rate = { candles: world.run.candles, at: performance.now(), perSecond: null };
    this.#redraw();
  }

  /** Between two candles of a live market a terminal shows how it is followed. */
  #redraw(): void {
    const { screen, following } = this.#given;
    if (!screen.isTerminal || following() === null) return;
    this.#timer = setInterval(() => {
      if (this.#bot !== null && screen.wantsStatus) this.#status(this.#bot.world);
    }, REDRAW_MS);
  }

  /** Not every disk takes a socket, and nothing that is remembered hangs on it. */
  async #listen(session: Session): Promise<Server | null> {
    const { screen, config } = this.#given;
    try {
      return await serveControl(config.dir, commandsOf(session));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      screen.warn(`no commands can reach this bot while it runs, no flatten either: ${why}`);
      return null;
    }
  }

  end({ ending, bot, figures }: SessionResult): void {
    const { screen, config } = this.#given;
    this.#status(bot.world);
    screen.endStatus();
    for (const { title, file, bytes, seq } of savedFiles(bot))
      screen.say(savedLine(title, file, bytes, seq));
    if (figures.candles === 0 && ending !== 'stopped')
      screen.say(
        ending === 'tape'
          ? 'nothing to do: the tape ends where this directory already stands'
          : 'nothing to do: --until lies behind what this directory already remembers',
      );
    const hashing = summaryOf(bot.world, figures, config.dir);
    screen.say(summary(hashing));
    this.#log?.info('stopped', { ending, seq: bot.store.seq, stateHash: hashing.stateHash });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#given.screen.endStatus();
    this.#server?.close();
    this.#log?.close();
  }

  #status(world: World): void {
    const { screen, now: wall, progress, following } = this.#given;
    const bot = this.#bot;
    if (bot === null) return;
    const now = performance.now();
    const rate = this.#rate;
    if (now - rate.at >= 1000) {
      const perSecond = ((world.run.candles - rate.candles) * 1000) / (now - rate.at);
      this.#rate = { candles: world.run.candles, at: now, perSecond };
    }
    const { atMs } = bot.store.lastCheckpoint;
    screen.status(
      statusOf(world, {
        candlesPerSecond: this.#rate.perSecond,
        progress: progress(),
        following: following(),
        checkpointAgeMs: atMs === 0 ? null : wall() - atMs,
        journalBytes: bot.store.journalBytes,
        directory: bot.store.directory,
      }),
    );
  }
}

/** The parts in the order in which they are told, with the files that hold them. */
function savedFiles({ store }: BotParts) {
  const { savedFiles: files } = store;
  return inSavedOrder(components).flatMap(({ id, title }) => {
    const record = files.get(id);
    return record === undefined ? [] : [{ ...record, title }];
  });
}
