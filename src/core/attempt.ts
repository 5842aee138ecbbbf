/** Why an attempt failed, in the words of the contract (§5). `lost`: the process died while the request was under way. `nack`: whoever fetched it gave it back. `rejected`: the broker of a queue said no. */
export const attemptErrors = [
  'timeout',
  'connection_refused',
  'connection_reset',
  'dns',
  'tls',
  'blocked_address',
  'redirect',
  'response_too_large',
  'http_status',
  'protocol',
  'lost',
  'nack',
  'rejected',
] as const;
/** Why an attempt did not end in a 2xx; one of `attemptErrors`. */
export type AttemptError = (typeof attemptErrors)[number];

/** Headers as they go over the wire: name, value, name, value … Names in lower case, values visible ASCII. */
export type FlatHeaders = string[];

/** The same two by two, in the same order; a name without a value is left out. */
export function headerPairs(flat: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at]!, flat[at + 1]!]);
  return pairs;
}

/** What came of one request. A refusal by the other side is a value here, never an exception. */
export interface Outcome {
  /** Status of the final response, null when none arrived. */
  httpStatus: number | null;
  /** Null means success: a 2xx within the timeout. */
  error: AttemptError | null;
  /** The cause in plain words, for people: names the fault, holds no secret. Empty on success. */
  detail: string;
  durationMs: number;
  /** Where that time went, as `Steps` wrote it (core/timings.ts); null when it is not known, or nothing was sent by HTTP. */
  timings: string | null;
  responseHeaders: FlatHeaders;
  /** At most `limits.attemptBodyBytes`, as text; bytes that are not UTF-8 show as U+FFFD. */
  responseBody: string;
  responseTruncated: boolean;
  /** Raw `Retry-After` of the response, null when absent. */
  retryAfter: string | null;
}

/** The outcome of a request that never left: why, in plain words. */
export function notSent(error: AttemptError, detail: string): Outcome {
  return {
    httpStatus: null,
    error,
    detail,
    durationMs: 0,
    timings: null,
    responseHeaders: [],
    responseBody: '',
    responseTruncated: false,
    retryAfter: null,
  };
}

/** One request exactly as it goes out. The body is `head` + the event's data + `tail` (or `head` alone when `data` is not part of it). */
export interface Request {
  /** POST when absent. A GET has no body. */
  method?: 'GET';
  url: string;
  headers: FlatHeaders;
  body: RequestBody;
  /** Absent: it goes to a receiver by HTTP. */
  queue?: ForQueue;
}

/** What a queue has to know of an event besides headers and body. No attempt keeps it. */
export interface ForQueue {
  eventId: string;
  eventType: string;
  reference: string | null;
  /** Of the user in the URL. */
  password: string | null;
}

/** A body in three parts, so that an attempt can show it byte for byte without storing the event's data again. */
export interface RequestBody {
  head: string;
  /** False when the event's data does not appear as it is (profile `slack`): then `head` is the whole body. */
  withData: boolean;
  tail: string;
  /** The UTF-8 bytes of all of it. */
  bytes: Uint8Array;
}

/** The record of one try: written once, never changed. */
export interface Attempt {
  /** 1 for a delivery's first attempt; goes on counting through replays. */
  n: number;
  atMs: number;
  durationMs: number;
  /** As in `Outcome`. */
  timings: string | null;
  httpStatus: number | null;
  error: AttemptError | null;
  detail: string;
  url: string;
  requestHeaders: FlatHeaders;
  bodyHead: string;
  bodyWithData: boolean;
  bodyTail: string;
  responseHeaders: FlatHeaders;
  responseBody: string;
  responseTruncated: boolean;
  /** When the next attempt was set for, null when none was. */
  nextAttemptAtMs: number | null;
}
