/**
 * The wiring: from settings, a market and a directory to a bot that is ready.
 *
 * Promises: recovery is the only way in; a directory meets only the market it is bound to; a
 * changed setting becomes a fact. Never: decides, and never trades before it returns.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalText } from '../base/canonical.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { toQuote } from '../base/money.ts';
import { components, type Memory } from '../components.ts';
import type { Exchange, Feed } from '../core/exchange.ts';
import type { Binding, Mode, Report } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import type { Settings } from '../core/settings.ts';
import { createStepper, type Input, jsonRecorder, type StepResult } from '../core/step.ts';
import type { Venue } from '../core/venue.ts';
import { type FundingSchedule, fundingSchedule } from '../exchange/funding.ts';
import { paperExchange } from '../exchange/paper.ts';
import { decide } from '../policy/decide.ts';
import type { World } from '../policy/world.ts';
import { openMemoryStore } from '../state/memory-store.ts';
import { readState } from '../state/state-file.ts';
import { openStore, type Store } from '../state/store.ts';
import { booksOf } from '../trade/portfolio.ts';
import { bindingConflict } from '../trade/run.ts';
import { liquidatedBy } from '../trade/tier-rule.ts';
import { type BotParts, commit, introduceFresh } from './bot.ts';
import { createCheckpointer } from './checkpointer.ts';
import { createCourier, errandsOf } from './courier.ts';
import { closeAfter, DEFAULT_SEED, type Early, marketBefore, marketFor } from './early-market.ts';
import { refuseForeign, refuseUnfinished } from './foreign-folder.ts';
import type { Unknown } from './live/desk.ts';
import { createLiveCourier } from './live/live-courier.ts';
import { type RecordedFile, STARTED } from './recorded-file.ts';
import type { ScrubPace } from './scrubber.ts';
import { createTrainer } from './trainer.ts';
import { version } from './version.ts';

/** A market to trade on, opened and not read yet. */
export interface MarketSource {
  readonly mode: Mode;
  /** Exchange id or `simulated`. */
  readonly market: string;
  readonly feed: Feed;
  readonly timeframeMs: number;
  readonly fundingFiles: readonly string[];
  /** What its files are; absent where it is not made of files. */
  readonly record?: () => Promise<readonly RecordedFile[]>;
  /** An account there, and its fingerprint: real orders. */
  readonly venue?: Venue;
  readonly account?: string;
}

export type Known = Pick<Binding, 'mode' | 'market' | 'symbols' | 'timeframeMs'>;

export interface WireOptions {
  /** Null: nothing touches the disk. */
  readonly directory: string | null;
  readonly journalMirror: string | null;
  readonly acceptLoss: boolean;
  readonly allowNetwork: boolean;
  /** Nothing of the past is dropped; null: as the directory has it. */
  readonly keepHistory?: boolean | null;
  /** Syncs may be shared between steps only where nobody acts on them (backtests). */
  readonly sharedSync: boolean;
  /** The background scrub; a backtest has none. */
  readonly scrub: ScrubPace;
  readonly settings: Settings;
  /** Undefined: the one the directory is bound to, or 1. */
  readonly seed: number | undefined;
  /** Live: what is done with a position that was opened by hand. */
  readonly unknownPosition?: Unknown;
  /** What is known of the market before it is opened: where that does not fit it is not asked. */
  readonly known?: Known | undefined;
  /** The market, once the seed is known that the directory is bound to. */
  readonly source: (seed: number) => MarketSource | Promise<MarketSource>;
  /** Of the market, for people who are told of the start; absent: nobody is. */
  readonly title?: string;
  readonly watch: (result: StepResult, world: World) => void;
  readonly warn: (line: string) => void;
}

