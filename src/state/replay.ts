/**
 * The replay: folds journal lines into states that each go on from their own step.
 *
 * Promises: a component gets exactly the facts after its own start, in order, through the one fold
 * of core. Never: decides anything, writes anything.
 */
import { Bug } from '../base/assert.ts';
import { Fault } from '../base/fault.ts';
import type { AnyComponent, BlobContent, States } from '../core/component.ts';
import type { Fact } from '../core/fact.ts';
import { addressOf, createFold, type Fold, listensTo } from '../core/fold.ts';
import { getBlob } from './blobs.ts';
import type { Disks, JournalScan } from './journal.ts';
import { readState } from './state-file.ts';

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
  /** Components that a blob was for which is lost or cannot be read, and its name. */
  readonly broken: ReadonlyMap<string, string>;
  /** Blobs that were named, with the step that named them last. */
  readonly blobs: ReadonlyMap<string, number>;
  /** The last epoch that a fact began; 0: none did. */
  readonly epoch: number;
}

/** The blob a fact names. */
export const blobOf = (fact: Fact): string | null =>
  'blob' in fact && typeof fact.blob === 'string' ? fact.blob : null;

export function replayJournal(options: ReplayOptions): Replay {
  const { disks, past, components, states, starts, scan, through } = options;
  const startOf = (component: AnyComponent): number => starts.get(component.id) ?? through;
  const from = Math.min(through, ...components.map(startOf));
  const broken = new Map<string, string>();
  const lastSeen = new Map<string, number>();
  const blobs = new Map<string, number>();
  let chain = chainAt(scan, from);
  let steps = 0;
  let epoch = 0;
  let fold: Fold = () => undefined;
  let folding = -1;
  for (const step of from < through ? scan.steps(from + 1) : []) {
    if (step.seq > through) break;
    const active = components.filter(
      component => startOf(component) < step.seq && !broken.has(component.id),
    );
    if (active.length !== folding) {
      fold = createFold(active, states, readState);
      folding = active.length;
    }
    for (const fact of step.facts) {
      const address = addressOf(fact);
      lastSeen.set(address, step.seq);
      if (fact.type === 'memory.replaced') epoch = Math.max(epoch, fact.epoch);
      const name = blobOf(fact);
      if (name === null) {
        fold(fact);
        continue;
      }
      blobs.set(name, step.seq);
      const listeners = active.filter(component => listensTo(component, address));
      const content =
        listeners.length === 0
          ? null
          : (getBlob(disks, name) ?? (past === undefined ? null : getBlob(past, name)));
      // A copy: aligned, and no Buffer, whose slice means something else.
      if (content !== null && isTaken(fold, fact, new Uint8Array(content.bytes))) continue;
      for (const component of listeners) broken.set(component.id, name);
      folding = -1;
    }
    chain = step.hash;
    steps += 1;
  }
  const isTouched = (component: AnyComponent): boolean =>
    [...lastSeen].some(
      ([address, seq]) => seq > startOf(component) && listensTo(component, address),
    );
  const touched = new Set(components.filter(isTouched).map(component => component.id));
  return { steps, chain, touched, broken, blobs, epoch };
}

/** False where a state file that replaces a memory cannot be read, which concerns that part alone. */
function isTaken(fold: Fold, fact: Fact, blob: BlobContent): boolean {
  try {
    fold(fact, blob);
    return true;
  } catch (error) {
    const isOfOne = fact.type === 'memory.replaced' && !(error instanceof Fault);
    if (!isOfOne || error instanceof Bug) throw error;
    return false;
  }
}

/** The chain hash of the step at `seq`, where a segment's head or end tells it; else empty. */
function chainAt(scan: JournalScan, seq: number): string {
  if (seq === scan.last) return scan.lastHash;
  return scan.heads.find(head => head.first === seq + 1)?.continues ?? '';
}
