/**
 * How a life begins: the bot's settings and folders, and a memory of the market's past.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HISTORY_CANDLES } from '../../src/app/live-source.ts';
import { stepOf } from '../lifecycle/memory.ts';
import { TestExchange } from './exchange.ts';
import type { LifePlan } from './life-plan.ts';
import { LiveBot } from './live-bot.ts';

export const WALLET = '10000';
export const LOOK_MS = 250;
const WARM_MS_MAX = 120_000;

/** Costs of nothing and no doubt: it trades as often as its strategies have an idea. */
const settings = (unknown: LifePlan['unknown'], pairs: readonly string[]) => ({
  ...{ live: true, max_open_trades: 8, leverage: 5, keep_history: true, scrub_hours: 0 },
  exchange: { name: 'kucoinfutures', pair_whitelist: pairs, unknown_position: unknown },
  risk: {
    ...{ per_trade: 0.002, stop_atr: 0.6, take_profit_atr: 1.5, trail_atr: 1 },
    ...{ max_hold_candles: 3, daily_loss_limit: 1, max_drawdown: 1, loss_streak_limit: 100 },
    ...{ cooldown_candles: 0, kelly_cap: 1, kelly_floor: 0.2, volume_share: 1, min_confidence: 0 },
  },
  fees: { taker: 0, maker: 0, slippage: 0 },
  learning: { q_table: false, signal_model: false, attention: false, ensemble: false },
});

/** A bot on a calm exchange whose clock stands still, until it knows all of the past. */
export async function warmUp(plan: LifePlan, folder: string): Promise<void> {
  mkdirSync(folder);
  const { tapes, startMs } = plan;
  const exchange = await TestExchange.open({ tapes, startMs, wallet: WALLET });
  const { command, directory } = setUp({ ...plan, unknown: 'adopt' }, folder);
  const bot = new LiveBot(command, exchange.url);
  bot.start();
  // The newest candle of each may not be told of while the clock stands still.
  const steps = (HISTORY_CANDLES - 2) * tapes.length;
  const giveUpMs = performance.now() + WARM_MS_MAX;
  while (performance.now() < giveUpMs && stepOf(directory) < steps) await sleep(LOOK_MS);
  const { code } = await bot.stop();
  await exchange.close();
  if (code !== 0) throw new Error(`the bot could not warm up: ${bot.output}`);
}

export function setUp({ tapes, unknown }: LifePlan, folder: string) {
  const directory = join(folder, 'models');
  const config = join(folder, 'config.json');
  const pairs = tapes.map(({ contract: { base } }) => pairOf(base));
  writeFileSync(config, JSON.stringify(settings(unknown, pairs)));
  return { directory, command: ['--live', '--config', config, '--dir', directory] };
}

/** As ccxt names it. */
const pairOf = (base: string): string => `${base === 'XBT' ? 'BTC' : base}/USDT:USDT`;
