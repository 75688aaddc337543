/**
 * The bound on connections: so many are open at once, whoever opens them.
 *
 * Promises: one that comes when all places are taken gets the place of the oldest on which nobody gave
 * the token, so that strangers who hold theirs, silent or idle, keep no owner out. Never: ends a
 * connection of somebody with the token for that of another.
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

export class ConnectionBound {
  readonly #max: number;
  /** Oldest first. */
  readonly #strangers = new Set<Socket>();
  readonly #known = new Set<Socket>();

  constructor(server: EventEmitter, max: number) {
    this.#max = max;
    server.on('connection', (socket: Socket) => this.#meet(socket));
  }

  /** The token or a session came over it. */
  know(socket: Socket): void {
    if (this.#strangers.delete(socket)) this.#known.add(socket);
  }

  #meet(socket: Socket): void {
    this.#strangers.add(socket);
    socket.once('close', () => this.#forget(socket));
    if (this.#strangers.size + this.#known.size <= this.#max) return;
    const [oldest = socket] = this.#strangers;
    this.#forget(oldest);
    oldest.destroy();
  }

  #forget(socket: Socket): void {
    this.#strangers.delete(socket);
    this.#known.delete(socket);
  }
}
