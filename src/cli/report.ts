/**
 * `report`: what a directory has to show for itself, as a table and as a file to keep.
 *
 * Promises: read-only as `state show` is: no lock, no write (but the file that --html names), on a
 * running or damaged directory; says the step it speaks for.
 */
import { isEmpty, memoryOf } from '../app/directory.ts';
import { reportOfDirectory } from '../app/report.ts';
import type { ReportView } from '../app/report-view.ts';
import { summary } from '../app/summary.ts';
import { summaryOf } from '../app/view.ts';
import { EXIT } from '../base/fault.ts';
import type { Command } from './io.ts';
import type { ReportOptions } from './report-command.ts';
import { refuseReport, writeReport, writtenText } from './report-file.ts';
import { look, print, printJson } from './state-look.ts';

export const report: Command<ReportOptions> = async (options, io) => {
  const { place, seen } = await look(options, io);
  const { directory } = place;
  const { html, yes } = options;
  if (html !== undefined) refuseReport(html, { yes, dir: directory });
  const view = reportOfDirectory(place, seen);
  if (options.json) printJson(io, jsonOf(view));
  else if (isEmpty(seen)) print(io, `${directory}: nothing yet`);
  else print(io, summary(summaryOf(memoryOf(seen), null, directory)));
  const written = html === undefined ? null : writeReport(view, { file: html, replace: yes, io });
  if (options.json) return EXIT.ok;
  if (written !== null) print(io, `\n${writtenText(written)}`);
  print(io, `\n${directory} at step ${seen.seq}`);
  return EXIT.ok;
};

/** The keys of `backtest --json` where they are the same; curves and trades are for `state export`. */
function jsonOf({ metrics, equity: _, trades, provenance, ...view }: ReportView) {
  const { rows: __, count: ___, ...groups } = trades;
  const { stateHash, ...made } = provenance;
  return { ...metrics, stateHash, ...view, ...groups, provenance: made };
}
