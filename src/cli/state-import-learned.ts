/**
 * `state import --learned`: what another Holdfast directory has learned, into this one.
 *
 * Promises: says part by part what was carried over and what was not.
 */

import { importLearned } from '../app/import-learned.ts';
import { table } from '../app/table.ts';
import { EXIT } from '../base/fault.ts';
import type { Command } from './io.ts';
import type { StateOptions } from './state-command.ts';
import { placeToBegin, print, printJson } from './state-look.ts';

export interface ImportLearnedOptions extends StateOptions {
  readonly from: string;
  readonly yes: boolean;
}

export const stateImportLearned: Command<ImportLearnedOptions> = async (options, io) => {
  const { from, yes } = options;
  const place = placeToBegin(options, io);
  const { parts, replaced, seq, epoch } = importLearned(place, { from, yes });
  const { directory } = place;
  if (options.json) {
    printJson(io, { directory, from, seq, epoch, imported: replaced, parts });
    return EXIT.ok;
  }
  const rows = parts.map(({ id, carried, text }) => [id, carried ? 'carried over' : 'not', text]);
  print(io, table([{ title: 'part' }, { title: 'was' }, { title: 'what' }], rows));
  print(io, '\nmoney, the market and the dice are as they were');
  print(
    io,
    replaced.length === 0
      ? 'nothing changed'
      : `${directory} goes on with ${replaced.join(', ')} of ${from} (step ${seq})`,
  );
  return EXIT.ok;
};
