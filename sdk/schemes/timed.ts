import type { Scheme } from '../scheme.ts';

const toleranceS = 300;

const text = { algorithm: 'hmac-sha256', keyEncoding: 'utf8', encoding: 'hex' } as const;

/** Signature and time in one header, as FoxReload sends them. */
export const foxreload: Scheme = {
  ...text,
  place: { header: 'x-foxreload-signature' },
  prefix: 'v1=',
  separator: ',',
  message: ['{timestamp}', '.', '{body}'],
  timestamp: { place: { header: 'x-foxreload-signature' }, prefix: 't=', unit: 's', toleranceS },
  id: { header: 'x-foxreload-event-id' },
  type: { body: '/event' },
};

/** Stripe. The whole secret is the key, `whsec_` included; `v0` entries are passed over. */
export const stripe: Scheme = {
  ...text,
  place: { header: 'stripe-signature' },
  prefix: 'v1=',
  separator: ',',
  message: ['{timestamp}', '.', '{body}'],
  timestamp: { place: { header: 'stripe-signature' }, prefix: 't=', unit: 's', toleranceS },
  id: { body: '/id' },
  type: { body: '/type' },
};

/** Paddle Billing. Its own library tolerates 5 s, too little behind a queue or a slow clock. */
export const paddle: Scheme = {
  ...text,
  place: { header: 'paddle-signature' },
  prefix: 'h1=',
  separator: ';',
  message: ['{timestamp}', ':', '{body}'],
  timestamp: { place: { header: 'paddle-signature' }, prefix: 'ts=', unit: 's', toleranceS },
  id: { body: '/event_id' },
  type: { body: '/event_type' },
};

/** Slack's Events API and commands. */
export const slack: Scheme = {
  ...text,
  place: { header: 'x-slack-signature' },
  prefix: 'v0=',
  message: ['v0:', '{timestamp}', ':', '{body}'],
  timestamp: { place: { header: 'x-slack-request-timestamp' }, unit: 's', toleranceS },
  id: { body: '/event_id' },
  type: { body: '/event/type' },
};

/** Zoom. It documents no tolerance; ours is 300 s. */
export const zoom: Scheme = {
  ...text,
  place: { header: 'x-zm-signature' },
  prefix: 'v0=',
  message: ['v0:', '{timestamp}', ':', '{body}'],
  timestamp: { place: { header: 'x-zm-request-timestamp' }, unit: 's', toleranceS },
  id: { header: 'x-zm-trackingid' },
  type: { body: '/event' },
};

/** Airwallex: milliseconds, and nothing between time and body. */
export const airwallex: Scheme = {
  ...text,
  place: { header: 'x-signature' },
  message: ['{timestamp}', '{body}'],
  timestamp: { place: { header: 'x-timestamp' }, unit: 'ms', toleranceS },
  id: { body: '/id' },
  type: { body: '/name' },
};

/** Linear. The time that counts stands in the body, where it is signed. */
export const linear: Scheme = {
  ...text,
  place: { header: 'linear-signature' },
  message: ['{body}'],
  timestamp: { place: { body: '/webhookTimestamp' }, unit: 'ms', toleranceS: 60 },
  id: { header: 'linear-delivery' },
  type: { header: 'linear-event' },
};

/**
 * Mailgun. It signs time and token only, not the body: the token must be remembered, or a request can be replayed with
 * another content. Routes send the same three values as form fields.
 */
export const mailgun: Scheme = {
  ...text,
  place: { body: '/signature/signature' },
  message: ['{timestamp}', '{body:/signature/token}'],
  timestamp: { place: { body: '/signature/timestamp' }, unit: 's', toleranceS },
  id: { body: '/signature/token' },
  type: { body: '/event-data/event' },
  otherwise: {
    ...text,
    place: { form: 'signature' },
    message: ['{timestamp}', '{form:token}'],
    timestamp: { place: { form: 'timestamp' }, unit: 's', toleranceS },
    id: { form: 'token' },
    type: { form: 'event' },
  },
};
