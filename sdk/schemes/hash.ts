import type { Encoding, Scheme } from '../scheme.ts';

/** An HMAC-SHA256 of the raw body alone, as most providers have it. Nothing in it says when it was signed: dedupe by id. */
function bodyHash(header: string, encoding: Encoding, more: Pick<Scheme, 'prefix' | 'id' | 'type'>): Scheme {
  return {
    place: { header },
    message: ['{body}'],
    algorithm: 'hmac-sha256',
    keyEncoding: 'utf8',
    encoding,
    ...more,
  };
}

const prefix = 'sha256=';

/** The header covers the whole body as sent, whether the body carries a `signature` member of its own or not. */
export const digitalGoods: Scheme = /* @__PURE__ */ bodyHash('x-webhook-signature', 'hex', {
  prefix,
  id: { header: 'x-webhook-id' },
  type: { body: '/event' },
});

/** The Petstore's format. */
export const petstore: Scheme = /* @__PURE__ */ bodyHash('x-petstore-signature', 'hex', {
  prefix,
  id: { body: '/id' },
  type: { body: '/eventType' },
});

/** The format of shops. */
export const ecomm: Scheme = /* @__PURE__ */ bodyHash('x-ecomm-signature', 'hex', {
  prefix,
  id: { header: 'x-ecomm-event-id' },
  type: { body: '/event_type' },
});

/** GitHub; a form body is signed as it stands. The older SHA-1 header is not looked at. */
export const github: Scheme = /* @__PURE__ */ bodyHash('x-hub-signature-256', 'hex', {
  prefix,
  id: { header: 'x-github-delivery' },
  type: { header: 'x-github-event' },
});

/** Facebook, Instagram, WhatsApp. */
export const meta: Scheme = /* @__PURE__ */ bodyHash('x-hub-signature-256', 'hex', {
  prefix,
  type: { body: '/object' },
});

/** Bitbucket Cloud: SHA-256 in a header without -256. */
export const bitbucket: Scheme = /* @__PURE__ */ bodyHash('x-hub-signature', 'hex', {
  prefix,
  id: { header: 'x-request-uuid' },
  type: { header: 'x-event-key' },
});

/** Shopify, its webhooks and (where their header is) its newer events. */
export const shopify: Scheme = {
  .../* @__PURE__ */ bodyHash('x-shopify-hmac-sha256', 'base64', {
    id: { header: 'x-shopify-webhook-id' },
    type: { header: 'x-shopify-topic' },
  }),
  otherwise: /* @__PURE__ */ bodyHash('shopify-hmac-sha256', 'base64', {
    id: { header: 'shopify-webhook-id' },
    type: { header: 'shopify-topic' },
  }),
};

/** WooCommerce. Its delivery id is not unique: two of one second share it. */
export const woocommerce: Scheme = /* @__PURE__ */ bodyHash('x-wc-webhook-signature', 'base64', {
  id: { header: 'x-wc-webhook-delivery-id' },
  type: { header: 'x-wc-webhook-topic' },
});

/** Razorpay. */
export const razorpay: Scheme = /* @__PURE__ */ bodyHash('x-razorpay-signature', 'hex', {
  id: { header: 'x-razorpay-event-id' },
  type: { body: '/event' },
});

/** Coinbase Commerce. Its body counts attempts, so only the event's own id recognises a repetition. */
export const coinbaseCommerce: Scheme = /* @__PURE__ */ bodyHash('x-cc-webhook-signature', 'hex', {
  id: { body: '/event/id' },
  type: { body: '/event/type' },
});

/** Lemon Squeezy. */
export const lemonSqueezy: Scheme = /* @__PURE__ */ bodyHash('x-signature', 'hex', {
  type: { header: 'x-event-name' },
});

/** Checkout.com. */
export const checkoutCom: Scheme = /* @__PURE__ */ bodyHash('cko-signature', 'hex', {
  id: { body: '/id' },
  type: { body: '/type' },
});

/** Xero. Its keys look like base64 and are used as text. */
export const xero: Scheme = /* @__PURE__ */ bodyHash('x-xero-signature', 'base64', {
  type: { body: '/events/0/eventType' },
});

/** Hookdeck as a sender. */
export const hookdeck: Scheme = /* @__PURE__ */ bodyHash('x-hookdeck-signature', 'base64', {
  id: { header: 'x-hookdeck-eventid' },
});

/** Twitter/X. */
export const twitter: Scheme = /* @__PURE__ */ bodyHash('x-twitter-webhooks-signature', 'base64', { prefix });

/** Adyen's platform and management webhooks. */
export const adyenHeader: Scheme = {
  .../* @__PURE__ */ bodyHash('hmacsignature', 'base64', {
    id: { body: '/data/id' },
    type: { body: '/type' },
  }),
  keyEncoding: 'hex',
};
