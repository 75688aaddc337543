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
  /** The same with what the machine gave no processor for. */
  readonly bareSlowMs: number;
  readonly bareAwayMs: number;
}

/** docs/LIVE.md: what another hand did is noticed as a stream tells of it, or within this time. */
const HAND_MS_MAX = 180_000;
/** Where nothing goes wrong with the streams one tells within this time. */
const STREAM_MS_MAX = 5000;
/** docs/LIVE.md: an exchange that knows nothing of a canceled stop is believed after this time. */
const NOT_FOUND_MS = 15_000;
/** docs/LIVE.md: lots that no fill explains have to last, in each life of the bot that sees them; */
const STRANGE_LOTS_MS = 5000;
/** longer in a pair where something of the bot's may be on its way, or that is left alone. */
const DIFFERENCE_MS = 60_000;
/** docs/LIVE.md: a request that has no answer by then has none. */
const ANSWER_MS_MAX = 10_000;

/** The longest without a stop: while bot and exchange were up, and in all. */
export function bareIn(evidence: Evidence): Bare {
  const { exchange, up, starved } = evidence;
  let longest: Bare = { symbol: '', bareMs: 0, bareSlowMs: 0, bareAwayMs: 0 };
  const nowMs = performance.now();
  const outages = exchange.outages.map(({ fromMs, untilMs }) => ({
    fromMs,
    untilMs: untilMs ?? nowMs,
  }));
  const excuses = exchange.accounts.watch.handed.flatMap(handed => excusesOf(evidence, handed));
  for (const bare of exchange.accounts.watch.stretches) {
    const { symbol } = bare;
    for (const part of partsOf(bare, { evidence, excuses, nowMs })) {
      longest = { ...longest, bareAwayMs: Math.max(longest.bareAwayMs, length([part])) };
      for (const life of up)
        for (const stretch of overlaps(part, [life]).flatMap(one => without(one, outages))) {
          const left = without(stretch, keptBack(exchange, symbol, life));
          const slowMs = length(left);
          const bareMs = left.reduce((sum, one) => sum - starved.of(one), slowMs);
          longest = { ...longest, bareSlowMs: Math.max(longest.bareSlowMs, slowMs) };
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

/** From a person's act until the bot has to mend it, each life of the bot anew while it stays bare. */
function excusesOf(evidence: Evidence, handed: HandedLots): Excuse[] {
  const { exchange, up } = evidence;
  const { symbol, lots, realMs: actMs } = handed;
  const graceMs = graceOf(evidence, handed);
  const bare = exchange.accounts.watch.stretches.findLast(
    one => one.symbol === symbol && one.realFromMs <= actMs,
  );
  const endMs = bare === undefined ? actMs : bare.realFromMs + (bare.realMs ?? Infinity);
  const starts = up.filter(({ fromMs }) => fromMs >= actMs && fromMs < endMs);
  const excuses = [{ symbol, lots, fromMs: actMs, untilMs: noticedMs(evidence, handed) + graceMs }];
  for (const { fromMs } of starts) {
    const last = excuses.at(-1) as (typeof excuses)[number];
    const untilMs = fromMs + graceMs;
    if (fromMs <= last.untilMs) last.untilMs = Math.max(last.untilMs, untilMs);
    else excuses.push({ symbol, lots, fromMs, untilMs });
  }
  return excuses.map(excuse => ({ ...excuse, untilMs: Math.min(excuse.untilMs, endMs) }));
}

function graceOf({ plan, exchange }: Evidence, { isStop, symbol, realMs }: HandedLots): number {
  if (isStop) return plan.forgetsIds ? NOT_FOUND_MS : 0;
  // Where fills are missing something of the bot's is on its way.
  const isMissing = exchange.hidden.spans.some(
    span =>
      span.symbol === symbol && span.fromMs <= realMs + STRANGE_LOTS_MS && realMs < span.untilMs,
  );
  if (isMissing) return DIFFERENCE_MS;
  return plan.unknown === 'leave' ? DIFFERENCE_MS : STRANGE_LOTS_MS;
}

/** As a stream rang, as the next life of the bot began, or by the clock. */
function noticedMs(evidence: Evidence, { realMs: actMs, shownFromMs }: HandedLots): number {
  const { exchange, up, plan } = evidence;
  const rang = exchange.push.rangAtMs.find(atMs => atMs >= Math.max(actMs, shownFromMs));
  const started = up.find(({ fromMs }) => fromMs >= actMs)?.fromMs;
  const isDeaf = Object.keys(plan.faults.rates ?? {}).length > 0;
  const untoldMs = Math.max(actMs, shownFromMs) + (isDeaf ? HAND_MS_MAX : STREAM_MS_MAX);
  return Math.min(rang ?? Infinity, started ?? Infinity, untoldMs);
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
    ...excuses.flatMap(excuse => [excuse.fromMs, excuse.untilMs]),
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
