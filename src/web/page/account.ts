/**
 * The bot and its account in figures: tiles, limits, lamps, and how the bot runs.
 *
 * Promises: each figure with its unit; a limit tells how near it is, a lamp why it is on and what
 * puts it out. Lamps are announced, ticking figures are not.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Gauge, Lamp, Status } from '../view.ts';
import {
  arrow,
  clock,
  count,
  date,
  duration,
  fixed,
  money,
  percent,
  signedMoney,
  signedPercent,
  timeframe,
  tone,
  UNKNOWN,
} from './format.ts';
import type { Model } from './model.ts';

interface Tile {
  readonly title: string;
  readonly value: unknown;
  readonly below: unknown;
}

export function tiles({ status, positions }: Model, now: number): TemplateResult {
  const { quote, startBalance, equity, dayProfit } = status;
  const shown: readonly Tile[] = [
    {
      title: 'Equity',
      value: money(equity, quote),
      below: html`${signedPercent(equity / startBalance - 1)} since ${money(startBalance)}`,
    },
    {
      title: 'Day P&L',
      value: html`<span class=${tone(dayProfit)}
        ><span aria-hidden="true">${arrow(dayProfit)}</span> ${signedMoney(dayProfit, quote)}</span
      >`,
      below: html`${signedPercent(dayProfit / (equity - dayProfit))} of the day's start`,
    },
    {
      title: 'Drawdown',
      value: percent(status.drawdown),
      below: html`largest ${percent(status.drawdownMax)}`,
    },
    {
      title: 'Balance',
      value: money(status.balance, quote),
      below: `${count(positions.length)} open ${positions.length === 1 ? 'position' : 'positions'}`,
    },
    {
      title: 'Closed trades',
      value: count(status.closedTrades),
      below: `${percent(status.winRate, 1)} won`,
    },
    {
      title: 'Last candle',
      value: `${clock(status.marketTime)} UTC`,
      below: html`${date(status.marketTime)}, up for ${duration(now - status.startedAt)}`,
    },
  ];
  return html`
    <section aria-labelledby="account-title">
      <h2 id="account-title" class="unseen">Account</h2>
      <dl class="tiles">${shown.map(tile)}</dl>
    </section>
  `;
}

const tile = ({ title, value, below }: Tile): TemplateResult => html`
  <div><dt>${title}</dt><dd>${value}</dd><dd class="below">${below}</dd></div>
`;

export const gauges = ({ gauges }: Status): TemplateResult => html`
  <section class="card" aria-labelledby="limits-title">
    <h2 id="limits-title">Limits</h2>
    ${gauges.map(gauge)}
  </section>
`;

function gauge({ id, title, value, limit }: Gauge): TemplateResult {
  const show = id === 'loss_streak' ? count : percent;
  const used = limit > 0 ? Math.min(1, Math.max(0, value / limit)) : 0;
  const level = used >= 1 ? 'reached' : used >= 0.75 ? 'near' : 'far';
  return html`
    <div class="gauge">
      <p id="gauge-${id}">${title}</p>
      <p class="of">${show(value)} of ${show(limit)}${used >= 1 ? ' ✕ reached' : nothing}</p>
      <div
        class="meter ${level}"
        role="meter"
        aria-labelledby="gauge-${id}"
        aria-valuemin="0"
        aria-valuemax=${limit}
        aria-valuenow=${Math.min(limit, Math.max(0, value))}
        aria-valuetext="${show(value)} of ${show(limit)}"
      >
        <div .style=${`width: ${used * 100}%`}></div>
      </div>
    </div>
  `;
}

export const lamps = ({ lamps, frozen }: Status): TemplateResult => html`
  <section class="card" aria-labelledby="lamps-title">
    <h2 id="lamps-title">Breakers</h2>
    <ul class="lamps" aria-live="polite">
      ${lamps.map(lamp)}
      ${frozen.map(
        ({ symbol, why }) => html`<li class="on"><b>${symbol} frozen</b><span>ON</span>
          <p>${why}</p></li>`,
      )}
    </ul>
  </section>
`;

const lamp = ({ title, on, text }: Lamp): TemplateResult => html`
  <li class=${on ? 'on' : 'off'}>
    <b>${title}</b><span>${on ? 'ON' : 'off'}</span>
    ${on ? html`<p>${text}</p>` : nothing}
  </li>
`;

export function running(status: Status, now: number): TemplateResult {
  const facts: readonly (readonly [title: string, value: unknown])[] = [
    ['Market', status.market],
    ['Pairs', status.symbols.join(', ')],
    ['Candles of', timeframe(status.timeframeMs)],
    ...(status.following === null ? [] : [['Following', status.following] as const]),
    ['Candles seen', count(status.candles)],
    ['Speed', status.candlesPerSecond === null ? UNKNOWN : speed(status.candlesPerSecond)],
    ...(status.progress === null ? [] : [['Of the tape', percent(status.progress, 1)] as const]),
    ['Profit factor', fixed(status.profitFactor, 2)],
    ['Fees paid', money(status.feesPaid, status.quote)],
    ['Funding paid', money(status.fundingPaid, status.quote)],
    ['Up for', duration(now - status.startedAt)],
    ['Step', count(status.seq)],
    ['Directory', status.directory],
    ['Version', status.version],
  ];
  return html`
    <section class="card" aria-labelledby="running-title">
      <h2 id="running-title">Running</h2>
      <dl class="facts">
        ${facts.map(([title, value]) => html`<div><dt>${title}</dt><dd>${value}</dd></div>`)}
      </dl>
    </section>
  `;
}

const speed = (candlesPerSecond: number): string =>
  `${candlesPerSecond >= 10 ? count(candlesPerSecond) : fixed(candlesPerSecond, 2)}\u00a0candles/s`;
