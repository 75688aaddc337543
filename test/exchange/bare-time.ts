/**
 * How long a position stood without its stop, by the exchange's own watch.
 *
 * Promises: by the machine's clock, which the bot's waits go by. What a person laid bare is theirs
 * lot by lot, and only until the bot had to notice it (docs/LIVE.md); a position that has to be left
 * alone is a person's as long as no order of the bot's has made any of it. An outage ends a stretch;
 * an answer that the position waited for, and a machine that gave no processor, only stop the watch.
 */
import type { TestExchange } from './exchange.ts';
import type { Stretch } from './live-bot.ts';
import type { Evidence } from './verdict.ts';
import type { BareStep, HandedLots, Bare as Seen } from './watch.ts';

export interface Bare {
  readonly symbol: string;
  readonly bareMs: number;
  readonly bareAwayMs: number;
}

/** docs/LIVE.md: what another hand did is noticed as a stream tells of it, or within this time. */
const HAND_MS_MAX = 180_000;
/** docs/LIVE.md: a difference in a pair where something of the bot's is on its way has to last. */
const DIFFERENCE_MS = 60_000;
/** docs/LIVE.md: where nothing is, it has to last so long in each life of the bot that sees it. */
const STRANGE_LOTS_MS = 5000;
/** docs/LIVE.md: a request that has no answer by then has none. */
const ANSWER_MS_MAX = 10_000;

/** The longest without a stop: while bot and exchange were up, and in all. */
export function bareIn(evidence: Evidence): Bare {
  const { exchange, up, starved } = evidence;
  let longest: Bare = { symbol: '', bareMs: 0, bareAwayMs: 0 };
  const nowMs = performance.now();
  const outages = exchange.outages.map(({ fromMs, untilMs }) => ({
    fromMs,
    untilMs: untilMs ?? nowMs,
  }));
  const excuses = exchange.accounts.watch.handed.flatMap(handed => [
    excuseOf(evidence, handed),
    ...excusesOfFound(evidence, handed),
  ]);
  for (const bare of exchange.accounts.watch.stretches) {
    const { symbol } = bare;
    for (const part of partsOf(bare, { evidence, excuses, nowMs })) {
      longest = { ...longest, bareAwayMs: Math.max(longest.bareAwayMs, length([part])) };
      for (const life of up)
        for (const stretch of overlaps(part, [life]).flatMap(one => without(one, outages))) {
          const left = without(stretch, keptBack(exchange, symbol, life));
          const bareMs = left.reduce((sum, one) => sum + length([one]) - starved.of(one), 0);
          if (bareMs > longest.bareMs) longest = { ...longest, symbol, bareMs };
        }
    }
  }
  return longest;
}

interface Excuse extends Stretch {
  readonly symbol: string;
  readonly lots: number;
}

/** From a person's act until the bot had to notice it: as a stream rang, as it started, or by the clock. */
function excuseOf({ exchange, up, plan }: Evidence, handed: HandedLots): Excuse {
  const { symbol, lots, realMs: fromMs, shownFromMs } = handed;
  const rang = exchange.push.rangAtMs.find(atMs => atMs >= Math.max(fromMs, shownFromMs));
  const started = up.find(life => life.fromMs >= fromMs)?.fromMs;
  const [rungMs, startedMs] = [rang ?? Infinity, started ?? Infinity];
  const noticedMs = Math.min(rungMs, startedMs, fromMs + HAND_MS_MAX);
  return {
    symbol,
    lots,
    fromMs,
    untilMs: noticedMs + (plan.unknown === 'leave' ? DIFFERENCE_MS : 0),
  };
}

/** What was held when the account's books were opened no fill explains: a bot looks at it for a while. */
function excusesOfFound({ exchange, up, plan }: Evidence, handed: HandedLots): Excuse[] {
  const { symbol, lots, realMs: atMs } = handed;
  const [first] = up;
  if (plan.isWarm || first === undefined || atMs > first.fromMs) return [];
  const stretch = exchange.accounts.watch.stretches.find(
    bare => bare.symbol === symbol && bare.realFromMs <= atMs,
  );
  const endMs = (stretch?.realFromMs ?? 0) + (stretch?.realMs ?? Infinity);
  return up
    .filter(({ fromMs }) => fromMs < endMs)
    .map(({ fromMs }) => ({ symbol, lots, fromMs, untilMs: fromMs + STRANGE_LOTS_MS }));
}

interface Sight {
  readonly evidence: Evidence;
  readonly excuses: readonly Excuse[];
  readonly nowMs: number;
}

/** The parts of a stretch in which more lots were bare than a person's hand explains. */
function partsOf({ symbol, realFromMs, realMs, steps }: Seen, sight: Sight): Stretch[] {
  const { evidence, nowMs } = sight;
  const untilMs = realMs === null ? nowMs : realFromMs + realMs;
  const excuses = sight.excuses.filter(excuse => excuse.symbol === symbol);
  const turns = [
    ...steps.map(step => step.realMs),
    ...excuses.map(excuse => excuse.untilMs),
    untilMs,
  ];
  const times = turns.filter(atMs => atMs > realFromMs && atMs <= untilMs).sort((a, b) => a - b);
  const parts: { fromMs: number; untilMs: number }[] = [];
  let fromMs = realFromMs;
  for (const atMs of times) {
    const step = steps.findLast(one => one.realMs <= fromMs) as BareStep;
    const lots = excuses
      .filter(excuse => excuse.fromMs <= fromMs && excuse.untilMs > fromMs)
      .reduce((sum, excuse) => sum + excuse.lots, 0);
    const isAPersons = evidence.plan.unknown === 'leave' && !step.isOwn;
    const last = parts.at(-1);
    if (step.lots > lots && !isAPersons && last?.untilMs === fromMs) last.untilMs = atMs;
    else if (step.lots > lots && !isAPersons) parts.push({ fromMs, untilMs: atMs });
    fromMs = atMs;
  }
  return parts;
}

/** When this life of the bot waited for an answer about this contract, or about all of the account. */
const keptBack = ({ faults }: TestExchange, symbol: string, life: Stretch): Stretch[] =>
  faults.keptBack
    .filter(({ concerns }) => concerns === symbol || concerns === 'account')
    .filter(({ fromMs }) => fromMs >= life.fromMs)
    .map(({ fromMs, untilMs }) => ({ fromMs, untilMs: Math.min(untilMs, fromMs + ANSWER_MS_MAX) }));

const length = (parts: readonly Stretch[]): number =>
  parts.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);

const overlaps = (whole: Stretch, parts: readonly Stretch[]): Stretch[] =>
  parts
    .map(part => ({
      fromMs: Math.max(whole.fromMs, part.fromMs),
      untilMs: Math.min(whole.untilMs, part.untilMs),
    }))
    .filter(({ fromMs, untilMs }) => untilMs > fromMs);

/** What is in several holes is taken out once. */
function without(stretch: Stretch, holes: readonly Stretch[]): Stretch[] {
  let left: Stretch[] = [stretch];
  for (const hole of holes)
    left = left.flatMap(part =>
      overlaps(part, [
        { fromMs: Number.NEGATIVE_INFINITY, untilMs: hole.fromMs },
        { fromMs: hole.untilMs, untilMs: Number.POSITIVE_INFINITY },
      ]),
    );
  return left;
}
