import type { Scheme } from '../scheme.ts';

/** Square signs the notification URL as it was registered, whatever a proxy made of it. */
export const square: Scheme = {
  place: { header: 'x-square-hmacsha256-signature' },
  message: ['{url}', '{body}'],
  algorithm: 'hmac-sha256',
  keyEncoding: 'utf8',
  encoding: 'base64',
  id: { body: '/event_id' },
  type: { body: '/type' },
};

/** HubSpot's first: a plain hash. */
export const hubspotV1: Scheme = {
  place: { header: 'x-hubspot-signature' },
  message: ['{body}'],
  algorithm: 'sha256',
  keyEncoding: 'utf8',
  encoding: 'hex',
  type: { body: '/0/subscriptionType' },
};

/** HubSpot's second: a plain hash, of method and address, too. */
export const hubspotV2: Scheme = { ...hubspotV1, message: ['{method}', '{url}', '{body}'] };

/** HubSpot's third. */
export const hubspotV3: Scheme = {
  place: { header: 'x-hubspot-signature-v3' },
  message: ['{method}', '{url}', '{body}', '{timestamp}'],
  algorithm: 'hmac-sha256',
  keyEncoding: 'utf8',
  encoding: 'base64',
  timestamp: { place: { header: 'x-hubspot-request-timestamp' }, unit: 'ms', toleranceS: 300 },
  type: { body: '/0/subscriptionType' },
};
