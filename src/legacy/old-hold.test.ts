/**
 * What of the old bot's risk file holds entries back here, and what does not.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pickled } from '../../test/fixtures/pickled.ts';
import { createNotes } from './finding.ts';
import { riskFields, riskOf } from './old-risk.ts';

function riskFrom(said: object) {
  const notes = createNotes('risk');
  const fields = riskFields(pickled(said), notes);
  const state = riskOf({ fields, trades: [], balance: null, notes });
  const told = (wanted: string): string =>
    notes.findings
      .filter(({ what }) => what === wanted)
      .map(({ outcome, text }) => `${outcome}: ${text}`)
      .join('\n');
  return { state, told };
}

describe('a risk file', () => {
  for (const said of [
    { kill_switch: true },
    { KillSwitch: 'ON' },
    { kill_switch: { engaged: 1 } },
    { state: { emergency_stop: 'triggered' } },
    { trading_enabled: false },
    { can_trade: 'no' },
    { kill_switch: false, circuit_breaker_active: true },
    { trading_disabled: true },
    { stop_trading: true },
    { max_drawdown_reached: true },
    { dailyLossLimitHit: 'yes' },
    { emergency_shutdown: true },
    { trading_blocked: 1 },
    { breaker_tripped: true },
    { flags: { emergency: true } },
    { entries_permitted: false },
    { bot_status: 'HALTED' },
    { trading: 'disabled' },
    { stop_loss_hit: true },
  ])
    it(`holds entries back where it says ${JSON.stringify(said)}`, () =>
      assert.equal(riskFrom(said).state.killSwitch, true));

  for (const said of [
    {},
    { kill_switch: false },
    { kill_switch: null },
    { kill_switch: 'off', trading_enabled: true },
    { config: { kill_switch: true } },
    { kill_switch: 'perhaps' },
    { trading_disabled: false, breaker_tripped: 0, bot_status: 'running' },
    { trailing_stop: true, stop_loss_enabled: true, hit_rate: 1, trip_count: 1, stops: 1 },
    { white_listed: true, stop_price: 100, halted_at: null },
  ])
    it(`holds none back where it says ${JSON.stringify(said)}`, () =>
      assert.equal(riskFrom(said).state.killSwitch, false));

  it('says by which of its words, all of them, and how to lift it', () => {
    const { told } = riskFrom({ kill_switch: false, stop_trading: true, flags: { tripped: true } });
    assert.match(
      told('kill switch'),
      /^carried over: ON \(stop_trading true, flags.tripped true\): .* kill-switch off$/,
    );
    assert.doesNotMatch(told('other fields'), /stop_trading|tripped/);
  });

  it('has a kill switch that cannot be read told by name', () =>
    assert.match(riskFrom({ kill_switch: 'perhaps' }).told('other fields'), /kill_switch perhaps/));
});
