import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { listenForSignals } from './signals.ts';

const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A process whose clock we turn and whose exit we only hear of. */
function setUp(context: TestContext) {
  const clock = { now: 1000 };
  const exits: unknown[] = [];
  const told: string[] = [];
  context.mock.method(performance, 'now', () => clock.now);
  context.mock.method(process, 'exit', (code: unknown) => exits.push(code) as never);
  const before = NAMES.map(name => process.listeners(name));
  const signals = listenForSignals(name => told.push(name));
  // A test goes on in the process that was told to stop.
  context.after(() => {
    for (const [at, name] of NAMES.entries())
      for (const listener of process.listeners(name))
        if (!before[at]?.includes(listener)) process.off(name, listener);
  });
  const press = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', at: number): void => {
    clock.now = at;
    process.emit(name, name);
  };
  return { signals, press, exits, told };
}

describe('signals', () => {
  for (const name of NAMES)
    it(`the first ${name} asks to stop, and exits nothing`, context => {
      const { signals, press, exits, told } = setUp(context);
      assert.equal(signals.stop.aborted, false);
      press(name, 1000);
      assert.equal(signals.stop.aborted, true);
      assert.deepEqual([told, exits], [[name], []]);
    });

  it('what comes within a second is the same press, whoever sent it', context => {
    const { press, exits, told } = setUp(context);
    press('SIGINT', 1000);
    press('SIGINT', 1003);
    press('SIGTERM', 2000);
    assert.deepEqual([told, exits], [['SIGINT'], []]);
  });

  it('a later one leaves at once with 130', context => {
    const { press, exits, told } = setUp(context);
    press('SIGINT', 1000);
    press('SIGINT', 2001);
    assert.deepEqual([told, exits], [['SIGINT'], [130]]);
  });

  it('after that one nobody listens: the next ends a process that cannot leave', context => {
    const before = process.listenerCount('SIGINT');
    const { press } = setUp(context);
    press('SIGINT', 1000);
    assert.equal(process.listenerCount('SIGINT'), before + 1);
    press('SIGINT', 2001);
    assert.equal(process.listenerCount('SIGINT'), before);
  });

  it('the second of the one second counts from the first press, not from a repeat', context => {
    const { press, exits } = setUp(context);
    press('SIGINT', 1000);
    press('SIGINT', 1900);
    press('SIGINT', 2100);
    assert.deepEqual(exits, [130]);
  });

  it('the same press is heard to the end of a process that was told to stop', context => {
    const { signals, press, exits } = setUp(context);
    press('SIGINT', 1000);
    const listening = process.listenerCount('SIGINT');
    signals.detach();
    assert.equal(process.listenerCount('SIGINT'), listening);
    press('SIGINT', 1900);
    assert.deepEqual(exits, []);
    press('SIGINT', 2001);
    assert.deepEqual(exits, [130]);
  });

  it('nobody listens after the end', context => {
    const before = process.listenerCount('SIGINT');
    const { signals } = setUp(context);
    assert.equal(process.listenerCount('SIGINT'), before + 1);
    signals.detach();
    assert.equal(process.listenerCount('SIGINT'), before);
  });
});
