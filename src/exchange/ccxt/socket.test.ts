import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadClient } from './load.ts';

const GONE = 'WebSocket is not open: readyState 2 (CLOSING)';

interface Insides {
  client(url: string): {
    connection: object;
    send(message: string): Promise<unknown>;
    future(name: string): Promise<unknown>;
  };
}

describe('a socket of ccxt', () => {
  it('that closes while it is to send breaks its stream, and no promise is left alone', async () => {
    const client = await loadClient('kucoinfutures');
    const socket = (client as unknown as Insides).client('wss://127.0.0.1:1/');
    socket.connection = {
      send: (_: string, __: object, done: (error: Error) => void) => done(new Error(GONE)),
    };
    const waiting = assert.rejects(socket.future('candles'), { name: 'NetworkError' });
    await socket.send('subscribe');
    await waiting;
  });
});
