/**
 * A part of the memory as text for people.
 *
 * Promises: amounts in quote currency, shares in per cent, times in UTC. Never: computes what the
 * state does not say.
 */
import type { Memory } from '../components.ts';
import { learnedText } from './show-learned.ts';
import { analyticsText, marketText, portfolioText, riskText, runText } from './show-trade.ts';
import { metricsNow } from './view.ts';

export type PartId = keyof Memory;

const TEXTS: { readonly [Id in PartId]: (memory: Memory, directory: string) => string } = {
  analytics: memory => analyticsText(memory.analytics, metricsNow(memory)),
  'risk-manager': (memory, directory) =>
    riskText(memory['risk-manager'], { settings: memory.run.settings, directory }),
  portfolio: memory => portfolioText(memory.portfolio),
  market: memory => marketText(memory.market),
  run: memory => runText(memory.run),
  ...learnedText,
};

/** `directory`: where it is remembered, for the commands that a text names. */
export const partText = (id: PartId, memory: Memory, directory: string): string =>
  TEXTS[id](memory, directory);

/** The state as plain JSON data: typed arrays become lists. */
export function plainOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [...(value as Float64Array)];
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainOf(one)]));
}
