import type { Scheme } from './scheme.ts';

const toleranceS = 300;

/** Standard Webhooks 1.0: `{id}.{timestamp}.{body}`, a list of signatures separated by spaces. */
const standard: Scheme = {
  place: { header: 'webhook-signature' },
  prefix: 'v1,',
  separator: ' ',
  message: ['{id}', '.', '{timestamp}', '.', '{body}'],
  algorithm: 'hmac-sha256',
  keyEncoding: 'base64',
  encoding: 'base64',
  timestamp: { place: { header: 'webhook-timestamp' }, unit: 's', toleranceS },
  id: { header: 'webhook-id' },
  type: { body: '/type' },
  ed25519Prefix: 'v1a,',
};

const foxreload: Scheme = {
  place: { header: 'x-foxreload-signature' },
  prefix: 'v1=',
  separator: ',',
  message: ['{timestamp}', '.', '{body}'],
  algorithm: 'hmac-sha256',
  keyEncoding: 'utf8',
  encoding: 'hex',
  timestamp: { place: { header: 'x-foxreload-signature' }, prefix: 't=', unit: 's', toleranceS },
  id: { header: 'x-foxreload-event-id' },
  type: { body: '/event' },
};

/** `sha256=<hex>` over the raw body, as many senders do. Nothing in it says when it was signed: dedupe by id. */
function bodyHash(header: string, more: Pick<Scheme, 'id' | 'type'>): Scheme {
  return {
    place: { header },
    prefix: 'sha256=',
    message: ['{body}'],
    algorithm: 'hmac-sha256',
    keyEncoding: 'utf8',
    encoding: 'hex',
    ...more,
  };
}

/** The schemes by name: what one Surehook sends under a profile, another verifies under the scheme of the same name. */
export const schemes: Readonly<Record<string, Scheme>> = {
  standard,
  foxreload,
  // The header covers the whole body as sent, whether the body carries a `signature` member of its own or not.
  'digital-goods': bodyHash('x-webhook-signature', {
    id: { header: 'x-webhook-id' },
    type: { body: '/event' },
  }),
  petstore: bodyHash('x-petstore-signature', { id: { body: '/id' }, type: { body: '/eventType' } }),
  ecomm: bodyHash('x-ecomm-signature', { id: { header: 'x-ecomm-event-id' }, type: { body: '/event_type' } }),
  cloudevents: { ...standard, type: { header: 'ce-type' } },
};

/** Other names under which a scheme is known. */
const aliases: Readonly<Record<string, string>> = { 'standard-webhooks': 'standard' };

/** The scheme of that name, or undefined. */
export function schemeNamed(name: string): Scheme | undefined {
  const known = Object.hasOwn(aliases, name) ? aliases[name]! : name;
  return Object.hasOwn(schemes, known) ? schemes[known] : undefined;
}
