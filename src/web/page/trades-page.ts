/**
 * The trades that are kept: filtered, sorted and turned by the server, and a file of them.
 *
 * Promises: the file holds what the table's filter leaves. Never: holds more than one page of rows.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { TradePage, TradeRow } from '../view.ts';
import { count, duration, money, price, quantity, times, words } from './format.ts';
import { csvUrl, type Filter, TRADES_A_PAGE, type TradeQuery } from './query.ts';
import type { Hands, Scene } from './scene.ts';
import { type Column, moment, profit, type Sort, share, table } from './table.ts';

type Sorted = Column<TradeRow> & { readonly key: keyof TradeRow };

/** What a screen that is too narrow shows of them without moving stands first. */
const columnsOf = (quote: string): readonly Sorted[] => [
  { key: 'symbol', title: 'Symbol', isText: true, cell: row => row.symbol },
  {
    key: 'side',
    title: 'Side',
    isText: true,
    cell: row => (row.side === 'long' ? '▲ long' : '▼ short'),
  },
  { key: 'profit', title: 'P&L', unit: quote, cell: row => profit(row.profit) },
  { key: 'profitRatio', title: 'P&L', unit: 'of margin', cell: row => share(row.profitRatio) },
  { key: 'exitReason', title: 'Reason', isText: true, cell: row => words(row.exitReason) },
  { key: 'strategy', title: 'Strategy', isText: true, cell: row => words(row.strategy) },
  { key: 'entryTime', title: 'Entry', unit: 'UTC', cell: row => moment(row.entryTime) },
  { key: 'exitTime', title: 'Exit', unit: 'UTC', cell: row => moment(row.exitTime) },
  { key: 'durationMs', title: 'Held', cell: row => duration(row.durationMs) },
  { key: 'entryPrice', title: 'Entry', unit: quote, cell: row => price(row.entryPrice) },
  { key: 'exitPrice', title: 'Exit', unit: quote, cell: row => price(row.exitPrice) },
  { key: 'quantity', title: 'Quantity', unit: 'base', cell: row => quantity(row.quantity) },
  { key: 'leverage', title: 'Leverage', cell: row => times(row.leverage) },
  { key: 'fees', title: 'Fees', unit: quote, cell: row => money(row.fees) },
  { key: 'funding', title: 'Funding', unit: quote, cell: row => money(row.funding) },
];

const sortOf = (query: TradeQuery, key: keyof TradeRow, hands: Hands): Sort => ({
  order: query.sort !== key ? 'none' : query.order === 'asc' ? 'ascending' : 'descending',
  turn: () => hands.sortTrades(key),
});

export function tradesPage(scene: Scene, hands: Hands): TemplateResult {
  const { value, fault, loading } = scene.trades;
  const query = scene.route.trades;
  const quote = scene.model?.status.quote ?? '';
  return html`
    ${fault === null ? nothing : html`<p class="banner bad" role="alert">${fault}</p>`}
    ${value === null ? html`<p class="empty">${loading ? 'Fetching the trades …' : ''}</p>` : nothing}
    ${
      value === null
        ? nothing
        : html`
            <section class="card" aria-label="Trades" aria-busy=${loading}>
              ${filters(value, query, hands)}
              ${table({
                caption: 'Closed trades',
                isCaptionUnseen: true,
                columns: columnsOf(quote).map(column => ({
                  ...column,
                  sort: sortOf(query, column.key, hands),
                })),
                rows: value.rows,
                empty: emptyWord(value),
              })}
              ${turning(value, query, hands)}
            </section>
          `
    }
  `;
}

function filters(page: TradePage, query: TradeQuery, hands: Hands): TemplateResult {
  const choice = (
    filter: Filter,
    title: string,
    options: readonly string[],
  ): TemplateResult => html`
    <label
      >${title}
      <select @change=${(event: Event) => hands.filterTrades(filter, (event.target as HTMLSelectElement).value)}>
        <option value="" .selected=${query[filter] === ''}>all</option>
        ${options.map(
          one =>
            html`<option value=${one} .selected=${one === query[filter]}>${words(one)}</option>`,
        )}
      </select>
    </label>
  `;
  return html`
    <form class="filters" aria-label="Filter" @submit=${(event: Event) => event.preventDefault()}>
      ${choice('symbol', 'Symbol', page.symbols)} ${choice('side', 'Side', ['long', 'short'])}
      ${choice('strategy', 'Strategy', page.strategies)} ${choice('reason', 'Reason', page.reasons)}
      <a class="button" href=${csvUrl(query)} download="trades.csv">Download CSV</a>
    </form>
  `;
}

function emptyWord({ kept, found }: TradePage): string {
  if (kept === 0) return 'No trade is closed yet.';
  return found === 0 ? 'No trade is like that.' : 'There are not as many trades.';
}

function turning(page: TradePage, query: TradeQuery, hands: Hands): TemplateResult {
  const { found, kept, rows } = page;
  const shown =
    rows.length === 0 ? 'none' : `${count(query.offset + 1)}–${count(query.offset + rows.length)}`;
  const last = query.offset + rows.length;
  // From behind the end it leads to the last page.
  const lastPage = Math.floor(Math.max(0, found - 1) / TRADES_A_PAGE) * TRADES_A_PAGE;
  const former = Math.max(0, Math.min(query.offset - TRADES_A_PAGE, lastPage));
  return html`
    <div class="turning">
      <button type="button" ?disabled=${query.offset === 0} @click=${() => hands.turnTrades(former)}>
        ◂ Previous
      </button>
      <p role="status">
        ${shown} of ${count(found)}${found < kept ? ` (${count(kept)} kept)` : ''}
      </p>
      <button type="button" ?disabled=${last >= found} @click=${() => hands.turnTrades(query.offset + TRADES_A_PAGE)}>
        Next ▸
      </button>
    </div>
  `;
}
