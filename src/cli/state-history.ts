/**
 * `state history`: what happened to the memory, by step, and the points it can be had at.
 *
 * Promises: read-only, no lock, on a running directory too.
 */
import { doubtsOf, historyOf, isEmpty, lookAt, parts, reach } from '../app/directory.ts';
import { eventsOf, type HistoryEvent } from '../app/history.ts';
import { sizeText } from '../app/number-text.ts';
import { table } from '../app/table.ts';
import { EXIT } from '../base/fault.ts';
import { utcMinute } from '../base/time.ts';
import type { Io } from './io.ts';
import { resolvePart, type StateOptions } from './state-command.ts';
import { placeFor, print, printJson, tellDoubts } from './state-look.ts';

export const stateHistory = async (
  part: string | null,
  options: StateOptions,
  io: Io,
): Promise<typeof EXIT.ok> => {
  const place = placeFor(options, io);
  const wanted = part === null ? null : resolvePart(part, parts);
  const history = historyOf(place);
  const seen = lookAt(place);
  const doubts = doubtsOf(seen);
  tellDoubts(doubts, io);
  if (isEmpty(seen)) {
    if (options.json) printJson(io, { reach: null, events: [], ...history, doubts });
    else print(io, `${place.directory}: nothing yet`);
    return EXIT.ok;
  }
  const events = eventsOf(place).filter(event => isAbout(event, wanted));
  const { first, last } = reach(place);
  if (options.json) {
    printJson(io, { reach: { first, last }, events, ...history, doubts });
    return EXIT.ok;
  }
  print(io, table(COLUMNS, events.map(rowOf)));
  if (wanted !== null) print(io, `\n${filesText(history.generations, wanted)}`);
  print(io, `\n--at reaches from step ${first} to step ${last}`);
  return EXIT.ok;
};

/** What is about all parts is about each. */
const isAbout = ({ parts: about }: HistoryEvent, wanted: string | null): boolean =>
  wanted === null || about.length === 0 || about.includes(wanted);

const COLUMNS = [
  { title: 'step', align: 'right' as const },
  ...['market time (UTC)', 'wall time (UTC)', 'what', 'part', 'details'].map(title => ({ title })),
];

const rowOf = ({ seq, marketTime, at, what, parts: about, text }: HistoryEvent): string[] => [
  String(seq),
  marketTime === null ? '–' : utcMinute(marketTime),
  at === null ? '–' : at.slice(0, 19).replace('T', ' '),
  what,
  about.join(', '),
  text,
];

type Generations = ReturnType<typeof historyOf>['generations'];

function filesText(generations: Generations, id: string): string {
  const columns = [
    { title: 'kept at step', align: 'right' as const },
    { title: 'file' },
    { title: 'size', align: 'right' as const },
    { title: 'state' },
    { title: 'verified (UTC)' },
  ];
  const rows = generations.flatMap(({ seq, files }) => {
    const own = files[id];
    if (own === undefined) return [];
    const { file, bytes, state, verifiedAtMs } = own;
    const verified = new Date(verifiedAtMs).toISOString().slice(0, 19).replace('T', ' ');
    return [[String(seq), file, sizeText(bytes), state.slice(0, 12), verified]];
  });
  return table(columns, rows);
}
