/**
 * What 0.1.0 wrote is read: its files are frozen in test/fixtures/0.1.0.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { canonicalText } from '../../src/base/canonical.ts';
import type { AnyComponent } from '../../src/core/component.ts';
import type { Fact } from '../../src/core/fact.ts';
import { FEATURE_COUNT } from '../../src/core/feature.ts';
import { createFold } from '../../src/core/fold.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import {
  championOf,
  type DeepSignalModelState,
  deepSignalModel,
  examplesOf,
  trainingDue,
} from '../../src/learn/deep-signal-model.ts';
import { plantedSequences } from '../../src/learn/planted-sequence.ts';
import { signalModel } from '../../src/learn/signal-model.ts';
import { train } from '../../src/learn/training.ts';
import { decodeFile } from '../../src/state/formats.ts';
import { upgradeContent } from '../../src/state/upgrade.ts';
import { type MarketState, market, symbolOf } from '../../src/trade/market.ts';

const frozen = (name: string): Uint8Array =>
  readFileSync(new URL(`../fixtures/0.1.0/${name}`, import.meta.url));

/** The state in a file of 0.1.0, through every upgrade. */
function lifted<State>(component: AnyComponent): State {
  const { file, id } = component;
  const { schema, content } = decodeFile(frozen(file.name), file.format, id);
  assert.equal(schema, 1);
  const state = file.decode(upgradeContent(component, schema, content)) as State;
  assert.equal(component.check?.(state) ?? null, null);
  return state;
}

describe('the market file of 0.1.0', () => {
  it('is read; its pending labels have no feature window', () => {
    const state = lifted<MarketState>(market);
    const { pending, window, candles } = symbolOf(state, 'BTC/USDT:USDT');
    assert.ok(candles > 1000 && window.count > 0);
    assert.deepEqual(
      pending.map(each => [each.status, each.sequence]),
      [
        ['waiting', null],
        ['waiting', null],
      ],
    );
  });
});

describe('an example of 0.1.0', () => {
  it('is folded without the second row that it carried', () => {
    const symbol = 'BTC/USDT:USDT';
    const row = new Array<number>(FEATURE_COUNT).fill(0.5);
    const opened = { id: 9000, symbol, time: 1, proposed: false, features: row, context: row };
    const states = {
      market: lifted<MarketState>(market),
      'signal-model': signalModel.initial(),
    };
    const fold = createFold([signalModel, market], states);
    fold({ type: 'example.opened', ...opened, barrier: 0.01, candles: 60 });
    assert.equal(symbolOf(states.market, symbol).pending.at(-1)?.id, 9000);
    fold({ type: 'example.labelled', ...opened, labelledAt: 2, label: 0, return: 0 });
    assert.equal(states['signal-model'].examples[0]?.id, 9000);
    assert.doesNotMatch(canonicalText(states), /context/);
  });
});

describe('the deep signal model of 0.1.0', () => {
  const id = 'deep-signal-model';
  const state = () => lifted<DeepSignalModelState>(deepSignalModel);
  /** The fact and the blob with which 0.1.0 adopted a dense network. */
  const adopted: Fact<'model.trained'> = {
    ...{ type: 'model.trained', model: id, time: 1_705_143_300_000, adopted: true, version: 2 },
    ...{ through: 1500, champion: null, blob: 'sha' },
    challenger: { logLoss: 0.83, brier: 0.49, accuracy: 0.66, examples: 375 },
    baseRate: { logLoss: 1.04, brier: 0.63, accuracy: 0.39, examples: 375 },
  };

  it('is read: the dense network is dropped, its number is not given twice', () => {
    const { version, lastVersion, model, examples, request, history } = state();
    assert.deepEqual([version, lastVersion, model, examples], [0, 1, null, []]);
    assert.equal(request?.through, 1500, 'the training it owed is still answered');
    assert.equal(history.at(-1)?.challenger.logLoss, 0.833305);
  });

  it('its journal is read on, also where it names a dense network', () => {
    const deep = state();
    const fold = createFold([deepSignalModel], { [id]: deep });
    fold(adopted, frozen('dense-blob.bin'));
    assert.deepEqual(
      [deep.version, deep.lastVersion, deep.model, deep.request],
      [0, 2, null, null],
    );
    assert.equal(deepSignalModel.check?.(deep), null);
    assert.equal(deep.retraining.seenUntil, null, 'the first LSTM may learn from all there is');
  });

  it('answers the training that 0.1.0 owed, and the next one goes on counting', () => {
    const deep = state();
    const request = must(deep.request, 'the request of 0.1.0');
    const { outcome, blob } = train(request, examplesOf(deep, request), championOf(deep));
    assert.deepEqual([outcome.adopted, outcome.verdict, blob], [false, 'too few examples', null]);
    const fold = createFold([deepSignalModel], { [id]: deep });
    fold({ type: 'model.trained', ...outcome, blob: null });
    for (const example of plantedSequences({ count: 1000, seed: 1, rule: 'none', firstId: 9000 }))
      fold({ type: 'example.labelled', ...example });
    const learning = { ...DEFAULT_SETTINGS.learning, deepSignalModel: true };
    const due = trainingDue(deep, { ...DEFAULT_SETTINGS, learning });
    assert.deepEqual([due?.from, due?.through, due?.version], [9000, 9999, 2]);
  });
});
