/**
 * `crash-test`: kills a bot again and again, and compares it with a twin that nobody killed.
 *
 * Promises: real processes and real SIGKILLs at seeded instants; exit 0 only when no start began
 * behind a step that was durable at the kill before, and every round ends with the twin's steps,
 * facts and hashes, a clean journal, and no restart that lost or forgot anything. (The hashes alone
 * prove too little: on a market that repeats itself lost steps are made anew.)
 * When the market ends before the kills are used up it goes on in a new directory (next round).
 * Never: touches another directory than its own.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../app/config.ts';
import { ProgressBar } from '../app/progress-bar.ts';
import { EXIT, Fault } from '../base/fault.ts';
import {
  admittedLoss,
  type BotCommand,
  type BotRun,
  endAll,
  faultOf,
  runBot,
} from './crash-bot.ts';
import {
  damageOf,
  differences,
  type HashAnswer,
  hashOf,
  lastLine,
  type Tried,
} from './crash-compare.ts';
import { killInstants, type Pace, untilFor } from './crash-plan.ts';
import { crashReport } from './crash-report.ts';
import type { CrashTestOptions } from './crash-test-command.ts';
import type { Command, Io } from './io.ts';

export interface CrashResult {
  readonly kills: number;
  readonly rounds: number;
  readonly beforeReady: number;
  readonly afterReady: number;
  readonly until: number;
  readonly startupMs: number;
  readonly twin: HashAnswer;
  /** Sentences; empty: the test is passed. */
  readonly failures: readonly string[];
  /** Where the directories are, when they were kept. */
  readonly folder: string | null;
}

