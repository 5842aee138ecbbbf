import type { Answer, Receiver } from '../receiver.ts';
import type { FetchRequest } from '../request.ts';

/** What keeps a runtime alive after the answer. */
export interface FetchOptions {
  /** `ctx.waitUntil` of Workers, or `after` of Next.js. Needed where a runtime stops at the answer; Deno, Bun and Node go on by themselves. */
  waitUntil?: (work: Promise<void>) => void;
}

/**
 * A handler for the Fetch API: `export const POST = toFetch(receiver)` in Next.js's app router, `Deno.serve(toFetch(receiver))`,
 * `Bun.serve({ fetch: toFetch(receiver) })`. In Workers: `fetch: (request, env, ctx) => toFetch(receiver, { waitUntil: (work) =>
 * ctx.waitUntil(work) })(request)`.
 */
export function toFetch(
  receiver: Receiver,
  { waitUntil }: FetchOptions = {},
): (request: FetchRequest) => Promise<Response> {
  return async (request) => {
    const answer = await receiver.answer(request);
    waitUntil?.(receiver.idle());
    return responseOf(answer);
  };
}

/** An answer as the Fetch API has it. */
export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}
