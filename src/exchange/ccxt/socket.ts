/**
 * ccxt's sockets, made safe: what one of them cannot send breaks its stream, and nothing else.
 *
 * ccxt sends a subscription without waiting for it (Exchange.watch, behind its throttle), so that a
 * socket which closes at that moment rejects a promise that nobody holds: that ends a process.
 * Promises: such a failure is told to whoever waits for the stream. Never: another way to send.
 */
import type { Client } from './load.ts';

interface Socket {
  send(message: unknown): Promise<unknown>;
  /** Rejects everything that is waited for on it. */
  onError(error: unknown): void;
}

export function guardSockets(client: Client): void {
  const opener = client as unknown as { client(url: string): Socket };
  const guarded = new WeakSet<Socket>();
  const open = opener.client.bind(client);
  opener.client = url => {
    const socket = open(url);
    if (!guarded.has(socket)) guard(socket);
    guarded.add(socket);
    return socket;
  };
}

function guard(socket: Socket): void {
  const send = socket.send.bind(socket);
  socket.send = message => send(message).catch((error: unknown) => socket.onError(error));
}
