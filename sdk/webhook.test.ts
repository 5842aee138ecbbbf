import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { certificates } from './certificates.ts';
import { WebhookError } from './error.ts';
import type { AnyRequest } from './request.ts';
import { digitalGoods, shopify } from './schemes/hash.ts';
import { paypal } from './schemes/paypal.ts';
import { standard, svix } from './schemes/standard.ts';
import { foxreload, stripe } from './schemes/timed.ts';
import { unsigned } from './schemes/unsigned.ts';
import { square } from './schemes/url.ts';
import { signedRequest, staleRequest, tamperedRequest } from './testing.ts';
import { type VerifyOptions, verify } from './webhook.ts';

const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const nowMs = 1_767_225_600_000;
const now = () => nowMs;
const order = { type: 'order.fulfilled', timestamp: '2026-01-01T00:00:00Z', data: { reference: 'ORD-1' } };

async function refusal(request: unknown, options: VerifyOptions): Promise<WebhookError> {
  const event = await verify(request as AnyRequest, { now, ...options }).catch((error) => error);
  assert.ok(event instanceof WebhookError, String(event));
  return event;
}

describe('verifying in one line', () => {
  test('answers the event: id, type, data, the bytes, and when it was signed', async () => {
    const request = await signedRequest({ secret, body: order, id: 'evt_7', atMs: nowMs });
    const event = await verify<{ reference: string }>(request, { secret, now });
    assert.equal(event.data.reference, 'ORD-1');
    assert.deepEqual(event, {
      id: 'evt_7',
      type: 'order.fulfilled',
      data: { reference: 'ORD-1' },
      payload: order,
      body: request.body,
      signedAtMs: nowMs,
      secretIndex: 0,
    });
  });

  test('takes a request of the Fetch API, headers in any form, and a body as bytes, buffer or text', async () => {
    const { url, ...request } = await signedRequest({ secret, body: order, atMs: nowMs });
    const { headers, body } = request;
    const forms: AnyRequest[] = [
      new Request(url, request),
      { headers: new Headers(headers), body: body.buffer },
      { headers: Object.entries(headers), body: new TextDecoder().decode(body) },
      { headers: Object.entries(headers).flat(), body },
      { headers: new Map(Object.entries(headers)), body },
    ];
    for (const form of forms) assert.equal((await verify(form, { secret, now })).id, 'evt_test');
  });

  test('several secrets: any of them fits, and which one is told', async () => {
    const request = await signedRequest({ secret, body: order, atMs: nowMs });
    const next = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    assert.equal((await verify(request, { secret: [next, secret], now })).secretIndex, 1);
  });

  test('senders without an id or a type get the hash of the body and `webhook`; bodies without an envelope are the data', async () => {
    const body = '{"data":{"a":1}}';
    const raw = await verify({ headers: {}, body }, { scheme: unsigned });
    const hash = createHash('sha256').update(body).digest('hex');
    assert.deepEqual([raw.id, raw.type, raw.data], [hash, 'webhook', { data: { a: 1 } }]);
    const headers = { 'x-shopify-topic': 'orders/create', 'x-shopify-webhook-id': 'w1' };
    const bought = await signedRequest({ scheme: shopify, secret: 'k', body: { id: 1 }, headers });
    const event = await verify(bought, { scheme: shopify, secret: 'k' });
    assert.deepEqual([event.id, event.type, event.data], ['w1', 'orders/create', { id: 1 }]);
    const form = await verify({ headers: {}, body: 'a=1' }, { scheme: unsigned, id: { form: 'a' } });
    assert.deepEqual([form.id, form.payload], ['1', undefined]);
  });

  test('what Standard Webhooks and Svix sign is believed, and they believe what is signed here', async () => {
    const text = JSON.stringify(order);
    const at = new Date(nowMs);
    const theirs = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(nowMs / 1000),
      'webhook-signature': new Webhook(secret).sign('msg_1', at, text),
    };
    assert.equal((await verify({ headers: theirs, body: text }, { secret, now })).id, 'msg_1');
    const svixHeaders = {
      'svix-id': 'msg_2',
      'svix-timestamp': String(nowMs / 1000),
      'svix-signature': new SvixWebhook(secret).sign('msg_2', at, text),
    };
    assert.equal(
      (await verify({ headers: svixHeaders, body: text }, { scheme: svix, secret, now })).id,
      'msg_2',
    );
    const ours = await signedRequest({ secret, body: text });
    assert.deepEqual(new Webhook(secret).verify(text, ours.headers), order);
    const oursToSvix = await signedRequest({ scheme: svix, secret, body: text });
    assert.deepEqual(new SvixWebhook(secret).verify(text, oursToSvix.headers), order);
  });
});

