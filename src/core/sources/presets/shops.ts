import { fromBase64 } from '../../../../sdk/encoding.ts';
import { atPointer, type ReceivedRequest, valuesAt } from '../../../../sdk/place.ts';
import { adyenStandard } from '../../../../sdk/schemes/adyen.ts';
import { braintree } from '../../../../sdk/schemes/braintree.ts';
import { ebay } from '../../../../sdk/schemes/ebay.ts';
import * as hash from '../../../../sdk/schemes/hash.ts';
import { paypal } from '../../../../sdk/schemes/paypal.ts';
import { bigcommerce } from '../../../../sdk/schemes/standard.ts';
import { airwallex, paddle, stripe } from '../../../../sdk/schemes/timed.ts';
import { xendit } from '../../../../sdk/schemes/token.ts';
import { gumroad } from '../../../../sdk/schemes/unsigned.ts';
import { square } from '../../../../sdk/schemes/url.ts';
import { wix, wixEvent } from '../../../../sdk/schemes/wix.ts';
import * as handshakes from '../handshakes.ts';
import type { Preset } from '../preset.ts';
import { certificateHosts, notificationUrl, preset } from './make.ts';

function adyenItem(name: string): { body: string } {
  return { body: `/NotificationRequestItem/${name}` };
}

function wixText(body: Uint8Array, pointer: string): string | null {
  const value = atPointer(wixEvent(body), pointer);
  return typeof value === 'string' ? value : null;
}

function braintreeKind(request: ReceivedRequest): string | null {
  const payload = valuesAt({ form: 'bt_payload' }, request)[0]?.replaceAll('\n', '') ?? '';
  const xml = new TextDecoder().decode(fromBase64(payload) ?? new Uint8Array());
  return /<kind>([a-z_]{1,100})<\/kind>/.exec(xml)?.[1] ?? null;
}

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
    secret: 'Client secret, written in base64',
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
    note: 'Its own library takes nothing older than 5 s, which is too little behind a proxy or a slow clock; here it is 5 minutes.',
  }),
  preset('square', 'Square', square, {
    secret: 'Signature key',
    fields: [notificationUrl],
  }),
  preset('ebay', 'eBay', ebay, {
    secret: null,
    fields: [
      {
        name: 'publicKey',
        description: 'The public key (PEM) that getPublicKey shows for the key id in the signature.',
        isKey: true,
      },
      {
        name: 'verifyToken',
        also: 'verificationToken',
        description: 'The verification token of the subscription.',
        isSecret: true,
      },
      { ...notificationUrl, also: 'endpoint' },
    ],
    id: { from: [{ body: '/notification/notificationId' }] },
    type: { from: [{ body: '/metadata/topic' }] },
    handshake: handshakes.ebayHandshake,
    note: 'Asking eBay for its public key takes an access token of the application, so the key is given; when eBay changes it, give the new one as a secret besides.',
  }),
  preset('wix', 'Wix', wix, {
    secret: 'Public key of the app (PEM)',
    id: { where: '/data/id of the event in the token', find: ({ body }) => wixText(body, '/data/id') },
    type: { where: '/eventType of the event in the token', find: ({ body }) => wixText(body, '/eventType') },
    deadline: '1.25 s',
  }),
  preset('paypal', 'PayPal', paypal, {
    secret: null,
    fields: [
      { name: 'webhookId', description: "The webhook's id in the PayPal dashboard.", isRequired: true },
      certificateHosts,
    ],
    id: { from: [{ body: '/id' }] },
    type: { from: [{ body: '/event_type' }] },
    reference: { from: [{ body: '/resource/id' }] },
    note: 'The signature covers a CRC of the body only: ask PayPal for the resource before money moves.',
  }),
  preset('braintree', 'Braintree', braintree, {
    secret: 'Private key',
    fields: [
      { name: 'publicKey', also: 'publicKeyId', description: 'The public key beside it.', isRequired: true },
    ],
    type: { where: 'kind of the XML in bt_payload', find: braintreeKind },
    handshake: handshakes.braintreeHandshake,
    deadline: '30 s',
  }),
  preset('adyen-standard', 'Adyen, payments', adyenStandard, {
    secret: 'HMAC key (hex)',
    id: {
      each: '/notificationItems',
      from: [adyenItem('pspReference'), adyenItem('eventCode'), adyenItem('success')],
    },
    type: { from: [{ body: `/notificationItems/0${adyenItem('eventCode').body}` }] },
    reference: { from: [{ body: `/notificationItems/0${adyenItem('merchantReference').body}` }] },
    ack: { status: 200, contentType: 'text/plain', body: '[accepted]' },
    note: 'Only eight fields of each item are signed; the others may have been changed on the way.',
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
  preset('gumroad', 'Gumroad', gumroad, {
    secret: null,
    id: { from: [{ form: 'sale_id' }, { form: 'resource_name' }], joint: ':' },
    type: { from: [{ form: 'resource_name' }] },
    reference: { from: [{ form: 'sale_id' }] },
    deadline: '5 s',
    note: 'Gumroad does not sign: keep the address secret, and ask its API for the sale. Its form counts retries, so the sale recognises a repetition.',
  }),
  preset('xero', 'Xero', hash.xero, {
    secret: 'Webhooks key',
    ack: { status: 200, contentType: null, body: '' },
    handshake: handshakes.xeroHandshake,
    deadline: '5 s',
  }),
];
