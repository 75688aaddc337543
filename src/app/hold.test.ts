import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freshRisk } from '../../test/policy-fixture.ts';
import type { RiskState } from '../trade/risk-state.ts';
import { type Hold, holdLine, holdsOf, liftCommand } from './hold.ts';

const NOON = Date.UTC(2025, 0, 1, 12);
const linesOf = (holds: readonly Hold[]): string[] => holds.map(hold => holdLine(hold, 'btc'));

describe('holds', () => {
  it('are none where nothing keeps entries back', () => {
    assert.deepEqual(holdsOf(freshRisk()), []);
  });

  it('tell the gravest first, when each ends and the command that lifts it', () => {
    const risk = freshRisk();
    risk.killSwitch = true;
    risk.breakers.loss_streak = { since: NOON, until: NOON + 60_000, equity: 1 };
    risk.breakers.max_drawdown = { since: NOON, until: null, equity: 1 };
    const lines = [
      'kill switch is on: no new entries until you lift it: holdfast kill-switch off --dir btc',
      'maximum drawdown is latched: no new entries until you lift it: ' +
        'holdfast release-breaker max_drawdown --dir btc',
      'loss streak cooldown is latched: no new entries until 2025-01-01 12:01 UTC ' +
        '(or lift it: holdfast release-breaker loss_streak --dir btc)',
    ];
    assert.deepEqual(linesOf(holdsOf(risk)), lines);
    const throughSocket = JSON.parse(JSON.stringify(holdsOf(risk))) as Hold[];
    assert.deepEqual(linesOf(throughSocket), lines);
  });

  it('tell of a pause who made it, and of a flatten until it is done', () => {
    const pause = { since: NOON };
    const lift = 'no new entries until you lift it: holdfast resume --dir btc';
    const of = (change: Partial<RiskState>) => linesOf(holdsOf({ ...freshRisk(), ...change }));
    assert.deepEqual(of({ paused: pause }), [`trading is paused: ${lift}`]);
    const frozen = { ...pause, reason: 'BTC is frozen' };
    assert.deepEqual(of({ paused: frozen }), [`trading is paused (BTC is frozen): ${lift}`]);
    assert.deepEqual(of({ paused: frozen, flattening: NOON }), [
      `every position is being closed: ${lift}`,
    ]);
    assert.equal(of({ paused: pause, killSwitch: true }).length, 2, 'each has to be lifted');
  });

  it('name a directory so that a shell takes it as one word', () => {
    const [hold] = holdsOf({ ...freshRisk(), killSwitch: true });
    assert.ok(hold !== undefined);
    for (const [directory, word] of [
      ['models', 'models'],
      ['/var/lib/a-b_1.2', '/var/lib/a-b_1.2'],
      ['my models', "'my models'"],
      ["it's; rm -rf ~", "'it'\\''s; rm -rf ~'"],
    ] as const)
      assert.equal(liftCommand(hold, directory), `holdfast kill-switch off --dir ${word}`);
  });
});