export async function wire(options: WireOptions): Promise<BotParts> {
  if (options.directory !== null) {
    refuseForeign(options.directory);
    refuseUnfinished(options.directory);
  }
  const early = await marketBefore(options);
  let store: Store | null = null;
  try {
    store = storeFor(options);
    return await assemble(options, store, early);
  } catch (error) {
    await closeAfter(store, early);
    throw error;
  }
}

function storeFor(options: WireOptions): Store {
  const { directory, journalMirror, acceptLoss, allowNetwork, keepHistory, sharedSync } = options;
  if (directory === null) return openMemoryStore(components);
  return openStore({
    directory,
    ...(journalMirror === null ? {} : { journalMirror }),
    ...(typeof keepHistory === 'boolean' && { keepHistory }),
    components,
    now: Date.now,
    acceptLoss,
    allowNetwork,
    sync: sharedSync ? 'shared' : 'each',
  });
}

async function assemble(
  options: WireOptions,
  store: Store,
  early: Early | null,
): Promise<BotParts> {
  const world = store.states as Memory;
  const bound = world.run.binding;
  if (bound !== null) checkBinding(options, world, { ...bound, ...options.known });
  const seed = options.seed ?? bound?.seed ?? DEFAULT_SEED;
  const source = await marketFor(options, early, seed);
  const binding = wantedBinding(source, seed);
  checkBinding(options, world, binding);
  const stepper = createStepper<World>({
    world,
    fold: createFold(components, store.states, readState),
    decide,
    recorder: options.directory === null ? null : jsonRecorder,
    epoch: store.epoch,
  });
  const funding = await fundingOf(source, options, world.run.binding ?? binding);
  const bot: BotParts = {
    ...{ world, store, stepper, feed: source.feed },
    ...dealingOf(options, source, {
      ...{ world, store, funding },
      commit: input => {
        commit(bot, input);
      },
    }),
    trainer: createTrainer(),
    checkpointer: createCheckpointer({ store, inline: options.sharedSync, warn: options.warn }),
    watch: options.watch,
  };
  introduce(bot, options, { binding, recorded: funding.recorded });
  if (options.directory !== null) await noteStart(store, source, options.title);
  return bot;
}

/** What a later report says of this run, by whom and out of which files; and who is told, of what. */
async function noteStart(
  store: Store,
  { record }: MarketSource,
  title: string | undefined,
): Promise<void> {
  // A tape that cannot be read whole is a fault when its place is met, not before.
  const files = await record?.().catch(() => []);
  const made = { version: version(), node: process.version, ...(title !== undefined && { title }) };
  store.note({ what: STARTED, seq: store.seq, ...made, files: files ?? [] });
}

interface Dealing {
  readonly world: World;
  readonly store: Store;
  readonly funding: FundingSchedule;
  readonly commit: (input: Input) => void;
}

/** Who takes orders and who carries them: the paper exchange, or the desk of a live account. */
function dealingOf(
  options: WireOptions,
  { venue, timeframeMs }: MarketSource,
  { world, store, funding, commit }: Dealing,
): Pick<BotParts, 'exchange' | 'courier' | 'live'> {
  const directory = store.directoryId;
  if (venue === undefined) {
    const exchange = paperOf(world, timeframeMs, funding);
    const errands = errandsOf(world);
    return { exchange, courier: createCourier({ ...errands, exchange, directory, commit }) };
  }
  const live = createLiveCourier({
    ...{ venue, world, directory, commit, warn: options.warn },
    ...{ unknown: options.unknownPosition ?? 'adopt', epoch: () => store.epoch },
    ...{ elapsed: () => performance.now(), rest: ms => sleep(ms, undefined, { ref: false }) },
  });
  // What happens to a live order inside a candle the desk is told by its venue.
  return { exchange: { advance: () => NO_REPORTS }, courier: live, live };
}

const NO_REPORTS: readonly Report[] = [];

function wantedBinding(source: MarketSource, seed: number): Binding {
  const { mode, market, feed, timeframeMs, account = '' } = source;
  return {
    mode,
    market,
    account,
    symbols: feed.contracts.map(contract => contract.symbol),
    seed,
    timeframeMs,
    contracts: feed.contracts,
  };
}

