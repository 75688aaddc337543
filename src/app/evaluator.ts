/**
 * The evaluator: an evaluation that watches a run of the bot.
 *
 * Promises: speaks for what this run traded, from its first candle to its last, and no earlier.
 * Never: costs a run anything where no report is asked for.
 */
import { toQuote } from '../base/money.ts';
import { DAY_MS } from '../base/time.ts';
import type { StepResult } from '../core/step.ts';
import { roundTripCost } from '../learn/labels.ts';
import type { World } from '../policy/world.ts';
import { equityOf } from '../trade/portfolio.ts';
import type { BotParts } from './bot.ts';
import { type Evaluation, evaluate, markEquity, openEvaluation } from './evaluation.ts';
import type { HoldView } from './report-view.ts';
import { marketTimeOf } from './view.ts';
import { type Cut, holdThrough, type WalkForward, walkForward } from './walk-forward.ts';

export interface Evaluator {
  /** The bot is ready and has not traded yet. */
  begin(bot: BotParts): void;
  watch(result: StepResult): void;
  report(world: World, cut: Cut): WalkForward;
  /** What buying and holding would have come to; null before the first candle. */
  hold(): HoldView | null;
}

export function createEvaluator(): Evaluator {
  let evaluation: Evaluation | null = null;
  let isWhole = true;
  return {
    begin({ world, feed }) {
      isWhole = world.run.candles === 0;
      evaluation = openEvaluation({
        equity: equityOf(world.portfolio),
        symbols: feed.contracts.map(contract => contract.symbol),
        timeframeMs: world.run.settings.timeframeMs,
        cost: roundTripCost(world.run.settings),
      });
    },
    watch({ facts }) {
      if (evaluation !== null) for (const fact of facts) evaluate(evaluation, fact);
    },
    report(world, cut) {
      const seed = world.run.binding?.seed ?? 0;
      const time = marketTimeOf(world);
      if (evaluation === null || time === null || evaluation.days.length === 0)
        return walkForward(openEvaluation(NOTHING), { cut, seed });
      markEquity(evaluation, time, equityOf(world.portfolio));
      return walkForward(evaluation, { cut, seed });
    },
    hold: () => (evaluation === null ? null : holdView(evaluation, isWhole)),
  };
}

/** In the money that the run began with. */
function holdView(evaluation: Evaluation, isWhole: boolean): HoldView | null {
  const hold = holdThrough(evaluation);
  if (hold === null) return null;
  const { days, ...figures } = hold;
  const equity = toQuote(evaluation.start.equity);
  const begin = [(days[0]?.day ?? 0) * DAY_MS, equity] as const;
  const ends = days.map(({ day, worth }) => [(day + 1) * DAY_MS, worth * equity] as const);
  return { ...figures, isWhole, points: [begin, ...ends] };
}

const NOTHING = { equity: 0, symbols: [], timeframeMs: 0, cost: 0 };
