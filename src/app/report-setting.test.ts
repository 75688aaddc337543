import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { configOptions } from './config-option.ts';
import { settingsView } from './report-setting.ts';

describe('the settings of a report', () => {
  const rows = settingsView({ ...DEFAULT_SETTINGS, leverage: 7, recordedFunding: ['A', 'B'] });

  it('have the names that the config has', () => {
    const known = configOptions().map(({ path }) => path);
    const unknown = rows.map(([key]) => key).filter(key => !known.includes(key));
    assert.deepEqual(unknown, ['funding from files']);
  });

  it('say what is in force', () => {
    const values = Object.fromEntries(rows);
    assert.equal(values['leverage'], '7');
    assert.equal(values['dry_run_wallet'], '10000');
    assert.equal(values['timeframe'], '1m');
    assert.equal(values['funding from files'], 'A, B');
    assert.equal(values['learning.q_table'], 'true');
    assert.equal(values['maintenance_tiers'], 'the contracts’ own');
  });
});
