import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import * as octokit from '@octokit/webhooks-methods';
import { Environment, Paddle } from '@paddle/paddle-node-sdk';
import '@shopify/shopify-api/adapters/node';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { isValidSlackRequest } from '@slack/bolt/dist/receivers/verify-request.js';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import twilio from 'twilio';
import { nodeCrypto } from '../src/adapters/system/crypto.ts';
import { schemeNamed } from './schemes.ts';
import { sign } from './sign.ts';
import { verify } from './verify.ts';

/*
 * The providers' own libraries as the other side. Those that can sign do, and our verifier believes; those that can only verify are
 * shown what ours signed. What was tampered with neither side believes.
 */

const crypto = nodeCrypto();
const nowS = Math.floor(Date.now() / 1000);
const body = JSON.stringify({ id: 'evt_1', type: 'order.created', data: { total: '12.50', name: 'Zoë' } });
const tampered = body.replace('12.50', '1.00');
const standardSecret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;

type Headers = Record<string, string>;

function isBelieved(name: string, secret: string, headers: Headers, text = body, url = ''): boolean {
  const input = { headers, body: Buffer.from(text), url, secrets: [secret], nowS };
  return verify(schemeNamed(name)!, input, crypto).valid;
}

/** What is believed of what `headers` sign: the body, another body, another secret, another signature. */
function judgements(name: string, secret: string, headers: Headers, header: string): boolean[] {
  const value = headers[header]!;
  const at = value.length - 8;
  const changed = {
    ...headers,
    [header]: value.slice(0, at) + (value[at] === 'a' ? 'b' : 'a') + value.slice(at + 1),
  };
  const other =
    name === 'standard' || name === 'svix' ? `whsec_${Buffer.alloc(24, 8).toString('base64')}` : 'other';
  return [
    isBelieved(name, secret, headers),
    isBelieved(name, secret, headers, tampered),
    isBelieved(name, other, headers),
    isBelieved(name, secret, changed),
  ];
}

const rightAlone = [true, false, false, false];

function signed(name: string, secret: string): Headers {
  return sign(schemeNamed(name)!, { secrets: [secret], id: 'evt_1', timestampS: nowS, body }, crypto);
}

