import { keysOf, only } from '../read.ts';
import type { Proof } from '../reading.ts';
import { type SpecialScheme, signaturesMax } from '../scheme.ts';

const grammar = { algorithm: 'hmac-sha1', keyEncoding: 'utf8', encoding: 'hex' } as const;

/**
 * Braintree: a form with `bt_payload` and `bt_signature`, pairs `public key|signature` joined by `&`. Only pairs of the field
 * `publicKey` count when that is given. The key is the SHA-1 of the private key; the payload may have lost its last line break.
 */
export const braintree: SpecialScheme = {
  keyForm: grammar,

  read(input) {
    const keys = keysOf(grammar, input.secrets);
    if ('reason' in keys) return keys;
    const found = only({ form: 'bt_signature' }, input, 'missing_signature');
    if ('reason' in found) return found;
    const payload = only({ form: 'bt_payload' }, input, 'missing_part');
    if ('reason' in payload) return payload;
    if (!/^[A-Za-z0-9+/=\n]+$/.test(payload.value)) return { reason: 'malformed_body' };
    const pairs = found.value.split('&', signaturesMax + 1);
    if (pairs.length > signaturesMax) return { reason: 'too_many_signatures' };
    const read = pairs
      .map((pair) => /^([^|]{1,200})\|([0-9a-f]{40})$/.exec(pair))
      .filter((pair) => pair !== null);
    if (read.length === 0) return { reason: 'malformed_signature' };
    const { publicKey } = input.fields ?? {};
    const signatures = read
      .filter(([, name]) => publicKey === undefined || name === publicKey)
      .map(([, , signature]) => signature!);
    if (signatures.length === 0) return { reason: 'unknown_version' };
    const proofs = keys.flatMap((key, secret) =>
      [payload.value, `${payload.value}\n`].map((text): Proof => {
        const hashed = key.kind === 'hmac' ? { ...key, isHashed: true as const } : key;
        return { ...grammar, secret, kind: 'mac', key: hashed, parts: [text], signatures };
      }),
    );
    return { checks: [proofs], timestampS: null };
  },
};
