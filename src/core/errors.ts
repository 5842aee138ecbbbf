/** What can go wrong in a way that the caller can mend. `api/errors.ts` maps each code to a status. */
export type ErrorCode =
  | 'unparseable'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'invalid'
  | 'too_many_requests'
  | 'unavailable';

/** One thing that is wrong with a request: where (RFC 6901 pointer into the body, or the bare name of a query parameter or header) and what to do. */
export interface Problem {
  pointer: string;
  detail: string;
}

/** The one error class that crosses folders. `detail` is shown to the caller: it says what to do and holds no secret. */
export class SurehookError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly problems: readonly Problem[];
  /** Seconds until it makes sense to try again; set for `too_many_requests` and `unavailable`. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    more: { problems?: readonly Problem[]; retryAfterS?: number } = {},
  ) {
    super(detail);
    this.name = 'SurehookError';
    this.code = code;
    this.detail = detail;
    this.problems = more.problems ?? [];
    this.retryAfterS = more.retryAfterS;
  }
}

/** Bad input, with a pointer for each thing that is wrong. */
export function invalid(problems: readonly Problem[]): SurehookError {
  const first = problems[0];
  const detail = first ? `${first.pointer || 'body'}: ${first.detail}` : 'The request is not valid.';
  return new SurehookError('invalid', detail, { problems });
}

const isEverybodys = /^(?:account|profile|person|session)$/;

/** An object that is not there, or belongs to another account: the two look alike on purpose. */
export function notFound(what: string, id: string): SurehookError {
  const where = isEverybodys.test(what) ? '' : ' in this account';
  return new SurehookError('not_found', `No ${what} with the id ${JSON.stringify(id)}${where}.`);
}

/**
 * The store could not say whether an act took effect: the commit failed, the disk is full, the database is away.
 * Never the caller's fault; the outcome is unknown and the caller may try again with the same id.
 */
export class StoreError extends Error {
  /** True when going on could lie about what is on disk (a failed fsync): the process must stop. */
  readonly fatal: boolean;

  constructor(message: string, fatal: boolean) {
    super(message);
    this.name = 'StoreError';
    this.fatal = fatal;
  }
}
