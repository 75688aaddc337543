import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { HOUR_MS } from '../base/time.ts';
import { type BackupKeeper, type BackupReach, backupsOf } from './backup-keeper.ts';
import { runSession } from './session.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-keeper-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('the backups of a running bot', () => {
  it('tell up to which step they reach: nowhere at first, to the end when all is sent', async () => {
    const [directory, to] = [join(folder, 'models'), join(folder, 'safe')];
    const backup = { to, everyMs: HOUR_MS, keep: null, continuous: true };
    const warned: string[] = [];
    const seen: BackupReach[] = [];
    const { promise: isThere, resolve } = Promise.withResolvers<number>();
    let keeper: BackupKeeper | null = null;
    const options = sessionOptions({ until: { kind: 'candles', count: 60 } }, { directory });
    const { bot } = await runSession({
      ...options,
      onReady: async ({ bot: { store } }) => {
        keeper = backupsOf(
          { backup, journalMirror: null },
          {
            ...{ directory, store, now: () => 4711, warn: line => warned.push(line) },
            tell: event => event.kind === 'backup' && resolve(event.backup.throughSeq),
          },
        );
        seen.push(keeper?.reach() ?? assert.fail('no keeper'));
        const through = await isThere;
        assert.deepEqual(keeper?.reach(), { to, seq: through, at: 4711 });
        assert.ok(through <= store.seq);
      },
    });
    assert.deepEqual(seen, [{ to, seq: null, at: null }]);
    const kept = (keeper as BackupKeeper | null) ?? assert.fail('no keeper');
    await kept.close();
    assert.deepEqual(warned, []);
    assert.equal(kept.reach().seq, bot.store.seq);
  });
});
