/**
 * `trade`: runs the bot, on the simulated market, on tapes, or on live market data.
 *
 * Promises: prints its pid before anything else is done (of a live market: before it is asked, once
 * nothing refuses it that can be known without it), what recovery did, a live status line, and on
 * Ctrl+C a line for each part saved and a summary. Exit 0 at the end of a tape.
 */

import { type BackupKeeper, backupsOf } from '../app/backup-keeper.ts';
import type { BackupWorkerEvent } from '../app/backup-worker.ts';
import type { Ending } from '../app/bot.ts';
import { fullSpeed, paced } from '../app/clock.ts';
import { type AppConfig, loadConfig } from '../app/config.ts';
import { Console } from '../app/console.ts';
import { openSimulated, openTapes, SIMULATED_MARKET } from '../app/market-source.ts';
import { runSession, type Session } from '../app/session.ts';
import { listenForSignals } from '../app/signals.ts';
import { TradeScreen } from '../app/trade-screen.ts';
import { version } from '../app/version.ts';
import type { Known, MarketSource } from '../app/wire.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Command, Io } from './io.ts';
import type { TradeOptions } from './trade-command.ts';
import { dashboardFor } from './trade-dashboard.ts';
import { noticesFor } from './trade-notice.ts';

/** Candles a second of the simulated market where no speed is given: an hour of it in 4 s. */
const SIMULATED_SPEED = 30;

export const trade: Command<TradeOptions> = async (options, io) => {
  const config = configOf(options, io);
  const { now, env } = io;
  const isJson = saysJson(config, io);
  const screen = await screenFor(isJson, io);
  const signals = listenForSignals(name => screen.say(`${name}: saving and stopping`));
  const kind = kindOf(options, config);
  const pace = paceWanted(options, kind);
  const dashboard = await dashboardFor({
    ...{ config, env, now, isTerminal: screen.isTerminal, show: line => screen.say(line) },
    warn: line => live.warn(line),
    ...{ progress: () => market.progress(), following: () => market.following() },
  });
  const notices = noticesFor({ config, env, now, warn: line => live.warn(line) });
  const market = await openMarket(options, {
    ...{ kind, config, env, stop: signals.stop, begin: () => live.begin() },
    tell: (level, line) => {
      live[level === 'warn' ? 'warn' : 'say'](line);
      notices.venue(level, line);
    },
  });
  const live: TradeScreen = new TradeScreen({
    ...{ version: version(), config, screen, now: io.now, ...market, isReal: options.live },
    quiet: pace === 'max' && kind !== 'live',
    onLog: log => Object.assign(io, { log }),
  });
  if (kind !== 'live') live.begin();
  let backups: BackupKeeper | null = null;
  let ending: Ending | undefined;
  try {
    const result = await runSession({
      wire: {
        ...directoryOf(config, options),
        ...{ seed: options.seed, source: market.open, title: market.title, known: market.known },
        ...{ unknownPosition: config.exchange.unknownPosition, warn: live.warn },
        watch: (result, world) => {
          live.watch(result, world);
          for (const each of [dashboard, notices]) each?.watch(result);
        },
      },
      ...{ pace: paceOf(pace, signals.stop), stop: signals.stop, until: options.until ?? null },
      onReady: async session => {
        await live.ready(session);
        backups = backupsFor(session, config, { screen, io });
        await dashboard?.open(session, backups);
        await notices.open(session);
      },
      onEnd: () => notices.close(),
    });
    ending = result.ending;
    live.end(result);
    return EXIT.ok;
  } finally {
    signals.detach();
    await dashboard?.close(ending);
    // All is saved by now: what is not there yet is sent.
    await (backups as BackupKeeper | null)?.close();
    await live.close();
  }
};

/** Where it is remembered, and how, and what it is traded by. */
const directoryOf = (config: AppConfig, { acceptLoss }: TradeOptions) => ({
  ...{ directory: config.dir, journalMirror: config.journalMirror, acceptLoss },
  allowNetwork: config.allowNetworkFilesystem,
  settings: config.settings,
  ...{ scrub: config.scrub, keepHistory: config.keepHistory, sharedSync: false },
});

async function screenFor(isJson: boolean, { stdout, stderr, now, env }: Io): Promise<Console> {
  const speaker = isJson ? (await import('../app/json-line.ts')).jsonSpeaker(stdout) : undefined;
  return new Console({ stdout, stderr, now, env, speaker });
}

const saysJson = ({ logFormat }: AppConfig, { stdout }: Io): boolean =>
  logFormat === 'json' || (logFormat === 'auto' && stdout.isTTY !== true);

