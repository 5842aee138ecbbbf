import type { Scheme } from '../scheme.ts';

/** Discord. The key is the application's public key, as hex. */
export const discord: Scheme = {
  place: { header: 'x-signature-ed25519' },
  message: ['{timestamp}', '{body}'],
  algorithm: 'ed25519',
  keyEncoding: 'hex',
  encoding: 'hex',
  timestamp: { place: { header: 'x-signature-timestamp' }, unit: 's', toleranceS: null },
  type: { body: '/event/type' },
};

/** SendGrid's event webhook. The key is its verification key: base64 of an elliptic-curve public key. */
export const sendgrid: Scheme = {
  place: { header: 'x-twilio-email-event-webhook-signature' },
  message: ['{timestamp}', '{body}'],
  algorithm: 'ecdsa-sha256',
  keyEncoding: 'base64',
  encoding: 'base64',
  timestamp: { place: { header: 'x-twilio-email-event-webhook-timestamp' }, unit: 's', toleranceS: null },
  type: { body: '/0/event' },
};
