/**
 * Actions: what a person may do to the bot from the page, and how he signs in for it.
 *
 * Promises: every action takes the token, or a session and a header that no form of another site can
 * send; a few a minute. Never: done twice for one request.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
import { type Refusal, refusalFor, refuse } from './guard.ts';
import type { Bot } from './message.ts';
import type { ActionName } from './view.ts';

export interface ActionOptions {
  readonly access: Access;
  readonly bot: Bot;
}

const ACTIONS: readonly ActionName[] = [
  ...(['pause', 'resume', 'flatten', 'kill-switch-on', 'kill-switch-off'] as const),
  ...(['checkpoint', 'verify'] as const),
];

export function routeActions(app: FastifyInstance, { access, bot }: ActionOptions): void {
  app.post('/api/login', async (request, reply) => {
    const { token } = fieldsOf(request.body);
    const opened = access.signIn(request.ip, typeof token === 'string' ? token : '');
    if (typeof opened === 'string') return refuseBy(reply, await refusalFor(access, opened));
    return reply.header('set-cookie', opened.cookie).send({ ok: true, text: 'signed in' });
  });
  app.post('/api/logout', (request, reply) =>
    reply.header('set-cookie', access.signOut(request)).send({ ok: true, text: 'signed out' }),
  );
  app.post('/api/action', async (request, reply) => {
    const refusal = await refusalOf(request, access);
    if (refusal !== null) return refuseBy(reply, refusal);
    const { action } = fieldsOf(request.body);
    const wanted = ACTIONS.find(each => each === action);
    if (wanted === undefined) return refuse(reply, 400, `action is one of ${ACTIONS.join(', ')}`);
    const answer = await bot.act(wanted);
    return reply.code(answer.ok ? 200 : 409).send(answer);
  });
}

function refuseBy(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const [status, text] = refusal ?? [403, 'refused'];
  return refuse(reply, status, text);
}

async function refusalOf(request: FastifyRequest, access: Access): Promise<Refusal> {
  const standing = access.standing(request);
  const refusal = await refusalFor(access, standing);
  if (refusal !== null) return refusal;
  if (standing === 'session' && request.headers['x-holdfast'] !== '1')
    return [403, 'the header x-holdfast is missing'];
  return access.actions.take(request.ip) ? null : [429, 'too many actions: wait a minute'];
}

const fieldsOf = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
