import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalText } from '../base/canonical.ts';
import { decodeManifest, encodeManifest, type Manifest, newestOf } from './manifest.ts';
import { sha256 } from './state-hash.ts';

const manifest: Manifest = {
  format: 1,
  directory: 'ab12',
  epoch: 1,
  serial: 7,
  node: 'v26.10.0',
  begins: {},
  generations: [
    {
      seq: 5,
      chain: 'c'.repeat(32),
      madeAtMs: 1000,
      onOpen: false,
      blobs: [],
      components: {
        counter: {
          file: 'counter.json',
          seq: 5,
          through: 5,
          schema: 1,
          sha256: 'd'.repeat(64),
          bytes: 10,
          state: 'e'.repeat(64),
        },
      },
    },
  ],
};

describe('manifest', () => {
  it('comes back as it was written', () => {
    assert.deepEqual(decodeManifest(encodeManifest(manifest)), { kind: 'good', manifest });
  });

  it('is never believed with a bit flipped, or cut', () => {
    const bytes = encodeManifest(manifest);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const reading = decodeManifest(changed);
      // White space between tokens carries nothing.
      if (reading.kind === 'good') assert.deepEqual(reading.manifest, manifest);
      else assert.equal(reading.kind, 'damaged', `bit ${bit}`);
    }
    for (let length = 0; length < bytes.length - 1; length += 1)
      assert.equal(decodeManifest(bytes.slice(0, length)).kind, 'damaged', `cut at ${length}`);
  });

  it('a newer format is told from damage by its hash', () => {
    const body = { format: 2, anything: [1] };
    const sealed = { sha256: sha256(canonicalText(body)), ...body };
    const read = (object: object) => decodeManifest(Buffer.from(JSON.stringify(object)));
    assert.deepEqual(read(sealed), { kind: 'newer', format: 2 });
    assert.equal(read({ ...sealed, format: 3 }).kind, 'damaged');
  });

  it('of two good copies the later one holds', () => {
    const later = { ...manifest, serial: 8 };
    const readings = [manifest, later].map(m => decodeManifest(encodeManifest(m)));
    assert.equal(newestOf(readings)?.serial, 8);
    assert.equal(newestOf(readings.reverse())?.serial, 8);
    assert.equal(newestOf([{ kind: 'absent' }, { kind: 'damaged', why: '' }]), null);
  });
});
