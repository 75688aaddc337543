/**
 * Host names: where the dashboard may listen, and under which names it may be called.
 *
 * A page of another site can make a browser ask a server on this machine, and by a name of its own
 * that it points at 127.0.0.1 (DNS rebinding) even read the answer; but the browser tells that name.
 * Promises: a name is known or it is foreign; addresses are no names, so nobody can rebind them.
 */
import { isIP } from 'node:net';

/** `127.0.0.1:8080`, `[::1]:8080`, `Localhost` → the name alone; null: it is none. */
export function hostNameOf(host: string | undefined): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec((host ?? '').toLowerCase());
  return match?.[1]?.replace(/^\[|\]$/g, '').replace(/\.$/, '') ?? null;
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Whether a request that names this host is meant for a server that listens on `own`. */
export function isKnownHost(
  host: string | undefined,
  { host: own, hosts }: { readonly host: string; readonly hosts: readonly string[] },
): boolean {
  const name = hostNameOf(host);
  if (name === null) return false;
  if (hosts.some(each => each.toLowerCase() === name)) return true;
  if (isLoopback(own)) return isLoopback(name);
  return name === own.toLowerCase() || isLoopback(name) || (isEverywhere(own) && isIP(name) !== 0);
}

/** For a browser: `http://127.0.0.1:8080`. */
export const addressOf = (host: string, port: number): string =>
  `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
