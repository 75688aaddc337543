/**
 * The history of a directory: what happened to its memory, in one list by step.
 *
 * Out of three sources: the manifest (which generations are kept), the notes about the running
 * (recoveries, checkpoints, resets), and the journal (trainings, rollbacks, imports, settings, the
 * operator's words). Promises: read-only; each event with its step, its market time where the journal
 * still tells it, and its wall time where a note does. Never: reads further back than what is kept.
 */
import type { Millis } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import type { HistoryEntry } from '../state/inspect.ts';
import type { JournalStep } from '../state/journal.ts';
import type { Note } from '../state/notes.ts';
import { historyOf, journalOf, lookAt, memoryOf, type Place, reach } from './directory.ts';
import { closeIn } from './point.ts';
import { STARTED, startsIn } from './recorded-file.ts';
import { marketTimeOf } from './view.ts';

export interface HistoryEvent {
  readonly seq: number;
  /** Close of the last candle up to that step; null: before the first, or no longer known. */
  readonly marketTime: Millis | null;
  /** ISO wall time; null: a fact, which knows none. */
  readonly at: string | null;
  readonly what: string;
  /** Parts that it is about; empty: all of them. */
  readonly parts: readonly string[];
  readonly text: string;
}

type Plain = Omit<HistoryEvent, 'marketTime'>;

/** Oldest first. */
export function eventsOf(place: Place): HistoryEvent[] {
  const { generations, notes } = historyOf(place);
  const { timeframeMs } = memoryOf(lookAt(place)).run.settings;
  const times = new MarketTimes();
  const told: Plain[] = [];
  const journal = journalOf(place);
  const { first } = reach(place);
  // What happens before the next candle is of the one that the oldest generation has seen.
  if (journal.first > first) times.see(first, marketTimeOf(memoryOf(lookAt(place, first))));
  for (const step of journal.steps()) {
    times.see(step.seq, closeIn(step.facts, timeframeMs));
    told.push(...eventsIn(step));
  }
  const noted = eventsOfNotes(notes, generations);
  const events = [...told, ...keptAlone(generations, noted), ...noted];
  return events
    .toSorted((one, other) => one.seq - other.seq)
    .map(event => ({ ...event, marketTime: times.at(event.seq) }));
}

/** By step the close of the last candle, as far back as the journal goes. */
class MarketTimes {
  readonly #seqs: number[] = [];
  readonly #closes: Millis[] = [];

  see(seq: number, close: Millis | null): void {
    if (close === null) return;
    this.#seqs.push(seq);
    this.#closes.push(close);
  }

