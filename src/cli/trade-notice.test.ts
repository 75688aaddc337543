import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadConfig } from '../app/config.ts';
import type { Session } from '../app/session.ts';
import { noticesFor } from './trade-notice.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-notice-'));
after(() => rmSync(folder, { recursive: true }));

describe('the notifications of trade', () => {
  it('end no trading where they cannot begin: that is warned of', async () => {
    const env = { HOLDFAST__NOTIFY__WEBHOOK__URL: 'http://127.0.0.1:9/hook' };
    const config = loadConfig({ env, overrides: { dir: join(folder, 'models') } });
    const warnings: string[] = [];
    const warn = (line: string): number => warnings.push(line);
    const notices = noticesFor({ config, env, now: () => 0, warn });
    const bot = {
      store: { seq: 3, epoch: 1, directoryId: 'd' },
      get world() {
        throw new Error('it broke');
      },
    };
    await notices.open({ bot } as unknown as Session);
    notices.venue('warn', 'does not answer');
    await notices.close();
    assert.deepEqual(warnings, ['nobody is told of anything until the next start: it broke']);
  });
});
