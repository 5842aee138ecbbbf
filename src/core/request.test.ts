import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { profileSchemes } from '../../sdk/schemes.ts';
import { verify } from '../../sdk/verify.ts';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import type { Request } from './attempt.ts';
import type { Endpoint } from './endpoint.ts';
import type { Event } from './event.ts';
import { profiles } from './profiles/table.ts';
import { bodyIsShared, buildBody, buildRequest, prepare } from './request.ts';

const crypto = nodeCrypto();
const nowMs = 1_767_225_600_789;
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function endpointWith(more: Partial<Endpoint> = {}): Endpoint {
  return {
    no: 1,
    id: 'ep_1',
    accountNo: 1,
    url: 'https://shop.example/hooks',
    password: null,
    events: ['*'],
    description: '',
    profile: 'standard',
    status: 'active',
    statusReason: null,
    statusAtMs: 0,
    secrets: [{ value: secret, validUntilMs: null }],
    signWith: 'new',
    headers: {},
    retry: { kind: 'schedule', delaysMs: [], jitter: 0, giveUpAfterMs: null },
    timeoutMs: 1000,
    ratePerSecond: null,
    concurrency: 1,
    ordered: false,
    filter: null,
    sources: null,
    notify: null,
    metadata: '{}',
    wire: null,
    failingSinceMs: null,
    failures: 0,
    createdAtMs: 0,
    updatedAtMs: 0,
    ...more,
  };
}

function eventWith(more: Partial<Event> = {}): Event {
  return {
    seq: 1,
    accountNo: 1,
    id: 'evt_1',
    type: 'order.created',
    timestamp: '2026-01-01T00:00:00.000Z',
    data: '{"total":12.50}',
    reference: null,
    source: null,
    origin: 'api',
    traceId: null,
    received: null,
    createdAtMs: 0,
    ...more,
  };
}

interface Sent {
  endpoint?: Partial<Endpoint>;
  event?: Partial<Event>;
  atMs?: number;
  attemptNumber?: number;
  test?: boolean;
}

function send({ endpoint, event, atMs = nowMs, attemptNumber = 1, test }: Sent = {}): Request {
  const prepared = prepare(endpointWith(endpoint), { accountId: 'acc_1', version: '1.2.3' });
  const traceBytes = Uint8Array.from({ length: 24 }, (_, place) => place);
  const given = { prepared, event: eventWith(event), attemptNumber, nowMs: atMs, traceBytes, crypto };
  return buildRequest(test === undefined ? given : { ...given, test });
}

function named({ headers }: Request): Record<string, string> {
  const names = headers.filter((_, place) => place % 2 === 0);
  assert.equal(new Set(names).size, names.length, `a header twice: ${names}`);
  return Object.fromEntries(names.map((name, place) => [name, headers[2 * place + 1]!]));
}

function text({ body }: Request): string {
  return Buffer.from(body.bytes).toString('utf8');
}

describe('the vectors of the profiles', () => {
  interface Vector {
    profile: string;
    direction: string;
    secret: string;
    timestamp: number;
    eventId: string;
    body: string;
    headers: Record<string, string>;
    note: string;
  }
  const file = new URL('../../test/vectors/profiles.json', import.meta.url);
  const vectors: Vector[] = JSON.parse(readFileSync(file, 'utf8'));

  for (const vector of vectors.filter(({ direction }) => direction === 'sent')) {
    test(`${vector.profile}: body and headers come out byte for byte (${vector.note})`, () => {
      const parts = JSON.parse(vector.body);
      const start = vector.body.indexOf('"data":') + 7;
      const end = 'signature' in parts ? vector.body.lastIndexOf(',"signature":') : vector.body.length - 1;
      const request = send({
        endpoint: { profile: vector.profile, secrets: [{ value: vector.secret, validUntilMs: null }] },
        event: {
          id: vector.eventId,
          type: parts.type ?? parts.event ?? parts.eventType ?? parts.event_type,
          timestamp: parts.timestamp,
          data: vector.body.slice(start, end),
        },
        atMs: vector.timestamp * 1000,
      });
      assert.equal(text(request), vector.body);
      const headers = named(request);
      for (const [name, value] of Object.entries(vector.headers)) assert.equal(headers[name], value);
    });
  }
});

