/**
 * The replay: folds journal lines into states that each go on from their own step.
 *
 * Promises: a component gets exactly the facts after its own start, in order, through the one fold
 * of core. Never: decides anything, writes anything.
 */
import { Fault } from '../base/fault.ts';
import type { AnyComponent, BlobContent, States } from '../core/component.ts';
import type { Fact } from '../core/fact.ts';
import { addressOf, createFold, type Fold, listensTo } from '../core/fold.ts';
import { getBlob } from './blobs.ts';
import type { Disks, JournalScan } from './journal.ts';
import { reasonOf } from './malformed.ts';
import { readState } from './state-file.ts';

export interface Broken {
  /** Of its file: `cannot take the fact …`. */
  readonly why: string;
  /** A blob that is gone or cannot be read; else a fact that the component does not understand. */
  readonly lost: boolean;
}

export interface ReplayOptions {
  readonly disks: Disks;
  /** Where blobs are that the directory itself no longer needs (past.ts). */
  readonly past?: Disks;
  readonly components: readonly AnyComponent[];
  /** Changed in place. */
  readonly states: States;
  /** Step up to which each component's state already holds. */
  readonly starts: ReadonlyMap<string, number>;
  readonly scan: JournalScan;
  readonly through: number;
}

export interface Replay {
  readonly steps: number;
  readonly chain: string;
  /** Components that a fact after their start was for. */
  readonly touched: ReadonlySet<string>;
  /** Components that could not take a fact, and why. */
  readonly broken: ReadonlyMap<string, Broken>;
  /** Blobs that were named, with the step that named them last. */
  readonly blobs: ReadonlyMap<string, number>;
  /** Of all facts that were read. */
  readonly addresses: ReadonlySet<string>;
  /** The last epoch that a fact began; 0: none did. */
  readonly epoch: number;
}

const BLOB_NAME = /^[0-9a-f]{64}$/;

/** The blob a fact names. */
export const blobOf = (fact: Fact): string | null =>
  'blob' in fact && typeof fact.blob === 'string' && BLOB_NAME.test(fact.blob) ? fact.blob : null;

export function replayJournal(options: ReplayOptions): Replay {
  const { disks, past, components, states, starts, scan, through } = options;
  const startOf = (component: AnyComponent): number => starts.get(component.id) ?? through;
  const from = Math.min(through, ...components.map(startOf));
  const broken = new Map<string, Broken>();
  const lastSeen = new Map<string, number>();
  const blobs = new Map<string, number>();
  let chain = chainAt(scan, from);
  let steps = 0;
  let epoch = 0;
  let folds: readonly OwnFold[] = [];
  let folding = -1;
  for (const step of from < through ? scan.steps(from + 1) : []) {
    if (step.seq > through) break;
    const active = components.filter(
      component => startOf(component) < step.seq && !broken.has(component.id),
    );
    if (active.length !== folding) {
      folds = active.map(component => ({
        component,
        fold: createFold([component], states, readState),
      }));
      folding = active.length;
    }
    for (const fact of step.facts) {
      const address = addressOf(fact);
      lastSeen.set(address, step.seq);
      if (fact.type === 'memory.replaced') epoch = Math.max(epoch, fact.epoch);
      const name = blobOf(fact);
      if (name === null) {
        tell(folds, { fact, address, seq: step.seq, broken });
        continue;
      }
      blobs.set(name, step.seq);
      const listeners = active.filter(component => listensTo(component, address));
      const content =
        listeners.length === 0
          ? null
          : (getBlob(disks, name) ?? (past === undefined ? null : getBlob(past, name)));
      // A copy: aligned, and no Buffer, whose slice means something else.
      if (content !== null) {
        const blob = new Uint8Array(content.bytes);
        tell(folds, { fact, address, blob, seq: step.seq, broken });
        continue;
      }
      const why = `needs the blob ${name}, which is missing or damaged in both copies`;
      for (const component of listeners) broken.set(component.id, { why, lost: true });
    }
    chain = step.hash;
    steps += 1;
  }
  const isTouched = (component: AnyComponent): boolean =>
    [...lastSeen].some(
      ([address, seq]) => seq > startOf(component) && listensTo(component, address),
    );
  const touched = new Set(components.filter(isTouched).map(component => component.id));
  return { steps, chain, touched, broken, blobs, epoch, addresses: new Set(lastSeen.keys()) };
}

interface OwnFold {
  readonly component: AnyComponent;
  readonly fold: Fold;
}

interface Told {
  readonly fact: Fact;
  readonly address: string;
  readonly blob?: BlobContent;
  readonly seq: number;
  readonly broken: Map<string, Broken>;
}

/** A fact that one part cannot take concerns that part alone. */
function tell(folds: readonly OwnFold[], { fact, address, blob, seq, broken }: Told): void {
  for (const { component, fold } of folds) {
    if (!listensTo(component, address) || broken.has(component.id)) continue;
    try {
      fold(fact, blob);
    } catch (error) {
      if (error instanceof Fault) throw error;
      const why = `cannot take the fact ${fact.type} of step ${seq} (${reasonOf(error)})`;
      // What replaces a memory is a state file, and stands or falls as one.
      broken.set(component.id, { why, lost: fact.type === 'memory.replaced' });
    }
  }
}

/** The chain hash of the step at `seq`, where a segment's head or end tells it; else empty. */
function chainAt(scan: JournalScan, seq: number): string {
  if (seq === scan.last) return scan.lastHash;
  return scan.heads.find(head => head.first === seq + 1)?.continues ?? '';
}