describe("requests of the providers' own libraries", () => {
  test('Stripe', () => {
    const stripe = new Stripe('sk_test_x');
    const header = stripe.webhooks.generateTestHeaderString({
      payload: body,
      secret: 'whsec_x',
      timestamp: nowS,
    });
    assert.deepEqual(
      judgements('stripe', 'whsec_x', { 'stripe-signature': header }, 'stripe-signature'),
      rightAlone,
    );
    const ours = signed('stripe', 'whsec_x')['stripe-signature']!;
    assert.equal(stripe.webhooks.constructEvent(body, ours, 'whsec_x').id, 'evt_1');
    assert.throws(() => stripe.webhooks.constructEvent(tampered, ours, 'whsec_x'));
  });

  test('Standard Webhooks', () => {
    const webhook = new Webhook(standardSecret);
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(nowS),
      'webhook-signature': webhook.sign('evt_1', new Date(nowS * 1000), body),
    };
    assert.deepEqual(judgements('standard', standardSecret, headers, 'webhook-signature'), rightAlone);
    const ours = signed('standard', standardSecret);
    assert.deepEqual(webhook.verify(body, ours), JSON.parse(body));
    assert.throws(() => webhook.verify(tampered, ours));
  });

  test('Svix', () => {
    const webhook = new SvixWebhook(standardSecret);
    const headers = {
      'svix-id': 'evt_1',
      'svix-timestamp': String(nowS),
      'svix-signature': webhook.sign('evt_1', new Date(nowS * 1000), body),
    };
    assert.deepEqual(judgements('svix', standardSecret, headers, 'svix-signature'), rightAlone);
    const ours = signed('svix', standardSecret);
    assert.deepEqual(webhook.verify(body, ours), JSON.parse(body));
    assert.throws(() => webhook.verify(tampered, ours));
  });

  test('GitHub', async () => {
    const header = await octokit.sign('secret', body);
    const headers = { 'x-hub-signature-256': header };
    assert.deepEqual(judgements('github', 'secret', headers, 'x-hub-signature-256'), rightAlone);
    const ours = signed('github', 'secret')['x-hub-signature-256']!;
    assert.equal(await octokit.verify('secret', body, ours), true);
    assert.equal(await octokit.verify('secret', tampered, ours), false);
  });

  test('Slack', () => {
    const ours = signed('slack', 'secret');
    const isTheirs = (text: string): boolean =>
      isValidSlackRequest({
        signingSecret: 'secret',
        body: text,
        headers: {
          'x-slack-signature': ours['x-slack-signature']!,
          'x-slack-request-timestamp': Number(ours['x-slack-request-timestamp']),
        },
        nowMilliseconds: nowS * 1000,
      });
    assert.deepEqual([isTheirs(body), isTheirs(tampered)], [true, false]);
    assert.deepEqual(judgements('slack', 'secret', ours, 'x-slack-signature'), rightAlone);
  });

  test('Shopify', async () => {
    const shopify = shopifyApi({
      apiKey: 'key',
      apiSecretKey: 'secret',
      hostName: 'in.example',
      apiVersion: ApiVersion.July26,
      isEmbeddedApp: false,
      logger: { level: LogSeverity.Error },
    });
    const ours = signed('shopify', 'secret');
    const headers = {
      ...ours,
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'a.myshopify.com',
      'x-shopify-api-version': '2026-07',
      'x-shopify-webhook-id': 'w1',
    };
    const isTheirs = async (rawBody: string): Promise<boolean> =>
      (
        await shopify.webhooks.validate({
          rawBody,
          rawRequest: { method: 'POST', url: '/', headers } as never,
        })
      ).valid;
    assert.deepEqual([await isTheirs(body), await isTheirs(tampered)], [true, false]);
    assert.deepEqual(judgements('shopify', 'secret', headers, 'x-shopify-hmac-sha256'), rightAlone);
  });

  test('Paddle', async () => {
    const paddle = new Paddle('key', { environment: Environment.sandbox });
    const ours = signed('paddle', 'pdl_ntfset_x');
    const header = ours['paddle-signature']!;
    assert.equal(await paddle.webhooks.isSignatureValid(body, 'pdl_ntfset_x', header), true);
    assert.equal(await paddle.webhooks.isSignatureValid(tampered, 'pdl_ntfset_x', header), false);
    assert.deepEqual(judgements('paddle', 'pdl_ntfset_x', ours, 'paddle-signature'), rightAlone);
  });

  test('Twilio', () => {
    const url = 'https://in.example/in/token?a=1';
    const params = { MessageSid: 'SM1', Body: "It's 5 + 5 ü", To: '+1415' };
    const type = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const theirs = twilio.getExpectedTwilioSignature('token', url, params);
    const form = new URLSearchParams(params).toString();
    const headers = { ...type, 'x-twilio-signature': theirs };
    assert.equal(isBelieved('twilio', 'token', headers, form, url), true);
    assert.equal(isBelieved('twilio', 'token', headers, form.replace('SM1', 'SM2'), url), false);
    assert.equal(isBelieved('twilio', 'other', headers, form, url), false);
    assert.equal(isBelieved('twilio', 'token', headers, form, url.replace('a=1', 'a=2')), false);
    const given = {
      secrets: ['token'],
      timestampS: nowS,
      url,
      headers: Object.entries(type).flat(),
      body: form,
    };
    const ours = sign(schemeNamed('twilio')!, given, crypto)['x-twilio-signature']!;
    assert.equal(twilio.validateRequest('token', ours, url, params), true);
    assert.equal(twilio.validateRequest('token', ours, url, { ...params, MessageSid: 'SM2' }), false);
  });
});
