/**
 * `download-data`: candles and funding of an exchange into tape files.
 *
 * Promises: a line for each file with what is missing in it; stopped or killed, the same command
 * goes on. Exit 0 with all of it, 1 when it was stopped before.
 */
import { loadConfig } from '../app/config.ts';
import { type Download, download } from '../app/download.ts';
import { decimal, sizeText } from '../app/number-text.ts';
import { ProgressBar } from '../app/progress-bar.ts';
import { listenForSignals } from '../app/signals.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { utcMinute } from '../base/time.ts';
import type { DownloadDataOptions } from './download-data-command.ts';
import type { Command, Io } from './io.ts';
import { print, printJson } from './state-look.ts';

export const downloadData: Command<DownloadDataOptions> = async (options, io) => {
  const config = loadConfig({
    file: options.config,
    env: io.env,
    overrides: {
      'exchange.name': options.exchange,
      'exchange.pair_whitelist': options.pairs,
      timeframe: options.timeframe,
    },
  });
  const { name: id, pairs } = config.exchange;
  if (id === null)
    throw new Fault(EXIT.usage, 'no exchange was named', 'name it: --exchange kucoinfutures');
  const bar = new ProgressBar(io.stderr, 'download');
  const signals = listenForSignals(name => bar.say(`${name}: stopping`));
  try {
    const result = await download({
      ...{ id, pairs, timeframeMs: config.settings.timeframeMs, folder: options.dir },
      ...{ since: options.since, until: options.until ?? null, funding: options.funding },
      ...{ env: io.env, stop: signals.stop },
      tell: (_, line) => bar.say(line),
      progress: (share, what) => bar.show(share, what),
    });
    bar.end();
    if (options.json) printJson(io, result);
    else tell(result, io);
    return result.stopped ? EXIT.checkFailed : EXIT.ok;
  } finally {
    bar.end();
    signals.detach();
  }
};

function tell({ tapes, funding, stopped }: Download, io: Io): void {
  for (const { file, bytes, candles, first, last, gaps, missing } of tapes) {
    const holes = gaps === 0 ? 'no gap' : `${gaps} gaps, ${decimal(missing, 0)} candles missing`;
    const range = `${utcMinute(first)} to ${utcMinute(last)}`;
    print(io, `${file}  ${sizeText(bytes)}, ${decimal(candles, 0)} candles, ${range}, ${holes}`);
  }
  for (const { file, bytes, settlements } of funding)
    print(io, `${file}  ${sizeText(bytes)}, ${decimal(settlements, 0)} settlements`);
  if (stopped) print(io, 'stopped: run the same command again to go on');
}
