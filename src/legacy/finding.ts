/**
 * What became of each thing in the old bot's files: said field by field.
 */

export type Outcome = 'carried over' | 'defaulted' | 'not carried over';

export interface Finding {
  readonly file: string;
  /** A field or a group of them, in the words of this product. */
  readonly what: string;
  readonly outcome: Outcome;
  /** The value, the default and where it came from, or the reason. */
  readonly text: string;
}

/** Takes down what became of the fields of one file. */
export interface Notes {
  readonly findings: readonly Finding[];
  carried(what: string, text: string): void;
  defaulted(what: string, text: string): void;
  lost(what: string, text: string): void;
}

export function createNotes(file: string): Notes {
  const findings: Finding[] = [];
  const noting = (outcome: Outcome) => (what: string, text: string) => {
    findings.push({ file, what, outcome, text });
  };
  return {
    findings,
    carried: noting('carried over'),
    defaulted: noting('defaulted'),
    lost: noting('not carried over'),
  };
}

const NAMES_SHOWN_MAX = 8;
const NAME_CHARS_MAX = 80;

/** Names from a file of somebody else, as far as a line of a report has room for them. */
export function namesText(names: readonly string[], shownMax = NAMES_SHOWN_MAX): string {
  const shown = names.slice(0, shownMax).map(printable);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** Without what a terminal would take for a command. */
export const printable = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, NAME_CHARS_MAX);
