import type { Receiver } from '../receiver.ts';
import { bodyBytesMax, parsed, rawBytes } from '../request.ts';

/** What is needed of a Fastify instance. */
export interface FastifyInstance {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    /** Takes request, body and callback; its type in Fastify has too many forms to be told here. */
    parser: never,
  ): unknown;
  post(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown;
}

/** What is needed of its requests. */
export interface FastifyRequest {
  readonly raw: { readonly rawHeaders: readonly string[]; readonly url?: string | undefined };
  readonly body: unknown;
}

/** What is needed of its replies. */
export interface FastifyReply {
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
}

/** Where the receiver is mounted. */
export interface FastifyOptions {
  /** The route below the plugin's prefix; `/` unless given. */
  path?: string;
  /** The largest body; give the receiver's `maxBytes` when that is set. */
  maxBytes?: number;
}

/**
 * A plugin: `app.register(toFastify(receiver), { prefix: '/webhooks' })`. Within it bodies stay bytes; the rest of the application keeps its
 * parsers. Don't wrap it with fastify-plugin, which would take that away.
 */
export function toFastify(
  receiver: Receiver,
  { path = '/', maxBytes = bodyBytesMax }: FastifyOptions = {},
): (instance: FastifyInstance) => Promise<void> {
  return async (instance) => {
    instance.removeAllContentTypeParsers();
    const options = { parseAs: 'buffer', bodyLimit: maxBytes } as const;
    instance.addContentTypeParser('*', options, keepBytes as never);
    instance.post(path, async ({ raw, body }, reply) => {
      const answer = await receiver.answer(async () => {
        const bytes = body === undefined || body === null ? new Uint8Array() : rawBytes(body);
        if (bytes === null)
          throw parsed(
            'Register toFastify(receiver) by itself, without fastify-plugin, and add no preParsing hook.',
          );
        return { headers: raw.rawHeaders, body: bytes, method: 'POST', url: raw.url ?? '' };
      });
      reply.code(answer.status);
      reply.headers(answer.headers);
      return reply.send(answer.body);
    });
  };
}

function keepBytes(_request: unknown, body: Uint8Array, done: (error: null, body: Uint8Array) => void): void {
  done(null, body);
}
