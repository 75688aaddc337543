/**
 * The moment that a restore is asked for, and the words for one that a place does not give.
 *
 * Promises: what was never there is told apart from what is damaged or missing; either way the fault
 * says from where to where a moment may lie. Never: reads from the place.
 */
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
import { utcMinute } from '../base/time.ts';
import type { Coverage } from './coverage.ts';
import type { BackupPlace } from './place.ts';

export type Moment =
  | { readonly kind: 'latest' }
  | { readonly kind: 'step'; readonly seq: number }
  /** UTC ms, by the market's clock. */
  | { readonly kind: 'time'; readonly time: number };

/** The place never had it, as far as its names tell, and nothing in it is damaged. */
export class UncoveredFault extends Fault {}

interface Asked {
  readonly place: BackupPlace;
  readonly directoryId: string;
  readonly moment: Moment;
  /** Null: any. */
  readonly epoch: number | null;
  readonly isBefore?: boolean;
}

/** `covered`: of all epochs; `notes`: what is damaged, and may have led there. */
export function unreachableMoment(
  { place, directoryId, moment, epoch: wanted, isBefore = false }: Asked,
  covered: readonly Coverage[],
  notes: readonly string[],
): Fault {
  const asked = {
    latest: 'the end of it',
    step: `step ${moment.kind === 'step' ? moment.seq : 0}`,
    time: moment.kind === 'time' ? new Date(moment.time).toISOString() : '',
  }[moment.kind];
  const ranges = covered.flatMap(({ epoch, spans }) =>
    spans
      .map(({ firstSeq, lastSeq }) => ({ first: firstSeq + (isBefore ? 1 : 0), last: lastSeq }))
      .filter(({ first, last }) => first <= last)
      .map(({ first, last }) => `steps ${first} to ${last} (epoch ${epoch})`),
  );
  const refusal = (exitCode: ExitCode, what: string, remedy: string): Fault =>
    notes.length === 0
      ? new UncoveredFault(exitCode, what, remedy)
      : new Fault(EXIT.corrupt, `${what}: ${notes.join('; ')}`, remedy);
  if (covered.length === 0)
    return refusal(
      EXIT.config,
      `there is no backup of directory ${directoryId} in ${place.name}`,
      `check --from; ${LIST}`,
    );
  const isEpochThere = wanted === null || covered.some(({ epoch }) => epoch === wanted);
  return refusal(
    EXIT.usage,
    isEpochThere
      ? `${asked}${wanted === null ? '' : ` of epoch ${wanted}`} cannot be restored from ${place.name}`
      : `there is no backup of epoch ${wanted} in ${place.name}`,
    remedyFor(ranges.join(', ') + timesOf(moment, covered), notes.length > 0),
  );
}

/** What is damaged may be all there was: only a living directory can mend that. */
function remedyFor(ranges: string, isDamaged: boolean): string {
  if (isDamaged)
    return (
      'make a new backup while the directory is there (holdfast state backup)' +
      (ranges === '' ? '' : `; by its names the place has ${ranges}: --at may reach what is whole`)
    );
  return ranges === '' ? LIST : `there are ${ranges}; choose with --at (and --epoch)`;
}

/** Who asks for a time is told of times. */
function timesOf({ kind }: Moment, covered: readonly Coverage[]): string {
  const times = covered.flatMap(({ backups }) => backups.flatMap(one => one.marketTime ?? []));
  if (kind !== 'time' || times.length === 0) return '';
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return `, with backups made at ${utcMinute(first)} to ${utcMinute(last)} UTC of the market`;
}

const LIST = 'holdfast state restore --list shows what is there';
