import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { group, isUnknownKey } from './group.ts';

const schema = group({ on: v.optional(v.boolean(), true), inner: v.optional(group({}), {}) });

function issueOf(given: unknown): v.BaseIssue<unknown> {
  const read = v.safeParse(schema, given);
  assert.ok(!read.success, JSON.stringify(given));
  return read.issues[0];
}

describe('a group', () => {
  it('gives the defaults of what is absent', () => {
    assert.deepEqual(v.parse(schema, {}), { on: true, inner: {} });
    assert.deepEqual(v.parse(schema, { on: false }), { on: false, inner: {} });
  });

  it('is no list, not even an empty one, and nothing else but an object', () => {
    for (const given of [[], [true], null, undefined, 'on', 1]) {
      assert.equal(isUnknownKey(issueOf(given)), false);
      if (given !== undefined) assert.equal(isUnknownKey(issueOf({ inner: given })), false);
    }
  });

  it('has no other keys, whatever they are called', () => {
    for (const text of ['{"of":1}', '{"__proto__":{"on":true}}', '{"constructor":1}'])
      assert.ok(isUnknownKey(issueOf(JSON.parse(text))), text);
    assert.equal(isUnknownKey(issueOf({ on: 1 })), false);
  });
});
