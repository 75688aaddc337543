import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../base/fault.ts';
import { doorOf } from './door.ts';
import { addressOf, hostNameOf, isKnownHost, isLoopback } from './host-name.ts';

const web = (host: string) => ({ enabled: true, host, port: 8080, hosts: [] });
const CHOSEN = { HOLDFAST_WEB_TOKEN: '0123456789abcdef' };

function refusal(host: string, env: Record<string, string>): string {
  try {
    doorOf(web(host), env);
  } catch (error) {
    assert.ok(error instanceof Fault);
    assert.equal(error.exitCode, 64);
    return `${error.message} — ${error.remedy}`;
  }
  return assert.fail('it was let through');
}

describe('the door', () => {
  it('has a token of its own on this machine, another at each start', () => {
    const [one, two] = [doorOf(web('127.0.0.1'), {}), doorOf(web('127.0.0.1'), {})];
    assert.equal(one.token.length, 32);
    assert.notEqual(one.token, two.token);
    assert.equal(one.isTokenOurs, true);
    assert.equal(one.isOpen, false);
  });

  it('takes the token that is chosen', () => {
    const { token, isTokenOurs } = doorOf(web('127.0.0.1'), CHOSEN);
    assert.equal(token, CHOSEN.HOLDFAST_WEB_TOKEN);
    assert.equal(isTokenOurs, false);
  });

  for (const host of [
    '0.0.0.0',
    '::',
    '192.168.1.2',
    'bot.example',
    '128.0.0.1',
    '127.0.0.1.example',
  ])
    it(`is not opened to other machines at ${host} without a token that somebody chose`, () => {
      assert.match(
        refusal(host, {}),
        /there is no token — set HOLDFAST_WEB_TOKEN in the environment/,
      );
      assert.equal(doorOf(web(host), CHOSEN).isOpen, true);
    });

  it('has no name of a proxy without a token that somebody chose', () => {
    const named = { ...web('127.0.0.1'), hosts: ['bot.example'] };
    assert.throws(() => doorOf(named, {}), {
      exitCode: 64,
      message: /^web\.hosts names bot\.example, .* there is no token$/,
    });
    const { isOpen, hosts } = doorOf(named, CHOSEN);
    assert.deepEqual([isOpen, hosts], [false, ['bot.example']]);
  });

  it('refuses a token that could be guessed, or that no header carries, and does not repeat it', () => {
    const short = refusal('127.0.0.1', { HOLDFAST_WEB_TOKEN: 'hunter2hunter2' });
    assert.match(short, /too short: 14 characters/);
    const odd = refusal('127.0.0.1', { HOLDFAST_WEB_TOKEN: 'hunter2 hunter2 hunter2' });
    assert.match(odd, /holds a space/);
    assert.ok(!`${short}${odd}`.includes('hunter2'));
  });
});

describe('a host name', () => {
  it('is read with and without a port', () => {
    assert.equal(hostNameOf('Localhost:8080'), 'localhost');
    assert.equal(hostNameOf('[::1]:8080'), '::1');
    assert.equal(hostNameOf('bot.example.'), 'bot.example');
    for (const none of [undefined, '', 'a b', 'a:b', 'a@b', 'a:123456', '[::1', 'a,b'])
      assert.equal(hostNameOf(none), null, String(none));
  });

  it('is of this machine or not', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1']) assert.ok(isLoopback(host));
    for (const host of ['127.0.0.1.example', '0.0.0.0', 'localhost.example'])
      assert.ok(!isLoopback(host), host);
  });

  it('is known where it is the own one, this machine, or named', () => {
    const own = { host: '192.168.1.2', hosts: ['Bot.Example'] };
    for (const host of ['192.168.1.2:8080', 'localhost', 'bot.example'])
      assert.ok(isKnownHost(host, own));
    for (const host of ['192.168.1.3', 'example', undefined]) assert.ok(!isKnownHost(host, own));
  });

  it('is written into an address', () => {
    assert.equal(addressOf('127.0.0.1', 80), 'http://127.0.0.1:80');
    assert.equal(addressOf('::1', 80), 'http://[::1]:80');
  });
});
