import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Bin } from '../core/bin.ts';
import { SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits/bins.ts';
import type { Caught } from '../flow/bins.ts';
import type { ApiParts } from './parts.ts';
import { declaredBytesOf, readBody, takeAsBytes } from './request-body.ts';

/*
 * `/b/:id` and everything below it: where bins catch. Any method, any body, taken as bytes.
 */

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on requests to a bin's address, before the body is read. */
    bin: Bin | null;
    /** The body was larger than a bin takes, and is not here. */
    isCut: boolean;
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const nothing = Buffer.alloc(0);
/** Into so many parts an answer that is slow is cut at most. */
const slowParts = 20;

type BinDoorParts = Pick<ApiParts, 'bins' | 'publicUrl' | 'clock'>;

/** Serves the addresses of bins. */
export function mountBins(app: FastifyInstance, { bins, publicUrl, clock }: BinDoorParts): void {
  app.decorateRequest('bin', null);
  app.decorateRequest('isCut', false);
  app.register(async (scope) => {
    scope.addContentTypeParser('*', (request, payload, done) => {
      const declaredBytes = declaredBytesOf(request.raw);
      readBody(payload, { maxBytes: limits.binBodyBytes, declaredBytes }, (error, body) => {
        request.isCut = error instanceof SurehookError && error.code === 'too_large';
        if (request.isCut) done(null, nothing);
        else done(error, body);
      });
    });
    for (const url of ['/b/:id', '/b/:id/*'])
      scope.route({
        method: methods,
        url,
        exposeHeadRoute: false,
        onRequest: async (request) => {
          takeAsBytes(request);
          request.bin = await bins.at((request.params as { id: string }).id);
        },
        handler: async (request, reply) => {
          const caught = await bins.catch(request.bin!, caughtOf(request, publicUrl()));
          return answer(request, reply, caught, clock);
        },
      });
  });
}

/** The request as it came: bytes, and headers that came twice twice. */
function caughtOf(request: FastifyRequest, publicUrl: string): Parameters<ApiParts['bins']['catch']>[1] {
  const { method = '', url = '', rawHeaders } = request.raw;
  const body = (request.body as Buffer | undefined) ?? nothing;
  const declaredBytes = declaredBytesOf(request.raw);
  return {
    method,
    url: publicUrl + url,
    headers: rawHeaders,
    bodyBytes: request.isCut ? Math.max(declaredBytes, limits.binBodyBytes + 1) : body.length,
    body: request.isCut ? null : body,
  };
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { bin, status }: Caught,
  clock: ApiParts['clock'],
): FastifyReply {
  const { body, slowMs } = bin.behaviour;
  if (status === null) {
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  }
  const isEmpty = status === 204 || status === 304 || body === '';
  reply.code(status);
  if (isEmpty) return reply.send();
  reply.header('content-type', /^\s*[[{"]/.test(body) ? 'application/json' : 'text/plain; charset=utf-8');
  return reply.send(slowMs === 0 ? Buffer.from(body) : Readable.from(trickle(body, slowMs, clock)));
}

/** The text in parts, spread over a time. */
async function* trickle(text: string, overMs: number, clock: ApiParts['clock']): AsyncGenerator<Buffer> {
  const size = Math.max(1, Math.ceil(text.length / slowParts));
  const count = Math.ceil(text.length / size);
  for (let at = 0; at < text.length; at += size) {
    await new Promise<void>((resolve) => void clock.after(overMs / count, resolve));
    yield Buffer.from(text.slice(at, at + size));
  }
}
