/**
 * `trade`: runs the bot, on the simulated market or on tapes.
 *
 * Promises: prints its pid before anything else is done, what recovery did, a live status line,
 * and on Ctrl+C a line for each part saved and a summary. Exit 0 at the end of a tape.
 */
import type { BotParts, Ending } from '../app/bot.ts';
import { fullSpeed, paced } from '../app/clock.ts';
import { type AppConfig, loadConfig } from '../app/config.ts';
import { Console } from '../app/console.ts';
import { serveControl } from '../app/control.ts';
import { Journalist } from '../app/journalist.ts';
import { inSavedOrder, readyLine, savedLine, startLine } from '../app/line.ts';
import { openLog } from '../app/log.ts';
import { openSimulated, openTapes } from '../app/market-source.ts';
import { runSession, type SessionResult } from '../app/session.ts';
import { listenForSignals } from '../app/signals.ts';
import { summary } from '../app/summary.ts';
import { marketTimeOf, summaryOf } from '../app/view.ts';
import type { MarketSource } from '../app/wire.ts';
import { EXIT } from '../base/fault.ts';
import { toQuote } from '../base/money.ts';
import { components } from '../components.ts';
import { equityOf } from '../trade/portfolio.ts';
import type { Command } from './io.ts';
import type { TradeOptions } from './trade-command.ts';
