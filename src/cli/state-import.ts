/**
 * `state import`: what the Python bot remembered, as the beginning of a new directory.
 *
 * Promises: prints what became of every field; where something needs a person's word nothing is
 * written without it.
 */
import {
  importOldDirectory,
  type OldDirectory,
  readOldDirectory,
  refuseUsed,
} from '../app/import-python.ts';
import { decimal } from '../app/number-text.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { toQuote } from '../base/money.ts';
import type { Command } from './io.ts';
import type { StateImportOptions } from './state-import-command.ts';
import { placeToBegin, print, printJson } from './state-look.ts';

export const stateImport: Command<StateImportOptions> = async (options, io) => {
  const place = placeToBegin(options, io);
  refuseUsed(place);
  const old = await readOldDirectory(options.from, options.attentionFeatures ?? null);
  const { balance, findings, from } = old;
  const needed = options.yes ? null : consentNeeded(old);
  if (!options.json) print(io, findingsText(old));
  if (needed !== null)
    throw new Fault(EXIT.usage, needed, 'say --yes to go on with that; nothing was written');
  const { replaced, seq, epoch } = importOldDirectory(place, old);
  const { directory } = place;
  if (options.json) {
    const wallet = balance === null ? null : toQuote(balance);
    printJson(io, { directory, from, seq, epoch, imported: replaced, balance: wallet, findings });
    return EXIT.ok;
  }
  print(io, `\n${directory} begins at step ${seq} with ${replaced.join(', ')} of ${from}`);
  print(io, `trade on with it: holdfast trade --dir ${directory}`);
  return EXIT.ok;
};

function consentNeeded({ balance, unreadable, from }: OldDirectory): string | null {
  if (unreadable.length > 0)
    return `${unreadable.join(', ')} in ${from} cannot be read, and the rest would go without`;
  return balance === null
    ? null
    : `the old state names a balance of ${decimal(toQuote(balance))}: trading would go on with it ` +
        'instead of the dry_run_wallet of the config';
}

const OUTCOME_CHARS = 'not carried over'.length;

/** File by file. */
function findingsText({ findings }: OldDirectory): string {
  const files = [...new Set(findings.map(({ file }) => file))];
  return files
    .flatMap(file => [
      file,
      ...findings
        .filter(one => one.file === file)
        .map(({ what, outcome, text }) => `  ${outcome.padEnd(OUTCOME_CHARS)}  ${what}: ${text}`),
    ])
    .join('\n');
}
