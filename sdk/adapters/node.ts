import type { Receiver } from '../receiver.ts';
import type { NodeRequest } from '../request.ts';

/** What `node:http` answers with, and Express and Next.js's pages, too. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/**
 * A handler for `createServer` of `node:http`, a route of Express or Connect, or a page of Next.js's `pages/api`. It reads the body itself: no
 * parser may come before it. After one that did, every request is answered with 500, and `onError` is told which to change.
 */
export function toNode(receiver: Receiver): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return async (request, response) => {
    const { status, headers, body } = await receiver.answer(request);
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // What is left of a body that is too long is not read.
    if (status === 413) response.setHeader('connection', 'close');
    response.end(body);
  };
}
