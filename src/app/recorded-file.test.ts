import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filesOf, type RecordedFile, startsIn } from './recorded-file.ts';

const tape = (sha256: string): RecordedFile => ({
  ...{ kind: 'candles', file: 'A-B-C-1m.csv', sha256, bytes: 10, rows: 1, from: 60_000, to: null },
});
const started = (files: readonly unknown[]) => ({
  ...{ at: '2026-01-01T00:00:00.000Z', what: 'started', seq: 3, version: '1', node: 'v26', files },
});

describe('the recorded files of a run', () => {
  it('are those of its starts, each once, whatever stands between', () => {
    const between = { at: '2026-01-01T00:00:00.000Z', what: 'checkpoint' };
    const notes = [started([tape('a')]), between, started([tape('a'), tape('b')])];
    const starts = startsIn(notes);
    assert.equal(starts.length, 2);
    assert.deepEqual(filesOf(starts), [tape('a'), tape('b')]);
  });

  it('are none where a note does not say what it should', () => {
    const { rows: _, ...short } = tape('a');
    for (const files of [[short], [{ ...tape('a'), rows: -1 }], [{ ...tape('a'), kind: 'x' }]])
      assert.deepEqual(startsIn([started(files)]), []);
    assert.deepEqual(startsIn([{ at: '', what: 'started' }]), []);
  });
});
