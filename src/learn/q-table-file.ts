/**
 * The Q-table's file: JSON that a person can read, states and actions in a fixed order.
 *
 * Promises: decodes to exactly the state that was encoded. Never: accepts a state or an action
 * that this release does not know.
 */
import {
  asBoolean,
  asCount,
  asNumber,
  fieldsOf,
  mapOf,
  oneOf,
  type Reader,
  recordOf,
} from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import type { QParameters, QTableState, WaitingChoice } from './q-table.ts';
import { ACTIONS, MARKET_STATES, type PerState } from './q-values.ts';

export const encodeQTable = (state: QTableState): Encoded => ({
  format: 'json',
  value: { ...state },
});

export function decodeQTable(content: Encoded): QTableState {
  if (content.format !== 'json') throw new Error(`Q-table in ${content.format}`);
  return asQTable(content.value, 'Q-table');
}

const perState = (reader: Reader<number>): Reader<PerState> =>
  recordOf(MARKET_STATES, recordOf(ACTIONS, reader));

const asQTable = fieldsOf<QTableState>({
  q: perState(asNumber),
  visits: perState(asCount),
  epsilon: asNumber,
  parameters: fieldsOf<QParameters>({
    alpha: asNumber,
    gamma: asNumber,
    epsilonStart: asNumber,
    epsilonMin: asNumber,
    epsilonDecay: asNumber,
  }),
  rewards: asCount,
  waiting: mapOf(
    fieldsOf<WaitingChoice>({
      state: oneOf(MARKET_STATES),
      action: oneOf(ACTIONS),
      time: asNumber,
      explored: asBoolean,
      candles: asCount,
      tradeOpen: asBoolean,
    }),
  ),
});
