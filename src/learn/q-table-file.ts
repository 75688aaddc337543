/**
 * The Q-table's file: JSON that a person can read, states and actions in a fixed order.
 *
 * Promises: decodes to exactly the state that was encoded. Never: accepts a state or an action
 * that this release does not know.
 */
import type { Encoded } from '../core/component.ts';
import { asBoolean, asCount, asNumber, asOneOf, asRecord, type Reader } from './field.ts';
import type { QParameters, QTableState, WaitingChoice } from './q-table.ts';
import { ACTIONS, MARKET_STATES, type PerState, perAction } from './q-values.ts';

export const encodeQTable = (state: QTableState): Encoded => ({
  format: 'json',
  value: { ...state },
});

export function decodeQTable(content: Encoded): QTableState {
  if (content.format !== 'json') throw new Error(`Q-table in ${content.format}`);
  const fields = content.value;
  return {
    q: asPerState(fields['q'], asNumber, 'q'),
    visits: asPerState(fields['visits'], asCount, 'visits'),
    epsilon: asNumber(fields['epsilon'], 'epsilon'),
    parameters: asParameters(fields['parameters']),
    rewards: asCount(fields['rewards'], 'rewards'),
    waiting: asWaiting(fields['waiting']),
  };
}

function asPerState(value: unknown, read: Reader<number>, what: string): PerState {
  const states = asRecord(value, what);
  refuseUnknown(states, MARKET_STATES, what);
  const entries = MARKET_STATES.map(name => {
    const actions = asRecord(states[name], `${what}.${name}`);
    refuseUnknown(actions, ACTIONS, `${what}.${name}`);
    return [name, perAction(action => read(actions[action], `${what}.${name}.${action}`))];
  });
  return Object.fromEntries(entries) as PerState;
}

function refuseUnknown(
  record: Readonly<Record<string, unknown>>,
  known: readonly string[],
  what: string,
): void {
  for (const key of Object.keys(record))
    if (!known.includes(key)) throw new Error(`${what} has an unknown entry "${key}"`);
}

function asParameters(value: unknown): QParameters {
  const fields = asRecord(value, 'parameters');
  const read = (name: string) => asNumber(fields[name], `parameters.${name}`);
  return {
    alpha: read('alpha'),
    gamma: read('gamma'),
    epsilonStart: read('epsilonStart'),
    epsilonMin: read('epsilonMin'),
    epsilonDecay: read('epsilonDecay'),
  };
}

function asWaiting(value: unknown): Record<string, WaitingChoice> {
  const waiting = Object.create(null) as Record<string, WaitingChoice>;
  for (const [symbol, entry] of Object.entries(asRecord(value, 'waiting'))) {
    const what = `waiting.${symbol}`;
    const fields = asRecord(entry, what);
    waiting[symbol] = {
      state: asOneOf(fields['state'], MARKET_STATES, `${what}.state`),
      action: asOneOf(fields['action'], ACTIONS, `${what}.action`),
      time: asNumber(fields['time'], `${what}.time`),
      explored: asBoolean(fields['explored'], `${what}.explored`),
      candles: asCount(fields['candles'], `${what}.candles`),
      tradeOpen: asBoolean(fields['tradeOpen'], `${what}.tradeOpen`),
    };
  }
  return waiting;
}
