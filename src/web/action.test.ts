import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { settingsWith } from '../../test/fixtures/pipeline.ts';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { openSession, type Session } from '../app/session.ts';
import { act } from './action.ts';

const options = sessionOptions(
  {},
  { settings: settingsWith({ minConfidence: 0 }, { choiceCandles: 20 }) },
);
let session: Session;
const said = async (action: Parameters<typeof act>[1]): Promise<string> => {
  const { ok, text } = await act(session, action);
  assert.ok(ok, text);
  return text;
};

describe('what a button is told', () => {
  before(async () => {
    session = await openSession(options.wire);
  });
  after(() => session.close());

  it('names what still holds entries back after a resume', async () => {
    await said('kill-switch-on');
    await said('pause');
    const held = 'trading is resumed, and entries are still held back: kill switch';
    assert.equal(await said('resume'), held);
    await said('kill-switch-off');
    await said('pause');
    assert.equal(await said('resume'), 'trading is resumed');
  });

  it('says that positions are closed where any is open, and only there', async () => {
    assert.equal(await said('flatten'), 'flatten: no position is open, and trading is paused');
    await said('resume');
    const { world } = session.bot;
    const isFlat = () => Object.keys(world.portfolio.positions).length === 0;
    for (let count = 10; isFlat() && count <= 5000; count += 10)
      await session.run({ ...options, until: { kind: 'candles', count } });
    assert.ok(!isFlat(), 'nothing was opened');
    const closed = 'flatten: every position is closed at the market, and trading is paused';
    assert.equal(await said('flatten'), closed);
  });
});
