/**
 * What the templates are given: all that can be seen, and all that can be done.
 *
 * Promises: plain data and plain functions, so that a template is a function of what it shows.
 */
import type { ActionName, Learning, StateView, TradePage, TradeRow } from '../view.ts';
import type { Asked } from './asked.ts';
import type { Model } from './model.ts';
import type { Filter, Route } from './query.ts';
import type { Theme } from './theme.ts';

export interface Connection {
  readonly state: 'opening' | 'open' | 'lost';
  /** By this machine's clock; null: nothing was heard yet. */
  readonly heardAt: number | null;
  /** When it came back, for a while. */
  readonly backAt: number | null;
  /** It could not go on behind what was heard: the bot was started again, or the page was away for long. */
  readonly isAnew: boolean;
  /** What the bot says of refusing; null: nothing. */
  readonly why: string | null;
}

/** A question that the page puts to the operator. */
export type Prompt =
  | { readonly kind: 'confirm'; readonly action: ActionName }
  | {
      readonly kind: 'token';
      /** What is done once it is right; null: only looked at. */
      readonly action: ActionName | null;
      readonly fault: string | null;
    };

export interface Scene {
  readonly model: Model | null;
  readonly connection: Connection;
  readonly route: Route;
  /** Now, by the bot's clock as far as the page can tell. */
  readonly now: number;
  readonly theme: Theme;
  /** The symbol of the price chart, and how many candles it shows. */
  readonly symbol: string;
  readonly candles: number;
  readonly trades: Asked<TradePage>;
  readonly learning: Asked<Learning>;
  readonly state: Asked<StateView>;
  readonly prompt: Prompt | null;
  /** The action whose answer is awaited. */
  readonly busy: ActionName | null;
  /** What the last action came to. */
  readonly answer: { readonly ok: boolean; readonly text: string } | null;
  readonly signedIn: boolean;
}

export interface Hands {
  readonly chooseSymbol: (symbol: string) => void;
  readonly chooseCandles: (count: number) => void;
  readonly chooseTheme: (theme: Theme) => void;
  readonly filterTrades: (filter: Filter, value: string) => void;
  readonly sortTrades: (key: keyof TradeRow) => void;
  readonly turnTrades: (offset: number) => void;
  /** Asks first where it cannot be taken back. */
  readonly act: (action: ActionName) => void;
  readonly confirm: () => void;
  readonly giveToken: (token: string) => void;
  readonly dismiss: () => void;
  readonly signOut: () => void;
}
