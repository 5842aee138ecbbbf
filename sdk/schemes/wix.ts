import { fromBase64, toBase64 } from '../encoding.ts';
import { atPointer, jsonOf } from '../place.ts';
import { isWellFormed, judgeTimestamp, keysOf, ownProof } from '../read.ts';
import { type SpecialScheme, tokenBytesMax } from '../scheme.ts';

const grammar = { algorithm: 'rsa-sha256', encoding: 'base64', keyEncoding: 'base64' } as const;

/**
 * Wix: the body is a signed token (JWT, RS256) for the public key of the app. A token that says when it ends (`exp`) is refused
 * afterwards; whether a retry comes with a new one is not documented, so its age alone is no reason.
 */
export const wix: SpecialScheme = {
  keyForm: grammar,

  read({ secrets, body, nowS }) {
    if (body.length > tokenBytesMax) return { reason: 'malformed_body' };
    const keys = keysOf(grammar, secrets);
    if ('reason' in keys) return keys;
    const [head = '', claims = '', signed = '', ...more] = new TextDecoder()
      .decode(body)
      .trim()
      .split('.', 4);
    const said = decoded(head);
    if (more.length > 0 || said === undefined || signed === '') return { reason: 'malformed_body' };
    if (atPointer(said, '/alg') !== 'RS256') return { reason: 'unknown_version' };
    const signature = bytesOf(signed);
    const text = signature === null ? '' : toBase64(signature);
    if (!isWellFormed(text, grammar)) return { reason: 'malformed_signature' };
    const until = atPointer(decoded(claims), '/exp');
    if (until !== undefined) {
      const judged = judgeTimestamp({ unit: 's', toleranceS: 0, futureS: Number.MAX_VALUE }, String(until), {
        nowS,
      });
      if ('reason' in judged) return judged;
    }
    const parts = [`${head}.${claims}`];
    const proofs = keys.map((key, secret) =>
      ownProof({ ...grammar, key, secret, parts, signatures: [text] }),
    );
    return { checks: [proofs], timestampS: null };
  },
};

/** The bytes of base64 in the alphabet of tokens. */
function bytesOf(text: string): Uint8Array | null {
  return /^[A-Za-z0-9_-]+$/.test(text) ? fromBase64(text.replaceAll('-', '+').replaceAll('_', '/')) : null;
}

function decoded(text: string): unknown {
  const bytes = bytesOf(text);
  return bytes === null ? undefined : jsonOf(bytes);
}

/**
 * The event that a token carries, which is JSON within JSON within JSON: `eventType`, `instanceId`, `data`. Undefined where it can't be
 * read.
 */
export function wixEvent(body: Uint8Array): unknown {
  const [, claims = ''] = new TextDecoder().decode(body).split('.', 3);
  const event = unfolded(atPointer(decoded(claims), '/data'));
  return event === null || typeof event !== 'object'
    ? undefined
    : { ...event, data: unfolded(atPointer(event, '/data')) };
}

function unfolded(value: unknown): unknown {
  return typeof value === 'string' ? jsonOf(new TextEncoder().encode(value)) : value;
}