describe('bodies', () => {
  test('data reaches the receiver byte for byte in every profile: numbers, key order, escapes, Unicode', () => {
    const data = '{"b":12.50,"a":1e400,"n":-0,"big":820982911946154508,"e":"\\u00e9é📦","a":1 , "s":"\\/"}';
    for (const profile of profiles.filter(({ name }) => name !== 'slack')) {
      const request = send({ endpoint: { profile: profile.name }, event: { data } });
      assert.ok(text(request).includes(data), profile.name);
      assert.equal(text(request), request.body.head + data + request.body.tail);
      assert.equal(request.body.withData, true);
    }
  });

  test('the members stand in the order and spelling of each profile, without white space', () => {
    const shape = (profile: string) => text(send({ endpoint: { profile }, event: { data: '1' } }));
    const rest = '"timestamp":"2026-01-01T00:00:00.000Z","data":1';
    assert.equal(shape('standard'), `{"type":"order.created",${rest}}`);
    assert.equal(shape('foxreload'), `{"event":"order.created",${rest}}`);
    assert.equal(shape('petstore'), `{"id":"evt_1","eventType":"order.created",${rest}}`);
    assert.equal(shape('ecomm'), `{"event_type":"order.created",${rest}}`);
    assert.equal(shape('cloudevents'), '1');
    assert.match(
      shape('digital-goods'),
      /^\{"event":"order\.created","timestamp":"[^"]+","data":1,"signature":"sha256=[0-9a-f]{64}"\}$/,
    );
  });

  test('ids and timestamps are JSON whatever is in them', () => {
    const event = { id: '"}\\', timestamp: 'a"b\n\u2028' };
    const body = JSON.parse(text(send({ endpoint: { profile: 'petstore' }, event })));
    assert.equal(body.id, event.id);
    assert.equal(body.timestamp, event.timestamp);
  });

  test("digital-goods' own signature is over the text without it, by the secret of the header", () => {
    const secrets = [
      { value: 'new', validUntilMs: null },
      { value: 'old', validUntilMs: nowMs + 1 },
    ];
    for (const signWith of ['new', 'old'] as const) {
      const request = send({ endpoint: { profile: 'digital-goods', secrets, signWith } });
      const whole = text(request);
      const [, rest] = whole.split(',"signature":"');
      const bare = Buffer.from(`${whole.slice(0, whole.lastIndexOf(',"signature"'))}}`);
      const scheme = profileSchemes['digital-goods']!;
      const inBody = { headers: { 'x-webhook-signature': rest!.slice(0, -2) }, body: bare };
      const inHeader = { headers: named(request), body: request.body.bytes };
      for (const given of [inBody, inHeader]) {
        assert.equal(verify(scheme, { ...given, secrets: [signWith], nowS: 0 }, crypto).valid, true);
      }
    }
  });

  test('slack gets type, reference and the first 200 characters of the data, and no command of the publisher', () => {
    const slack = (event: Partial<Event>) => {
      const request = send({ endpoint: { profile: 'slack', secrets: [] }, event });
      assert.equal(request.body.withData, false);
      assert.equal(text(request), request.body.head);
      return JSON.parse(text(request));
    };
    assert.deepEqual(slack({ data: '{"a":1}', reference: 'ORD-1' }), {
      text: '*order.created* ORD-1\n{"a":1}',
    });
    assert.deepEqual(slack({ data: '{"a":1}' }), { text: '*order.created*\n{"a":1}' });
    const data = `"${'📦'.repeat(300)}"`;
    assert.equal(slack({ data }).text, `*order.created*\n"${'📦'.repeat(199)}`);
    const shout = slack({ data: '"<!channel> &amp;"', reference: '<!here>' }).text;
    assert.equal(shout, '*order.created* &lt;!here&gt;\n"&lt;!channel&gt; &amp;amp;"');
  });

  test('a body can be shared unless it holds a signature', () => {
    const shared = profiles.filter(({ wire }) => bodyIsShared(wire)).map(({ name }) => name);
    assert.deepEqual(shared, [
      'standard',
      'foxreload',
      'petstore',
      'ecomm',
      'cloudevents',
      'slack',
      'original',
    ]);
    const prepared = prepare(endpointWith(), { accountId: 'acc_1', version: '1' });
    const body = buildBody({ event: eventWith(), prepared, nowMs, crypto });
    const traceBytes = new Uint8Array(24);
    const input = { prepared, event: eventWith(), body, attemptNumber: 1, nowMs, traceBytes, crypto };
    assert.equal(buildRequest(input).body, body);
  });
});

