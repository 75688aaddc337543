/**
 * The evaluator: an evaluation that watches a run of the bot.
 *
 * Promises: speaks for what this run traded, from its first candle to its last, and no earlier.
 * Never: costs a run anything where no report is asked for.
 */
import type { StepResult } from '../core/step.ts';
import { roundTripCost } from '../learn/labels.ts';
import type { World } from '../policy/world.ts';
import { equityOf } from '../trade/portfolio.ts';
import type { BotParts } from './bot.ts';
import { type Evaluation, evaluate, markEquity, openEvaluation } from './evaluation.ts';
import { marketTimeOf } from './view.ts';
import { type Cut, type WalkForward, walkForward } from './walk-forward.ts';

export interface Evaluator {
  /** The bot is ready and has not traded yet. */
  begin(bot: BotParts): void;
  watch(result: StepResult): void;
  report(world: World): WalkForward;
}

export function createEvaluator(cut: Cut): Evaluator {
  let evaluation: Evaluation | null = null;
  return {
    begin({ world, feed }) {
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
    report(world) {
      const seed = world.run.binding?.seed ?? 0;
      const time = marketTimeOf(world);
      if (evaluation === null || time === null || evaluation.days.length === 0)
        return walkForward(openEvaluation(NOTHING), { cut, seed });
      markEquity(evaluation, time, equityOf(world.portfolio));
      return walkForward(evaluation, { cut, seed });
    },
  };
}

const NOTHING = { equity: 0, symbols: [], timeframeMs: 0, cost: 0 };
