/**
 * `trade`: runs the bot, on the simulated market or on tapes.
 *
 * Promises: prints its pid before anything else is done, what recovery did, a live status line,
 * and on Ctrl+C a line for each part saved and a summary. Exit 0 at the end of a tape.
 */
import { type BackupKeeper, backupsOf } from '../app/backup-keeper.ts';
import { fullSpeed, type Pace, paced } from '../app/clock.ts';
import { type AppConfig, loadConfig } from '../app/config.ts';
import { Console } from '../app/console.ts';
import { openSimulated, openTapes, SIMULATED_MARKET } from '../app/market-source.ts';
import { runSession } from '../app/session.ts';
import { listenForSignals } from '../app/signals.ts';
import { TradeScreen } from '../app/trade-screen.ts';
import { version } from '../app/version.ts';
import type { MarketSource } from '../app/wire.ts';
import { EXIT } from '../base/fault.ts';
import type { Command } from './io.ts';
import type { TradeOptions } from './trade-command.ts';

/** Candles a second of the simulated market where no speed is given: an hour of it in 4 s. */
const SIMULATED_SPEED = 30;

export const trade: Command<TradeOptions> = async (options, io) => {
  const config = loadConfig({
    file: options.config,
    env: io.env,
    overrides: { dir: options.dir, keep_history: options.keepHistory },
  });
  const screen = new Console({ stdout: io.stdout, stderr: io.stderr, now: io.now, env: io.env });
  if (options.port !== undefined)
    screen.warn('this release has no dashboard yet: --port has no effect');
  const signals = listenForSignals(name => screen.say(`${name}: saving and stopping`));
  const market = await openMarket(options, config);
  const live = new TradeScreen({
    ...{ version: version(), config, screen, now: io.now, ...market },
    quiet: paceWanted(options) === 'max',
    onLog: log => {
      io.log = log;
    },
  });
  let backups: BackupKeeper | null = null;
  try {
    const result = await runSession({
      wire: {
        directory: config.dir,
        journalMirror: config.journalMirror,
        acceptLoss: options.acceptLoss,
        allowNetwork: config.allowNetworkFilesystem,
        scrub: config.scrub,
        keepHistory: config.keepHistory,
        sharedSync: false,
        settings: config.settings,
        seed: options.seed,
        source: market.open,
        watch: live.watch,
        warn: live.warn,
      },
      pace: paceOf(options, signals.stop),
      stop: signals.stop,
      until: options.until ?? null,
      onReady: async session => {
        await live.ready(session);
        backups = backupsOf(config, {
          ...{ directory: config.dir, store: session.bot.store },
          warn: line => screen.warn(line),
          // Lines are sent every second or two: the trades are what the log has to keep.
          tell: event => {
            const level = event.kind === 'shipped' ? 'debug' : 'info';
            io.log?.[level](`backup: ${event.kind}`, { ...event });
          },
        });
      },
    });
    live.end(result);
    return EXIT.ok;
  } finally {
    signals.detach();
    // All is saved by now: what is not there yet is sent.
    await (backups as BackupKeeper | null)?.close();
    await live.close();
  }
};

interface Market {
  readonly title: string;
  readonly symbols: readonly string[];
  /** Share of the tape that is done; null where the market has no end. */
  readonly progress: () => number | null;
  readonly open: (seed: number) => MarketSource;
}

async function openMarket(options: TradeOptions, config: AppConfig): Promise<Market> {
  if (options.tape.length === 0)
    return {
      ...SIMULATED_MARKET,
      progress: () => null,
      open: seed => openSimulated(config, { seed, funding: options.funding }),
    };
  const source = await openTapes(options, config);
  return {
    title: source.title,
    symbols: source.feed.contracts.map(({ symbol }) => symbol),
    progress: () => source.feed.progress(),
    open: () => source,
  };
}

const paceWanted = ({ speed, tape }: TradeOptions): number | 'max' =>
  speed ?? (tape.length === 0 ? SIMULATED_SPEED : 'max');

function paceOf(options: TradeOptions, stop: AbortSignal): Pace {
  const wanted = paceWanted(options);
  return wanted === 'max' ? fullSpeed() : paced(wanted, stop);
}
