import * as hash from '../../../../sdk/schemes/hash.ts';
import { bigcommerce } from '../../../../sdk/schemes/standard.ts';
import { airwallex, paddle, stripe } from '../../../../sdk/schemes/timed.ts';
import { xendit } from '../../../../sdk/schemes/token.ts';
import { square } from '../../../../sdk/schemes/url.ts';
import * as handshakes from '../handshakes.ts';
import type { Preset } from '../preset.ts';
import { notificationUrl, preset } from './make.ts';

/** Shops and payments. */
export const shopPresets: readonly Preset[] = [
  preset('shopify', 'Shopify', hash.shopify, {
    secret: 'Client secret of the app, or the secret of the notification settings',
    deadline: '5 s, 1 s to connect',
    note: 'Webhooks made in the notification settings have a secret of their own.',
  }),
  preset('woocommerce', 'WooCommerce', hash.woocommerce, {
    id: { from: [{ header: 'x-wc-webhook-delivery-id' }], withHash: true },
    handshake: handshakes.woocommerceHandshake,
    deadline: '60 s',
    note: 'WooCommerce never tries again, and disables a webhook after five failures in a row. Its delivery id is not unique, so the body counts, too.',
  }),
  preset('bigcommerce', 'BigCommerce', bigcommerce, {
    secret: 'Client secret (base64), as Standard Webhooks',
    reference: { from: [{ body: '/data/id' }] },
    note: 'The body names what changed; the rest has to be asked for.',
  }),
  preset('stripe', 'Stripe', stripe, {
    secret: 'Signing secret of the endpoint (whsec_…)',
    reference: { from: [{ body: '/data/object/id' }] },
  }),
  preset('paddle', 'Paddle Billing', paddle, {
    secret: 'Secret key of the notification destination (pdl_ntfset_…)',
    reference: { from: [{ body: '/data/id' }] },
    deadline: '5 s',
    note: 'Paddle’s own library takes nothing older than 5 s, which is too little behind a proxy or a slow clock; here it is 5 minutes.',
  }),
  preset('square', 'Square', square, {
    secret: 'Signature key',
    fields: [notificationUrl],
    deadline: '10 s',
  }),
  preset('adyen-header', 'Adyen, platforms and management', hash.adyenHeader, {
    secret: 'HMAC key (hex)',
    id: { from: [{ body: '/type' }, { body: '/data/id' }], joint: ':', withHash: true },
  }),
  preset('razorpay', 'Razorpay', hash.razorpay, {
    secret: 'Webhook secret',
    deadline: '5 s',
    note: 'After a change of the secret, pending retries come with the old one: keep both for a day.',
  }),
  preset('xendit', 'Xendit', xendit, {
    secret: 'Callback verification token',
    deadline: '30 s',
    note: 'The token says who sends and nothing about the body.',
  }),
  preset('coinbase-commerce', 'Coinbase Commerce', hash.coinbaseCommerce, {
    secret: 'Webhook shared secret',
  }),
  preset('lemon-squeezy', 'Lemon Squeezy', hash.lemonSqueezy, {
    secret: 'Signing secret',
    type: { from: [{ header: 'x-event-name' }, { body: '/meta/event_name' }] },
    reference: { from: [{ body: '/data/id' }] },
    note: 'Only 200 counts; three retries within three minutes.',
  }),
  preset('checkout-com', 'Checkout.com', hash.checkoutCom, { secret: 'Webhook signature key' }),
  preset('airwallex', 'Airwallex', airwallex, { secret: 'Webhook secret' }),
  preset('xero', 'Xero', hash.xero, {
    secret: 'Webhooks key',
    ack: { status: 200, contentType: null, body: '' },
    handshake: handshakes.xeroHandshake,
    deadline: '5 s',
  }),
];
