/**
 * Where tests of a live account begin, and what holds at the end of each.
 */
import assert from 'node:assert/strict';
import { BTC, DeskWorld } from './desk-world.ts';

export async function opened(seed = 1): Promise<DeskWorld> {
  const desk = new DeskWorld(seed);
  await desk.quiet();
  return desk;
}

/** Ten lots long, behind a stop and a target. */
export async function holding(): Promise<DeskWorld> {
  const desk = await opened();
  desk.approve({ side: 'buy' });
  await desk.quiet();
  assert.equal(desk.lots(BTC), 10);
  return desk;
}

/** What the venue holds and what is known here are the same, to the unit. */
export function assertBooks(desk: DeskWorld): void {
  assert.equal(desk.venue.lots.get(BTC) ?? 0, desk.lots(BTC));
  if (desk.lots(BTC) === 0) assert.equal(desk.venue.wallet8, desk.world.portfolio.balance);
  assert.deepEqual(
    [...desk.venue.accepted.values()].filter(times => times !== 1),
    [],
  );
}
