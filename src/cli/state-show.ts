/**
 * `state show`: what a part remembers, as a table a person can read.
 *
 * Promises: read-only; amounts in quote currency, shares in per cent, times in UTC; `--json` prints
 * the state itself. Never: computes what the state does not say.
 */
import { EXIT, type ExitCode } from '../base/fault.ts';
import { components, type Memory } from '../components.ts';
import type { Io } from './io.ts';
import { learnedText } from './show-learned.ts';
import { analyticsText, marketText, portfolioText, riskText, runText } from './show-trade.ts';
import { resolvePart, type StateAtOptions } from './state-command.ts';
import { isEmpty, lookAt, print, printJson } from './state-place.ts';

type Texts = { readonly [Id in keyof Memory]: (memory: Memory) => string };

const TEXTS: Texts = {
  analytics: memory => analyticsText(memory.analytics),
  'risk-manager': memory => riskText(memory['risk-manager'], memory.run.settings),
  portfolio: memory => portfolioText(memory.portfolio),
  market: memory => marketText(memory.market),
  run: memory => runText(memory.run),
  ...learnedText,
};

export const stateShow = async (
  part: string,
  options: StateAtOptions,
  io: Io,
): Promise<ExitCode> => {
  const id = resolvePart(part, components) as keyof Memory;
  const { place, seen } = lookAt(options, io);
  const memory = seen.states as Memory;
  if (options.json) {
    printJson(io, { part: id, seq: seen.seq, state: plainOf(memory[id]) });
    return EXIT.ok;
  }
  if (isEmpty(seen)) print(io, `${place.directory}: nothing yet; these are the defaults`);
  print(io, TEXTS[id](memory));
  print(io, `\n${place.directory} at step ${seen.seq}`);
  return EXIT.ok;
};

/** Typed arrays as lists: JSON would make objects of them. */
function plainOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [...(value as Float64Array)];
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainOf(one)]));
}
