/**
 * Hedge mode and cross margin that a person switches on while the bot runs.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failed, ok } from '../../src/base/result.ts';
import type { VenueMode, VenuePosition } from '../../src/core/venue.ts';
import { stopLots } from './desk-lag.ts';
import { assertBooks, holding, opened } from './desk-scene.ts';
import { BTC, type DeskWorld, ETH } from './desk-world.ts';

const FIT: VenueMode = { hedged: false, margin: 'isolated', leverage: 3 };

/** Warnings that name a mode. */
const said = (desk: DeskWorld): string[] =>
  desk.warnings.filter(line => /hedge|cross|one-way/.test(line));

const dropped = (desk: DeskWorld) =>
  desk.told('order.canceled').map(({ id, reason }) => [id, reason]);

describe('the modes of an account that runs', () => {
  for (const [how, change] of [
    ['hedge mode', { hedged: true }],
    ['cross margin', { margin: 'cross' }],
  ] as const)
    it(`that are set to ${how} hold entries back, said once with the remedy, until they are set back`, async () => {
      const desk = await opened();
      desk.venue.modes = { ...FIT, ...change };
      await desk.compared();
      const early = said(desk);
      assert.equal(early.length, 2, 'once a pair');
      assert.match(early[0] ?? '', new RegExp(`^${BTC} is set to ${how}: no entries there`));
      assert.match(early[0] ?? '', /set one-way mode and isolated margin on the exchange's site/);
      const entry = desk.approve({ side: 'buy' });
      await desk.quiet();
      assert.deepEqual(dropped(desk), [[entry.id, `the pair is set to ${how}`]]);
      assert.equal(desk.venue.accepted.size, 0);
      desk.venue.modes = FIT;
      await desk.compared();
      assert.match(said(desk).at(-1) ?? '', /again: entries go on there/);
      desk.approve({ side: 'buy' });
      await desk.quiet();
      assert.equal(desk.lots(BTC), 10);
      assert.equal(said(desk).length, 4);
    });

  it('that a position is kept in hold back its own pair alone, and its stop stands on', async () => {
    const desk = await holding();
    desk.venue.unfit = 'cross margin';
    await desk.compared();
    assert.match(said(desk).join(), new RegExp(`^${BTC} is in cross margin: no entries there`));
    assert.equal(stopLots(desk.venue, BTC), 10);
    desk.venue.unfit = null;
    desk.approve({ side: 'buy', symbol: ETH });
    await desk.quiet();
    assert.equal(desk.lots(ETH), 10);
    assert.deepEqual(dropped(desk), []);
  });

  it('with a position each way are told of, and nothing is booked for them', async () => {
    const desk = await opened();
    const terms = { symbol: BTC, entryPrice: 50_000, leverage: 3, unfit: 'hedge mode' } as const;
    const one: VenuePosition = { ...terms, direction: 'long', lots: 5, time: 1 };
    desk.venue.positions = async () => ok([one, { ...one, direction: 'short', lots: 3 }]);
    await desk.compared();
    assert.match(said(desk).join(), /is held both ways, in hedge mode: no entries there/);
    assert.deepEqual([...desk.told('position.adopted'), ...desk.told('position.squared')], []);
    const entry = desk.approve({ side: 'buy' });
    await desk.quiet();
    assert.deepEqual(
      dropped(desk).map(([id]) => id),
      [entry.id],
    );
  });

  it('that an exchange never tells hold nothing back, and those not told at the moment are asked for again', async () => {
    for (const [code, isMet] of [
      ['unsupported', true],
      ['not-now', false],
      ['timed-out', false],
    ] as const) {
      const desk = await opened();
      let asked = 0;
      desk.venue.mode = async () => {
        asked += 1;
        return failed(code, 'not told', code === 'timed-out');
      };
      desk.venue.tick(desk.venue.price, 200_000);
      const failure = await desk.attendant.round();
      assert.equal(failure === null, isMet, code);
      const before = asked;
      await desk.attendant.round();
      assert.equal(asked > before, !isMet, code);
    }
  });

  it('are not looked at by the first comparison of a run, whose start sets them', async () => {
    const desk = await holding();
    desk.venue.modes = { ...FIT, hedged: true };
    desk.start();
    await desk.quiet();
    assert.deepEqual(said(desk), []);
    assertBooks(desk);
  });
});
