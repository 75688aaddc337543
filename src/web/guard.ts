/**
 * The guard: what every request passes before anything looks at it, and what every answer carries.
 *
 * Promises: a foreign `Host` is 421 and a foreign `Origin` 403, whatever is asked for (but that a link
 * may lead to the page); whoever may sit at another machine, also behind a proxy of this one, is
 * answered nothing but `/healthz` without the token; a client that asks too often waits.
 * Never: lets a page of another site read or do anything.
 */
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Access, isKnown, type Standing } from './access.ts';
import type { ConnectionBound } from './connection-bound.ts';
import { hostNameOf, isKnownHost, isLoopback } from './host-name.ts';
import type { Door } from './message.ts';

export interface Guarding {
  readonly door: Door;
  readonly access: Access;
  /** Of inline import maps. */
  readonly scriptHashes: readonly string[];
}

/** What is asked for by machines that hold no token, and by those who have yet to give it. */
const ALWAYS_OPEN = new Set(['/healthz', '/api/login']);
/** Of a page alone: without it nobody could sign in. */
const PAGE = /^\/($|app\/|lib\/)/;
/** What a proxy adds to a request that it passes on; no browser sends these by itself. */
const PASSED_ON = [
  ...['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'],
  ...['x-real-ip', 'via'],
];

export function guard(
  app: FastifyInstance,
  guarding: Guarding,
  connections: ConnectionBound,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const refusal = await passing(request, reply, guarding);
    if (refusal !== null) return refuse(reply, ...refusal);
    if (isKnown(guarding.access.standing(request))) connections.know(request.raw.socket);
  });
}

/** Of what comes before any hook: an address that no route can be looked up by. */
export async function refuseUnread(
  request: FastifyRequest,
  reply: FastifyReply,
  guarding: Guarding,
): Promise<void> {
  const refusal = await passing(request, reply, guarding);
  refuse(reply, ...(refusal ?? [400, 'this address cannot be read']));
}

/** Of what is no HTTP: there is no reply, only a line. */
export function refuseUnheard(socket: Socket, { code }: { readonly code?: string }): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, text] = UNHEARD[code ?? ''] ?? ['400 Bad Request', 'this is no request'];
  const body = JSON.stringify({ ok: false, text });
  const headers = {
    ...headersOf([]),
    ...{ 'content-type': 'application/json; charset=utf-8', connection: 'close' },
    'content-length': String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write([`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n'));
  // Whoever leaves his side open holds no place.
  socket.destroySoon();
}

const UNHEARD: Readonly<Record<string, readonly [status: string, text: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long'],
};

/** Every answer has the headers, whatever it says. */
function passing(
  request: FastifyRequest,
  reply: FastifyReply,
  guarding: Guarding,
): Promise<Refusal> {
  void reply.headers(headersOf(guarding.scriptHashes));
  return refusalOf(request, guarding);
}

export function refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
  if (status === 429) void reply.header('retry-after', '60');
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(status).send({ ok: false, text });
}

export type Refusal = readonly [status: number, text: string] | null;

async function refusalOf(request: FastifyRequest, { door, access }: Guarding): Promise<Refusal> {
  const { headers, ip } = request;
  if (!isKnownHost(headers.host, door))
    return [421, 'this name is not known here: add it to web.hosts if it is yours'];
  if (!isOwnSite(request) && !isFollowed(request))
    return [403, 'requests of other sites are refused'];
  const [path = ''] = request.url.split('?');
  // Not counted either: a stranger at the owner's address could keep him from signing in.
  if (ALWAYS_OPEN.has(path) || PAGE.test(path)) return null;
  const standing = access.standing(request);
  if (!access.takes(ip, standing)) return [429, 'too many requests: wait a minute'];
  return !door.isOpen && isFromHere(headers) ? null : refusalFor(access, standing);
}

/** A proxy asks from this machine for others: it shows by the name they call, or by what it adds. */
function isFromHere(headers: FastifyRequest['headers']): boolean {
  const name = hostNameOf(headers.host);
  return name !== null && isLoopback(name) && PASSED_ON.every(each => headers[each] === undefined);
}

/** A browser tells where a request comes from; what tells nothing is no browser, or asks its own. */
function isOwnSite({ headers }: FastifyRequest): boolean {
  const { origin, host } = headers;
  if (headers['sec-fetch-site'] === 'cross-site') return false;
  if (origin === undefined) return true;
  const [, own] = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase()) ?? [];
  return own !== undefined && hostNameOf(own) !== null && own === host?.toLowerCase();
}

/** A link to the page, in a window of its own: the page itself holds nothing. */
const isFollowed = ({ method, url, headers }: FastifyRequest): boolean =>
  method === 'GET' &&
  url === '/' &&
  headers.origin === undefined &&
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document';

/** Why one who stands like this may not; null: he may. Who guesses hears it later. */
export async function refusalFor(access: Access, standing: Standing): Promise<Refusal> {
  if (isKnown(standing)) return null;
  const told = await access.slowed(standing);
  if (told === 'barred') return [429, 'too many wrong tokens: wait a minute'];
  return [401, told === 'wrong' ? 'the token is wrong' : 'this takes the token'];
}

function headersOf(scriptHashes: readonly string[]): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    ["script-src 'self'", ...scriptHashes].join(' '),
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
  };
}
