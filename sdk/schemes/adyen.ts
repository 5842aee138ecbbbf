import { atPointer, jsonOf } from '../place.ts';
import { isWellFormed, keysOf } from '../read.ts';
import type { Proof, Reason } from '../reading.ts';
import { batchItemsMax, type Key, type SpecialScheme } from '../scheme.ts';

const grammar = { algorithm: 'hmac-sha256', keyEncoding: 'hex', encoding: 'base64' } as const;
const item = '/NotificationRequestItem';
const signedFields = [
  '/pspReference',
  '/originalReference',
  '/merchantAccountCode',
  '/merchantReference',
  '/amount/value',
  '/amount/currency',
  '/eventCode',
  '/success',
];

/** Adyen's payment notifications: each item of a batch carries a signature over eight of its fields, and all must hold. */
export const adyenStandard: SpecialScheme = {
  keyForm: grammar,

  read({ secrets, body }) {
    const keys = keysOf(grammar, secrets);
    if ('reason' in keys) return keys;
    const items = atPointer(jsonOf(body), '/notificationItems');
    if (!Array.isArray(items) || items.length === 0 || items.length > batchItemsMax)
      return { reason: 'malformed_body' };
    const checks: Proof[][] = [];
    for (const each of items) {
      const proofs = proofsOf(atPointer(each, item), keys);
      if ('reason' in proofs) return proofs;
      checks.push(proofs);
    }
    return { checks, timestampS: null };
  },
};

function proofsOf(notification: unknown, keys: readonly Key[]): Proof[] | { reason: Reason } {
  const signature = atPointer(notification, '/additionalData/hmacSignature');
  if (signature === undefined || signature === '') return { reason: 'missing_signature' };
  if (typeof signature !== 'string' || !isWellFormed(signature, grammar))
    return { reason: 'malformed_signature' };
  const texts = signedFields.map((pointer) => textOf(atPointer(notification, pointer)));
  if (texts.includes(null)) return { reason: 'malformed_body' };
  const parts = [texts.join(':')];
  return keys.map((key, secret) => ({
    ...grammar,
    secret,
    kind: 'mac',
    key,
    parts,
    signatures: [signature],
  }));
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? null : String(value);
}
