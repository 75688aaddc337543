/**
 * The server: the routes of the dashboard.
 *
 * Promises: everything that is looked at is answered from the model, so that no request reaches the
 * bot's thread but for the two views that only it can make (at most every two seconds each) and for
 * an action; an error is one line of JSON. Never: shows a stack, a path of the machine or the token.
 */
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify';
import type { Survey, Weight } from '../app/directory-view.ts';
import {
  WEB_BODY_BYTES_MAX,
  WEB_CONNECTIONS_MAX,
  WEB_HEADER_BYTES_MAX,
  WEB_REQUEST_MS_MAX,
} from '../base/limits.ts';
import type { Access } from './access.ts';
import { routeActions } from './action-route.ts';
import type { Assets } from './asset.ts';
import type { AttentionMemory } from './attention-memory.ts';
import { ConnectionBound } from './connection-bound.ts';
import { guard, refuse, refuseUnheard, refuseUnread } from './guard.ts';
import type { Bot, Door, Views } from './message.ts';
import type { Model } from './model.ts';
import type { Streams } from './stream.ts';
import { Unanswered } from './switchboard.ts';
import { csvOf, pageOf, questionOf, type TradeQuestion } from './trade-list.ts';
import type { StateView } from './view.ts';

export interface ServerOptions {
  readonly door: Door;
  readonly access: Access;
  readonly assets: Assets;
  readonly model: Model;
  readonly streams: Streams;
  readonly bot: Bot;
  /** What the directory weighs, what its manifest and notes tell; null: it could not be looked at. */
  readonly inspect: () => Promise<{
    readonly weight: Weight | null;
    readonly survey: Survey | null;
  }>;
  /** What attention weighed before this run. */
  readonly attention: AttentionMemory;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  /** Null: all is well; else why not. */
  readonly ailment: () => string | null;
}

export function createServer(options: ServerOptions): FastifyInstance {
  const { door, access, assets } = options;
  const guarding = { door, access, scriptHashes: assets.scriptHashes };
  const app = fastify({
    bodyLimit: WEB_BODY_BYTES_MAX,
    requestTimeout: WEB_REQUEST_MS_MAX,
    http: {
      ...{ headersTimeout: WEB_REQUEST_MS_MAX, maxHeaderSize: WEB_HEADER_BYTES_MAX },
      // The guard says so itself.
      requireHostHeader: false,
    },
    frameworkErrors: (_, request, reply) => void refuseUnread(request, reply, guarding),
    clientErrorHandler: (error, socket) => refuseUnheard(socket, error),
    forceCloseConnections: true,
    return503OnClosing: false,
    // Nothing is ever taken from what a client calls itself.
    trustProxy: false,
  });
  app.removeContentTypeParser('text/plain');
  app.setNotFoundHandler((request, reply) => refuseUnknown(app, request, reply));
  app.setErrorHandler<FastifyError>((error, _, reply) => fail(reply, error));
  const connections = new ConnectionBound(app.server, WEB_CONNECTIONS_MAX);
  guard(app, guarding, connections);
  routeAssets(app, assets);
  routeViews(app, options);
  routeStream(app, options);
  routeNumbers(app, options);
  routeActions(app, options);
  return app;
}

const METHODS = ['GET', 'HEAD', 'POST'] as const;

/** Of an address that is known only the method is wrong. */
function refuseUnknown(
  app: FastifyInstance,
  { url }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const [path = ''] = url.split('?');
  const allowed = METHODS.filter(method => app.hasRoute({ method, url: path }));
  if (allowed.length === 0)
    return refuse(reply, 404, 'not found: docs/DASHBOARD.md lists the addresses');
  return refuse(reply.header('allow', allowed.join(', ')), 405, `this takes ${allowed.join(', ')}`);
}

/** What fastify refuses says why; what broke here is nobody's to read. */
function fail(reply: FastifyReply, error: FastifyError): FastifyReply {
  const { statusCode = 500, message } = error;
  const isTold = statusCode < 500 || error instanceof Unanswered;
  const text = isTold ? message : 'this could not be answered';
  return reply.code(statusCode).send({ ok: false, text });
}

function routeAssets(app: FastifyInstance, { files }: Assets): void {
  for (const [path, { type, content }] of files)
    app.get(path, (request, reply) => {
      const { body, etag } = content();
      void reply.headers({ etag, 'cache-control': 'no-cache' });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(type).send(body);
    });
}

function routeViews(app: FastifyInstance, { model, bot, inspect, attention }: ServerOptions): void {
  app.get('/api/snapshot', () => model.snapshot());
  routeTrades(app, '/api/trades', question => pageOf(model.trades, question));
  routeTrades(app, '/api/trades.csv', (question, reply) => {
    void reply.header('content-disposition', 'attachment; filename="trades.csv"');
    void reply.type('text/csv; charset=utf-8');
    return csvOf(model.trades, question);
  });
  app.get(
    '/api/learning',
    async (): Promise<Views['learning']> => attention.complete(await bot.view('learning')),
  );
  app.get('/api/state', async (): Promise<Views['state']> => {
    const view = await bot.view('state');
    const { weight, survey } = await inspect();
    const { journal } = view;
    return {
      ...surveyed(view, survey),
      directoryBytes: weight?.directory ?? null,
      journal: {
        ...journal,
        ...(weight !== null && { bytes: weight.journal, lag: weight.lag }),
      },
    };
  });
}

/** What is asked of the list of trades is refused in one way, whatever it is answered as. */
function routeTrades(
  app: FastifyInstance,
  path: string,
  answer: (question: TradeQuestion, reply: FastifyReply) => unknown,
): void {
  app.get<{ Querystring: Record<string, unknown> }>(path, (request, reply) => {
    const question = questionOf(request.query);
    if (typeof question === 'string') return refuse(reply, 400, question);
    return reply.send(answer(question, reply));
  });
}

/** A file of another step than the bot's own is another file. */
function surveyed(view: StateView, survey: Survey | null): StateView {
  if (survey === null) return view;
  const files = view.files.map(row => {
    const times = survey.files.get(row.id);
    if (times === undefined || times.seq !== row.seq) return row;
    const { writtenAt, verifiedAt } = times;
    return { ...row, writtenAt, verifiedAt };
  });
  return { ...view, files, verification: view.verification ?? survey.verification };
}

function routeStream(app: FastifyInstance, { streams }: ServerOptions): void {
  app.get('/api/stream', { exposeHeadRoute: false }, (request, reply) => {
    if (streams.isFull) return refuse(reply, 503, 'too many pages are open');
    const { raw } = reply;
    raw.setTimeout(0);
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) raw.setHeader(name, value);
    raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
    // A proxy that gathers what it passes on would gather for ever.
    raw.setHeader('x-accel-buffering', 'no');
    const last = request.headers['last-event-id'];
    streams.open(raw, typeof last === 'string' ? last : undefined);
    return reply.hijack();
  });
}

function routeNumbers(app: FastifyInstance, { metrics, ailment, model }: ServerOptions): void {
  app.get('/metrics', async (_, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  );
  app.get('/healthz', (_, reply) => {
    const why = ailment();
    const { seq, marketTime } = model.status;
    if (why === null) return { status: 'ok', seq, marketTime };
    return reply.code(503).send({ status: 'unwell', why });
  });
}
