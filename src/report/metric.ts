/**
 * The metrics with the names users know, and what each of them means.
 *
 * Promises: the figures of the summary and of `--json`, no others.
 */
import {
  decimal,
  durationText,
  percent,
  signed,
  signedPercent,
  UNKNOWN,
  yearlyCaveat,
} from '../app/number-text.ts';
import type { ReportView } from '../app/report-view.ts';
import { type Html, html } from './html.ts';
import { type Cell, table, toned, toneOf } from './table.ts';

type Line = readonly [name: string, value: string | Cell, meaning: string, hold?: string | Cell];

export function metricTable(view: ReportView): Html {
  const { hold } = view;
  const lines = [...returnLines(view), ...tradeLines(view)];
  const columns = [
    { title: 'metric', text: true as const },
    { title: 'value' },
    ...(hold === null ? [] : [{ title: hold.isWhole ? 'buy and hold' : 'buy and hold, this run' }]),
    { title: 'what it is', text: true as const },
  ];
  const rows = lines.map(([name, value, meaning, held = UNKNOWN]) => [
    html`<b>${name}</b>`,
    value,
    ...(hold === null ? [] : [held]),
    meaning,
  ]);
  return html`<div class="metrics">${table(columns, rows)}</div>`;
}

const growth = (share: number | null) => toned(share, signedPercent(share));

function cagrNote(days: number): string {
  const caveat = yearlyCaveat(days);
  return `the growth a year that gives the total return${caveat === '' ? '' : `; ${caveat}`}`;
}

function returnLines({ metrics, hold, quote }: ReportView): Line[] {
  const of = `in ${quote}`;
  return [
    ['Start balance', decimal(metrics.startBalance), of],
    ['Equity', decimal(metrics.finalEquity), `${of}, open positions marked to market`],
    [
      'Total return',
      growth(metrics.totalReturn),
      'equity over start balance, less 1',
      growth(hold?.totalReturn ?? null),
    ],
    ['CAGR', growth(metrics.cagr), cagrNote(metrics.days)],
    [
      'Sharpe',
      decimal(metrics.sharpe),
      'mean daily return over its deviation, a year of 365 days',
      decimal(hold?.sharpe ?? null),
    ],
    ['Sortino', decimal(metrics.sortino), 'the same over the deviation of losing days alone'],
    ['Calmar', decimal(metrics.calmar), 'CAGR over max drawdown'],
    [
      'Max drawdown',
      `${percent(metrics.maxDrawdown)} (${decimal(metrics.maxDrawdownAmount)})`,
      `largest share lost from a peak, over every equity point${hold === null ? '' : '; of buy and hold over daily closes'}`,
      percent(hold?.maxDrawdown ?? null),
    ],
  ];
}

function tradeLines({ metrics, openTrades, quote, candles }: ReportView): Line[] {
  const { bestTrade, worstTrade, totalProfit, expectancy } = metrics;
  const money = (amount: number | null) => toned(amount, signed(amount));
  return [
    ['Profit factor', decimal(metrics.profitFactor), 'profits of wins over losses of losses'],
    ['Expectancy', money(expectancy), `mean net profit of a trade, in ${quote}`],
    ['Win rate', percent(metrics.winRate), 'share of trades with a net profit'],
    [
      'Trades',
      `${decimal(metrics.trades, 0)} closed, ${decimal(openTrades, 0)} open`,
      `${decimal(metrics.wins, 0)} won, ${decimal(metrics.losses, 0)} lost`,
    ],
    ['Net profit', money(totalProfit), `of closed trades, in ${quote}`],
    ['Best and worst trade', `${signed(bestTrade)} / ${signed(worstTrade)}`, `net, in ${quote}`],
    ['Average duration', durationText(metrics.averageDurationMs), 'of a trade, market time'],
    ['Exposure', percent(metrics.exposure), 'share of the time with a position'],
    ['Fees paid', decimal(metrics.feesPaid), `in ${quote}, in every figure above`],
    ['Funding paid', decimal(metrics.fundingPaid), 'the same; below 0 it was received'],
    ['Candles', decimal(candles, 0), `over ${decimal(metrics.days, 0)} days (UTC)`],
  ];
}

/** What is asked for first. */
export function highlights({ metrics, quote }: ReportView): Html {
  const tiles: [string, string, string][] = [
    ['Total return', signedPercent(metrics.totalReturn), toneOf(metrics.totalReturn)],
    [`Equity, ${quote}`, decimal(metrics.finalEquity), ''],
    ['Max drawdown', percent(metrics.maxDrawdown), ''],
    ['Sharpe', decimal(metrics.sharpe), ''],
    ['Profit factor', decimal(metrics.profitFactor), ''],
    ['Win rate', percent(metrics.winRate, 1), ''],
    ['Trades', decimal(metrics.trades, 0), ''],
  ];
  return html`<dl class="tiles">${tiles.map(
    ([name, value, tone]) => html`<div><dt>${name}</dt><dd class="${tone}">${value}</dd></div>`,
  )}</dl>`;
}
