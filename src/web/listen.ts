/**
 * Listening: at the port that was wished for, or at the next that is free.
 *
 * Promises: a busy port is no reason to do without; what else is wrong with an address is told.
 */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface Listening {
  readonly port: number;
  /** Ports that were taken. */
  readonly busy: number;
}

/** Where it listens, or why nowhere. */
export async function listenFrom(
  app: FastifyInstance,
  wish: { readonly host: string; readonly port: number; readonly tries: number },
): Promise<Listening | string> {
  const { host, port, tries } = wish;
  for (let busy = 0; busy < tries; busy += 1)
    try {
      await app.listen({ host, port: port === 0 ? 0 : port + busy });
      return { port: (app.server.address() as AddressInfo).port, busy };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' || port + busy >= 65_535) return `${host}:${port}: ${message}`;
    }
  return `ports ${port} to ${port + tries - 1} of ${host} are all taken`;
}
