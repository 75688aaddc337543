/**
 * The file of a report: refused early, written whole.
 *
 * Promises: nothing of somebody's is replaced without --yes; the state directory is no place for it.
 */
import { type Exported, refuseUnwritable, writeExport } from '../app/export-file.ts';
import { sizeText } from '../app/number-text.ts';
import type { ReportView } from '../app/report-view.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Millis } from '../base/time.ts';
import { reportPage } from '../report/page.ts';
import type { Io } from './io.ts';

const OPTION = '--html';

/** Before any work is done for it. */
export const refuseReport = (
  file: string,
  { yes: replace, dir = null }: { readonly yes: boolean; readonly dir?: string | null },
): void => refuseUnwritable(file, { replace, option: OPTION }, dir);

export interface ReportFile {
  readonly file: string;
  readonly replace: boolean;
  readonly io: Io;
}

export const writeReport = (view: ReportView, { file, replace, io }: ReportFile): Exported =>
  writeExport(file, Buffer.from(reportPage(view, madeAt(io))), { replace, option: OPTION });

export const writtenText = ({ file, bytes }: Exported): string => `${file}  ${sizeText(bytes)}`;

const MADE_AT = 'SOURCE_DATE_EPOCH';

/** Wall time, or what everybody calls it who wants the same bytes twice (reproducible-builds.org). */
function madeAt({ env, now }: Io): Millis {
  const seconds = env[MADE_AT];
  if (seconds === undefined) return now();
  if (/^\d{1,11}$/.test(seconds)) return Number(seconds) * 1000;
  throw new Fault(EXIT.config, `${MADE_AT} is "${seconds}"`, 'set it to seconds since 1970');
}
