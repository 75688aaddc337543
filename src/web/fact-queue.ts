/**
 * The fact queue: what happened since the dashboard was last told, in the bot's own thread.
 *
 * Promises: `see` is called on every step and costs next to nothing: a look at each fact's type and
 * a reference kept; a queue that is full lets its oldest go, which is what the model would let go.
 * Rows and texts are made when it is taken. Never: changes anything of the bot.
 */
import { equityRowOf, tradeOf } from '../app/account-view.ts';
import type { BotParts } from '../app/bot.ts';
import { exitMarkOf, marksOfFill, marksOfTrade } from '../app/chart-mark.ts';
import { screenLineOf } from '../app/fact-log.ts';
import { marketTimeOf } from '../app/view.ts';
import {
  CHART_CANDLES_MAX,
  CHART_MARKS_MAX,
  NEWS_KEPT_MAX,
  RECORDS_KEPT_MAX,
} from '../base/limits.ts';
import type { Millis } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import type { StepResult } from '../core/step.ts';
import { candleRowOf } from './candle-row.ts';
import type { Change, EquityRow, Mark, NewsRow, TradeRow } from './view.ts';

type World = BotParts['world'];
type Closed = Fact<'candle.closed'>;

interface Told {
  readonly seq: number;
  readonly time: Millis | null;
  readonly fact: Fact;
}

export interface Happened
  extends Pick<Change, 'equity' | 'candles' | 'marks' | 'news'>,
    Pick<Change, 'stale'> {
  readonly trades: readonly TradeRow[];
}

export class FactQueue {
  readonly #directory: string;
  #candles = new Map<string, Closed[]>();
  #equity: Fact<'equity.marked'>[] = [];
  #trades: Fact<'trade.closed'>[] = [];
  #marks: Mark[] = [];
  #told: Told[] = [];
  #hasLearned = false;
  #steps = 0;

  /** `directory`: for what names the command that lifts a hold. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  get isEmpty(): boolean {
    return this.#steps === 0;
  }

  see({ seq, facts }: Pick<StepResult, 'seq' | 'facts'>, world: World): void {
    this.#steps += 1;
    for (const fact of facts)
      switch (fact.type) {
        case 'candle.closed':
          this.#addCandle(fact);
          break;
        case 'equity.marked':
          add(this.#equity, fact, RECORDS_KEPT_MAX);
          break;
        case 'order.filled':
          for (const mark of marksOfFill(world, fact)) add(this.#marks, mark, CHART_MARKS_MAX);
          break;
        case 'trade.closed':
          this.#addTrade(fact, facts);
          add(this.#told, { seq, time: fact.trade.exitTime, fact }, NEWS_KEPT_MAX);
          break;
        case 'reward.observed':
          this.#hasLearned = true;
          break;
        case 'strategy.chosen':
        case 'signal.weighed':
        case 'example.opened':
        case 'example.labelled':
        case 'example.voided':
        case 'order.approved':
        case 'order.accepted':
        case 'day.started':
          break;
        default:
          if (fact.type === 'model.trained' || fact.type === 'memory.replaced')
            this.#hasLearned = true;
          add(this.#told, { seq, time: marketTimeOf(world), fact }, NEWS_KEPT_MAX);
      }
  }

  /** All of it, as rows; the queue is empty then. */
  take(): Happened {
    const [trades, equity, told] = [this.#trades, this.#equity, this.#told];
    const happened: Happened = {
      candles: Object.fromEntries(
        [...this.#candles].map(([symbol, all]) => [
          symbol,
          all.slice(-CHART_CANDLES_MAX).map(candleRowOf),
        ]),
      ),
      equity: equity.map((point): EquityRow => equityRowOf(point)),
      trades: trades.map(({ trade }): TradeRow => tradeOf(trade)),
      marks: this.#marks,
      news: told.flatMap((each): NewsRow[] => this.#newsOf(each)),
      stale: [
        ...(trades.length > 0 ? (['trades'] as const) : []),
        ...(this.#hasLearned ? (['learning'] as const) : []),
      ],
    };
    this.#candles = new Map();
    [this.#equity, this.#trades, this.#marks, this.#told] = [[], [], [], []];
    this.#hasLearned = false;
    this.#steps = 0;
    return happened;
  }

  #addCandle(candle: Closed): void {
    const own = this.#candles.get(candle.symbol);
    if (own === undefined) this.#candles.set(candle.symbol, [candle]);
    else add(own, candle, CHART_CANDLES_MAX);
  }

  #addTrade(fact: Fact<'trade.closed'>, facts: readonly Fact[]): void {
    const { trade } = fact;
    add(this.#trades, fact, RECORDS_KEPT_MAX);
    // Entered and left inside one candle: no position was there to be seen.
    const isWhole = facts.some(each => each.type === 'order.filled' && each.id === trade.id);
    for (const mark of isWhole ? marksOfTrade(trade) : [exitMarkOf(trade)])
      add(this.#marks, mark, CHART_MARKS_MAX);
  }

  #newsOf({ seq, time, fact }: Told): NewsRow[] {
    const text = screenLineOf(fact, this.#directory);
    return text === null ? [] : [{ seq, time, text }];
  }
}

/** Twice as many as are kept may gather: to cut the head of a list on each step would show. */
function add<T>(list: T[], item: T, max: number): void {
  list.push(item);
  if (list.length >= 2 * max) list.splice(0, list.length - max);
}
