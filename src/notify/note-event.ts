/**
 * Notes about the running as events: started, stopped, repaired, a disk or a venue in trouble.
 *
 * Promises: pure; notes of other releases, and of a shape that is not known, are passed over.
 */
import type { EventName } from '../app/event-name.ts';
import type { Note } from '../app/journal-tail.ts';
import { STARTED } from '../app/recorded-file.ts';
import type { FactEvent } from './fact-event.ts';

/** What is noted down for those who are told. */
export const VENUE = 'venue';

/** Null: nobody is told of it. */
export function noteEvent(note: Note): FactEvent | null {
  const told = whatOf(note);
  if (told === null) return null;
  const { at, what, ...all } = note;
  const time = Date.parse(at);
  // Its tapes, where they lie and what they hold, are for the reports.
  const { node: _, files: __, ...plain } = all;
  const data = what === STARTED ? plain : all;
  return { ...told, time: Number.isNaN(time) ? null : time, data };
}

/** A start of `trade`; others are nobody's to be told of. */
export const isToldStart = ({ what, title }: Note): boolean =>
  what === STARTED && title !== undefined;

function whatOf(note: Note): { readonly type: EventName; readonly text: string } | null {
  const said = (key: string): string => String(note[key] ?? '');
  switch (note.what) {
    case STARTED:
      if (!isToldStart(note)) return null;
      return {
        type: 'bot.started',
        text: `started: Holdfast ${said('version')}, ${said('title')}`,
      };
    case 'checkpoint':
      return note['reason'] === 'stopped'
        ? { type: 'bot.stopped', text: `stopped, and all is saved (step ${said('seq')})` }
        : null;
    case 'recovered':
      return recovered(note);
    case 'failed':
      return { type: 'disk.failed', text: `trading has ended: ${said('why')}` };
    case 'damage':
    case 'repaired':
      return {
        type: 'disk.damaged',
        text: `${said('file')} ${said('why')}${note.what === 'repaired' ? ': it was repaired' : ''}`,
      };
    case 'backup failed':
      return { type: 'backup.failed', text: `no backup: ${said('why')}` };
    case VENUE:
      return { type: 'venue.troubled', text: said('why') };
    default:
      return null;
  }
}

function recovered(note: Note): { readonly type: EventName; readonly text: string } | null {
  const lines = [...linesIn(note['repairs']), ...linesIn(note['lost'])];
  if (lines.length === 0) return null;
  return { type: 'bot.recovered', text: `recovered, and not without repairs: ${lines.join('; ')}` };
}

const linesIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** The step it was written at, where it says so. */
export function stepOf(note: Note): number | null {
  const seq = note['toSeq'] ?? note['seq'];
  return typeof seq === 'number' ? seq : null;
}
