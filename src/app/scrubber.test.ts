import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { thaw } from '../../test/fixtures/frozen-directory.ts';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { components } from '../components.ts';
import { deepVerify } from '../state/deep-verify.ts';
import { openDisks } from '../state/open-disks.ts';
import { scrubRound } from '../state/scrub.ts';
import { openStore, type Store } from '../state/store.ts';
import { verifyDirectory } from '../state/verify.ts';
import { createScrubber, type Scrubber, type ScrubberOptions } from './scrubber.ts';
import { openSession, runSession } from './session.ts';

/** A directory with two checkpoints of a bot that has traded. */
async function traded(context: TestContext): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-scrub-'));
  context.after(() => rmSync(directory, { recursive: true }));
  for (const count of [200, 400])
    await runSession(sessionOptions({ until: { kind: 'candles', count } }, { directory }));
  return directory;
}

function scrubberOn(
  context: TestContext,
  directory: string,
  between: ScrubberOptions['between'] = async work => work(),
): { scrubber: Scrubber; store: Store; warnings: string[] } {
  const store = openStore({ directory, components, now: Date.now, sync: 'each' });
  const warnings: string[] = [];
  const scrubber = createScrubber({
    ...{ store, journalMirror: null, pace: { hours: 0, share: 1 } },
    between,
    warn: line => warnings.push(line),
    now: Date.now,
  });
  context.after(() => store.close());
  return { scrubber, store, warnings };
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.length >> 1;
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(file, bytes);
}

const notesOf = (directory: string): Record<string, unknown>[] =>
  readFileSync(join(directory, 'notes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

describe('a scrubber', () => {
  it('goes round a whole directory, says nothing, and leaves a note of it', async context => {
    const directory = await traded(context);
    const { scrubber, store, warnings } = scrubberOn(context, directory);
    const startedAt = performance.now();
    const round = await scrubber.round();
    assert.deepEqual(warnings, []);
    assert.equal(round?.findings, 0);
    // A thread's clock is that of the process: its work is not the age of the bot.
    assert.ok((round?.workMs ?? 0) <= performance.now() - startedAt + 1, `${round?.workMs} ms`);
    assert.ok((round?.files ?? 0) > 20, `${round?.files} files`);
    assert.equal(round?.seq, store.lastCheckpoint.seq);
    assert.deepEqual(scrubber.status().last, round);
    const note = notesOf(directory).at(-1);
    assert.equal(note?.['what'], 'scrubbed');
    assert.equal(note?.['files'], round?.files);
  });

  it('has a rotten file written again, loudly, and keeps what was there', async context => {
    const directory = await traded(context);
    const { scrubber, store, warnings } = scrubberOn(context, directory);
    const segment = readdirSync(join(directory, 'journal')).find(name =>
      name.endsWith('.a.jsonl.zst'),
    );
    const files = ['market_state.json.zst', 'manifest.json', `journal/${segment}`];
    const before = files.map(file => readFileSync(join(directory, file)));
    for (const file of files) flip(join(directory, file));
    const round = await scrubber.round();
    assert.deepEqual(
      files.map(file => readFileSync(join(directory, file))),
      before,
    );
    assert.equal(round?.findings, 3, warnings.join('\n'));
    assert.equal(round?.repaired, 3);
    assert.equal(warnings.length, 3);
    for (const line of warnings) assert.match(line, /in quarantine\/. Check the disk/);
    assert.equal(readdirSync(join(directory, 'quarantine')).length, 3);
    assert.equal(notesOf(directory).filter(({ what }) => what === 'repaired').length, 3);
    store.checkpoint('test');
    assert.equal(verifyDirectory(openDisks(directory), components).damaged, false);
  });

  it('makes one round at a time, and one that is cut ends without a word', async context => {
    const directory = await traded(context);
    const { scrubber, warnings } = scrubberOn(context, directory);
    const rounds = [scrubber.round(), scrubber.round()];
    assert.equal(scrubber.status().running, true);
    assert.equal(rounds[0], rounds[1]);
    await scrubber.close();
    assert.deepEqual(await Promise.all(rounds), [null, null]);
    assert.deepEqual(warnings, []);
    assert.equal(scrubber.status().running, false);
  });

  it('that is closed ends the repair it is at, and begins no other', async context => {
    const directory = await traded(context);
    const begun = Promise.withResolvers<void>();
    const events: string[] = [];
    const between = async <T>(work: () => T): Promise<T> => {
      events.push('begun');
      begun.resolve();
      // Long enough for the worker to be gone.
      await setTimeout(500);
      const done = work();
      events.push('mended');
      return done;
    };
    const { scrubber } = scrubberOn(context, directory, between);
    for (const file of ['portfolio_state.json', 'run_state.json', 'ensemble_state.json'])
      flip(join(directory, file));
    const round = scrubber.round();
    await begun.promise;
    await setTimeout(250);
    await scrubber.close();
    events.push('closed');
    assert.equal(await round, null);
    assert.deepEqual(events, ['begun', 'mended', 'closed']);
  });

  it('tells of a round that fails, and the bot goes on', async context => {
    const directory = await traded(context);
    const { scrubber, store, warnings } = scrubberOn(context, directory);
    store.note = () => {
      throw new Error('no room for a note');
    };
    assert.equal(await scrubber.round(), null);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /was not finished: no room for a note/);
  });
});

describe('a session', () => {
  it('scrubs by itself where it trades, beside its checkpoints', async context => {
    const directory = await traded(context);
    flip(
      join(
        directory,
        'previous',
        readdirSync(join(directory, 'previous')).at(-1) ?? '',
        'run_state.json',
      ),
    );
    const warnings: string[] = [];
    const session = await openSession(
      sessionOptions(
        {},
        {
          ...{ directory, sharedSync: false, scrub: { hours: 1e-6, share: 1 } },
          warn: line => warnings.push(line),
        },
      ).wire,
    );
    const until = { kind: 'candles', count: 1_000_000 } as const;
    const stop = new AbortController();
    const running = session.run({ ...sessionOptions(), until, stop: stop.signal });
    while ((session.scrub()?.last ?? null) === null) {
      await session.checkpoint('test');
      await setTimeout(2);
    }
    stop.abort();
    await running;
    await session.checkpoint('stopped');
    await session.close();
    assert.equal(session.scrub()?.nextAt, null);
    assert.equal(verifyDirectory(openDisks(directory), components).damaged, false);
  });

  it('of a backtest and in memory alone scrubs nothing', async context => {
    const directory = await traded(context);
    const scrub = { hours: 1, share: 1 };
    for (const wire of [{ directory, sharedSync: true }, { directory: null }]) {
      const session = await openSession(sessionOptions({}, { ...wire, scrub }).wire);
      assert.equal(session.scrub(), null);
      await session.close();
    }
  });
});

describe('a directory of 0.1.0', () => {
  it('is whole to the scrub and to deep verification, before its upgrade and after', async context => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-scrub-old-'));
    context.after(() => rmSync(directory, { recursive: true }));
    thaw(
      fileURLToPath(new URL('../../test/fixtures/directory-0.1.0.json.zst', import.meta.url)),
      directory,
    );
    const disks = openDisks(directory);
    const check = (): void => {
      const { findings } = deepVerify(disks, components);
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'damage'),
        [],
      );
      const suspects = [...scrubRound(disks, components)].flatMap(({ suspect }) => suspect ?? []);
      assert.deepEqual(suspects, []);
    };
    check();
    for (let start = 0; start < 2; start += 1) {
      const store = openStore({ directory, components, now: Date.now, sync: 'each' });
      check();
      store.close();
    }
  });
});
