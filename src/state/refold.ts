/**
 * The refold: every state once more from the oldest there is, through every generation to the head.
 *
 * Promises: each part begins with its defaults where the journal has its whole history in the
 * present schema, else with the oldest kept file of that schema; at every later generation, and at
 * the head, its state must be the one that was written there. Read-only. Never: compares over an
 * upgrade, which may change what a past comes to.
 */
import type { AnyComponent, States } from '../core/component.ts';
import { filesOf, loadFile } from './candidate.ts';
import type { Disks, JournalScan } from './journal.ts';
import type { FileRecord, Manifest } from './manifest.ts';
import { readSealed } from './manifest.ts';
import { replayJournal } from './replay.ts';
import { recordsOf } from './scrub.ts';
import { stateHash } from './state-hash.ts';
import type { Survey } from './survey.ts';
import type { Finding } from './verify.ts';

export interface RefoldOptions {
  readonly disks: Disks;
  readonly components: readonly AnyComponent[];
  readonly manifest: Manifest;
  readonly scan: JournalScan;
  readonly survey: Survey;
  /** The states of the head, as recovery builds them. */
  readonly head: States;
}

interface Base {
  readonly component: AnyComponent;
  readonly start: number;
  readonly state: unknown;
}

const REMEDY =
  'the bot goes on from the file, which is whole. If no other release or Node has written it, ' +
  "test the machine's memory; to take the journal's word stop the bot, move that file away, start";

/** Yields the share that is done. */
export function* refold(options: RefoldOptions): Generator<number, Finding[]> {
  const { disks, components, manifest, scan, head } = options;
  const findings: Finding[] = [];
  const bases = components.flatMap(component => {
    const base = baseOf(options, component);
    if (base === null) findings.push(notFolded(component));
    return base ?? [];
  });
  const states: Record<string, unknown> = {};
  for (const { component, state } of bases) states[component.id] = state;
  const starts = new Map(bases.map(({ component, start }) => [component.id, start]));
  const from = Math.min(scan.last, ...starts.values());
  const broken = new Set<string>();
  let at = from;
  for (const stop of stopsOf(options, from)) {
    const own = bases.flatMap(({ component }) => (broken.has(component.id) ? [] : component));
    // What was reached before this stop; a part that begins later is not there yet.
    const reached = new Map(own.map(({ id }) => [id, Math.max(at, starts.get(id) ?? 0)]));
    const replay = replayJournal({
      ...{ disks, components: own, states, starts: reached, scan, through: stop },
    });
    at = stop;
    for (const [id, { why }] of replay.broken) {
      broken.add(id);
      findings.push(lacking(components, id, why));
    }
    const isThere = ({ id }: AnyComponent): boolean =>
      !broken.has(id) && (starts.get(id) ?? stop) <= stop;
    findings.push(...compare(manifest, { parts: own.filter(isThere), states, stop, starts }));
    yield scan.last === from ? 1 : (stop - from) / (scan.last - from);
  }
  for (const { component } of bases) {
    const { id, file } = component;
    if (!broken.has(id) && stateHash(states[id]) !== stateHash(head[id]))
      findings.push(differs(file.name, starts.get(id) ?? 0, scan.last));
  }
  if (findings.every(({ severity }) => severity !== 'damage'))
    findings.push({ file: 'journal', severity: 'ok', text: summaryOf(options, bases, from) });
  return findings;
}

/** The generations, and the ends of segments for the sake of progress. */
function stopsOf({ manifest, scan }: RefoldOptions, from: number): number[] {
  const stops = [
    ...manifest.generations.map(({ seq }) => seq),
    ...scan.heads.map(({ first }) => first - 1),
    scan.last,
  ];
  const within = stops.filter(stop => stop >= from && stop <= scan.last);
  return [...new Set(within)].sort((one, other) => one - other);
}

function baseOf(options: RefoldOptions, component: AnyComponent): Base | null {
  const { disks, manifest, scan, survey } = options;
  const { id, version } = component;
  const begins = manifest.begins[id] ?? 0;
  const isReplayable = begins === 0 || component.afresh === undefined;
  if (isReplayable && scan.first <= begins + 1 && hasOneSchema(options, component))
    return { component, start: begins, state: component.initial() };
  const records = recordsOf(manifest, id).filter(
    ({ schema, through }) => schema === version && through >= begins,
  );
  for (const record of records.reverse()) {
    const start = Math.max(record.seq, scan.first - 1);
    if (start > record.through) continue;
    for (const file of filesOf(component, record, survey)) {
      const loaded = loadFile(disks.a, component, file);
      if (typeof loaded !== 'string') return { component, start, state: loaded.state };
    }
  }
  return null;
}

/** By every manifest there is: also those in the heads of segments, of generations long gone. */
function hasOneSchema({ manifest, scan }: RefoldOptions, { id, version }: AnyComponent): boolean {
  const sealed = scan.heads.flatMap(head =>
    head.manifest === null ? [] : readSealed(head.manifest),
  );
  const past = sealed.flatMap(each => (each.kind === 'good' ? each.manifest : []));
  return [manifest, ...past].every(({ generations }) =>
    generations.every(({ components }) => (components[id]?.schema ?? version) === version),
  );
}

interface Comparison {
  readonly parts: readonly AnyComponent[];
  readonly states: States;
  readonly stop: number;
  readonly starts: ReadonlyMap<string, number>;
}

function compare(manifest: Manifest, { parts, states, stop, starts }: Comparison): Finding[] {
  return manifest.generations
    .filter(({ seq }) => seq === stop)
    .flatMap(({ components }) =>
      parts.flatMap(({ id, version }) => {
        const record = components[id];
        const isSilent = record === undefined || record.schema !== version || record.state === '';
        if (isSilent || stateHash(states[id]) === record.state) return [];
        return [differs(pathOf(manifest, id, record), starts.get(id) ?? 0, stop)];
      }),
    );
}

function pathOf(manifest: Manifest, id: string, record: FileRecord): string {
  const isLive = manifest.generations[0]?.components[id]?.sha256 === record.sha256;
  return isLive ? record.file : `previous/${record.seq}/${record.file}`;
}

const differs = (file: string, from: number, to: number): Finding => ({
  ...{ file, severity: 'damage', remedy: REMEDY },
  text: `its state at step ${to} is not what the journal comes to from step ${from} on`,
});

const lacking = (components: readonly AnyComponent[], id: string, why: string): Finding => ({
  file: components.find(component => component.id === id)?.file.name ?? id,
  severity: 'damage',
  text: `cannot be folded again: it ${why}`,
  remedy: 'restore a backup, or go on: the newest file has what is missing',
});

const notFolded = ({ file }: AnyComponent): Finding => ({
  file: file.name,
  severity: 'note',
  text: 'not folded again: no older file of its schema is kept that the journal leads on from',
});

function summaryOf(
  { manifest, scan }: RefoldOptions,
  bases: readonly Base[],
  from: number,
): string {
  const steps = manifest.generations.map(({ seq }) => seq).filter(seq => seq > from);
  const passed = steps.length === 0 ? '' : `, equal at steps ${steps.toReversed().join(', ')}`;
  return `${bases.length} parts folded again from step ${from} to ${scan.last}${passed} and the head`;
}
