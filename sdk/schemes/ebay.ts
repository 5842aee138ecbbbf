import { fromBase64 } from '../encoding.ts';
import { atPointer, jsonOf } from '../place.ts';
import { isWellFormed, keysOf, only, ownProof } from '../read.ts';
import type { SpecialScheme } from '../scheme.ts';

const digests: Readonly<Record<string, 'ecdsa-sha1' | 'ecdsa-sha256'>> = {
  SHA1: 'ecdsa-sha1',
  SHA256: 'ecdsa-sha256',
};

/**
 * eBay: a header that is base64 of JSON with signature and key id. The keys are those that its `getPublicKey` shows for that id;
 * asking for them takes an access token of the application, so they are given.
 */
export const ebay: SpecialScheme = {
  keyForm: { algorithm: 'ecdsa-sha256', keyEncoding: 'base64' },

  read(input) {
    const found = only({ header: 'x-ebay-signature' }, input, 'missing_signature');
    if ('reason' in found) return found;
    const bytes = fromBase64(found.value);
    const said = bytes === null ? undefined : jsonOf(bytes);
    const signature = atPointer(said, '/signature');
    if (typeof signature !== 'string') return { reason: 'malformed_signature' };
    if (String(atPointer(said, '/alg')).toLowerCase() !== 'ecdsa') return { reason: 'unknown_version' };
    const algorithm = digests[String(atPointer(said, '/digest')).toUpperCase()];
    if (algorithm === undefined) return { reason: 'unknown_version' };
    const grammar = { algorithm, encoding: 'base64', keyEncoding: 'base64' } as const;
    if (!isWellFormed(signature, grammar)) return { reason: 'malformed_signature' };
    const keys = keysOf(grammar, input.secrets);
    if ('reason' in keys) return keys;
    const proofs = keys.map((key, secret) =>
      ownProof({ ...grammar, key, secret, parts: [input.body], signatures: [signature] }),
    );
    return { checks: [proofs], timestampS: null };
  },
};
