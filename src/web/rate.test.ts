import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rate } from './rate.ts';

describe('the count of a client', () => {
  const oneOf = (rate: Rate) => (address: string) => rate.take(address);

  it('is one for all addresses of the /64 that a single machine has', () => {
    const take = oneOf(new Rate(1, () => 0));
    assert.equal(take('2001:db8:1:2::7'), true);
    for (const same of ['2001:db8:1:2:a:b:c:d', '2001:db8:1:2::', '2001:0db8:1:2::7%eth0'])
      assert.equal(take(same), false, same);
    for (const other of ['2001:db8:1:3::7', '2001:db8:1::7', '::1']) assert.ok(take(other), other);
  });

  it('is that of the IPv4 address which an IPv6 one stands for', () => {
    const take = oneOf(new Rate(1, () => 0));
    assert.deepEqual(['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.2'].map(take), [true, false, true]);
  });
});
