/**
 * Hints that something of the account may have changed, out of the exchange's streams.
 *
 * What a stream says is never believed: a hint is a reason to ask. Promises: a lost stream is a hint
 * too, and is taken up again with growing pauses; the end leaves no socket and no timer behind, and
 * comes within its time whatever the exchange does. Never: throws.
 */
import { SECOND_MS } from '../../base/time.ts';
import type { Account } from './account.ts';
import { createBackOff, pause, unlessStopped } from './ask.ts';
import type { Params } from './dialect.ts';
import type { Client } from './load.ts';

/** A polite end of a stream waits for the other side; a dead one never answers. */
const END_MS_MAX = SECOND_MS;

export function watchAccount(account: Account, onHint: () => void): () => Promise<void> {
  const end = new AbortController();
  for (const door of DOORS) Reflect.deleteProperty(account.client, door);
  const endTimers = holdTimers(account.client);
  const streams = account.dialect.streams.map(params =>
    follow(account.client, { params, onHint, signal: end.signal }),
  );
  return async () => {
    end.abort();
    // Whoever is still on the way to a stream must not open it afterwards.
    for (const door of DOORS) Object.assign(account.client, { [door]: refuse });
    endTimers();
    await closeStreams(account.client);
    await Promise.all(streams);
  };
}

/** Through which ccxt opens every stream: methods of its class, which an instance's own hide. */
const DOORS = ['watch', 'watchMultiple'];

function refuse(): Promise<never> {
  const refused = Promise.reject(new Error('the streams were ended'));
  // ccxt lets go of some of them (a login): what nobody holds would end the process.
  refused.catch(() => {});
  return refused;
}

/** ccxt renews the key of Binance's stream by a timer that sets the next one, and that nothing ends. */
function holdTimers(client: Client): () => void {
  const timers = new Set<NodeJS.Timeout>();
  client.delay = (ms: number, work: unknown, ...args: unknown[]) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      client.spawn(work, ...args);
    }, ms);
    timers.add(timer);
  };
  return () => {
    client.delay = () => {};
    for (const timer of timers) clearTimeout(timer);
  };
}

interface Stream {
  readonly params: Params;
  readonly onHint: () => void;
  readonly signal: AbortSignal;
}

async function follow(client: Client, { params, onHint, signal }: Stream): Promise<void> {
  const backOff = createBackOff();
  while (!signal.aborted) {
    const told = await unlessStopped(isTold(client, params), signal);
    if (told === null || signal.aborted) return;
    onHint();
    if (told) backOff.reset();
    else await pause(backOff.next(), signal);
  }
}

/** False: the stream was lost. */
const isTold = (client: Client, params: Params): Promise<boolean> =>
  client.watchOrders(undefined, undefined, undefined, { ...params }).then(
    () => true,
    () => false,
  );

interface Sockets {
  readonly clients?: Readonly<Record<string, { readonly connection?: { terminate?(): void } }>>;
}

async function closeStreams(client: Client): Promise<void> {
  const sockets = Object.values((client as unknown as Sockets).clients ?? {});
  const late = new AbortController();
  const closed = client.close().catch(() => {});
  await Promise.race([closed, pause(END_MS_MAX, late.signal)]);
  late.abort();
  for (const { connection } of sockets) connection?.terminate?.();
}
