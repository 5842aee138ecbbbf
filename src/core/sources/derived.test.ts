import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../../adapters/system/crypto.ts';
import { eventIdOf, eventTypeOf, referenceOf } from './derived.ts';
import { presetNamed, presets } from './presets.ts';

const crypto = nodeCrypto();

function received(
  body: unknown,
  headers: string[] = [],
): { headers: string[]; body: Buffer; method: string } {
  return {
    headers,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    method: 'POST',
  };
}

function hashOf(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('hex');
}

function seen(
  name: string,
  body: unknown,
  headers: string[] = [],
): [id: string, type: string, reference: string | null] {
  const preset = presetNamed(name)!;
  const request = received(body, headers);
  return [
    eventIdOf(preset, null, request, crypto),
    eventTypeOf(preset, null, request),
    referenceOf(preset, null, request),
  ];
}

describe('what a request is about', () => {
  test('id, type and reference stand where the provider has them', () => {
    const rows: [string, unknown, string[], [string, string, string | null]][] = [
      [
        'stripe',
        { id: 'evt_1', type: 'charge.failed', data: { object: { id: 'ch_1' } } },
        [],
        ['evt_1', 'charge.failed', 'ch_1'],
      ],
      [
        'github',
        { action: 'opened' },
        ['X-GitHub-Event', 'issues', 'X-GitHub-Delivery', 'd1'],
        ['d1', 'issues.opened', null],
      ],
      ['github', 'payload=x', ['X-GitHub-Event', 'push', 'X-GitHub-Delivery', 'd2'], ['d2', 'push', null]],
      [
        'shopify',
        {},
        ['X-Shopify-Webhook-Id', 's1', 'X-Shopify-Topic', 'orders/create'],
        ['s1', 'orders/create', null],
      ],
      [
        'shopify',
        {},
        ['Shopify-Webhook-Id', 's2', 'Shopify-Topic', 'orders/create'],
        ['s2', 'orders/create', null],
      ],
      [
        'gitlab-token',
        {},
        ['X-Gitlab-Event', 'Push Hook', 'Idempotency-Key', 'g1'],
        ['g1', 'Push_Hook', null],
      ],
      [
        'paypal',
        { id: 'WH-1', event_type: 'PAYMENT.SALE.COMPLETED', resource: { id: 'r' } },
        [],
        ['WH-1', 'PAYMENT.SALE.COMPLETED', 'r'],
      ],
      [
        'ecomm',
        { event_type: 'order.paid', data: { reference: 'R-1' } },
        ['x-ecomm-event-id', 'e1'],
        ['e1', 'order.paid', 'R-1'],
      ],
      [
        'ebay',
        { metadata: { topic: 'A.B' }, notification: { notificationId: 'n1' } },
        [],
        ['n1', 'A.B', null],
      ],
      [
        'twilio',
        'MessageSid=SM1&MessageStatus=sent',
        ['I-Twilio-Idempotency-Token', 't1'],
        ['t1', 'sent', 'SM1'],
      ],
      [
        'mailgun',
        { signature: { token: 'tok' }, 'event-data': { event: 'opened', id: 'e' } },
        [],
        ['tok', 'opened', null],
      ],
      ['gumroad', 'sale_id=S&resource_name=sale&retry_count=2', [], ['S:sale', 'sale', 'S']],
      ['mailgun', 'token=tok2&event=opened', [], ['tok2', 'opened', null]],
    ];
    for (const [name, body, headers, expected] of rows)
      assert.deepEqual(seen(name, body, headers), expected, name);
  });

  test('without an id the hash of the body is the key, and without a type it is "webhook"', () => {
    assert.deepEqual(seen('lemon-squeezy', 'no json'), [hashOf('no json'), 'webhook', null]);
    assert.deepEqual(seen('stripe', '{"id":""}'), [hashOf('{"id":""}'), 'webhook', null]);
    const empty = seen('petstore', '');
    assert.equal(empty[0], hashOf(''));
  });

  test("WooCommerce's delivery id, which two deliveries share, counts together with the body", () => {
    const headers = ['X-WC-Webhook-Delivery-ID', 'abc'];
    const [one] = seen('woocommerce', '{"id":1}', headers);
    const [two] = seen('woocommerce', '{"id":2}', headers);
    assert.equal(one, `abc:${hashOf('{"id":1}')}`);
    assert.notEqual(one, two);
    assert.equal(seen('woocommerce', '{"id":1}', headers)[0], one);
  });

  test("Adyen's items are told apart by reference, event and success, HubSpot's by three ids, however often they were tried", () => {
    const item = (success: string) => ({
      NotificationRequestItem: {
        pspReference: '79',
        eventCode: 'REFUND',
        success,
        merchantReference: 'order-1',
      },
    });
    assert.deepEqual(seen('adyen-standard', { notificationItems: [item('true')] }), [
      '79:REFUND:true',
      'REFUND',
      'order-1',
    ]);
    assert.equal(
      seen('adyen-standard', { notificationItems: [item('true'), item('false')] })[0],
      '79:REFUND:true,79:REFUND:false',
    );
    const event = (attemptNumber: number) => [
      { eventId: 1, subscriptionId: 2, occurredAt: 3, subscriptionType: 'contact.creation', attemptNumber },
    ];
    assert.deepEqual(seen('hubspot-v1', event(0)), ['1:2:3', 'contact.creation', null]);
    assert.deepEqual(seen('hubspot-v3', event(1)), ['1:2:3', 'contact.creation', null]);
    assert.equal(seen('sendgrid', [{ sg_event_id: 'a' }, { sg_event_id: 'b' }])[0], 'a,b');
  });

  test('a number keeps all its digits, as an id and as a reference', () => {
    const body = '{"id":820982911946154508,"total":12.50}';
    const preset = presetNamed('lemon-squeezy')!;
    assert.equal(eventIdOf(preset, { body: '/id' }, received(body), crypto), '820982911946154508');
    assert.equal(referenceOf(preset, { body: '/total' }, received(body)), '12.50');
  });

  test("a source's own places come before the preset's", () => {
    const request = received({ id: 'a', type: 'b', data: { no: 7 } }, ['x-kind', 'c d']);
    const preset = presetNamed('stripe')!;
    assert.equal(eventIdOf(preset, { body: '/data/no' }, request, crypto), '7');
    assert.equal(eventTypeOf(preset, { header: 'x-kind' }, request), 'c_d');
    assert.equal(referenceOf(preset, { body: '/id' }, request), 'a');
    assert.equal(eventIdOf(preset, { body: '/nowhere' }, request, crypto), hashOf(request.body));
  });

  test('ids that are too long or not visible ASCII become their hash, types are cut and cleaned, long references are none', () => {
    const preset = presetNamed('stripe')!;
    const long = 'x'.repeat(201);
    assert.equal(eventIdOf(preset, { body: '/id' }, received({ id: long }), crypto), hashOf(long));
    assert.equal(eventIdOf(preset, null, received({ id: 'é 1' }), crypto), hashOf('é 1'));
    assert.equal(eventTypeOf(preset, null, received({ type: `a b${'c'.repeat(200)}` })).length, 128);
    assert.equal(referenceOf(preset, { body: '/r' }, received({ r: 'r'.repeat(513) })), null);
  });

  test('nothing a stranger sends makes it fail', () => {
    const bodies = [
      '',
      'null',
      '[]',
      '{"__proto__":{"id":1}}',
      '[null]',
      '{"notificationItems":[null]}',
      '\u0000',
      'a=%ff&b',
    ];
    for (const preset of presets) {
      for (const body of [...bodies.map((text) => Buffer.from(text)), Buffer.from([0xff, 0xfe])]) {
        const request = { headers: [], body, method: 'POST' };
        assert.match(eventIdOf(preset, null, request, crypto), /^[\x21-\x7e]{1,200}$/);
        assert.match(eventTypeOf(preset, null, request), /^[A-Za-z0-9_.:/-]{1,128}$/);
        referenceOf(preset, null, request);
      }
    }
  });

  test("the token that is Wix's body and the XML in Braintree's form give up their types", () => {
    const event = { eventType: 'wix.order_created', data: JSON.stringify({ id: 'w1' }) };
    const claims = Buffer.from(JSON.stringify({ data: JSON.stringify(event) })).toString('base64url');
    assert.deepEqual(seen('wix', `e30.${claims}.x`), ['w1', 'wix.order_created', null]);
    const xml = Buffer.from('<notification><kind>dispute_opened</kind></notification>').toString('base64');
    assert.equal(
      seen('braintree', `bt_signature=a&bt_payload=${encodeURIComponent(`${xml}\n`)}`)[1],
      'dispute_opened',
    );
  });
});
