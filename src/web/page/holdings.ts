/**
 * What is held and on its way: positions, orders, and the log for people.
 *
 * Promises: newest news first, read aloud as they come. Never: more rows than the server sends.
 */
import { html, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { NewsRow, OrderRow, PositionRow } from '../view.ts';
import { minute, minuteAt, money, price, quantity, sentence, times, words } from './format.ts';
import type { Model } from './model.ts';
import { type Column, moment, profit, share, table } from './table.ts';

const NEWS_SHOWN = 30;

const sideOf = (side: 'long' | 'short'): string => (side === 'long' ? '▲ long' : '▼ short');

const positionColumns = (quote: string): readonly Column<PositionRow>[] => [
  { title: 'Symbol', isText: true, cell: row => row.symbol },
  { title: 'Side', isText: true, cell: row => sideOf(row.side) },
  { title: 'Quantity', unit: 'base', cell: row => quantity(row.quantity) },
  { title: 'Entry', unit: quote, cell: row => price(row.entryPrice) },
  { title: 'Price', unit: quote, cell: row => price(row.price) },
  { title: 'P&L', unit: quote, cell: row => profit(row.profit) },
  { title: 'P&L', unit: 'of margin', cell: row => share(row.profitRatio) },
  { title: 'Stop', unit: quote, cell: row => price(row.stop) },
  { title: 'Target', unit: quote, cell: row => price(row.takeProfit) },
  { title: 'Liquidation', unit: quote, cell: row => price(row.liquidationPrice) },
  { title: 'Leverage', cell: row => times(row.leverage) },
  { title: 'Margin', unit: quote, cell: row => money(row.margin) },
  { title: 'Opened', unit: 'UTC', cell: row => moment(row.openedAt) },
  { title: 'Strategy', isText: true, cell: row => words(row.strategy) },
];

export const positions = ({ positions, status }: Model): TemplateResult => html`
  <section class="card" aria-labelledby="positions-title">
    <h2 id="positions-title">Open positions</h2>
    ${table({
      caption: 'Open positions',
      isCaptionUnseen: true,
      columns: positionColumns(status.quote),
      rows: positions,
      empty: 'No open positions.',
    })}
  </section>
`;

const orderColumns = (quote: string): readonly Column<OrderRow>[] => [
  { title: 'Symbol', isText: true, cell: row => row.symbol },
  { title: 'Side', isText: true, cell: row => (row.side === 'buy' ? '▲ buy' : '▼ sell') },
  { title: 'Kind', isText: true, cell: row => words(row.kind) },
  { title: 'Quantity', unit: 'base', cell: row => quantity(row.quantity) },
  { title: 'Filled', unit: 'base', cell: row => quantity(row.filled) },
  {
    title: 'Price',
    unit: quote,
    cell: row => (row.price === null ? 'at the market' : price(row.price)),
  },
  { title: 'Only reduces', isText: true, cell: row => (row.reduceOnly ? 'yes' : 'no') },
  { title: 'State', isText: true, cell: row => row.state },
];

export const orders = ({ orders, status }: Model): TemplateResult => html`
  <section class="card" aria-labelledby="orders-title">
    <h2 id="orders-title">Orders</h2>
    ${table({
      caption: 'Orders',
      isCaptionUnseen: true,
      columns: orderColumns(status.quote),
      rows: orders,
      empty: 'No orders are open or waiting.',
    })}
  </section>
`;

export function news({ news }: Model, now: number): TemplateResult {
  const rows = news.slice(-NEWS_SHOWN).reverse();
  return html`
    <section class="card" aria-labelledby="news-title">
      <h2 id="news-title">News</h2>
      <div class="news" role="log" aria-live="polite" aria-labelledby="news-title" tabindex="0">
        <ol>
          ${repeat(rows, newsKey, row => newsLine(row, now))}
        </ol>
      </div>
      ${rows.length === 0 ? html`<p class="empty">Nothing yet, as far back as the live journal tells.</p>` : ''}
    </section>
  `;
}

const newsKey = ({ seq, text }: NewsRow): string => `${seq} ${text}`;

const newsLine = ({ time, text }: NewsRow, now: number): TemplateResult => html`
  <li><time title=${`${minute(time)} UTC`}>${minuteAt(time, now)}</time> ${sentence(text)}</li>
`;
