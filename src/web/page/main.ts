/**
 * The page's start: the stream, the address and the operator lead to what is seen.
 *
 * Promises: one place holds what the page knows; every change of it is drawn.
 * Never: decides how anything looks.
 */
import { render } from 'lit-html';
import type { Learning, Snapshot, StateView, TradePage } from '../view.ts';
import { openQuestion } from './asked.ts';
import { frame } from './frame.ts';
import { changed, type Model } from './model.ts';
import { openOperator } from './operator.ts';
import { openPace } from './pace.ts';
import { filteredBy, hashOf, routeOf, sortedBy, tradesUrl } from './query.ts';
import type { Connection, Hands, Scene } from './scene.ts';
import { openStream } from './stream.ts';
import { keptTheme, useTheme } from './theme.ts';

/** So long does it say so: who looked away meanwhile sees it too. */
const BACK_MS = 60_000;
const CLOCK_MS = 1000;

const root = document.querySelector('#page') as HTMLElement;
const pace = openPace(() => render(frame(scene(), hands), root));

let model: Model | null = null;
let connection: Connection = {
  ...{ state: 'opening', heardAt: null, backAt: null, isAnew: false, why: null },
};
let route = routeOf(location.hash);
let theme = keptTheme();
let symbol = '';
let candles = 120;

const trades = openQuestion<TradePage>(pace.now);
const learning = openQuestion<Learning>(pace.now);
const state = openQuestion<StateView>(pace.now);

const stream = openStream({
  snapshot: next => hear(next, true),
  change: change => {
    const next = model === null ? null : changed(model, change);
    if (next === null) return false;
    hear(next, false);
    for (const name of change.stale) ({ trades, learning, state })[name].stale();
    return true;
  },
  beat: () => {
    if (connection.state === 'open') return;
    open(false);
    pace.soon();
  },
  cut: () => {
    if (connection.state !== 'lost') connection = { ...connection, state: 'lost', backAt: null };
    pace.now();
  },
  refused: why => {
    connection = { ...connection, why };
    pace.now();
  },
  locked: () => operator.askToken(null),
});

const operator = openOperator({ changed: pace.now, entered: () => stream.reopen() });

/** Whatever was heard: the line is there. */
function open(isAnew: boolean): void {
  // What was missed may have changed these as well.
  if (connection.state !== 'open') for (const one of [trades, learning, state]) one.stale();
  if (connection.state === 'lost') connection = { ...connection, backAt: Date.now(), isAnew };
  connection = { ...connection, state: 'open', why: null };
}

function hear(next: Snapshot, isAnew: boolean): void {
  // Another release came up in the bot's place: its own page shows it.
  if (model !== null && model.status.version !== next.status.version) location.reload();
  open(isAnew);
  connection = { ...connection, heardAt: Date.now() };
  model = next;
  if (!next.status.symbols.includes(symbol)) symbol = next.status.symbols[0] ?? '';
  pace.soon();
}

function scene(): Scene {
  const now = Date.now();
  const { heardAt, backAt } = connection;
  return {
    ...{ model, route, theme, symbol, candles },
    // The two clocks may differ: the bot's own age of things counts.
    now: model === null || heardAt === null ? now : model.status.at + (now - heardAt),
    connection:
      backAt !== null && now - backAt > BACK_MS ? { ...connection, backAt: null } : connection,
    ...{ trades: trades.answer(), learning: learning.answer(), state: state.answer() },
    ...operator.shown(),
  };
}

/** Asks for what the page of the address shows. */
function look(): void {
  const { page } = route;
  for (const one of [trades, learning, state]) one.leave();
  if (page === 'trades') trades.want(tradesUrl(route.trades));
  if (page === 'learning') learning.want('/api/learning');
  if (page === 'state') state.want('/api/state');
  pace.now();
}

const hands: Hands = {
  chooseSymbol: value => {
    symbol = value;
    pace.now();
  },
  chooseCandles: value => {
    candles = value;
    pace.now();
  },
  chooseTheme: value => {
    theme = value;
    useTheme(value);
    pace.now();
  },
  filterTrades: (filter, value) => {
    location.hash = hashOf(filteredBy(route.trades, filter, value));
  },
  sortTrades: key => {
    location.hash = hashOf(sortedBy(route.trades, key));
  },
  turnTrades: offset => {
    location.hash = hashOf({ ...route.trades, offset });
  },
  ...operator.hands,
};

addEventListener('hashchange', () => {
  const former = route.page;
  route = routeOf(location.hash);
  look();
  // A person who reads with the ear is taken to the top of the page that was chosen.
  if (route.page !== former)
    queueMicrotask(() => root.querySelector<HTMLElement>('main h1')?.focus());
});
setInterval(pace.soon, CLOCK_MS);
useTheme(theme);
look();
