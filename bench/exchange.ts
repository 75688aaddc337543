/**
 * What it costs to load an exchange: its own module alone, against all of ccxt.
 */
import { spawnSync } from 'node:child_process';
import { quantile, type Row, row } from './table.ts';

const ROUNDS = 9;
const CCXT = import.meta.resolve('ccxt');
/** The one that the product's first users are on. */
const ONE = new URL('./src/pro/kucoinfutures.js', CCXT).href;

interface Load {
  readonly ms: number;
  readonly megabytes: number;
}

/** In a process of its own: import, make a client, look at the memory. */
function load(url: string | null): Load {
  const body =
    url === null
      ? ''
      : `const { default: found } = await import(${JSON.stringify(url)});
         new (typeof found === 'function' ? found : found.pro.kucoinfutures)();`;
  const script = `const startedAt = performance.now();
    ${body}
    console.log(JSON.stringify({ ms: performance.now() - startedAt, megabytes: process.memoryUsage.rss() / 1e6 }));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return JSON.parse(stdout) as Load;
}

function median(url: string | null): Load {
  const loads = Array.from({ length: ROUNDS }, () => load(url));
  return {
    ms: quantile(
      loads.map(({ ms }) => ms),
      0.5,
    ),
    megabytes: quantile(
      loads.map(({ megabytes }) => megabytes),
      0.5,
    ),
  };
}

export async function exchange(): Promise<Row[]> {
  const bare = median(null).megabytes;
  const [one, all] = [median(ONE), median(CCXT)];
  const mb = (value: number, what: string): Row => row({ what, value, unit: 'MB', decimals: 0 });
  return [
    row({ what: 'loading one exchange of ccxt, median', value: one.ms, unit: 'ms', decimals: 0 }),
    row({ what: '  all of ccxt', value: all.ms, unit: 'ms', decimals: 0 }),
    row({ what: '  ratio', value: one.ms / all.ms, unit: '×', decimals: 2, atMost: 0.5 }),
    mb(one.megabytes - bare, '  resident memory that it adds'),
    mb(all.megabytes - bare, '  all of ccxt'),
    row({
      what: '  ratio',
      value: (one.megabytes - bare) / (all.megabytes - bare),
      unit: '×',
      decimals: 2,
      atMost: 0.5,
    }),
  ];
}
