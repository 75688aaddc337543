/**
 * What the ablation runs: recorded markets, and the learners switched off one by one.
 *
 * Promises: plain data; one-minute tapes also at 5 and 15 minutes (at taker fees a one-minute
 * strategy mostly pays fees), long hourly ones, and a market that dies.
 */

export interface Case {
  /** Short, unique, and without the timeframe. */
  readonly name: string;
  /** In the data folder, without `.csv.gz`. */
  readonly tapes: readonly string[];
  readonly funding: readonly string[];
  /** What decides: the tapes' own or a coarser one. */
  readonly timeframe: string;
}

interface Market {
  readonly name: string;
  readonly tapes: readonly string[];
  readonly funding?: readonly string[];
  readonly timeframes: readonly string[];
}

const MARKETS: readonly Market[] = [
  {
    name: 'Binance BTC+ETH+SOL perp 2025',
    tapes: ['BTC', 'ETH', 'SOL'].map(base => `demo/BINANCE-${base}-USDT-1m-PERP`),
    timeframes: ['1m', '5m', '15m'],
  },
  {
    name: 'Binance BTC+ETH spot, August 2024 crash',
    tapes: ['BTC', 'ETH'].map(base => `windows/2024-07_2024-08/BINANCE-${base}-USDT-1m`),
    timeframes: ['1m', '5m', '15m'],
  },
  {
    name: 'Binance BTC+ETH+LTC+SOL perp, summer 2023',
    tapes: ['BTC', 'ETH', 'LTC', 'SOL'].map(base => `BINANCE-${base}-USDT-1m-PERP`),
    timeframes: ['1m', '5m', '15m'],
  },
  {
    name: 'Binance BTC+ETH perp 2023-24',
    tapes: ['BINANCE-BTC-USDT-5m-PERP', 'BINANCE-ETH-USDT-5m-PERP'],
    funding: ['funding/BINANCE-BTC-USDT-PERP-funding', 'funding/BINANCE-ETH-USDT-PERP-funding'],
    timeframes: ['5m', '15m', '1h'],
  },
  {
    name: 'OKX BTC+ETH perp 2022',
    tapes: ['OKX-BTC-USDT-5m-PERP', 'OKX-ETH-USDT-5m-PERP'],
    timeframes: ['5m', '15m', '1h'],
  },
  { name: 'Binance SOL spot 2020-22', tapes: ['BINANCE-SOL-USDT-15m'], timeframes: ['15m', '1h'] },
  {
    name: 'Binance BTC spot 2017-24',
    tapes: ['demo/BINANCE-BTC-USDT-1h'],
    timeframes: ['1h'],
  },
  {
    name: 'Binance BTC perp 2019-22',
    tapes: ['BINANCE-BTC-USDT-1h-PERP'],
    funding: ['demo/funding/BINANCE-BTC-USDT-PERP-funding'],
    timeframes: ['1h'],
  },
  {
    name: 'Binance BCH+ETC+LTC perp 2019-24',
    tapes: ['BCH', 'ETC', 'LTC'].map(base => `BINANCE-${base}-USDT-1h-PERP`),
    timeframes: ['1h'],
  },
  {
    name: 'Binance ETH+XRP spot 2017-22',
    tapes: ['BINANCE-ETH-USDT-1h', 'BINANCE-XRP-USDT-1h'],
    timeframes: ['1h'],
  },
  {
    name: 'KuCoin BTC spot 2019-22',
    tapes: ['KUCOIN-BTC-USDT-1h'],
    funding: ['demo/funding/KUCOIN-BTC-USDT-PERP-funding'],
    timeframes: ['1h'],
  },
  {
    name: 'KuCoin ETH+LINK+SOL spot 2023-24',
    tapes: ['KUCOIN-ETH-USDT-1h', 'KUCOIN-LINK-USDT-1h', 'KUCOIN-SOL-USDT-1h'],
    timeframes: ['1h'],
  },
  {
    name: 'Binance WAVES perp 2020-24 (dead from June 2024)',
    tapes: ['BINANCE-WAVES-USDT-1h-PERP'],
    timeframes: ['1h'],
  },
];

export const CASES: readonly Case[] = MARKETS.flatMap(({ name, tapes, funding = [], timeframes }) =>
  timeframes.map(timeframe => ({ name, tapes, funding, timeframe })),
);

export const titleOf = ({ name, timeframe }: Case): string => `${name}, ${timeframe}`;

/** A part that can be switched off. */
export type Part = 'signal-model' | 'deep' | 'attention' | 'q';

export const PARTS: Readonly<Record<Part, string>> = {
  'signal-model': 'signal model',
  deep: 'deep signal model',
  attention: 'attention',
  q: 'Q-table',
};

export interface Variant {
  /** `all`, `none`, `no-q`, `only-q`. */
  readonly id: string;
  readonly title: string;
  /** Of `backtest`. */
  readonly options: readonly string[];
}

const parts = Object.keys(PARTS) as Part[];

/** Where either model could stand in for the other, leaving out one of them tells nothing. */
const WITHOUT_MODELS: Variant = {
  id: 'no-models',
  title: 'without both models',
  options: ['--no-signal-model', '--no-deep'],
};

export const VARIANTS: readonly Variant[] = [
  { id: 'all', title: 'all on', options: [] },
  { id: 'none', title: 'no learning', options: ['--no-learning'] },
  ...parts.map(part => ({
    id: `no-${part}`,
    title: `without ${PARTS[part]}`,
    options: [`--no-${part}`],
  })),
  WITHOUT_MODELS,
];

/** What is asked: what is in question, and the variant that goes without it. */
export const QUESTIONS: readonly (readonly [what: string, variant: string])[] = [
  ['all four', 'none'],
  ...parts.map(part => [PARTS[part], `no-${part}`] as const),
  ['both models', WITHOUT_MODELS.id],
];

/** Each part alone: four more runs a case, where somebody asks for them. */
export const ALONE: readonly Variant[] = parts.map(part => ({
  id: `only-${part}`,
  title: `${PARTS[part]} alone`,
  options: parts.filter(other => other !== part).map(other => `--no-${other}`),
}));