describe('a refusal says what to change', () => {
  test('tampered and stale requests are refused, with how far the clocks are apart', async () => {
    const tampered = await refusal(await tamperedRequest({ secret, body: order, atMs: nowMs }), { secret });
    assert.deepEqual([tampered.code, tampered.status], ['mismatch', 401]);
    const stale = await refusal(await staleRequest({ secret, body: order, atMs: nowMs }), { secret });
    assert.equal(stale.code, 'too_old');
    assert.match(stale.message, /3600 s before this machine's clock/);
    const early = await refusal(await signedRequest({ secret, body: order, atMs: nowMs + 900_000 }), {
      secret,
    });
    assert.match(early.message, /900 s after this machine's clock/);
  });

  test('a body that was parsed before is no mismatch: the way to the raw one is told', async () => {
    const request = await signedRequest({ secret, body: order, atMs: nowMs });
    const express = { headers: request.headers, rawHeaders: Object.entries(request.headers).flat() };
    const parsed = await refusal({ ...express, body: order }, { secret });
    assert.deepEqual([parsed.code, parsed.status], ['body_already_parsed', 500]);
    assert.match(parsed.message, /express\.raw/);
    const used = new Request('http://localhost/', request);
    await used.json();
    assert.equal((await refusal(used, { secret })).code, 'body_already_parsed');
    const plain = await refusal({ headers: request.headers, body: order }, { secret });
    assert.match(plain.message, /before any JSON\.parse/);
    for (const nothing of [undefined, null, 'text', {}])
      assert.equal((await refusal(nothing, { secret })).code, 'no_request');
  });

  test('a secret of the wrong shape, or none, is told apart from one that does not fit', async () => {
    const request = await signedRequest({ secret, body: order, atMs: nowMs });
    const shape = await refusal(request, { secret: '"whsec_x"' });
    assert.equal(shape.code, 'bad_secret');
    assert.match(shape.message, /quotation mark/);
    const unset = await refusal(request, { secret: undefined as unknown as string });
    assert.equal(unset.code, 'no_secret');
    assert.match(unset.message, /environment variable/);
    assert.equal((await refusal(request, { secret: [] })).status, 500);
  });

  test('a secret that fits when it is read in another way is named', async () => {
    const key = Buffer.alloc(24, 5).toString('base64');
    const decoded = { ...foxreload, keyEncoding: 'base64' } as const;
    const request = await signedRequest({ scheme: decoded, secret: key, body: order, atMs: nowMs });
    const error = await refusal(request, { scheme: foxreload, secret: key });
    assert.equal(error.code, 'mismatch');
    assert.match(error.message, /decoded from base64/);
    const spaced = await signedRequest({ scheme: digitalGoods, secret: 'shared key', body: order });
    assert.match(
      (await refusal(spaced, { scheme: digitalGoods, secret: 'shared key\n' })).message,
      /white space around the secret/,
    );
  });

  test('a request of another sender names the headers that it has', async () => {
    const request = await signedRequest({ scheme: stripe, secret, body: order, atMs: nowMs });
    const error = await refusal(request, { secret });
    assert.equal(error.code, 'missing_signature');
    assert.match(error.message, /`stripe-signature`/);
    assert.match(
      (await refusal({ headers: {}, body: '' }, { secret })).message,
      /no header that looks like a signature/,
    );
  });

  test('no message holds the secret', async () => {
    const request = await tamperedRequest({ secret, body: order, atMs: nowMs });
    for (const given of [secret, 'very secret', `${secret}\n`])
      for (const scheme of [standard, stripe, square])
        assert.doesNotMatch(
          (await refusal(request, { scheme, secret: given })).message,
          /AAECAwQ|very secret/,
        );
  });

  test('a body past the limit is not read to its end', async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) });
    const request = new Request('http://localhost/', { method: 'POST', body: endless, duplex: 'half' });
    const error = await refusal(request, { secret, maxBytes: 10_000 });
    assert.deepEqual([error.code, error.status], ['body_too_large', 413]);
    const long = { headers: {}, body: new Uint8Array(11) };
    assert.equal((await refusal(long, { secret, maxBytes: 10 })).code, 'body_too_large');
  });
});

describe('certificates', () => {
  const url = 'https://api.paypal.com/v1/notifications/certs/CERT-1';
  const headers = {
    'paypal-transmission-sig': 'AAAA',
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-transmission-id': 'i',
    'paypal-transmission-time': 't',
    'paypal-cert-url': url,
  };
  const request = { headers, body: '{}' };
  const options = { scheme: paypal, fields: { webhookId: 'w' } };

  test('are asked for by name when nobody fetches them', async () => {
    const error = await refusal(request, options);
    assert.deepEqual([error.code, error.certificateUrl, error.status], ['certificate_needed', url, 500]);
  });

  test('are fetched once in six hours, without redirects', async () => {
    const asked: unknown[] = [];
    let nowMs = 0;
    const fetch = async (...args: Parameters<typeof globalThis.fetch>) => {
      asked.push(args[0], args[1]?.redirect);
      return new Response('no certificate');
    };
    const certificate = certificates({ fetch, now: () => nowMs });
    assert.equal((await refusal(request, { ...options, certificate })).code, 'bad_certificate');
    await refusal(request, { ...options, certificate });
    assert.deepEqual(asked, [url, 'error']);
    nowMs = 6 * 3600 * 1000;
    await refusal(request, { ...options, certificate });
    assert.equal(asked.length, 4);
  });

  test('one that cannot be fetched is a mistake to try again after, and is not kept', async () => {
    let calls = 0;
    const fetch = async () => {
      calls += 1;
      return new Response('', { status: 503 });
    };
    const certificate = certificates({ fetch });
    for (let round = 0; round < 2; round += 1) {
      const error = await refusal(request, { ...options, certificate });
      assert.deepEqual([error.code, error.status], ['bad_certificate', 500]);
    }
    assert.equal(calls, 2);
  });
});
