/**
 * What another program gives the embedded bot, checked as the command line checks its options.
 *
 * Promises: a wrong value is a `Fault` (exit code 2) that names it, before anything of the directory
 * is touched: a seed that cannot be kept would be journaled and refuse every later start.
 * Never: guesses.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AppConfig } from './config.ts';
import type { BotOptions, BotRun } from './embedded-bot.ts';
import type { Until } from './session.ts';

const SEED_MAX = 0xffff_ffff;

const wrong = (what: string, value: unknown, remedy: string): Fault =>
  new Fault(EXIT.usage, `${what} is ${typeof value === 'string' ? `"${value}"` : value}`, remedy);

export function checkBotOptions({ directory, seed, tape }: BotOptions): void {
  if (typeof directory !== 'string' || directory === '')
    throw wrong('directory', directory, 'name the folder in which the bot keeps its state');
  const isSeed = seed === undefined || (Number.isInteger(seed) && seed >= 0 && seed <= SEED_MAX);
  if (!isSeed || Object.is(seed, -0))
    throw wrong('seed', seed, `give a whole number from 0 to ${SEED_MAX}`);
  if (Array.isArray(tape) && tape.length === 0)
    throw wrong('tape', 'an empty list', 'name a tape, or leave it out for the simulated market');
}

/**
 * Real orders need a process that is watched and commands that reach it: an embedded bot has neither
 * (docs/decisions/0107-embedding-has-no-venue.md). On a tape the same config means its pairs alone.
 */
export function refuseVenue({ exchange, live }: AppConfig): void {
  const { name } = exchange;
  const isVenue = name !== null && name.toLowerCase() !== 'simulated';
  const keys = [...(isVenue ? ['exchange.name'] : []), ...(live ? ['live'] : [])].join(' and ');
  if (keys === '') return;
  throw new Fault(
    EXIT.config,
    `an embedded bot trades tapes and the simulated market, and its config asks for ${isVenue ? name : 'real orders'}`,
    `run holdfast trade${live ? ' --live' : ''} for that; here leave ${keys} out, or name a tape`,
  );
}

export function untilOf(until: BotRun['until']): Until | null {
  if (until === undefined) return null;
  const isCount = typeof until === 'number';
  const value = isCount ? until : until.getTime();
  if (!Number.isFinite(value) || (isCount && value < 0))
    throw wrong('until', isCount ? until : 'no time', 'give a number of candles, or a Date');
  return isCount ? { kind: 'candles', count: value } : { kind: 'time', time: value };
}

export function checkSpeed(speed: NonNullable<BotRun['speed']>): void {
  const isPace = typeof speed === 'number' && Number.isFinite(speed) && speed > 0;
  if (speed !== 'max' && !isPace)
    throw wrong('speed', speed, "give 'max', or candles a second above 0");
}
