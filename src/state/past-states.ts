/**
 * The states at a step that only the past still tells (past.ts): each part from the newest file that
 * was set aside before it, or from the directory's beginning, and the facts after it.
 *
 * Promises: read-only; what cannot be had is named and shown as its defaults. Never: part of a start.
 */
import { type AnyComponent, initialStates } from '../core/component.ts';
import { loadFile } from './candidate.ts';
import type { Inspection, Reach } from './inspect.ts';
import type { Disks, JournalScan } from './journal.ts';
import type { Generation } from './manifest.ts';
import { anchorsIn, fileInPast, pastDisks } from './past.ts';
import { replayJournal } from './replay.ts';

/** As far back as the states can be had; `scan`: of the whole journal. */
export function pastReach(disks: Disks, scan: JournalScan): Reach {
  const { first, last } = scan;
  if (first === 1) return { first: 0, last };
  const seqs = anchorsIn(disks.a).flatMap(({ seq }) => (seq >= first - 1 ? [seq] : []));
  return { first: Math.min(last, ...seqs), last };
}

export function statesInPast(
  disks: Disks,
  components: readonly AnyComponent[],
  { at, scan }: { readonly at: number; readonly scan: JournalScan },
): Inspection {
  const past = pastDisks(disks);
  const anchors = anchorsIn(disks.a).filter(({ seq }) => seq >= scan.first - 1);
  const states = initialStates(components);
  const starts = new Map<string, number>();
  const missing = new Map<string, string>();
  for (const component of components) {
    const { id, title } = component;
    const found = past === null ? null : newestBefore(component, { past, anchors, at });
    if (found !== null) states[id] = found.state;
    else if (scan.first > 1) missing.set(id, `${title} of step ${at} is no longer kept`);
    starts.set(id, found?.start ?? (scan.first > 1 ? at : 0));
  }
  const more = past === null ? {} : { past };
  const replay = replayJournal({ disks, ...more, components, states, starts, scan, through: at });
  for (const [id, { why }] of replay.broken) missing.set(id, `${id} ${why}`);
  for (const { id, initial } of components) if (missing.has(id)) states[id] = initial();
  const { directory = null } = scan.heads.at(-1) ?? {};
  return {
    ...{
      seq: at,
      chain: replay.chain === '' ? null : replay.chain,
      directoryId: directory,
      states,
    },
    ...{ epoch: Math.max(1, replay.epoch), files: [], doubt: null, lost: new Set(missing.keys()) },
    report: {
      ...{ first: false, fromSeq: Math.min(at, ...starts.values()), toSeq: at, repairs: [] },
      ...{ replayed: replay.steps, upgraded: [], lost: [...missing.values()] },
    },
  };
}

interface Where {
  readonly past: Disks;
  readonly anchors: readonly Generation[];
  readonly at: number;
}

function newestBefore(
  component: AnyComponent,
  { past, anchors, at }: Where,
): { readonly state: unknown; readonly start: number } | null {
  for (const generation of anchors) {
    const record = generation.components[component.id];
    if (record === undefined || record.seq > at) continue;
    const found = fileInPast(past.a, record);
    if (found === null) continue;
    const { file: name, bytes, sha256 } = record;
    const own = { component: component.id, name, previous: record.seq, bytes };
    const loaded = loadFile(past.a, component, { ...own, ...found, sha256 });
    if (typeof loaded !== 'string')
      return { state: loaded.state, start: Math.min(generation.seq, at) };
  }
  return null;
}