function checkBinding(options: WireOptions, world: World, wanted: Binding): void {
  const bound = world.run.binding;
  const conflict = bound === null ? null : bindingConflict(bound, wanted);
  if (conflict !== null)
    throw new Fault(
      EXIT.config,
      `${options.directory} is bound to another market: ${conflict}`,
      'use another --dir for this market, or go on with the one it is bound to',
    );
}

async function fundingOf(
  { fundingFiles, market }: MarketSource,
  { settings, warn }: WireOptions,
  { symbols }: Binding,
): Promise<FundingSchedule> {
  const funding = await fundingSchedule({
    ...{ files: fundingFiles, market, symbols },
    defaultRate: settings.fundingRate,
  });
  for (const file of funding.unused)
    warn(`${file} is of a market that is not traded here: it is not used`);
  return funding;
}

function paperOf(world: World, timeframeMs: number, funding: FundingSchedule): Exchange {
  return paperExchange({
    books: () => booksOf(world.portfolio),
    settings: () => world.run.settings,
    // The rules a directory began with stay its rules, whatever a longer tape suggests.
    contractOf: symbol => world.portfolio.contracts[symbol],
    funding,
    timeframeMs,
    lastClose: symbol => world.portfolio.marks[symbol] ?? null,
  });
}

/** The first facts of a directory, or the fact that its settings have changed. */
function introduce(
  bot: BotParts,
  options: WireOptions,
  { binding, recorded }: { readonly binding: Binding; readonly recorded: readonly string[] },
): void {
  const settings = {
    ...{ ...options.settings, timeframeMs: binding.timeframeMs },
    ...(recorded.length > 0 && { recordedFunding: recorded }),
  };
  const { run } = bot.world;
  warnOfTiers(options, binding);
  introduceFresh(bot);
  if (run.binding === null) commit(bot, { kind: 'bind', binding, settings });
  else if (canonicalText(run.settings) !== canonicalText(settings)) {
    refuseLiquidation(bot.world, settings);
    warnOfFunding(options, run.settings, settings);
    warnOfWallet(options, bot.world);
    commit(bot, { kind: 'configure', settings });
  }
}

function warnOfFunding({ warn }: WireOptions, was: Settings, now: Settings): void {
  for (const symbol of was.recordedFunding ?? [])
    if (now.recordedFunding?.includes(symbol) !== true)
      warn(
        `the funding of ${symbol} came from a file so far, and none is named now: ` +
          'the stated rate is charged from here on (name it with --funding)',
      );
}

function warnOfTiers({ settings, warn }: WireOptions, { symbols }: Binding): void {
  for (const { symbol } of settings.maintenanceTiers ?? [])
    if (symbol !== null && !symbols.includes(symbol))
      warn(`maintenance_tiers are set for ${symbol}, which is not traded here`);
}

/** What was begun with is history once anything was traded: another one counts for nothing. */
function warnOfWallet({ settings, warn }: WireOptions, { run, portfolio }: World): void {
  const { fills, startBalance } = portfolio;
  const isNews = settings.startBalance !== run.settings.startBalance;
  if (!isNews || fills === 0 || settings.startBalance === startBalance) return;
  warn(
    `dry_run_wallet is now ${toQuote(settings.startBalance)}, which has no effect: this directory ` +
      `began with ${toQuote(startBalance)} and has traded since. A new --dir begins with it`,
  );
}

function refuseLiquidation({ portfolio }: World, { maintenanceTiers }: Settings): void {
  const position = liquidatedBy(portfolio, maintenanceTiers);
  if (position === null) return;
  throw new Fault(
    EXIT.config,
    `with these maintenance_tiers the open position in ${position.symbol} would be liquidated at once`,
    'give lower rates until it is closed',
  );
}
