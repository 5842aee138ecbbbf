import { SurehookError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { securityHeaders } from './answer-headers.ts';
import { problemHeaders, toProblem } from './errors.ts';
import { type Refusal, refusalOf, refusalTeller } from './refusals.ts';

export interface FailureOptions {
  /** Told of every fault of ours, with the cause that the caller does not see. */
  onFault?(error: unknown, refusal: Refusal): void;
  /** Told of every other request that was answered with a problem, at most `limits.refusalsToldPerS` a second; `leftOut` came before and were too many. */
  onRefused?(refusal: Refusal, leftOut: number): void;
}

/** The request that failed, as far as it is told of. */
interface Failing {
  requestId: string;
  method: string;
  route: string | null;
  client: string | null;
}

/** What becomes of requests that fail: what is answered, and who is told. */
export class Failures {
  /** Tells of a request that was refused, unless there were too many just now. */
  readonly refused: (refusal: Refusal) => void;
  readonly #options: FailureOptions;

  constructor(clock: Clock, options: FailureOptions) {
    this.#options = options;
    this.refused = refusalTeller(clock, (refusal, leftOut) => options.onRefused?.(refusal, leftOut));
  }

  /** The problem that it is answered with; whoever is to know of it is told. */
  answer(
    error: unknown,
    request: Failing,
  ): { status: number; headers: Record<string, string>; body: string } {
    const problem = toProblem(error, request.requestId);
    const refusal = refusalOf(problem, request);
    if (problem.status >= 500 && !isBusy(error)) this.#options.onFault?.(error, refusal);
    else this.refused(refusal);
    return {
      status: problem.status,
      headers: { ...securityHeaders, 'request-id': request.requestId, ...problemHeaders(error, problem) },
      body: JSON.stringify(problem),
    };
  }
}

/** Overload is no fault: nothing inside is to be shown, and it is told as seldom as any refusal. */
function isBusy(error: unknown): boolean {
  return error instanceof SurehookError && error.code === 'unavailable';
}
