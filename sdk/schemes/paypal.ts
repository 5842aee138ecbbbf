import { certificateKey } from '../certificate.ts';
import { crc32 } from '../crc32.ts';
import { isWellFormed, only, ownProof } from '../read.ts';
import type { SpecialScheme } from '../scheme.ts';

const grammar = { algorithm: 'rsa-sha256', encoding: 'base64' } as const;
const host = /(^|\.)paypal\.com$/;

/**
 * PayPal: RSA over transmission id, time, the webhook's id (field `webhookId`) and the CRC-32 of the body. A CRC is easily met, so
 * the signature tells who sends more than what: ask for the resource before money moves.
 */
export const paypal: SpecialScheme = {
  read(input) {
    const { webhookId = '' } = input.fields ?? {};
    if (webhookId === '') return { reason: 'missing_field' };
    const signature = only({ header: 'paypal-transmission-sig' }, input, 'missing_signature');
    if ('reason' in signature) return signature;
    const algorithm = only({ header: 'paypal-auth-algo' }, input, 'unknown_version');
    if ('reason' in algorithm) return algorithm;
    if (algorithm.value !== 'SHA256withRSA') return { reason: 'unknown_version' };
    const id = only({ header: 'paypal-transmission-id' }, input, 'missing_id');
    if ('reason' in id) return id;
    const time = only({ header: 'paypal-transmission-time' }, input, 'missing_timestamp');
    if ('reason' in time) return time;
    const address = only({ header: 'paypal-cert-url' }, input, 'missing_part');
    if ('reason' in address) return address;
    if (!isWellFormed(signature.value, grammar)) return { reason: 'malformed_signature' };
    const certificate = certificateKey(address.value, (name) => host.test(name), input);
    if (!('key' in certificate)) return certificate;
    const parts = [`${id.value}|${time.value}|${webhookId}|${crc32(input.body)}`];
    const proof = { ...grammar, key: certificate.key, secret: 0, parts, signatures: [signature.value] };
    return { checks: [[ownProof(proof)]], timestampS: null };
  },
};