describe('headers', () => {
  test('a request carries content type, signature, agent, attempt and trace, names in lower case, each once', () => {
    assert.deepEqual(named(send({ attemptNumber: 3 })), {
      'content-type': 'application/json',
      'user-agent': 'Surehook/1.2.3',
      'webhook-id': 'evt_1',
      'webhook-timestamp': '1767225600',
      'webhook-signature': named(send())['webhook-signature'],
      'surehook-attempt': '3',
      traceparent: '00-000102030405060708090a0b0c0d0e0f-1011121314151617-01',
    });
  });

  test("the publisher's trace goes on, and each attempt has a span of its own", () => {
    const traceId = 'f'.repeat(32);
    assert.equal(named(send({ event: { traceId } })).traceparent, `00-${traceId}-1011121314151617-01`);
  });

  test('test deliveries and events that came from elsewhere say so', () => {
    assert.equal(named(send({ test: true }))['surehook-test'], 'true');
    assert.equal(named(send({ test: false }))['surehook-test'], undefined);
    assert.equal(named(send({ event: { origin: 'poll' } }))['surehook-origin'], 'poll');
    assert.equal(named(send())['surehook-origin'], undefined);
  });

  test('every attempt is signed for its own moment, under the same id', () => {
    for (const profile of ['standard', 'foxreload', 'cloudevents']) {
      const [first, later] = [nowMs, nowMs + 86_400_000].map((atMs) => {
        const request = send({ endpoint: { profile }, atMs });
        const scheme = profileSchemes[profile]!;
        const input = {
          headers: request.headers,
          body: request.body.bytes,
          secrets: [secret],
          nowS: atMs / 1000,
        };
        assert.equal(verify(scheme, input, crypto).valid, true);
        return named(request);
      });
      const place = profileSchemes[profile]!.place as { header: string };
      assert.notEqual(first![place.header], later![place.header]);
      const id = profile === 'foxreload' ? 'x-foxreload-event-id' : 'webhook-id';
      assert.equal(first![id], later![id]);
    }
  });

  test('each profile carries the event’s id in its own header', () => {
    const idIn = (profile: string, name: string) => named(send({ endpoint: { profile } }))[name];
    assert.equal(idIn('digital-goods', 'x-webhook-id'), 'evt_1');
    assert.equal(idIn('ecomm', 'x-ecomm-event-id'), 'evt_1');
    assert.match(idIn('foxreload', 'x-foxreload-event-id')!, /^[0-9a-f-]{36}$/);
  });

  test('cloudevents carries the attributes as headers, percent-encoded so that they can be decoded again', () => {
    const event = { id: 'a"b%c', timestamp: '2026-01-01 00:00é\r\nx: y📦' };
    const headers = named(send({ endpoint: { profile: 'cloudevents' }, event }));
    assert.equal(headers['ce-specversion'], '1.0');
    assert.equal(headers['ce-source'], '/accounts/acc_1');
    assert.equal(headers['ce-type'], 'order.created');
    assert.equal(headers['ce-id'], 'a%22b%25c');
    assert.equal(headers['ce-time'], '2026-01-01%2000:00%C3%A9%0D%0Ax:%20y%F0%9F%93%A6');
    for (const name of ['id', 'time']) {
      assert.equal(decodeURIComponent(headers[`ce-${name}`]!), name === 'id' ? event.id : event.timestamp);
    }
  });

  test('no text of a publisher can end a header', () => {
    const wire = { headers: { 'x-ref': 'r={reference}' } };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (reference, timestamp) => {
        for (const endpoint of [{ wire }, { profile: 'cloudevents' }]) {
          const headers = named(send({ endpoint, event: { reference, timestamp } }));
          for (const value of Object.values(headers)) assert.match(value, /^[\x20-\x7e]*$/);
        }
      }),
    );
  });

  test('the endpoint’s own headers go along and replace ours, but never what proves the origin', () => {
    const own = {
      'X-Env': 'prod',
      'User-Agent': 'mine',
      Traceparent: 'own',
      'Webhook-Signature': 'v1,forged',
    };
    const headers = named(send({ endpoint: { headers: own } }));
    assert.equal(headers['x-env'], 'prod');
    assert.equal(headers['user-agent'], 'mine');
    assert.equal(headers.traceparent, 'own');
    assert.match(headers['webhook-signature']!, /^v1,[A-Za-z0-9+/]{43}=$/);
  });
});

