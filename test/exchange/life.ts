/**
 * One life of a live account: a bot as a real process, killed and started again, on an exchange that
 * misbehaves, with a person at its site; then a calm while, `flatten`, and the verdict.
 *
 * Promises: whatever happens nothing of it is left running. Never: helps the bot.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestExchange } from './exchange.ts';
import type { LifePlan, Scene } from './life-plan.ts';
import { LOOK_MS, setUp, WALLET, warmUp } from './life-setup.ts';
import { LiveBot } from './live-bot.ts';
import type { Order } from './order.ts';
import { Person } from './person.ts';
import { Starved } from './starved.ts';
import { BALANCE_DIFFERS, type Findings, hasMet, isAtRest, isTold, judge } from './verdict.ts';

export interface Life extends Findings {
  readonly seed: number;
  /** Sentences; empty: the life was survived whole. */
  readonly problems: readonly string[];
  readonly kills: number;
  readonly starts: number;
  readonly faults: number;
  /** Stops that the person canceled, and orders of their own. */
  readonly stopsCanceled: number;
  readonly ordersPlaced: number;
  /** How often the last bot was told to be flat. */
  readonly flattens: number;
  /** Times that a start had to compare the balance once more when all was flat. */
  readonly comparedAgain: number;
  readonly seconds: number;
  /** What the processes said, for a look at a failure. */
  readonly output: string;
}

/**
 * After the exchange is calm the bot is quiet within this time, or it never will be. It waits for 15
 * seconds where an order is not known, and then for a minute where the fills of one that met a
 * person's lots are booked as another's (life 21).
 */
const QUIET_MS_MAX = 90_000;
/** One is planned; a life that needs another goes on, so that its books can be compared, and is not whole. */
const FLATTENS_MAX = 2;
/**
 * A difference of the balance that is told at all is told by then. A bot that has just begun meets its
 * account first, compares it twice, five seconds apart, and has all of QUIET_MS_MAX (life 10).
 */
const CALM_MS = 8000;
/** The last bot trades on for a while before it is told to be flat. */
const TRADE_MS = 10_000;
/** What a bot does that finds its exchange away for too long. */
const UNREACHABLE = 69;
/** What more words of the operator may end. */
const isWorthATry = (rest: string | null): boolean => rest !== null && rest !== BALANCE_DIFFERS;
const READY_MS_MAX = 90_000;

/** Bots that have warmed up, by their stretch of the market: a life begins with a copy of one. */
export type Nursery = Map<number, Promise<void>>;

/** `folder`: of this life alone; kept where something was wrong. `home` is the campaign's. */
export async function live(plan: LifePlan, home: string, nursery: Nursery): Promise<Life> {
  const folder = join(home, String(plan.seed));
  mkdirSync(folder);
  if (plan.isWarm) {
    const warm = join(home, `warm-${plan.stretch}`);
    const grown = nursery.get(plan.stretch) ?? warmUp(plan, warm);
    nursery.set(plan.stretch, grown);
    await grown;
    cpSync(join(warm, 'models'), join(folder, 'models'), { recursive: true });
  }
  const scene = new Stage(plan, folder);
  const startedMs = performance.now();
  try {
    const problems = await scene.play();
    const findings = scene.judge();
    const all = [...problems, ...findings.problems];
    if (all.length === 0) rmSync(folder, { recursive: true, force: true });
    else scene.leaveTraces(folder);
    return {
      ...findings,
      ...scene.counts,
      ...{ seed: plan.seed, problems: all },
      seconds: (performance.now() - startedMs) / 1000,
      output: scene.output,
    };
  } finally {
    await scene.clear();
  }
}

class Stage {
  kills = 0;
  starts = 0;
  flattens = 0;
  comparedAgain = 0;
  readonly #plan: LifePlan;
  readonly #directory: string;
  readonly #command: readonly string[];
  readonly #problems: string[] = [];
  readonly #starved = new Starved(() => this.#bot?.pid);
  #exchange: TestExchange | null = null;
  #bot: LiveBot | null = null;
  #person: Person | null = null;
  #onAccepted: (order: Order) => void = () => {};

