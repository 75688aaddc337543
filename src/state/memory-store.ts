/**
 * A store that keeps nothing: for a backtest without a directory.
 *
 * Promises: the same door as a directory's, so that the loop does not know the difference.
 * Never: touches the disk.
 */
import { type AnyComponent, initialStates, type States } from '../core/component.ts';
import type { StepResult } from '../core/step.ts';
import { sha256 } from './state-hash.ts';
import type { CheckpointResult, Store } from './store.ts';

export function openMemoryStore(components: readonly AnyComponent[]): Store {
  return new MemoryStore(initialStates(components));
}

class MemoryStore implements Store {
  readonly directory = '(nowhere)';
  readonly directoryId = 'memory';
  readonly epoch = 1;
  readonly states: States;
  readonly report = {
    first: true,
    fromSeq: 0,
    toSeq: 0,
    replayed: 0,
    repairs: [],
    upgraded: [],
    lost: [],
  };
  readonly recoveryMs = 0;
  readonly journalBytes = 0;
  readonly stepsSinceCheckpoint = 0;
  readonly lastCheckpoint = { seq: 0, atMs: 0 };
  readonly generations: Store['generations'] = [];
  readonly fresh: readonly string[] = [];
  readonly savedFiles = new Map<string, never>();
  readonly checkpointing = false;
  seq = 0;

  constructor(states: States) {
    this.states = states;
  }

  append({ seq }: Pick<StepResult, 'seq'>): void {
    this.seq = seq;
  }

  putBlob(bytes: Uint8Array): string {
    return sha256(bytes);
  }

  blob(): undefined {}

  checkpoint(): CheckpointResult {
    return { seq: this.seq, files: [], bytes: 0, ms: 0 };
  }

  beginCheckpoint() {
    return {
      directory: this.directory,
      journalMirror: null,
      seq: this.seq,
      changed: [],
      former: [],
    };
  }

  finishCheckpoint(): CheckpointResult {
    return this.checkpoint();
  }

  bytesOnDisk(): number {
    return 0;
  }

  mend(): [] {
    return [];
  }

  sync(): void {}
  note(): void {}
  abandonCheckpoint(): void {}
  cleanup(): [] {
    return [];
  }
  close(): void {}
}