describe('secrets', () => {
  const [old, older] = [8, 9].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);
  const secrets = [
    { value: secret, validUntilMs: null },
    { value: old!, validUntilMs: nowMs + 1000 },
    { value: older!, validUntilMs: nowMs },
  ];

  test('an old secret signs until its end and not from that moment on', () => {
    const signatures = (atMs: number) =>
      named(send({ endpoint: { secrets }, atMs }))['webhook-signature']!.split(' ').length;
    assert.deepEqual([nowMs - 1, nowMs, nowMs + 999, nowMs + 1000].map(signatures), [3, 2, 2, 1]);
  });

  test('with signWith old, the old secret signs while it lasts, then the new one', () => {
    const fits = (atMs: number, key: string) => {
      const request = send({ endpoint: { profile: 'ecomm', secrets, signWith: 'old' }, atMs });
      const input = { headers: request.headers, body: request.body.bytes, secrets: [key], nowS: 0 };
      return verify(profileSchemes.ecomm!, input, crypto).valid;
    };
    assert.equal(fits(nowMs + 999, old!), true);
    assert.equal(fits(nowMs + 1000, secret), true);
  });

  test('with signWith old, one that is older than the old secret never signs alone, however long it lasts', () => {
    const lasting = [secrets[0]!, secrets[1]!, { value: older!, validUntilMs: nowMs + 5000 }];
    for (const profile of ['ecomm', 'digital-goods']) {
      const request = send({ endpoint: { profile, secrets: lasting, signWith: 'old' }, atMs: nowMs + 1000 });
      const input = { headers: request.headers, body: request.body.bytes, secrets: [secret], nowS: 0 };
      assert.equal(verify(profileSchemes[profile]!, input, crypto).valid, true, profile);
    }
    const endpoint = { profile: 'digital-goods', secrets: lasting };
    const bodies = (['old', 'new'] as const).map((signWith) =>
      text(send({ endpoint: { ...endpoint, signWith }, atMs: nowMs + 1000 })),
    );
    assert.equal(bodies[0], bodies[1]);
  });

  test('a secret that can’t be used with the wire format, or none at all, is an error before anything is sent', () => {
    const bad = { secrets: [{ value: 'not base64!', validUntilMs: null }] };
    assert.throws(() => send({ endpoint: bad }), { code: 'invalid', message: /ep_1.*rotate the secret/ });
    assert.throws(() => send({ endpoint: { secrets: [] } }), { code: 'invalid' });
    assert.throws(() => send({ endpoint: { profile: 'nope' } }), { code: 'invalid', message: /nope/ });
  });

  test('an endpoint’s own wire format replaces its profile’s part by part', () => {
    const signature = { ...profileSchemes.ecomm!, place: { header: 'x-mine' } };
    const request = send({ endpoint: { wire: { signature }, profile: 'petstore' } });
    assert.match(named(request)['x-mine']!, /^sha256=/);
    assert.equal(named(request)['x-petstore-signature'], undefined);
    assert.ok(text(request).startsWith('{"id":"evt_1","eventType":'));
    const unsigned = named(send({ endpoint: { wire: { signature: null }, secrets: [] } }));
    assert.equal(unsigned['webhook-signature'], undefined);
  });
});

test('a request for a queue says in headers what the event is, and carries what only the queue needs', () => {
  const endpoint = endpointWith({ url: 'redis://u@h?stream=s', password: 'hidden' });
  const event = eventWith({ reference: 'Straße 1' });
  const prepared = prepare(endpoint, { accountId: 'a', version: '1' });
  const request = buildRequest({
    prepared,
    event,
    attemptNumber: 1,
    nowMs,
    traceBytes: new Uint8Array(24),
    crypto: nodeCrypto(),
  });
  const header = (name: string): string | undefined => request.headers[request.headers.indexOf(name) + 1];
  assert.equal(header('surehook-event-id'), 'evt_1');
  assert.equal(header('surehook-event-type'), 'order.created');
  assert.equal(header('surehook-event-timestamp'), '2026-01-01T00:00:00.000Z');
  assert.equal(header('surehook-reference'), 'Stra%C3%9Fe 1');
  assert.deepEqual(request.queue, {
    eventId: 'evt_1',
    eventType: 'order.created',
    reference: 'Straße 1',
    password: 'hidden',
  });
  assert.ok(!request.headers.join().includes('hidden') && !request.url.includes('hidden'));
  const other = prepare(endpointWith(), { accountId: 'a', version: '1' });
  const plain = buildRequest({
    prepared: other,
    event,
    attemptNumber: 1,
    nowMs,
    traceBytes: new Uint8Array(24),
    crypto: nodeCrypto(),
  });
  assert.equal(plain.queue, undefined);
  assert.ok(!plain.headers.includes('surehook-event-type'));
});
