import type { Receiver } from '../receiver.ts';
import { type NodeRequest, parsed, rawBytes, readRaw } from '../request.ts';

/** What is needed of Koa's context. */
export interface KoaContext {
  readonly req: NodeRequest;
  readonly request: object;
  readonly originalUrl: string;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
}

/** A middleware for Koa: `router.post('/webhooks', toKoa(receiver))`, or mounted. It reads the body itself: no parser may come before it. */
export function toKoa(receiver: Receiver): (context: KoaContext) => Promise<void> {
  return async (context) => {
    const answer = await receiver.answer(async (maxBytes) => {
      const { body, rawBody } = context.request as { body?: unknown; rawBody?: unknown };
      const { req, originalUrl } = context;
      const kept = rawBytes(rawBody) ?? rawBytes(body);
      if (kept !== null)
        return readRaw(
          {
            headers: req.rawHeaders,
            body: kept,
            method: req.method ?? 'POST',
            url: originalUrl,
          },
          maxBytes,
        );
      if (body !== undefined)
        throw parsed(
          'Put the webhook route before bodyParser(), or use koa-bodyparser, which keeps the text as rawBody.',
        );
      return readRaw(req, maxBytes);
    });
    context.status = answer.status;
    context.set(answer.headers);
    context.body = answer.body;
  };
}
