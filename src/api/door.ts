import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SurehookError } from '../core/errors.ts';
import type { InboundRequest } from '../core/inbound.ts';
import * as limits from '../core/limits/store.ts';
import type { Source } from '../core/source.ts';
import type { Taken } from '../core/tokens.ts';
import type { DoorAnswer } from '../flow/receive.ts';
import type { ApiParts } from './parts.ts';
import { declaredBytesOf, readBody, takeAsBytes } from './request-body.ts';

/*
 * `/in/:token`: where providers knock. Whatever a body is, it is taken as bytes; how large it may be is the source's to say.
 */

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on requests to a source's address, before the body is read. */
    source: Source | null;
    /** The body was larger than the source takes, and is not here. */
    tooLarge: boolean;
  }
}

const doorPath = '/in/:token';
const nothing = Buffer.alloc(0);

type DoorParts = Pick<ApiParts, 'receiver' | 'publicUrl'>;

/** Serves the addresses of sources. */
export function mountDoor(app: FastifyInstance, { receiver, publicUrl }: DoorParts): void {
  app.decorateRequest('source', null);
  app.decorateRequest('tooLarge', false);
  app.register(async (scope) => {
    scope.addContentTypeParser('*', (request, payload, done) => {
      const declaredBytes = declaredBytesOf(request.raw);
      readBody(payload, { maxBytes: request.source!.maxBodyBytes, declaredBytes }, (error, body) => {
        request.tooLarge = error instanceof SurehookError && error.code === 'too_large';
        if (request.tooLarge) done(null, nothing);
        else done(error, body);
      });
    });
    scope.route({
      method: ['GET', 'POST'],
      url: doorPath,
      exposeHeadRoute: false,
      onRequest: (request, reply, done) => {
        takeAsBytes(request);
        const { token } = request.params as { token: string };
        const known = receiver.source(token);
        if (known !== null) {
          admit(receiver, known, { request, reply });
          return done();
        }
        receiver
          .newSource(token)
          .then((made) => admit(receiver, made, { request, reply }))
          .then(() => done(), done);
      },
      handler: async (request, reply) => {
        const source = request.source!;
        const inbound = inboundOf(request, publicUrl());
        const found = request.tooLarge
          ? tooLarge(receiver, source, inbound, request)
          : await receiver.receive(source, inbound);
        return send(reply, found, request.id);
      },
    });
  });
}

/** Counts the request against the source's limit; throws when that is used up. */
function admit(
  receiver: DoorParts['receiver'],
  source: Source,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): void {
  request.source = source;
  const allowance = receiver.admit(source);
  if (allowance === null) return;
  tellLimit(reply, source, allowance);
  if (allowance.taken) return;
  throw new SurehookError('too_many_requests', 'This source takes no more just now. Send it again.', {
    retryAfterS: allowance.waitS,
  });
}

/** The request as it came: bytes, and headers that came twice twice. */
function inboundOf(request: FastifyRequest, publicUrl: string): InboundRequest {
  const { method = '', url = '', rawHeaders } = request.raw;
  return {
    method,
    url: publicUrl + url,
    headers: rawHeaders,
    body: (request.body as Buffer | undefined) ?? nothing,
  };
}

function tooLarge(
  receiver: DoorParts['receiver'],
  source: Source,
  inbound: InboundRequest,
  request: FastifyRequest,
): DoorAnswer {
  const declaredBytes = declaredBytesOf(request.raw);
  const bodyBytes = Math.max(declaredBytes, source.maxBodyBytes + 1);
  const detail = `The body is larger than the ${source.maxBodyBytes} bytes that this source takes (maxBody).`;
  return receiver.refuse(source, inbound, { status: 413, reason: 'too_large', detail }, { bodyBytes });
}

function send(reply: FastifyReply, found: DoorAnswer, requestId: string): FastifyReply {
  if (found.kind === 'answer') {
    const { status, contentType, body } = found.answer;
    if (contentType === null) return reply.code(status).send();
    reply.header('content-type', contentType);
    // As bytes, or the type would be told with a charset that the provider did not ask for.
    return reply.code(status).send(Buffer.from(body));
  }
  const { refusal, problems } = found;
  const { status, reason, detail } = refusal;
  const problem = {
    type: `urn:surehook:problem:${reason.replaceAll('_', '-')}`,
    title: 'The request was not taken in',
    status,
    detail,
    ...(problems.length > 0 ? { errors: problems } : {}),
    requestId,
  };
  if (status === 503) reply.header('retry-after', String(limits.busyRetryAfterS));
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem));
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers, in the spelling that most clients read. */
function tellLimit(reply: FastifyReply, { ratePerSecond }: Source, { remaining, waitS }: Taken): void {
  reply.header('ratelimit-limit', String(ratePerSecond));
  reply.header('ratelimit-remaining', String(remaining));
  reply.header('ratelimit-reset', String(waitS));
}
