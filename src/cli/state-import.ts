/**
 * `state import`: what the Python bot remembered, as the beginning of a new directory.
 *
 * Promises: prints what became of every field; where something needs a person's word nothing is
 * written without it.
 */
import { holdLine, holdsOf, shellWord } from '../app/hold.ts';
import {
  importParts,
  type OldBalance,
  type OldDirectory,
  partsToImport,
  readOldDirectory,
  refuseUsed,
} from '../app/import-python.ts';
import { decimal } from '../app/number-text.ts';
import type { NewMemory } from '../app/replace-memory.ts';
import { escaped } from '../base/escaped.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { toQuote } from '../base/money.ts';
import type { Command } from './io.ts';
import type { StateImportOptions } from './state-import-command.ts';
import { placeToBegin, print, printJson } from './state-look.ts';

export const stateImport: Command<StateImportOptions> = async (options, io) => {
  const { json, yes } = options;
  const place = placeToBegin(options, io);
  refuseUsed(place);
  const old = await readOldDirectory(options.from, options.attentionFeatures ?? null);
  const { directory } = place;
  const { from, balance, findings } = old;
  const account = {
    balance: balance === null ? null : toQuote(balance.units),
    balanceDerived: balance?.derived ?? null,
  };
  if (!json) print(io, findingsText(old));
  const { parts, refusal } = plan(old, yes);
  if (refusal !== null) {
    const would = parts.map(({ id }) => id);
    const refused = refusal.message;
    if (json)
      printJson(io, { directory, from, imported: [], would, refused, ...account, findings });
    throw refusal;
  }
  const { replaced, seq, epoch } = importParts(place, parts);
  if (json) {
    printJson(io, { directory, from, seq, epoch, imported: replaced, ...account, findings });
    return EXIT.ok;
  }
  print(io, `\n${directory} begins at step ${seq} with ${replaced.join(', ')} of ${from}`);
  const risk = old.memory['risk-manager'];
  if (risk !== undefined) for (const hold of holdsOf(risk)) print(io, holdLine(hold, directory));
  print(io, `trade on with it: holdfast trade --dir ${shellWord(directory)}`);
  return EXIT.ok;
};

interface Plan {
  readonly parts: readonly NewMemory[];
  readonly refusal: Fault | null;
}

/** Decided before anything is written. */
function plan(old: OldDirectory, yes: boolean): Plan {
  try {
    const parts = partsToImport(old);
    const needed = yes ? null : consentNeeded(old);
    const remedy = 'say --yes to go on with that; nothing was written';
    return { parts, refusal: needed === null ? null : new Fault(EXIT.usage, needed, remedy) };
  } catch (error) {
    if (error instanceof Fault) return { parts: [], refusal: error };
    throw error;
  }
}

function consentNeeded({ balance, unreadable, from }: OldDirectory): string | null {
  if (unreadable.length > 0)
    return `${unreadable.join(', ')} in ${from} cannot be read, and the rest would go without`;
  return balance === null
    ? null
    : `the old state ${balanceText(balance)}: trading would go on with it instead of the ` +
        'dry_run_wallet of the config';
}

function balanceText({ units, derived }: OldBalance): string {
  const amount = decimal(toQuote(units));
  return derived === null
    ? `names a balance of ${amount}`
    : `names no balance, and ${amount} was worked out (${derived})`;
}

const OUTCOME_CHARS = 'not carried over'.length;

/** File by file. */
function findingsText({ findings }: OldDirectory): string {
  const files = [...new Set(findings.map(({ file }) => file))];
  return files
    .flatMap(file => [
      escaped(file),
      ...findings
        .filter(one => one.file === file)
        .map(({ what, outcome, text }) => `  ${outcome.padEnd(OUTCOME_CHARS)}  ${what}: ${text}`),
    ])
    .join('\n');
}
