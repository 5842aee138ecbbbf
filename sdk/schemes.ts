import type { AnyScheme, Scheme } from './scheme.ts';
import { adyenStandard } from './schemes/adyen.ts';
import { braintree } from './schemes/braintree.ts';
import { ebay } from './schemes/ebay.ts';
import * as hash from './schemes/hash.ts';
import { paypal } from './schemes/paypal.ts';
import * as publicKey from './schemes/public.ts';
import { awsSns } from './schemes/sns.ts';
import * as standardWebhooks from './schemes/standard.ts';
import * as timed from './schemes/timed.ts';
import * as token from './schemes/token.ts';
import { twilio } from './schemes/twilio.ts';
import { gumroad, unsigned } from './schemes/unsigned.ts';
import * as url from './schemes/url.ts';
import { wix } from './schemes/wix.ts';

/** The schemes that a profile sends with, by its name: what one Surehook sends, another verifies under the same name. */
export const profileSchemes: Readonly<Record<string, Scheme>> = {
  standard: standardWebhooks.standard,
  foxreload: timed.foxreload,
  'digital-goods': hash.digitalGoods,
  petstore: hash.petstore,
  ecomm: hash.ecomm,
  cloudevents: standardWebhooks.cloudevents,
};

/** Every scheme by name. Whoever needs one alone imports it from its file under `schemes/`. */
export const schemes: Readonly<Record<string, AnyScheme>> = {
  ...profileSchemes,
  'adyen-header': hash.adyenHeader,
  'adyen-standard': adyenStandard,
  airwallex: timed.airwallex,
  'aws-sns': awsSns,
  bigcommerce: standardWebhooks.bigcommerce,
  bitbucket: hash.bitbucket,
  braintree,
  'checkout-com': hash.checkoutCom,
  'coinbase-commerce': hash.coinbaseCommerce,
  discord: publicKey.discord,
  ebay,
  github: hash.github,
  'gitlab-signing-token': standardWebhooks.gitlabSigningToken,
  'gitlab-token': token.gitlabToken,
  gumroad,
  hookdeck: hash.hookdeck,
  'hubspot-v1': url.hubspotV1,
  'hubspot-v2': url.hubspotV2,
  'hubspot-v3': url.hubspotV3,
  'lemon-squeezy': hash.lemonSqueezy,
  linear: timed.linear,
  mailgun: timed.mailgun,
  meta: hash.meta,
  paddle: timed.paddle,
  paypal,
  razorpay: hash.razorpay,
  sendgrid: publicKey.sendgrid,
  shopify: hash.shopify,
  slack: timed.slack,
  square: url.square,
  stripe: timed.stripe,
  svix: standardWebhooks.svix,
  twilio,
  twitter: hash.twitter,
  wix,
  unsigned,
  woocommerce: hash.woocommerce,
  xendit: token.xendit,
  xero: hash.xero,
  zoom: timed.zoom,
};

/** Other names under which a scheme is known. */
const aliases: Readonly<Record<string, string>> = { 'standard-webhooks': 'standard' };

/** The scheme of that name, or undefined. */
export function schemeNamed(name: string): AnyScheme | undefined {
  const known = Object.hasOwn(aliases, name) ? aliases[name]! : name;
  return Object.hasOwn(schemes, known) ? schemes[known] : undefined;
}
