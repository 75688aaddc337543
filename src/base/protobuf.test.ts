import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bytesField,
  floatsField,
  messageField,
  textField,
  wholeField,
  wholesField,
} from './protobuf.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('protobuf fields', () => {
  it('are those of the encoding guide', () => {
    // https://protobuf.dev/programming-guides/encoding: its own examples.
    assert.equal(hex(wholeField(1, 150)), '089601');
    assert.equal(hex(textField(2, 'testing')), '120774657374696e67');
    assert.equal(hex(messageField(3, [wholeField(1, 150)])), '1a03089601');
    assert.equal(hex(wholesField(6, [3, 270, 86942])), '3206038e029ea705');
  });

  it('hold whole numbers up to 2^53, and keys above 15', () => {
    assert.equal(hex(wholeField(20, Number.MAX_SAFE_INTEGER)), 'a001ffffffffffffff0f');
    assert.equal(hex(wholeField(1, 0)), '0800');
    assert.throws(() => wholeField(1, -1), /varint of -1/);
    assert.throws(() => wholeField(1, 1.5), /varint of 1.5/);
  });

  it('hold float32 little-endian and bytes as they are', () => {
    assert.equal(hex(floatsField(7, [1, -2])), '3a080000803f000000c0');
    assert.equal(hex(bytesField(9, Uint8Array.of(0, 255))), '4a0200ff');
  });

  it('refuse text that is not ASCII', () => {
    assert.throws(() => textField(1, 'é'), /not ASCII/);
    assert.throws(() => textField(1, 'Ā'), /not ASCII/);
  });
});
