/**
 * The memory that the old bot's files give, and what became of each field of them.
 *
 * Promises: a file that cannot be read costs what was in it and no other; every state keeps the rules
 * of its part. Never: writes, and never runs what it reads.
 */
import type { Units } from '../base/money.ts';
import { type Millis, utcMinute } from '../base/time.ts';
import type { AttentionState } from '../learn/attention.ts';
import type { QTableState } from '../learn/q-table.ts';
import { Malformed } from '../state/malformed.ts';
import type { AnalyticsState } from '../trade/analytics-state.ts';
import { type Portfolio, portfolio } from '../trade/portfolio.ts';
import type { RiskState } from '../trade/risk-state.ts';
import { createNotes, type Finding, type Notes } from './finding.ts';
import { readPickleFile } from './joblib.ts';
import {
  amountText,
  analyticsOf,
  endOf,
  type OldAnalytics,
  readAnalytics,
} from './old-analytics.ts';
import { type NameSource, readAttention, readAttentionFile } from './old-attention.ts';
import { balanceAfter, balanceIn, type OldBalance } from './old-balance.ts';
import type { OldFields } from './old-field.ts';
import type { OldPart } from './old-file.ts';
import { describeModel, type OldModel } from './old-model.ts';
import { readQTable } from './old-q-table.ts';
import { riskFields, riskOf } from './old-risk.ts';
import type { PickleValue } from './pickle-value.ts';

export interface OldFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Parts of which something was carried over. */
export interface OldMemory {
  readonly 'q-table'?: QTableState;
  readonly attention?: AttentionState;
  readonly analytics?: AnalyticsState;
  readonly 'risk-manager'?: RiskState;
  readonly portfolio?: Portfolio;
}

export interface OldState {
  readonly memory: OldMemory;
  /** What the account is worth; null: nowhere named. */
  readonly balance: OldBalance | null;
  readonly findings: readonly Finding[];
  /** Files that are there and could not be read. */
  readonly unreadable: readonly string[];
}

export function readOldState(
  files: Partial<Record<OldPart, OldFile>>,
  attentionNames: readonly string[] | null,
): OldState {
  const reader = createReader(files);
  const history = reader.pickle('analytics', readAnalytics);
  const fields = reader.pickle('risk-manager', riskFields);
  const table = reader.pickle('q-table', readQTable);
  const model = reader.pickle('signal-model', describeModel);
  const attention = reader.file('attention', ({ bytes }, notes) =>
    readAttention(readAttentionFile(bytes), namesFor(attentionNames, model), notes),
  );
  const balance = (fields && balanceIn(fields)) ?? (history && balanceAfter(history));
  const notes = reader.notesOf('risk-manager', 'analytics');
  const risk =
    notes === null
      ? null
      : riskOf({ fields: fields ?? NONE, trades: history?.trades ?? [], balance, notes });
  if (balance !== null) noteBalance(balance, notes);
  if (history !== null) noteEnd(endOf(history), reader.notesOf('analytics'));
  return {
    memory: {
      ...(table !== null && table.rewards > 0 && { 'q-table': table }),
      ...(attention !== null && { attention }),
      ...(hasHappened(history) && { analytics: analyticsOf(history, balance?.units ?? null) }),
      ...(risk !== null && { 'risk-manager': risk }),
      ...(balance !== null && { portfolio: accountOf(balance.units) }),
    },
    balance,
    ...reader.result(),
  };
}

const hasHappened = (history: OldAnalytics | null): history is OldAnalytics =>
  history !== null && (history.trades.length > 0 || history.points.length > 0);

/** Reads file by file, and takes down what became of each. */
function createReader(files: Partial<Record<OldPart, OldFile>>) {
  const unreadable: string[] = [];
  const notes = new Map<OldPart, Notes>();
  const file = <T>(part: OldPart, read: (file: OldFile, notes: Notes) => T): T | null => {
    const found = files[part];
    if (found === undefined) return null;
    const own = createNotes(found.name);
    notes.set(part, own);
    try {
      return read(found, own);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      own.lost('the file', `it cannot be read: ${error.message}`);
      unreadable.push(found.name);
      return null;
    }
  };
  return {
    file,
    pickle: <T>(part: OldPart, read: (value: PickleValue, notes: Notes) => T): T | null =>
      file(part, ({ bytes }, own) => read(readPickleFile(bytes), own)),
    /** Of the first of these that was there. */
    notesOf: (...parts: OldPart[]): Notes | null =>
      parts.map(part => notes.get(part)).find(each => each !== undefined) ?? null,
    result: () => ({
      unreadable,
      findings: [...notes.values()].flatMap((each): readonly Finding[] => each.findings),
    }),
  };
}

const NONE: OldFields = { named: new Map(), all: [] };

function noteBalance({ units, derived }: OldBalance, notes: Notes | null): void {
  if (derived === null) notes?.carried('balance', amountText(units));
  else notes?.defaulted('balance', `${amountText(units)}, worked out: ${derived}`);
}

/** Flat, with what the old account was worth; the first fill would fix it, so it counts as one. */
const accountOf = (balance: Units): Portfolio => ({
  ...portfolio.initial(),
  startBalance: balance,
  balance,
  fills: 1,
});

const namesFor = (given: readonly string[] | null, model: OldModel | null): NameSource[] => [
  ...(given === null ? [] : [{ names: given, from: '--attention-features' }]),
  ...(model?.featureNames == null ? [] : [{ names: model.featureNames, from: 'the signal model' }]),
];

function noteEnd(end: Millis | null, notes: Notes | null): void {
  if (end === null) return;
  notes?.carried(
    'end of the history',
    `${utcMinute(end)}: a market that begins earlier starts an equity curve of its own beside it`,
  );
}
