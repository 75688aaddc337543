import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Probabilities } from '../core/fact.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { type Opinions, verdict, weigh } from './ensemble.ts';

const opinions = (change: Partial<Opinions> = {}): Opinions => ({
  direction: 'long',
  strength: 0.5,
  winRatePrior: null,
  signal: null,
  deep: null,
  attention: null,
  ...change,
});

const bullish: Probabilities = [0.2, 0.6, 0.2];
const bearish: Probabilities = [0.2, 0.2, 0.6];
const clueless: Probabilities = [0.4, 0.3, 0.3];

const share = fc.double({ min: 0, max: 1, noNaN: true });
const vote = fc.option(
  fc.tuple(share, share).map(([hold, split]): Probabilities => {
    const rest = 1 - hold;
    return [hold, rest * split, rest * (1 - split)];
  }),
);
const anyOpinions = fc.record({
  direction: fc.constantFrom('long' as const, 'short' as const),
  strength: share,
  winRatePrior: fc.option(share),
  signal: vote,
  deep: vote,
  attention: vote,
});

describe('weigh', () => {
  it('lets an ordinary proposal through when no model is trained', () => {
    const { minConfidence } = DEFAULT_SETTINGS;
    for (const strength of [0, 0.3, 0.5, 1])
      assert.equal(verdict(weigh(opinions({ strength })), minConfidence), 'accepted');
  });

  it('is not moved across one half by models that know nothing', () => {
    const alone = weigh(opinions({ strength: 1 }));
    const among = weigh(opinions({ strength: 1, signal: clueless, deep: clueless }));
    assert.ok(among > 0.5 && among < alone);
  });

  it('follows what the models say of the direction', () => {
    assert.ok(weigh(opinions({ signal: bullish })) > weigh(opinions()));
    assert.ok(weigh(opinions({ signal: bearish })) < weigh(opinions()));
    assert.equal(
      weigh(opinions({ signal: bullish, direction: 'long' })),
      weigh(opinions({ signal: bearish, direction: 'short' })),
    );
  });

  it('refuses what the models are against', () => {
    const against = weigh(opinions({ signal: bearish, deep: bearish, attention: bearish }));
    assert.equal(verdict(against, DEFAULT_SETTINGS.minConfidence), 'confidence too low');
  });

  it('pools by the mean of log-odds', () => {
    // odds 0.55 : 0.45 of the strategy and 0.7 : 0.3 of the model
    const odds = Math.sqrt((0.55 / 0.45) * (0.7 / 0.3));
    assert.ok(Math.abs(weigh(opinions({ signal: bullish })) - odds / (1 + odds)) < 1e-6);
  });

  it('[bounds] is a finite share of 1, rounded for the journal', () => {
    fc.assert(
      fc.property(anyOpinions, drawn => {
        const confidence = weigh(drawn);
        assert.ok(confidence > 0 && confidence < 1);
        assert.equal(confidence, Math.round(confidence * 1e6) / 1e6);
      }),
      { seed: 5 },
    );
  });

  it('[monotone] never falls when an opinion rises', () => {
    fc.assert(
      fc.property(anyOpinions, share, (drawn, more) => {
        const strength = Math.min(1, drawn.strength + more);
        assert.ok(weigh({ ...drawn, strength }) >= weigh(drawn));
        const prior = Math.min(1, (drawn.winRatePrior ?? 0) + more);
        if (drawn.winRatePrior !== null)
          assert.ok(weigh({ ...drawn, winRatePrior: prior }) >= weigh(drawn));
      }),
      { seed: 6 },
    );
  });
});
