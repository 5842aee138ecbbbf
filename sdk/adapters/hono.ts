import type { Receiver } from '../receiver.ts';
import { type FetchRequest, parsed, readRaw } from '../request.ts';
import { responseOf } from './fetch.ts';

/** What is needed of Hono's context. */
export interface HonoContext {
  readonly req: {
    readonly raw: FetchRequest;
    readonly bodyCache?: Readonly<Record<string, unknown>>;
    arrayBuffer(): Promise<ArrayBuffer>;
  };
  readonly executionCtx?: { waitUntil(work: Promise<unknown>): void };
}

/** A handler of a Hono route: `app.post('/webhooks', toHono(receiver))`. What a middleware read as text or bytes is found again. */
export function toHono(receiver: Receiver): (context: HonoContext) => Promise<Response> {
  return async (context) => {
    const { req } = context;
    const answer = await receiver.answer(async (maxBytes) => {
      const cached = req.bodyCache ?? {};
      if (!req.raw.bodyUsed) return readRaw(req.raw, maxBytes);
      if (cached.text === undefined && cached.arrayBuffer === undefined)
        throw parsed(
          'A middleware read c.req.raw, or called c.req.formData(): put the webhook route before it, or let it call c.req.json() or c.req.text(), which keep what they read.',
        );
      const { method, url, headers } = req.raw;
      return readRaw({ method, url, headers, body: await req.arrayBuffer() }, maxBytes);
    });
    if (receiver.isAnswerFirst) keepAlive(context, receiver.idle());
    return responseOf(answer);
  };
}

/** Hono's getter throws where the runtime has no such thing. */
function keepAlive(context: HonoContext, work: Promise<void>): void {
  try {
    context.executionCtx?.waitUntil(work);
  } catch {
    // Nothing stops at the answer there.
  }
}
