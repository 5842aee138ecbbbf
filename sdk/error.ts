import type { Reason } from './reading.ts';

/** Why there is no event: what `Reason` says of a signature, or what became of the request before that. */
export type WebhookErrorCode =
  | Reason
  /** Something read the body before, and what it left is not what was signed. */
  | 'body_already_parsed'
  | 'body_too_large'
  /** The signature holds, and what the receiver expects of the data does not. */
  | 'invalid_payload'
  /** The adapter was given something that is no request of its framework. */
  | 'no_request';

/** Mistakes on the receiver's own side: the sender has to try again when they are mended. */
const ownMistakes: ReadonlySet<WebhookErrorCode> = new Set<WebhookErrorCode>([
  'no_secret',
  'bad_secret',
  'missing_field',
  'body_already_parsed',
  'no_request',
  'certificate_needed',
  'bad_certificate',
]);

const statuses: Partial<Record<WebhookErrorCode, number>> = { body_too_large: 413, invalid_payload: 422 };

/**
 * What `verify` throws. `message` says what to change and holds no secret; it is for the log, not for the sender. `status` is what
 * to answer: 401 for a request that is not believed, 413, 422, and 500 for a mistake of the receiver's own.
 */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly code: WebhookErrorCode;
  readonly status: number;
  /** With `certificate_needed`: where the provider's certificate is. */
  readonly certificateUrl: string | null;

  constructor(code: WebhookErrorCode, message: string, certificateUrl: string | null = null) {
    super(message);
    this.code = code;
    this.status = statuses[code] ?? (ownMistakes.has(code) ? 500 : 401);
    this.certificateUrl = certificateUrl;
  }
}
