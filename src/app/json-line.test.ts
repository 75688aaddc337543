import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Console, type OutputStream } from './console.ts';
import { jsonSpeaker } from './json-line.ts';
import type { StatusView } from './status-line.ts';

const VIEW: StatusView = {
  ...{ marketTime: 0, symbols: [], equity: 10_023.45, dayProfit: 0, drawdown: 0, openTrades: 0 },
  ...{ closedTrades: 12, candles: 1000, candlesPerSecond: 50, progress: null, following: null },
  ...{ checkpointAgeMs: null, journalBytes: 0, halted: null, directory: 'btc' },
};

class FakeStream implements OutputStream {
  readonly isTTY = true;
  text = '';
  broken = false;

  write(text: string): void {
    if (this.broken) throw new Error('EPIPE');
    this.text += text;
  }

  on(): void {}
}

describe('a console that speaks JSON', () => {
  it('says every line as an object on stdout, and the status with its figures', () => {
    const [stdout, stderr] = [new FakeStream(), new FakeStream()];
    const screen = new Console({
      ...{ stdout, stderr, now: () => 100_000, speaker: jsonSpeaker(stdout) },
    });
    screen.say('ready');
    screen.warn('look here');
    screen.status(VIEW);
    screen.endStatus();
    assert.equal(stderr.text, '');
    const lines = stdout.text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ level, msg, pid }) => [level, msg, pid]),
      [
        ['info', 'ready', process.pid],
        ['warn', 'look here', process.pid],
        ['info', 'status', process.pid],
      ],
    );
    assert.equal(lines[2].equity, VIEW.equity);
    assert.equal(screen.isTerminal, false, 'nothing is redrawn');
  });

  it('goes on where nobody reads it any more', () => {
    const stdout = new FakeStream();
    const screen = new Console({
      ...{ stdout, stderr: stdout, now: () => 0, speaker: jsonSpeaker(stdout) },
    });
    stdout.broken = true;
    screen.say('to nobody');
  });
});