/** Candles of the run that only measures. */
const MEASURE_CANDLES = 2000;
/** Kills in a row that came too late: the bot ends before them, whatever the delay. */
const MISSES_MAX = 20;
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export const crashTest: Command<CrashTestOptions> = async (options, io) => {
  const end = (): never => {
    endAll();
    process.exit(EXIT.leftAtOnce);
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  const result = await runCrashTest([process.execPath, MAIN], options, io);
  if (options.json) io.stdout.write(`${JSON.stringify(result)}\n`);
  else io.stdout.write(`${crashReport(result)}\n`);
  return result.failures.length === 0 ? EXIT.ok : EXIT.checkFailed;
};

/** The test itself; `command` starts the bot. */
export async function runCrashTest(
  command: BotCommand,
  options: CrashTestOptions,
  io: Io,
): Promise<CrashResult> {
  const { journalMirror } = loadConfig({ file: options.config, env: io.env });
  const folder = testFolder(options.dir);
  const bar = new ProgressBar(io.stderr, 'crash-test');
  const test = new CrashTest(command, options, { folder, bar, mirrored: journalMirror !== null });
  let keep = options.dir !== undefined;
  try {
    const result = await test.run();
    keep ||= result.failures.length > 0;
    return { ...result, folder: keep ? folder : null };
  } catch (error) {
    // Of a bot that did not even begin there is nothing to look at.
    keep ||= readdirSync(folder).length > 0;
    throw error;
  } finally {
    bar.end();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
}

function testFolder(wanted: string | undefined): string {
  if (wanted === undefined) return mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
  if (existsSync(wanted))
    throw new Fault(EXIT.usage, `${wanted} exists`, 'give --dir a folder that is not there yet');
  mkdirSync(wanted, { recursive: true });
  return wanted;
}

class CrashTest {
  readonly #command: BotCommand;
  readonly #options: CrashTestOptions;
  readonly #folder: string;
  readonly #bar: ProgressBar;
  readonly #mirrored: boolean;
  readonly #failures: string[] = [];
  #until = MEASURE_CANDLES;
  #round = 1;
  #kills = 0;
  #afterReady = 0;
  /** The last step that was seen to be durable in this round: nothing may fall behind it. */
  #durable = 0;

  constructor(
    command: BotCommand,
    options: CrashTestOptions,
    place: { readonly folder: string; readonly bar: ProgressBar; readonly mirrored: boolean },
  ) {
    this.#command = command;
    this.#options = options;
    this.#folder = place.folder;
    this.#bar = place.bar;
    this.#mirrored = place.mirrored;
  }

  async run(): Promise<CrashResult> {
    this.#bar.say('measuring a bot that nobody kills …');
    const pace = await this.#measure();
    this.#until = untilFor(this.#options.kills, pace);
    this.#bar.say(`start-up ${Math.round(pace.startupMs)} ms; running the twin …`);
    const twinRun = await this.#trade('twin', null);
    if (twinRun.code !== 0) throw brokenBot('the twin', twinRun);
    const twin = await hashOf(this.#command, this.#tried('twin'));
    // A kill later than the whole run would never land.
    await this.#killAll(killInstants(this.#options.seed, pace), 0.8 * twinRun.totalMs, twin);
    if (this.#failures.length === 0) await this.#finishRound(twin);
    return {
      kills: this.#kills,
      rounds: this.#round,
      beforeReady: this.#kills - this.#afterReady,
      afterReady: this.#afterReady,
      until: this.#until,
      startupMs: Math.round(pace.startupMs),
      twin,
      failures: this.#failures,
      folder: null,
    };
  }

  /**
   * The start-up is the median of a first start and two restarts: one sample on a busy machine
   * would put all kills behind it.
   */
  async #measure(): Promise<Pace> {
    const first = await this.#trade('measure', null);
    if (first.code !== 0 || first.readyMs === null) throw brokenBot('a bot nobody killed', first);
    const samples = [first.readyMs];
    for (let restart = 0; restart < 2; restart += 1) {
      const { readyMs } = await this.#trade('measure', null);
      if (readyMs !== null) samples.push(readyMs);
    }
    this.#remove('measure');
    const startupMs = samples.sort((a, b) => a - b)[Math.floor((samples.length - 1) / 2)] ?? 0;
    const tradingMs = first.totalMs - first.readyMs;
    return { startupMs, totalMs: startupMs + tradingMs, candles: MEASURE_CANDLES };
  }

  async #killAll(nextInstant: () => number, lateMs: number, twin: HashAnswer): Promise<void> {
    let misses = 0;
    while (this.#kills < this.#options.kills && this.#failures.length === 0) {
      const delay = Math.max(1, Math.min(nextInstant(), lateMs) >> Math.min(misses, 10));
      const run = await this.#trade(this.#roundName, delay);
      this.#checkRun(run);
      if (run.killed) {
        misses = 0;
        this.#kills += 1;
        await this.#seeDurable();
        if (run.readyMs !== null) this.#afterReady += 1;
        const { kills } = this.#options;
        this.#bar.show(this.#kills / kills, `${this.#kills}/${kills} kills, round ${this.#round}`);
        continue;
      }
      misses += 1;
      if (misses > MISSES_MAX) this.#fail('the bot ends before any kill can reach it');
      if (run.code === 0) await this.#nextRound(twin);
    }
  }

  get #roundName(): string {
    return `round-${this.#round}`;
  }

  #checkRun(run: BotRun): void {
    if (!run.killed && run.code !== 0)
      this.#fail(`a restart exited ${run.code}: ${lastLine(run.output)}`);
    const loss = admittedLoss(run.output);
    if (loss !== null) this.#fail(`a restart said: ${loss}`);
    if (run.readySeq === null) return;
    if (run.readySeq < this.#durable)
      this.#fail(`a start resumed at step ${run.readySeq}, but step ${this.#durable} was durable`);
    this.#durable = Math.max(this.#durable, run.readySeq);
  }

  /** What stands in the journal after a kill may have been acted on. (A torn line is not read.) */
  async #seeDurable(): Promise<void> {
    const tried = this.#tried(this.#roundName);
    if (!existsSync(tried.directory)) return;
    const { seq } = await hashOf(this.#command, tried);
    if (seq < this.#durable)
      this.#fail(`the journal ends at step ${seq}, but step ${this.#durable} was durable`);
    this.#durable = Math.max(this.#durable, seq);
  }

  async #nextRound(twin: HashAnswer): Promise<void> {
    await this.#compare(twin);
    if (this.#failures.length > 0) return;
    this.#remove(this.#roundName);
    this.#round += 1;
    this.#durable = 0;
  }

  /** The last round's bot is let run to its end. */
  async #finishRound(twin: HashAnswer): Promise<void> {
    this.#bar.say('all kills done; letting the last bot run to its end …');
    this.#checkRun(await this.#trade(this.#roundName, null));
    if (this.#failures.length === 0) await this.#compare(twin);
  }

  async #compare(twin: HashAnswer): Promise<void> {
    const tried = this.#tried(this.#roundName);
    for (const difference of differences(twin, await hashOf(this.#command, tried)))
      this.#fail(difference);
    const damage = await damageOf(this.#command, tried);
    if (damage !== null) this.#fail(damage);
  }

  #fail(sentence: string): void {
    this.#failures.push(`round ${this.#round}, after ${this.#kills} kills: ${sentence}`);
  }

  #trade(name: string, killAfterMs: number | null): Promise<BotRun> {
    const { tape, seed, config } = this.#options;
    const { directory, env } = this.#tried(name);
    const args = ['trade', '--trial', '--speed', 'max', '--dir', directory];
    args.push('--until', String(this.#until), '--seed', String(seed));
    if (tape.length > 0) args.push('--tape', ...tape);
    if (config !== undefined) args.push('--config', config);
    return runBot(this.#command, args, { killAfterMs, env });
  }

  /** Where the config names a mirror, each directory gets its own: two must never share one. */
  #tried(name: string): Tried {
    const directory = join(this.#folder, name);
    if (!this.#mirrored) return { directory, env: {} };
    const mirror = `${directory}-mirror`;
    mkdirSync(mirror, { recursive: true });
    return { directory, env: { HOLDFAST__JOURNAL_MIRROR: mirror } };
  }

  #remove(name: string): void {
    for (const folder of [name, `${name}-mirror`])
      rmSync(join(this.#folder, folder), { recursive: true, force: true });
  }
}

/** What a bot that nobody killed says to its options is told as it says it. */
function brokenBot(who: string, run: BotRun): Fault {
  const told = faultOf(run);
  if (told !== null) return told;
  const why = run.code === 0 ? 'printed no line that begins with "ready"' : `exited ${run.code}`;
  return new Fault(
    EXIT.checkFailed,
    `${who} ${why}: ${lastLine(run.output)}`,
    'run the same trade command by hand first',
  );
}
