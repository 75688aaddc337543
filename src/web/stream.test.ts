import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChannelDouble, changeTo, snapshotWith, statusWith } from '../../test/web-fixture.ts';
import {
  STREAM_BUFFER_BYTES_MAX,
  STREAM_CHANGES_BYTES_MAX,
  STREAM_CHANGES_MAX,
  STREAMS_MAX,
} from '../base/limits.ts';
import { Streams } from './stream.ts';

function streamsWith(snapshot = snapshotWith()) {
  const watched: boolean[] = [];
  const streams = new Streams({
    ...{ run: 'abc1', snapshot: () => snapshot, onWatched: is => watched.push(is) },
  });
  const open = (last?: string): ChannelDouble => {
    const channel = new ChannelDouble();
    streams.open(channel.channel, last);
    return channel;
  };
  return { streams, watched, open };
}

describe('a stream', () => {
  it('begins with a snapshot and goes on with each change, under ids of this run', async () => {
    const { streams, open } = streamsWith();
    streams.send(changeTo(1));
    const channel = open();
    streams.send(changeTo(2));
    assert.deepEqual(channel.events, ['snapshot', 'change']);
    assert.deepEqual(channel.ids, ['abc1-1', 'abc1-2']);
    await streams.close();
    assert.equal(channel.isEnded, true);
  });

  it('goes on after the last event that was seen, without a hole and without a snapshot', () => {
    const { streams, open } = streamsWith();
    for (let seq = 1; seq <= 5; seq += 1) streams.send(changeTo(seq));
    const channel = open('abc1-2');
    streams.send(changeTo(6));
    assert.deepEqual(channel.events, ['change', 'change', 'change', 'beat', 'change']);
    assert.deepEqual(channel.ids, ['abc1-3', 'abc1-4', 'abc1-5', 'abc1-6']);
  });

  it('says at once that it is there where the last event is the newest', () => {
    const { streams, open } = streamsWith();
    streams.send(changeTo(1));
    assert.deepEqual(open('abc1-1').events, ['beat']);
  });

  for (const [what, last] of [
    ['of another run', 'zzz9-2'],
    ['of the future', 'abc1-99'],
    ['that is none', 'abc1-x'],
    ['longer than any', `abc1-${'9'.repeat(400)}`],
  ] as const)
    it(`begins with a snapshot after an id ${what}`, () => {
      const { streams, open } = streamsWith();
      for (let seq = 1; seq <= 3; seq += 1) streams.send(changeTo(seq));
      assert.deepEqual(open(last).events, ['snapshot']);
    });

  it('begins with a snapshot where what was missed is no longer kept', () => {
    const { streams, open } = streamsWith();
    for (let seq = 1; seq <= STREAM_CHANGES_MAX + 2; seq += 1) streams.send(changeTo(seq));
    assert.deepEqual(open('abc1-1').events, ['snapshot']);
    assert.equal(open('abc1-2').ids.length, STREAM_CHANGES_MAX);
  });

  it('keeps no more of large changes than they may weigh', () => {
    const { streams, open } = streamsWith();
    const text = 'x'.repeat(STREAM_CHANGES_BYTES_MAX / 4);
    const large = (seq: number) => changeTo(seq, { news: [{ seq, time: null, text }] });
    for (let seq = 1; seq <= 5; seq += 1) streams.send(large(seq));
    assert.deepEqual(open('abc1-1').events, ['snapshot']);
    assert.deepEqual(open('abc1-3').ids, ['abc1-4', 'abc1-5']);
  });

  it('cuts a client that reads too slowly, and no other', () => {
    const { streams, open } = streamsWith();
    const [slow, quick] = [open(), open()];
    slow.isSlow = true;
    const text = 'x'.repeat(STREAM_BUFFER_BYTES_MAX / 2);
    for (let seq = 1; seq <= 4; seq += 1)
      streams.send(changeTo(seq, { news: [{ seq, time: null, text }] }));
    assert.equal(slow.isDestroyed, true);
    assert.equal(quick.isDestroyed, false);
    assert.equal(quick.ids.length, 5);
    assert.equal(streams.count, 1);
  });

  it('takes a large snapshot on its way for no sign of slowness', () => {
    const text = 'x'.repeat(2 * STREAM_BUFFER_BYTES_MAX);
    const status = statusWith({ directory: text });
    const { streams } = streamsWith(snapshotWith({ status }));
    const channel = new ChannelDouble();
    channel.isSlow = true;
    streams.open(channel.channel, undefined);
    streams.send(changeTo(1));
    assert.equal(channel.isDestroyed, false);
    // It was read once: from then on it is a client like any other.
    channel.tell('drain');
    streams.send(changeTo(2));
    assert.equal(channel.isDestroyed, true);
  });

  it('tells when somebody begins to look, and when the last has gone', () => {
    const { watched, open } = streamsWith();
    const [one, two] = [open(), open()];
    one.destroy();
    two.destroy();
    two.tell('close');
    assert.deepEqual(watched, [true, false]);
  });

  it('has room for so many, and again when one has gone', () => {
    const { streams, open } = streamsWith();
    const first = open();
    for (let count = 1; count < STREAMS_MAX; count += 1) {
      assert.equal(streams.isFull, false);
      open();
    }
    assert.equal(streams.isFull, true);
    first.tell('close');
    assert.equal(streams.isFull, false);
  });
});
