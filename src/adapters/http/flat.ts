import type { AttemptError, ForQueue, Outcome, Request } from '../../core/attempt.ts';
import type { SendLimits } from '../../ports/sender.ts';

/*
 * Requests and outcomes cross between threads as flat lists of values: a copy of those costs a third of a copy of the objects,
 * on both sides. Each list below is written and read in the same order.
 */

/** Values only. */
export type Flat = unknown[];

/** A request, and the number by which its outcome is told. */
export interface Numbered {
  number: number;
  request: Request;
  limits: SendLimits;
}

/** The requests of one turn of the loop. Their bodies share one piece of memory, which is handed over, not copied. */
export interface Parcel {
  flat: Flat;
  bodies: Uint8Array<ArrayBuffer>;
}

const requestValues = 10;
const outcomeValues = 11;

export function parcelOf(numbered: readonly Numbered[]): Parcel {
  const flat: Flat = [];
  const bytes = numbered.reduce((sum, { request }) => sum + request.body.bytes.byteLength, 0);
  const bodies = new Uint8Array(bytes);
  let at = 0;
  for (const { number, request, limits } of numbered) {
    const { url, headers, body } = request;
    flat.push(number, url, headers.join('\n'), headers.length, body.bytes.byteLength);
    flat.push(limits.timeoutMs, limits.connectTimeoutMs, limits.bodyBytes, request.method, request.queue);
    bodies.set(body.bytes, at);
    at += body.bytes.byteLength;
  }
  return { flat, bodies };
}

/** Bodies come back as bytes alone: how they were put together is of no use to who sends them. */
export function requestsOf({ flat, bodies }: Parcel): Numbered[] {
  const numbered: Numbered[] = [];
  let from = 0;
  for (let at = 0; at < flat.length; at += requestValues) {
    const to = from + (flat[at + 4] as number);
    const bodyBytes = flat[at + 7] as number | undefined;
    const method = flat[at + 8] as 'GET' | undefined;
    const queue = flat[at + 9] as ForQueue | undefined;
    numbered.push({
      number: flat[at] as number,
      request: {
        url: flat[at + 1] as string,
        headers: headersOf(flat[at + 2] as string, flat[at + 3] as number),
        body: { head: '', withData: false, tail: '', bytes: bodies.subarray(from, to) },
        ...(method === undefined ? {} : { method }),
        ...(queue === undefined ? {} : { queue }),
      },
      limits: {
        timeoutMs: flat[at + 5] as number,
        connectTimeoutMs: flat[at + 6] as number,
        ...(bodyBytes === undefined ? {} : { bodyBytes }),
      },
    });
    from = to;
  }
  return numbered;
}

export function addOutcome(flat: Flat, number: number, outcome: Outcome): void {
  const { responseHeaders } = outcome;
  flat.push(number, outcome.httpStatus, outcome.error, outcome.detail, outcome.durationMs);
  flat.push(responseHeaders.join('\n'), responseHeaders.length, outcome.responseBody);
  flat.push(outcome.responseTruncated, outcome.retryAfter, outcome.timings);
}

export function outcomesOf(flat: Flat): { number: number; outcome: Outcome }[] {
  const numbered: { number: number; outcome: Outcome }[] = [];
  for (let at = 0; at < flat.length; at += outcomeValues) {
    numbered.push({
      number: flat[at] as number,
      outcome: {
        httpStatus: flat[at + 1] as number | null,
        error: flat[at + 2] as AttemptError | null,
        detail: flat[at + 3] as string,
        durationMs: flat[at + 4] as number,
        responseHeaders: headersOf(flat[at + 5] as string, flat[at + 6] as number),
        responseBody: flat[at + 7] as string,
        responseTruncated: flat[at + 8] as boolean,
        retryAfter: flat[at + 9] as string | null,
        timings: flat[at + 10] as string | null,
      },
    });
  }
  return numbered;
}

/** Headers hold no line ends. */
function headersOf(lines: string, count: number): string[] {
  return count === 0 ? [] : lines.split('\n');
}
