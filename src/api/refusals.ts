import * as limits from '../core/limits/api.ts';
import type { Clock } from '../ports/clock.ts';
import type { ProblemDocument } from './errors.ts';

/** A request that was answered with a problem, as the log may hold it: nothing of its body, query or real path, and of its headers what a trusted proxy says of the client. */
export interface Refusal {
  requestId: string;
  method: string;
  /** The pattern of the route; null when there is none. */
  route: string | null;
  /** The client's address. */
  client: string | null;
  status: number;
  code: string;
  /** What the caller was told, with quoted parts left out: they can be what the caller sent. */
  detail: string;
}

const quoted = /"(?:[^"\\]|\\.)*"?/g;
const detailChars = 300;

/** What is told of a request and the problem that it was answered with. */
export function refusalOf(
  problem: Pick<ProblemDocument, 'type' | 'status' | 'detail' | 'requestId'>,
  request: { method: string; route: string | null; client: string | null },
): Refusal {
  return {
    requestId: problem.requestId,
    method: request.method,
    route: request.route,
    client: request.client,
    status: problem.status,
    code: problem.type.slice(problem.type.lastIndexOf(':') + 1),
    detail: problem.detail.replaceAll(quoted, '"…"').slice(0, detailChars),
  };
}

/**
 * Hands refusals on, at most `limits.refusalsToldPerS` in a second, so that whoever floods the server does not flood the log.
 * `leftOut`: how many came since the one before without being told.
 */
export function refusalTeller(
  clock: Clock,
  tell: (refusal: Refusal, leftOut: number) => void,
): (refusal: Refusal) => void {
  let sinceMs = Number.NEGATIVE_INFINITY;
  let told = 0;
  let leftOut = 0;
  return (refusal) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - sinceMs >= 1000) {
      sinceMs = nowMs;
      told = 0;
    }
    if (told >= limits.refusalsToldPerS) {
      leftOut++;
      return;
    }
    told++;
    tell(refusal, leftOut);
    leftOut = 0;
  };
}
