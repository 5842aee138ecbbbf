import { type ErrorCode, type Problem, StoreError, SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits/store.ts';

/** An error as it is answered (RFC 9457). */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Problem[];
  requestId: string;
}

/** What each code is answered with; the OpenAPI document is written from the same table. */
export const problems: Readonly<Record<ErrorCode | 'internal', { status: number; title: string }>> = {
  unparseable: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'No valid API key' },
  forbidden: { status: 403, title: 'The API key lacks the right' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'Conflict' },
  too_large: { status: 413, title: 'Too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  invalid: { status: 422, title: 'The request is not valid' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Not available right now' },
};

/** More than this many pointers help nobody. */
const pointersShown = 50;

/** What an error of any kind says to the caller. Faults of ours show nothing of what happened inside. */
export function toProblem(error: unknown, requestId: string): ProblemDocument {
  const known = toSurehookError(error);
  const code = known?.code ?? 'internal';
  const { status, title } = problems[code];
  const problem: ProblemDocument = {
    type: `urn:surehook:problem:${code.replaceAll('_', '-')}`,
    title,
    status,
    detail:
      known?.detail ??
      'Something went wrong on our side. Try again; if it stays, give the requestId to whoever runs this server.',
    requestId,
  };
  if (known && known.problems.length > 0) problem.errors = known.problems.slice(0, pointersShown);
  return problem;
}

/** Headers that go with a problem. */
export function problemHeaders(error: unknown, problem: ProblemDocument): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' };
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer';
  const retryAfterS = error instanceof SurehookError ? error.retryAfterS : undefined;
  if (retryAfterS !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterS));
  else if (problem.status === 503 || problem.status === 429) {
    headers['retry-after'] = String(limits.busyRetryAfterS);
  }
  return headers;
}

function toSurehookError(error: unknown): SurehookError | null {
  if (error instanceof SurehookError) return error;
  if (error instanceof StoreError) {
    return new SurehookError(
      'unavailable',
      'The store did not answer, so it is not known whether this took effect. Try again with the same id or Idempotency-Key.',
    );
  }
  return fromFramework(error);
}

/** The HTTP layer's own refusals carry a status. Only 4xx is the caller's business. */
function fromFramework(error: unknown): SurehookError | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  switch (error.statusCode) {
    case 413:
      return new SurehookError('too_large', 'The body is larger than this route takes.');
    case 414:
      return new SurehookError('not_found', 'There is nothing under this address.');
    case 415:
      return unsupportedType();
    default:
      return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500
        ? new SurehookError('unparseable', 'The request is not valid HTTP. Check its address and headers.')
        : null;
  }
}

export function unsupportedType(): SurehookError {
  return new SurehookError(
    'unsupported_media_type',
    'Send the body as JSON, uncompressed, with "Content-Type: application/json".',
  );
}
