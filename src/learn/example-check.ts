/**
 * What of kept examples could not be saved: each looked at where it stands, which takes a tenth of
 * packing and unpacking them all, and a start is waited for.
 *
 * Promises: null only where the file would give every example back as it is. Never: changes one.
 */
import { asBoolean, asCount, asNumber, asText } from '../base/field.ts';
import type { Example } from '../core/fact.ts';
import { isSequenceText } from '../core/sequence.ts';
import { isRow } from './example-column.ts';
import { asLabel } from './labels.ts';
import type { SequenceExample } from './sequence-table.ts';

type Common = Example | SequenceExample;

/** Throws where the file would refuse it. */
function checkCommon({ id, symbol, time, labelledAt, label }: Common): void {
  asCount(id, 'example.id');
  asText(symbol, 'example.symbol');
  asNumber(time, 'example.time');
  asNumber(labelledAt, 'example.labelledAt');
  asLabel(label, 'example.label');
}

export function judgeExamples(examples: readonly Example[]): string | null {
  for (const example of examples) {
    checkCommon(example);
    asBoolean(example.proposed, 'example.proposed');
    asNumber(example.return, 'example.return');
    if (!isRow(example.features)) return `the features of example ${example.id} are none`;
  }
  return null;
}

export function judgeSequences(examples: readonly SequenceExample[]): string | null {
  for (const example of examples) {
    checkCommon(example);
    if (!isSequenceText(example.sequence)) return `the sequence of example ${example.id} is none`;
  }
  return null;
}
