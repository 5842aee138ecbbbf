import type { Scheme } from '../scheme.ts';

/** Standard Webhooks 1.0: `{id}.{timestamp}.{body}`, a list of signatures separated by spaces. */
export const standard: Scheme = {
  place: { header: 'webhook-signature' },
  prefix: 'v1,',
  separator: ' ',
  message: ['{id}', '.', '{timestamp}', '.', '{body}'],
  algorithm: 'hmac-sha256',
  keyEncoding: 'base64',
  encoding: 'base64',
  timestamp: { place: { header: 'webhook-timestamp' }, unit: 's', toleranceS: 300 },
  id: { header: 'webhook-id' },
  type: { body: '/type' },
  ed25519Prefix: 'v1a,',
};

/** CloudEvents in binary mode, signed as Standard Webhooks. */
export const cloudevents: Scheme = { ...standard, type: { header: 'ce-type' } };

/** Standard Webhooks under the names it had before; a request without them is read under the new ones. */
export const svix: Scheme = {
  ...standard,
  place: { header: 'svix-signature' },
  timestamp: { place: { header: 'svix-timestamp' }, unit: 's', toleranceS: 300 },
  id: { header: 'svix-id' },
  otherwise: standard,
};

/** GitLab's signing token of 2026: Standard Webhooks, its event in a header. */
export const gitlabSigningToken: Scheme = { ...standard, type: { header: 'x-gitlab-event' } };

/** BigCommerce: Standard Webhooks; the body names its event in `scope`. */
export const bigcommerce: Scheme = { ...standard, type: { body: '/scope' } };
