import type { AttemptError } from '../../core/attempt.ts';

/** Why a request could not be sent or answered, in the words of the contract. `message` is for people and holds no secret. */
export class Fault extends Error {
  readonly kind: AttemptError;

  constructor(kind: AttemptError, detail: string) {
    super(detail);
    this.name = 'Fault';
    this.kind = kind;
  }
}

type Entry = readonly [AttemptError, string];

const unsent = 'the receiver closed the connection before it answered';

const known: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['ECONNREFUSED', ['connection_refused', 'nothing listens at this address and port']],
  ['EHOSTUNREACH', ['connection_refused', 'there is no way to this address']],
  ['ENETUNREACH', ['connection_refused', 'there is no way to this network']],
  [
    'EADDRNOTAVAIL',
    ['connection_refused', 'this machine has no free local port or no address of that family'],
  ],
  ['EACCES', ['connection_refused', 'a rule of this machine forbids the connection']],
  ['EPERM', ['connection_refused', 'a rule of this machine forbids the connection']],
  ['EMFILE', ['connection_refused', 'this process has no file descriptors left']],
  ['ENFILE', ['connection_refused', 'this machine has no file descriptors left']],
  ['ECONNRESET', ['connection_reset', 'the receiver reset the connection before it answered']],
  ['ECONNABORTED', ['connection_reset', 'the connection was aborted before the receiver answered']],
  ['EPIPE', ['connection_reset', unsent]],
  ['ETIMEDOUT', ['timeout', 'the connection timed out']],
  ['UND_ERR_DESTROYED', ['connection_reset', 'the sender was closed']],
  ['UND_ERR_HEADERS_OVERFLOW', ['response_too_large', "the response's headers are larger than 16 KiB"]],
  [
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    ['protocol', 'the response says contradictory things about its own length'],
  ],
  ['CERT_HAS_EXPIRED', ['tls', 'certificate expired']],
  ['CERT_NOT_YET_VALID', ['tls', 'certificate is not valid yet']],
  ['CERT_REVOKED', ['tls', 'certificate revoked']],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', ['tls', 'certificate is self-signed']],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['tls', 'certificate is signed by an authority that is not trusted here']],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ['tls', 'certificate is signed by an authority that is not trusted here'],
  ],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ['tls', 'certificate chain is incomplete, or signed by an authority that is not trusted here'],
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', ['tls', 'certificate is for another host name']],
  ['ERR_SSL_WRONG_VERSION_NUMBER', ['tls', 'the port speaks http, not https']],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', ['tls', 'the port speaks http, not https']],
  ['ERR_SSL_HTTP_REQUEST', ['tls', 'the port speaks http, not https']],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', ['tls', 'the receiver does not speak HTTP/1.1']],
]);

/** The receiver closed the connection instead of answering. */
export const closedFault = new Fault('connection_reset', unsent);

/** Whatever the platform or the HTTP client reports, in the words of the contract. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const entry = known.get(code);
  if (entry) return new Fault(entry[0], `${entry[1]} (${code})`);
  if (code === 'UND_ERR_SOCKET') return socketFault(message);
  if (code.startsWith('HPE_')) {
    return new Fault(
      'protocol',
      `the answer is not HTTP/1.1: ${message} (${code}); perhaps the port speaks https`,
    );
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code.startsWith('CERT_')) {
    return new Fault('tls', `TLS failed: ${message}`);
  }
  return new Fault('protocol', `the exchange failed: ${message}`);
}

/** What undici calls a socket error covers three different faults. */
function socketFault(message: string): Fault {
  if (message === 'bad upgrade')
    return new Fault('protocol', 'the receiver switched to another protocol unasked');
  if (message === 'bad response') {
    return new Fault('protocol', 'the receiver answered out of turn, or with 100 Continue unasked');
  }
  return new Fault('connection_reset', unsent);
}

/** The machine-readable code of an error, empty when it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
