/**
 * Hints that something of the account may have changed, out of the exchange's streams.
 *
 * What a stream says is never believed: a hint is a reason to ask. Promises: a lost stream is a hint
 * too, and is taken up again with growing pauses; the end leaves no socket and no timer behind, and
 * comes within its time whatever the exchange does. Never: throws.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { SECOND_MS } from '../../base/time.ts';
import type { Account } from './account.ts';
import type { Params } from './dialect.ts';
import type { Client } from './load.ts';

const PAUSE_MS_MIN = SECOND_MS;
const PAUSE_MS_MAX = 60 * SECOND_MS;
/** A polite end of a stream waits for the other side; a dead one never answers. */
const END_MS_MAX = SECOND_MS;

export function watchAccount(account: Account, onHint: () => void): () => Promise<void> {
  const end = new AbortController();
  for (const door of DOORS) Reflect.deleteProperty(account.client, door);
  const streams = account.dialect.streams.map(params =>
    follow(account.client, { params, onHint, signal: end.signal }),
  );
  return async () => {
    end.abort();
    // Whoever is still on the way to a stream must not open it afterwards.
    for (const door of DOORS) Object.assign(account.client, { [door]: refuse });
    await closeStreams(account.client);
    await Promise.all(streams);
  };
}

/** Through which ccxt opens every stream: methods of its class, which an instance's own hide. */
const DOORS = ['watch', 'watchMultiple'];
const refuse = (): Promise<never> => Promise.reject(new Error('the streams were ended'));

interface Stream {
  readonly params: Params;
  readonly onHint: () => void;
  readonly signal: AbortSignal;
}

async function follow(client: Client, { params, onHint, signal }: Stream): Promise<void> {
  const ended = new Promise<null>(resolve => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  for (let failures = 0; !signal.aborted; ) {
    try {
      const told = await Promise.race([
        client.watchOrders(undefined, undefined, undefined, { ...params }),
        ended,
      ]);
      if (told === null) return;
      failures = 0;
    } catch {
      failures += 1;
    }
    if (signal.aborted) return;
    onHint();
    if (failures > 0) await rest(failures, signal);
  }
}

/** Doubling; spread, so that many bots do not come back at once. Decides nothing that is journaled. */
async function rest(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** Math.min(failures - 1, 10));
  const pauseMs = longest * (0.5 + Math.random() / 2);
  await pause(pauseMs, undefined, { signal, ref: false }).catch(() => {});
}

interface Sockets {
  readonly clients?: Readonly<Record<string, { readonly connection?: { terminate?(): void } }>>;
}

async function closeStreams(client: Client): Promise<void> {
  const sockets = Object.values((client as unknown as Sockets).clients ?? {});
  const late = new AbortController();
  await Promise.race([
    client.close().catch(() => {}),
    pause(END_MS_MAX, undefined, { signal: late.signal }).catch(() => {}),
  ]);
  late.abort();
  for (const { connection } of sockets) connection?.terminate?.();
}
