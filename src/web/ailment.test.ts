import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statusWith } from '../../test/web-fixture.ts';
import { MINUTE_MS } from '../base/time.ts';
import { ailmentOf } from './ailment.ts';

const live = { following: 'streaming', timeframeMs: 5 * MINUTE_MS, marketTime: 0 };

describe('the health of a bot', () => {
  it('is good while a live market tells of its candles, and some minutes longer', () => {
    assert.equal(ailmentOf(statusWith(live), 7 * MINUTE_MS), null);
    assert.equal(ailmentOf(statusWith({ ...live, marketTime: null }), 7 * MINUTE_MS), null);
  });

  it('is bad when they stay away, when the exchange is silent, and when the bot has ended', () => {
    const late = ailmentOf(statusWith(live), 8 * MINUTE_MS);
    assert.equal(late, 'no candle for 8 minutes (streaming)');
    const silent = statusWith({ ...live, following: 'no answer since 2026-01-01 00:00' });
    assert.equal(ailmentOf(silent, 0), 'the exchange: no answer since 2026-01-01 00:00');
    assert.equal(ailmentOf(statusWith({ ended: 'stopped' }), 0), 'the bot has ended: stopped');
  });

  it('is good on a tape, however old its candles are', () => {
    assert.equal(ailmentOf(statusWith({ marketTime: 0 }), Number.MAX_SAFE_INTEGER), null);
  });
});