  constructor(plan: LifePlan, folder: string) {
    this.#plan = plan;
    const { directory, command } = setUp(plan, folder);
    this.#directory = directory;
    this.#command = command;
  }

  get counts() {
    const { kills, starts, flattens, comparedAgain } = this;
    const { canceled: stopsCanceled = 0, placed: ordersPlaced = 0 } = this.#person ?? {};
    const faults = this.#exchange?.faults.log.length ?? 0;
    return { kills, starts, flattens, comparedAgain, stopsCanceled, ordersPlaced, faults };
  }

  get output(): string {
    return this.#bot?.output ?? '';
  }

  async play(): Promise<readonly string[]> {
    const { tapes, startMs, faults, forgetsIds, speed, seed } = this.#plan;
    this.#exchange = await TestExchange.open({
      ...{ tapes, startMs, faults, forgetsIds, seed, wallet: WALLET },
      onAccepted: order => order.clientOid !== '' && this.#onAccepted(order),
    });
    this.#bot = new LiveBot(this.#command, this.#exchange.url);
    this.#person = new Person(this.#exchange, this.#plan);
    this.#exchange.run(speed);
    for (const act of this.#plan.before) this.#person.act(act);
    while (this.#person.isTrading) await sleep(LOOK_MS);
    for (const scene of this.#plan.scenes) await this.#scene(scene);
    await this.#end();
    return this.#problems;
  }

  judge(): Findings & { readonly problems: readonly string[] } {
    const [exchange, bot, { paid, takenBack }] = this.#cast();
    return judge({
      ...{ exchange, directory: this.#directory, up: bot.up, paid, takenBack },
      ...{ plan: this.#plan, output: bot.output, starved: this.#starved },
    });
  }

  /** For whoever looks for the cause. */
  leaveTraces(folder: string): void {
    const [exchange, bot] = this.#cast();
    writeFileSync(join(folder, 'exchange.json'), JSON.stringify(exchange.books()));
    writeFileSync(join(folder, 'faults.json'), JSON.stringify(exchange.faults.log));
    writeFileSync(join(folder, 'output.txt'), bot.output);
  }

  async clear(): Promise<void> {
    this.#person?.leave();
    this.#starved.stop();
    this.#bot?.kill();
    await this.#bot?.ended;
    await this.#exchange?.close();
  }

  #cast(): readonly [TestExchange, LiveBot, Person] {
    if (this.#exchange === null || this.#bot === null || this.#person === null)
      throw new Error('nothing is on the stage');
    return [this.#exchange, this.#bot, this.#person];
  }

  async #scene({ end, awayMs, opened }: Scene): Promise<void> {
    const [, bot, person] = this.#cast();
    const over = new AbortController();
    bot.start();
    this.starts += 1;
    void this.#bringPerson();
    const due = this.#due(end, over.signal).catch(() => {});
    const ended = await Promise.race([bot.ended, due]);
    over.abort();
    this.#onAccepted = () => {};
    // It may end by itself where the exchange is away for long, and for no other reason.
    if (ended !== undefined && ended.signal === null && ended.code !== UNREACHABLE)
      this.#problems.push(`the bot ended by itself: exit ${ended.code}`);
    if (end.kind === 'stop') {
      const { code } = await bot.stop();
      if (code !== 0 && code !== UNREACHABLE) this.#problems.push(`SIGTERM ended in exit ${code}`);
    } else {
      bot.kill();
      this.kills += 1;
      await bot.ended;
    }
    if (person.hasCome) person.come(opened);
    await sleep(awayMs);
  }

  /** At this speed the bot's clock stands still: what is done as it asks for its first balance is no fair game. */
  async #bringPerson(): Promise<void> {
    const [, bot, person] = this.#cast();
    await bot.ready;
    while (bot.isUp && !hasMet(this.#directory)) await sleep(LOOK_MS);
    if (bot.isUp && !person.hasCome) person.come(this.#plan.hands);
  }

  /** Ends when the process is to die; `accepted` and `entered` kill it in the very instant. */
  async #due(end: Scene['end'], signal: AbortSignal): Promise<void> {
    const [, bot] = this.#cast();
    if (end.kind === 'early') return sleep(end.afterMs, undefined, { signal });
    await bot.ready;
    if (end.kind === 'any' || end.kind === 'stop') return sleep(end.afterMs, undefined, { signal });
    let left = end.orders;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onAccepted = ({ stop, reduceOnly }) => {
      if (end.kind === 'entered' && (stop !== '' || reduceOnly)) return;
      left -= 1;
      if (left > 0) return;
      if (end.afterMs === 0) bot.kill();
      resolve();
    };
    await Promise.race([promise, sleep(ORDER_MS_MAX, undefined, { signal })]);
    await sleep(end.afterMs, undefined, { signal });
  }

  /** The exchange is calm; a bot that starts now is quiet soon, and flat where it is told to be. */
  async #end(): Promise<void> {
    const [exchange, bot, person] = this.#cast();
    exchange.faults.isOn = false;
    person.leave();
    if (this.#plan.unknown === 'leave') person.closeOwn();
    while (exchange.outages.some(({ untilMs }) => untilMs === null)) await sleep(LOOK_MS);
    bot.start();
    this.starts += 1;
    const beganMs = performance.now();
    while (!bot.isUp && this.#starved.since(beganMs) < READY_MS_MAX) await sleep(LOOK_MS);
    if (!bot.isUp) {
      this.#problems.push('the last bot was never ready');
      return;
    }
    await sleep(TRADE_MS);
    const toldMs = performance.now();
    const isToldOfAll = () => isTold(this.#directory, person.waiting);
    while (!isToldOfAll() && this.#starved.since(toldMs) < QUIET_MS_MAX) await sleep(LOOK_MS);
    person.takeBack();
    if (this.#plan.unknown === 'leave') person.closeOwn();
    let rest: string | null = 'nothing was said';
    while (isWorthATry(rest) && this.flattens < FLATTENS_MAX) rest = await this.#flatten();
    if (this.flattens > 1) this.#problems.push(`it was told to be flat ${this.flattens} times`);
    // With a position open a small difference may be the exchange's rounding: flat it is none.
    if (rest === BALANCE_DIFFERS) {
      this.comparedAgain += 1;
      await bot.stop();
      bot.start();
      await bot.ready;
      rest = await this.#settled(QUIET_MS_MAX);
    }
    if (rest !== null) this.#problems.push(`never quiet: ${rest}`);
    // What it might still do wrong when all is done.
    await sleep(1500);
    const ended = await bot.stop();
    if (ended.code !== 0) this.#problems.push(`the last bot ended in exit ${ended.code}`);
    exchange.stop();
  }

  async #flatten(): Promise<string | null> {
    const [, bot] = this.#cast();
    this.flattens += 1;
    const { code, said } = await bot.say('flatten', '--dir', this.#directory);
    if (code !== 0) this.#problems.push(`flatten ended in exit ${code}: ${said.trim()}`);
    return this.#settled(CALM_MS);
  }

  /** Null: all is flat, or what is not done after a while. */
  async #settled(patienceMs: number): Promise<string | null> {
    const [exchange, bot] = this.#cast();
    const { accounts } = exchange;
    const beganMs = performance.now();
    const isOver = () => this.#starved.since(beganMs) > QUIET_MS_MAX || !bot.isUp;
    const isFlat = () => accounts.positions.length === 0 && accounts.live.size === 0;
    while (!isFlat() && !isOver()) await sleep(LOOK_MS);
    let rest = isAtRest(this.#directory, exchange);
    const flatMs = performance.now();
    const isCalm = () => this.#starved.since(flatMs) > patienceMs;
    while (rest !== null && !isOver() && (isWorthATry(rest) || !isCalm())) {
      await sleep(4 * LOOK_MS);
      rest = isAtRest(this.#directory, exchange);
    }
    return rest;
  }
}

/** Where nothing is traded for so long it dies without. */
const ORDER_MS_MAX = 20_000;