const backupsFor = (
  { bot }: Session,
  config: AppConfig,
  { screen, io }: { readonly screen: Console; readonly io: Io },
): BackupKeeper | null =>
  backupsOf(config, {
    ...{ directory: config.dir, store: bot.store, now: io.now },
    warn: line => screen.warn(line),
    tell: event => logBackup(event, io),
  });

/** Lines are sent every second or two: the trades are what the log has to keep. */
function logBackup(event: BackupWorkerEvent, { log }: Io): void {
  log?.[event.kind === 'shipped' ? 'debug' : 'info'](`backup: ${event.kind}`, { ...event });
}

/** A test run must not tell people of its trades, or take commands that are meant for another bot. */
const ALONE = {
  'web.enabled': false,
  'backup.to': null,
  'notify.webhook.url': null,
  'notify.telegram.chat_ids': [],
};

const configOf = (options: TradeOptions, io: Io): AppConfig =>
  loadConfig({
    file: options.config,
    env: io.env,
    overrides: {
      dir: options.dir,
      keep_history: options.keepHistory,
      'exchange.name': options.exchange,
      'exchange.pair_whitelist': options.pairs,
      ...(options.trial && ALONE),
      'web.port': options.port,
      'web.enabled': options.web ? undefined : false,
    },
  });

interface Market {
  readonly title: string;
  readonly symbols: readonly string[];
  /** Before it is open. */
  readonly known?: Known | undefined;
  /** Share of the tape that is done; null where the market has no end. */
  readonly progress: () => number | null;
  /** How a live market is followed; null: it is none. */
  readonly following: () => string | null;
  readonly open: (seed: number) => MarketSource | Promise<MarketSource>;
}

type Kind = 'simulated' | 'tape' | 'live';

function kindOf({ tape, exchange, pairs, live }: TradeOptions, config: AppConfig): Kind {
  const both = tape.length > 0 && (exchange ?? pairs) !== undefined;
  if (both)
    throw new Fault(
      EXIT.usage,
      '--tape is a recorded market, --exchange and --pairs are a live one',
      'name the one or the other',
    );
  if (tape.length > 0 && live)
    throw new Fault(EXIT.usage, '--live cannot trade a recorded market', 'leave --tape out');
  if (tape.length > 0) return 'tape';
  if (config.exchange.name !== null) return 'live';
  if (live)
    throw new Fault(EXIT.usage, '--live without an exchange', 'name it: --exchange kucoinfutures');
  if (pairs === undefined) return 'simulated';
  throw new Fault(EXIT.usage, '--pairs without an exchange', 'name it: --exchange kucoinfutures');
}

interface MarketWish {
  readonly kind: Kind;
  readonly config: AppConfig;
  readonly env: Io['env'];
  readonly stop: AbortSignal;
  /** Says who trades what. */
  readonly begin: () => void;
  readonly tell: (level: 'info' | 'warn', line: string) => void;
}

async function openMarket(options: TradeOptions, wish: MarketWish): Promise<Market> {
  const { kind, config } = wish;
  const none = (): null => null;
  if (kind === 'live') return liveMarketOf(options, wish);
  if (kind === 'simulated')
    return {
      ...SIMULATED_MARKET,
      ...{ progress: none, following: none },
      open: seed => openSimulated(config, { seed, funding: options.funding }),
    };
  const source = await openTapes(options, config);
  return {
    title: source.title,
    symbols: source.feed.contracts.map(({ symbol }) => symbol),
    progress: () => source.feed.progress(),
    following: none,
    open: () => source,
  };
}

/** Its code, and the exchange's, are loaded where they are needed alone. */
async function liveMarketOf(options: TradeOptions, wish: MarketWish): Promise<Market> {
  const { config, env, stop, tell } = wish;
  const { funding, live } = options;
  const { checkTerms } = await import('../app/live-terms.ts');
  await checkTerms(config, { env, live });
  const { openLive, liveTitle } = await import('../app/live-source.ts');
  let source: Awaited<ReturnType<typeof openLive>> | null = null;
  const { name, pairs: symbols } = config.exchange;
  const { timeframeMs } = config.settings;
  return {
    ...{ title: liveTitle(config, live), symbols },
    known: { mode: live ? 'live' : 'paper', market: name ?? '', symbols, timeframeMs },
    progress: () => null,
    following: () => source?.feed.state() ?? 'connecting',
    async open() {
      if (source === null) wish.begin();
      source = await openLive(config, { funding, live, env, stop, tell });
      return source;
    },
  };
}

const paceOf = (wanted: number | 'max', stop: AbortSignal) =>
  wanted === 'max' ? fullSpeed() : paced(wanted, stop);

function paceWanted({ speed }: TradeOptions, kind: Kind): number | 'max' {
  // A live market has its own pace.
  if (kind === 'live') return 'max';
  return speed ?? (kind === 'simulated' ? SIMULATED_SPEED : 'max');
}
