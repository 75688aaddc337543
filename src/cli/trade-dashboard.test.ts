import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressLine } from './trade-dashboard.ts';

describe('what a person is told of the dashboard', () => {
  const address = 'http://127.0.0.1:8080';
  const line = (isTokenOurs: boolean, isTerminal: boolean): string =>
    addressLine(address, { token: 'a-token', isTokenOurs, isTerminal });

  it('is the token that was made for it, on a terminal', () =>
    assert.equal(line(true, true), `dashboard: ${address} (token of its buttons: a-token)`));

  it('is where to set one, in what may be kept', () => {
    const where = 'set HOLDFAST_WEB_TOKEN to use its buttons';
    assert.equal(line(true, false), `dashboard: ${address} (${where})`);
  });

  it('is never the token that somebody chose', () => {
    for (const isTerminal of [true, false])
      assert.equal(line(false, isTerminal), `dashboard: ${address} (its token is the one you set)`);
  });
});