  at(seq: number): Millis | null {
    let [low, high] = [0, this.#seqs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#seqs[middle]! <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#closes[low - 1] ?? null;
  }
}

function eventsIn({ seq, facts }: JournalStep): Plain[] {
  return facts.flatMap(fact => {
    const told = ofFact(fact);
    return told === null ? [] : [{ seq, at: null, ...told }];
  });
}

function ofFact(fact: Fact): Pick<Plain, 'what' | 'parts' | 'text'> | null {
  switch (fact.type) {
    case 'directory.bound':
      return {
        what: 'bound',
        parts: [],
        text: `to ${fact.mode} ${fact.market}, seed ${fact.seed}`,
      };
    case 'config.changed':
      return { what: 'settings', parts: ['run'], text: 'decide from here on' };
    case 'component.founded':
      return { what: 'founded', parts: fact.ids, text: 'began with the binding and the settings' };
    case 'model.trained':
      return { what: 'trained', parts: [fact.model], text: trainedText(fact) };
    case 'memory.replaced':
      return {
        what: fact.why,
        parts: [fact.id],
        text: `${fact.why === 'import' ? 'from' : 'to'} ${fact.from}`,
      };
    case 'kill-switch.set':
      return { what: 'kill switch', parts: ['risk-manager'], text: fact.on ? 'on' : 'off' };
    case 'trading.paused':
      return { what: 'trading', parts: ['risk-manager'], text: `paused${because(fact)}` };
    case 'trading.resumed':
      return { what: 'trading', parts: ['risk-manager'], text: 'resumed' };
    case 'flatten.ordered':
      return { what: 'flatten', parts: ['risk-manager'], text: `ordered${because(fact)}` };
    case 'flatten.completed':
      return { what: 'flatten', parts: ['risk-manager'], text: 'nothing is open any more' };
    case 'breaker.tripped':
      return { what: 'breaker', parts: ['risk-manager'], text: `${fact.breaker} tripped` };
    case 'breaker.released':
      return {
        what: 'breaker',
        parts: ['risk-manager'],
        text: `${fact.breaker} released${fact.by === undefined ? '' : ' by the operator'}`,
      };
    default:
      return null;
  }
}

const because = ({ reason }: { readonly reason?: string }): string =>
  reason === undefined ? ' by the operator' : ` (${reason})`;

function trainedText({ adopted, version, verdict, challenger }: Fact<'model.trained'>): string {
  const loss = challenger.examples === 0 ? '' : `, log-loss ${challenger.logLoss.toFixed(4)}`;
  return adopted ? `adopted as version ${version}${loss}` : `${verdict ?? 'not adopted'}${loss}`;
}

/** Notes stand in the order of their writing: one that names no step is of the one before. */
function eventsOfNotes(notes: readonly Note[], generations: readonly HistoryEntry[]): Plain[] {
  let seq = 0;
  return notes.map(note => {
    const event = eventOfNote(note, seq, generations);
    seq = event.seq;
    return event;
  });
}

/** Notes that say why, and nothing else. */
const WITH_REASON: readonly string[] = ['failed', 'backup failed', 'backup warning'];

function eventOfNote(note: Note, before: number, generations: readonly HistoryEntry[]): Plain {
  const { at, what, seq: own, ...details } = note;
  const seq = typeof own === 'number' ? own : before;
  const event = { seq, at, what, parts: textsIn(note['parts']) };
  if (what === 'recovered') return { ...event, ...recoveredIn(note) };
  if (what === STARTED) return { ...event, text: startedText(note) };
  if (what === 'reset') return { ...event, text: 'began afresh' };
  if (what === 'scrubbed') return { ...event, text: scrubbedText(note) };
  if (WITH_REASON.includes(what)) return { ...event, text: `${note['why']}` };
  if (what === 'backup') return { ...event, text: `to ${note['to']}, ${note['sent']} files sent` };
  if (what !== 'checkpoint') return { ...event, text: JSON.stringify(details) };
  const kept = generations.some(each => each.seq === seq) ? ', kept' : '';
  return { ...event, text: `${note['reason']}, ${note['files']} files${kept}` };
}

function startedText(note: Note): string {
  const [start] = startsIn([note]);
  if (start === undefined) return '';
  const files = start.files.map(({ file, sha256 }) => `${file} (${sha256.slice(0, 12)})`);
  return [`by ${start.version} on Node ${start.node}`, ...files].join(', ');
}

const scrubbedText = ({ files, findings, repaired }: Note): string =>
  `${files} files read, ${findings} damaged, ${repaired} written again`;

function recoveredIn(note: Note): Pick<Plain, 'seq' | 'text'> {
  const { toSeq, replayed } = note;
  const news = [...textsIn(note['repairs']), ...textsIn(note['lost'])].join('; ');
  const text = `${replayed} steps replayed${news === '' ? '' : `; ${news}`}`;
  return { seq: typeof toSeq === 'number' ? toSeq : 0, text };
}

/** Generations whose note is gone, or that a start made. */
function keptAlone(generations: readonly HistoryEntry[], noted: readonly Plain[]): Plain[] {
  const known = noted.flatMap(({ what, seq }) => (what === 'checkpoint' ? [seq] : []));
  return generations.flatMap(({ seq, madeAtMs, onOpen }) => {
    if (known.includes(seq)) return [];
    const at = new Date(madeAtMs).toISOString();
    const text = onOpen ? 'at a start, kept' : 'kept';
    return [{ seq, at, what: 'checkpoint', parts: [], text }];
  });
}

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
