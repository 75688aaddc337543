/**
 * Holdfast for other programs: open a bot on a directory, run it, read and save what it remembers.
 *
 * Promises: what stands here keeps its shape within a major version; the rest of src/ does not.
 * docs/EMBEDDING.md is the guide.
 */
export {
  type Bot,
  type BotOptions,
  type BotRun,
  openBot,
  type Part,
  type SavedFile,
} from './app/embedded-bot.ts';
export type { Hold } from './app/hold.ts';
export type { HeldPosition, Told } from './app/operator.ts';
export type { RunResult } from './app/session.ts';
export { EXIT, Fault } from './base/fault.ts';
export { toQuote, type Units } from './base/money.ts';
export type { Memory } from './components.ts';
export type { Breaker, Fact, FactName } from './core/fact.ts';
export type { Position, TradeRecord } from './core/order.ts';
export type { StepResult } from './core/step.ts';
