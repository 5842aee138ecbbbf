import type { AttemptError } from '../../core/attempt.ts';
import { queueWordsChars } from '../../core/limits/queues.ts';
import { masked } from '../../core/masked.ts';

/** Why a queue did not take a message, in the words of the contract. `message` is for people and holds no secret. */
export class QueueFault extends Error {
  readonly kind: AttemptError;

  constructor(kind: AttemptError, detail: string) {
    super(detail);
    this.name = 'QueueFault';
    this.kind = kind;
  }
}

const known: Readonly<Record<string, readonly [AttemptError, string]>> = {
  ECONNREFUSED: ['connection_refused', 'nothing listens at this address and port'],
  EHOSTUNREACH: ['connection_refused', 'there is no way to this address'],
  ENETUNREACH: ['connection_refused', 'there is no way to this network'],
  ECONNRESET: ['connection_reset', 'the broker closed the connection before it confirmed'],
  EPIPE: ['connection_reset', 'the broker closed the connection before it confirmed'],
  ETIMEDOUT: ['timeout', 'the connection timed out'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['tls', 'the port does not speak TLS'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['tls', 'the certificate is for another host name'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['tls', 'the certificate is self-signed'],
  SELF_SIGNED_CERT_IN_CHAIN: ['tls', 'the certificate is signed by an authority that is not trusted here'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'tls',
    'the certificate is signed by an authority that is not trusted here',
  ],
  CERT_HAS_EXPIRED: ['tls', 'the certificate has expired'],
};

/** The broker went away, or the connection to it, while a message was on its way. */
export function goneFault(broker: string): QueueFault {
  return new QueueFault('connection_reset', `the connection to ${broker} was closed before it confirmed`);
}

/**
 * A message that does not fit. The schedule goes on all the same, as it does when a receiver answers 413, for limits can be raised
 * meanwhile: `raise` says which one, and where.
 */
export function tooLargeFault(bytes: number, than: string, raise: string): QueueFault {
  return new QueueFault(
    'rejected',
    `the message (a body of ${bytes} bytes) is larger than ${than} takes: ${raise}, or send less and a reference to the rest`,
  );
}

/**
 * Whatever a client library reports: what the platform says of the connection, else the broker's own words as `rejected`.
 * Nothing that is one of `secrets` is left in it.
 */
export function queueFaultOf(error: unknown, secrets: readonly (string | null)[] = []): QueueFault {
  const { kind, message } = error instanceof QueueFault ? error : read(error);
  let words = message;
  for (const secret of secrets) if (secret) words = words.replaceAll(secret, masked);
  return new QueueFault(kind, words.slice(0, queueWordsChars));
}

function read(error: unknown): QueueFault {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const entry = known[code];
    if (entry !== undefined) return new QueueFault(entry[0], `${entry[1]} (${code})`);
    if (/^(?:ERR_SSL_|ERR_TLS_|CERT_)/.test(code))
      return new QueueFault('tls', `TLS failed: ${cause.message}`);
    cause = cause.cause ?? (cause as AggregateError).errors?.[0];
  }
  return new QueueFault('rejected', error instanceof Error ? error.message : String(error));
}
