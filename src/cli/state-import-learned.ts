/**
 * `state import --learned`: what another Holdfast directory has learned, into this one.
 *
 * Promises: says part by part what was carried over and what was not.
 */

import { importLearned, type LearnedPart, planLearned } from '../app/import-learned.ts';
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
  const { from, yes, json } = options;
  const place = placeToBegin(options, io);
  const { directory } = place;
  const plan = planLearned(place, from);
  if (plan.refusal !== null && !yes) {
    const { parts, refusal } = plan;
    if (json) printJson(io, { directory, from, imported: [], parts, refused: refusal.message });
    else print(io, partsText(parts));
    throw refusal;
  }
  const { parts, replaced, seq, epoch } = importLearned(place, plan);
  if (json) {
    printJson(io, { directory, from, seq, epoch, imported: replaced, parts });
    return EXIT.ok;
  }
  print(io, partsText(parts));
  print(io, '\nmoney, the market and the dice are as they were');
  print(
    io,
    replaced.length === 0
      ? 'nothing changed'
      : `${directory} goes on with ${replaced.join(', ')} of ${from} (step ${seq})`,
  );
  return EXIT.ok;
};

const partsText = (parts: readonly LearnedPart[]): string =>
  table(
    [{ title: 'part' }, { title: 'was' }, { title: 'what' }],
    parts.map(({ id, carried, text }) => [id, carried ? 'carried over' : 'not', text]),
  );
