/**
 * What came since the last checkpoint began: for whom the facts were, which blobs they name, and how
 * many steps it was.
 *
 * Promises: a checkpoint that fails gives back what it took, so that the next one writes it.
 */
import type { AnyComponent } from '../core/component.ts';
import type { Fact } from '../core/fact.ts';
import { addressOf, listensTo } from '../core/fold.ts';
import { blobOf, type Replay } from './replay.ts';

export class Unsaved {
  #addresses = new Set<string>();
  #blobs = new Set<string>();
  #steps = 0;

  get steps(): number {
    return this.#steps;
  }

  get blobs(): ReadonlySet<string> {
    return this.#blobs;
  }

  addStep(facts: readonly Fact[]): void {
    for (const fact of facts) {
      this.#addresses.add(addressOf(fact));
      const blob = blobOf(fact);
      if (blob !== null) this.#blobs.add(blob);
    }
    this.#steps += 1;
  }

  /** What a start goes on from, and no file holds yet. `since`: the last checkpoint. */
  addReplayed(replay: Replay, since: number): void {
    for (const address of replay.addresses) this.#addresses.add(address);
    for (const [blob, seq] of replay.blobs) if (seq > since) this.#blobs.add(blob);
    this.#steps += replay.steps;
  }

  /** Kept from now on, although the line that names it is still to come. */
  addBlob(name: string): void {
    this.#blobs.add(name);
  }

  /** Whether a fact was for the component. */
  touches(component: AnyComponent): boolean {
    return [...this.#addresses].some(address => listensTo(component, address));
  }

  /** Another's comes back into this one. */
  giveBack(taken: Unsaved): void {
    for (const address of taken.#addresses) this.#addresses.add(address);
    for (const blob of taken.#blobs) this.#blobs.add(blob);
    this.#steps += taken.#steps;
  }
}
