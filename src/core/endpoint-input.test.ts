import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Endpoint } from './endpoint.ts';
import { type EndpointRules, pausedBy, readEndpointChanges, readNewEndpoint } from './endpoint-input.ts';
import { endpointView } from './endpoint-view.ts';
import { SurehookError } from './errors.ts';
import { parseExact } from './exact-json.ts';
import { masked } from './masked.ts';
import { profileNamed } from './profiles/table.ts';

const nowMs = Date.parse('2026-01-31T12:00:00Z');
const rules: EndpointRules = {
  policy: { dev: false, allowNetworks: [] },
  nowMs,
  by: 'key "ci"',
  randomBytes: (count) => new Uint8Array(count).fill(7),
};
const least = { url: 'https://shop.example/hooks', events: ['order.*'] };
const make = (body: unknown, more: Partial<EndpointRules> = {}): Endpoint => ({
  no: 1,
  ...readNewEndpoint(body, { ...rules, ...more, id: 'ep_1', accountNo: 1, defaultProfile: 'standard' }),
});

function pointersOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof SurehookError, String(error));
    assert.equal(error.code, 'invalid');
    return error.problems.map((problem) => problem.pointer);
  }
  return [];
}
const refused = (more: Record<string, unknown>): string[] => pointersOf(() => make({ ...least, ...more }));
const changed = (endpoint: Endpoint, body: unknown): Endpoint => ({
  ...endpoint,
  ...readEndpointChanges(body, endpoint, rules),
});

test('url and events are enough; everything else has the profile’s or the contract’s default', () => {
  const endpoint = make(least);
  const standard = profileNamed('standard');
  assert.equal(endpoint.profile, 'standard');
  assert.deepEqual([endpoint.retry, endpoint.timeoutMs], [standard?.retry, standard?.timeoutMs]);
  assert.deepEqual([endpoint.concurrency, endpoint.ordered, endpoint.ratePerSecond], [16, false, null]);
  assert.deepEqual(
    [endpoint.filter, endpoint.sources, endpoint.notify, endpoint.metadata],
    [null, null, null, '{}'],
  );
  assert.deepEqual([endpoint.status, endpoint.statusReason, endpoint.failures], ['active', null, 0]);
  assert.match(endpoint.secrets[0]?.value ?? '', /^whsec_[A-Za-z0-9+/]+=*$/);
});

test('every field of the contract’s example is taken and answered as it was given', () => {
  const body = {
    url: 'https://shop.example/hooks',
    events: ['order.*', 'payment.succeeded'],
    secret: `whsec_${'A'.repeat(32)}`,
    description: '',
    profile: 'standard',
    status: 'active',
    headers: { 'X-Env': 'prod' },
    retry: { schedule: ['30s', '2m', '10m'], jitter: 0.1, giveUpAfter: '24h' },
    timeout: '10s',
    rateLimit: { perSecond: 50 },
    concurrency: 16,
    ordered: false,
    filter: { '/data/total': { gte: 100 } },
    sources: null,
    notify: 'ops@shop.example',
    metadata: {},
  };
  const view = endpointView(make(body), { secret: true, headersGiven: body.headers });
  for (const [name, value] of Object.entries(body)) {
    assert.deepEqual(JSON.parse(JSON.stringify(view[name])), value, name);
  }
  assert.deepEqual(make(body).retry, {
    kind: 'schedule',
    delaysMs: [30_000, 120_000, 600_000],
    jitter: 0.1,
    giveUpAfterMs: 86_400_000,
    written: { schedule: ['30s', '2m', '10m'], giveUpAfter: '24h' },
  });
});

test('the secret and the values of headers are in no view that was not asked for them', () => {
  const text = JSON.stringify(
    endpointView(
      make({ ...least, headers: { Authorization: 'Bearer abc' }, secret: `whsec_${'A'.repeat(32)}` }),
    ),
  );
  assert.ok(!text.includes('whsec_') && !text.includes('abc'));
  assert.ok(text.includes(masked));
  assert.deepEqual(refused({ headers: { Authorization: masked } }), ['/headers/Authorization']);
});

test('what is missing and what is unknown are named together', () => {
  assert.deepEqual(
    pointersOf(() => make({ evens: [] })),
    ['/evens', '/url', '/events'],
  );
  assert.deepEqual(
    pointersOf(() => make({ url: null, events: null })),
    ['/url', '/events'],
  );
  assert.deepEqual(refused({ id: 'ep_2', createdAt: 'x' }), ['/id', '/createdAt']);
  for (const body of [null, [], 'x', 7])
    assert.deepEqual(
      pointersOf(() => make(body)),
      [''],
    );
});

test('a URL that deliveries must not go to is refused however it is written', () => {
  const bad = [
    'http://shop.example/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://127.1/',
    'https://１２７.0.0.1/',
    'https://169.254.169.254/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'https://user:pw@shop.example/',
    'https://good@evil.example/',
    'file:///etc/passwd',
    'gopher://x/',
    'ftp://x/',
    'data:,x',
    'ws://x/',
    'JavaScript:alert(1)',
    'https://shop.example:0/',
    'https://shop.example:65536/',
    'https://[fe80::1%25eth0]/',
    'https://',
    '',
    ' ',
    'shop.example',
    'https://shop.example/\r\nx: y',
    `https://shop.example/${'x'.repeat(2048)}`,
    7,
    {},
  ];
  for (const url of bad) assert.deepEqual(refused({ url }), ['/url'], String(url));
  for (const url of [
    'https://shop.example',
    'HTTPS://Shop.Example./a?b#c',
    'https://xn--caf-dma.example:8443/',
    'https://1.1.1.1/',
  ]) {
    assert.equal(make({ ...least, url }).url, url);
  }
});

test('a queue is a target; one that is badly named is refused', () => {
  for (const url of ['pull:x', 'redis://r', 'nats://n', 'kafka://k', 'sqs://q', 'redis://localhost?stream=s'])
    assert.deepEqual(refused({ url }), ['/url'], url);
  const url = 'redis://shop:p%40ss@redis.example/?stream=orders';
  const endpoint = make({ ...least, url });
  assert.equal(endpoint.url, 'redis://shop@redis.example/?stream=orders');
  assert.equal(endpoint.password, 'p@ss');
});

test('a scheme that is neither HTTP nor a queue is refused with those that there are', () => {
  const words = (url: string): string => {
    try {
      make({ ...least, url });
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  assert.match(
    words('mqtt://broker.example/orders'),
    /https:\/\/\. That of a queue begins with redis:\/\/, nats/,
  );
  assert.doesNotMatch(words('http://shop.example/hooks'), /queue/);
});

test("a queue's password is shown masked, stays when that is sent back, and goes when host or user change", () => {
  const endpoint = make({
    ...least,
    url: 'amqp://shop:hidden@mq.example/?exchange=e',
    headers: { 'X-A': 'b' },
  });
  const { url } = endpointView(endpoint) as { url: string };
  assert.equal(url, `amqp://shop:${masked}@mq.example/?exchange=e`);
  assert.equal(changed(endpoint, { url }).password, 'hidden');
  assert.equal(changed(endpoint, { description: 'x' }).password, 'hidden');
  assert.equal(changed(endpoint, { headers: {} }).password, 'hidden');
  assert.deepEqual(changed(endpoint, { url }).headers, { 'X-A': 'b' });
  const elsewhere = changed(endpoint, { url: 'amqp://shop@other.example/?exchange=e' });
  assert.deepEqual([elsewhere.password, elsewhere.headers], [null, {}]);
  for (const moved of [url.replace('mq.', 'evil.'), url.replace('shop:', 'root:')])
    assert.deepEqual(
      pointersOf(() => changed(endpoint, { url: moved })),
      ['/url'],
      moved,
    );
  assert.deepEqual(refused({ url }), ['/url']);
});

test('a queue inside Surehook is a target that stays one, and what passes originals on names its sources', () => {
  const pulled = make({ ...least, url: ' pull: ' });
  assert.equal(pulled.url, 'pull:');
  assert.deepEqual(
    pointersOf(() => changed(pulled, { url: 'https://shop.example/' })),
    ['/url'],
  );
  assert.deepEqual(
    pointersOf(() => changed(make(least), { url: 'pull:' })),
    ['/url'],
  );
  assert.deepEqual(refused({ profile: 'original' }), ['/sources']);
  assert.deepEqual(refused({ wire: { envelope: { kind: 'original' } } }), ['/sources']);
  const original = make({ ...least, profile: 'original', sources: ['*'] });
  assert.deepEqual(
    pointersOf(() => changed(original, { sources: null })),
    ['/sources'],
  );
});

test('headers of the server, the connection and the signature cannot be set', () => {
  const names = [
    'Host',
    'Content-Length',
    'content-type',
    'Transfer-Encoding',
    'CONNECTION',
    'Expect',
    'Upgrade',
    'Cookie',
    'webhook-id',
    'Surehook-Test',
    'Proxy-Authorization',
    'TE',
  ];
  for (const name of names) assert.deepEqual(refused({ headers: { [name]: 'x' } }), [`/headers/${name}`]);
  for (const name of ['', 'a b', 'a:b', 'a\r\nb', 'é', 'a\u0000', 'a"b'])
    assert.equal(refused({ headers: { [name]: 'x' } }).length, 1, name);
  assert.deepEqual(refused({ headers: { 'X-A': '1', 'x-a': '2' } }), ['/headers/x-a']);
});

test('a header’s value is visible ASCII, blanks only inside', () => {
  for (const value of [
    '',
    ' x',
    'x ',
    'a\r\nb: c',
    'a\nb',
    'a\u0000',
    'é',
    'a\tb',
    'x'.repeat(1025),
    7,
    null,
  ]) {
    assert.deepEqual(refused({ headers: { 'X-A': value } }), ['/headers/X-A'], String(value));
  }
  assert.deepEqual(make({ ...least, headers: { Authorization: 'Bearer a b~' } }).headers, {
    Authorization: 'Bearer a b~',
  });
});

test('a header or a metadata member named __proto__ is data like any other', () => {
  const body = JSON.parse(
    '{"url":"https://shop.example/","events":["*"],"headers":{"__proto__":"x"},"metadata":{"__proto__":{"a":1}}}',
  ) as unknown;
  const endpoint = make(body);
  assert.deepEqual(Object.keys(endpoint.headers), ['__proto__']);
  assert.equal(endpoint.metadata, '{"__proto__":{"a":1}}');
  assert.deepEqual(
    pointersOf(() => make(JSON.parse('{"__proto__":{"url":"x"}}'))),
    ['/__proto__', '/url', '/events'],
  );
});

test('every field has its bounds', () => {
  const bad: Record<string, unknown[]> = {
    events: [[], ['order*'], 'order.*', [7], ['a b'], Array(201).fill('a')],
    description: [7, 'x'.repeat(1001), 'a\u0000', '\ud800'],
    profile: ['nope', 7, '__proto__'],
    status: ['disabled', 'x', true],
    timeout: ['99ms', '61s', '10', 10],
    rateLimit: [50, {}, { perSecond: 0 }, { perSecond: 1.5 }, { perSecond: 10_001 }, { perSecond: '5' }],
    concurrency: [0, 257, 1.5, '16'],
    ordered: ['true', 1],
    filter: [[], { '/total': { gte: 1 } }],
    sources: [[], 'src_1', ['x'], [7]],
    notify: ['ops', 'a@b@c', 'a b@c.d', 'a@b.c\r\nBcc: d@e.f', 'Ops <a@b.c>', `${'x'.repeat(250)}@b.c`, 7],
    metadata: [[], 'x', { a: 'x'.repeat(17_000) }],
    secret: ['', 'short', 7, `whsec_${'A'.repeat(8)}`],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const found = refused({ [name]: value });
      assert.ok(
        found.length > 0 && found.every((pointer) => pointer.startsWith(`/${name}`)),
        `${name}: ${JSON.stringify(value)} ${found}`,
      );
    }
  }
});

test('metadata nested without end is refused and breaks nothing', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`) as unknown;
  assert.deepEqual(refused({ metadata: deep }), ['/metadata']);
  assert.deepEqual(refused({ filter: { '/data': { eq: deep } } }), ['/filter']);
});

test('retry is a schedule or exponential, and without jitter has none', () => {
  assert.deepEqual(make({ ...least, retry: { schedule: [] } }).retry, {
    kind: 'schedule',
    delaysMs: [],
    jitter: 0,
    giveUpAfterMs: null,
    written: { schedule: [] },
  });
  assert.deepEqual(
    make({ ...least, retry: { exponential: { initial: '1s', factor: 2, maxRetries: 5, maxDelay: '60s' } } })
      .retry,
    {
      kind: 'exponential',
      initialMs: 1000,
      factor: 2,
      maxRetries: 5,
      maxDelayMs: 60_000,
      jitter: 0,
      giveUpAfterMs: null,
      written: { initial: '1s', maxDelay: '60s' },
    },
  );
  const bad: [unknown, string][] = [
    [{}, '/retry'],
    [[], '/retry'],
    [{ schedule: ['5s'], exponential: { initial: '1s', maxRetries: 1 } }, '/retry'],
    [{ schedule: '5s' }, '/retry/schedule'],
    [{ schedule: ['5s', 'x'] }, '/retry/schedule/1'],
    [{ schedule: ['31d'] }, '/retry/schedule/0'],
    [{ schedule: Array(101).fill('1s') }, '/retry/schedule'],
    [{ schedule: [], jitter: 2 }, '/retry/jitter'],
    [{ schedule: [], jiter: 0 }, '/retry/jiter'],
    [{ schedule: [], giveUpAfter: '0s' }, '/retry/giveUpAfter'],
    [{ exponential: { initial: '1s' } }, '/retry/exponential/maxRetries'],
    [{ exponential: { initial: '0s', maxRetries: 1 } }, '/retry/exponential/initial'],
    [{ exponential: { initial: '1s', maxRetries: 101 } }, '/retry/exponential/maxRetries'],
    [{ exponential: { initial: '1s', maxRetries: 1, factor: 0 } }, '/retry/exponential/factor'],
  ];
  for (const [retry, pointer] of bad) assert.deepEqual(refused({ retry }), [pointer], JSON.stringify(retry));
});

test('what an endpoint’s view says can be sent back', () => {
  const body = {
    ...least,
    retry: {
      exponential: { initial: '1s', factor: 3, maxRetries: 4, maxDelay: '1h' },
      jitter: 0.5,
      giveUpAfter: '2d',
    },
    rateLimit: { perSecond: 5 },
    timeout: '1500ms',
  };
  const endpoint = make(body);
  const view = endpointView(endpoint);
  assert.deepEqual(changed(endpoint, view), endpoint);
  const paused = { ...endpoint, ...pausedBy('a person', nowMs) };
  assert.deepEqual(changed(paused, endpointView(paused)), paused);
  const disabled: Endpoint = { ...endpoint, status: 'disabled', statusReason: '410' };
  assert.deepEqual(changed(disabled, endpointView(disabled)), disabled);
  for (const name of ['id', 'createdAt', 'updatedAt', 'statusReason'])
    assert.deepEqual(
      pointersOf(() => changed(endpoint, { ...view, [name]: 'other' })),
      [`/${name}`],
    );
});

test('a masked header value keeps the stored one, but not for another origin', () => {
  const endpoint = make({ ...least, headers: { Authorization: 'Bearer a', 'X-B': 'b' } });
  const view = endpointView(endpoint);
  assert.deepEqual(changed(endpoint, view).headers, endpoint.headers);
  assert.deepEqual(changed(endpoint, { headers: { authorization: masked, 'X-C': 'c' } }).headers, {
    authorization: 'Bearer a',
    'X-C': 'c',
  });
  assert.deepEqual(
    changed(endpoint, {
      ...view,
      url: 'https://new.example/',
      headers: { Authorization: masked, 'X-B': 'd' },
    }).headers,
    { 'X-B': 'd' },
  );
  assert.deepEqual(
    pointersOf(() => changed(endpoint, { headers: { 'X-Z': masked } })),
    ['/headers/X-Z'],
  );
});

test('the answer to a change shows the values that were sent with it and no others', () => {
  const endpoint = make({ ...least, headers: { 'X-A': 'a', 'X-B': 'b' } });
  const headers = { 'X-A': masked, 'X-B': 'c' };
  const view = endpointView(changed(endpoint, { headers }), { headersGiven: headers });
  assert.deepEqual(view.headers, { 'X-A': masked, 'X-B': 'c' });
});

test('durations come back as they were written', () => {
  const retry = { schedule: ['60s', '48h', '1d', '1000ms'], jitter: 0, giveUpAfter: '7d' };
  const endpoint = make({ ...least, retry, timeout: '60s' });
  assert.deepEqual([endpointView(endpoint).retry, endpointView(endpoint).timeout], [retry, '60s']);
  const back = endpointView(changed(endpoint, { retry: null, timeout: null }));
  assert.equal(back.timeout, '15s');
  const exponential = { initial: '1000ms', factor: 2, maxRetries: 2, maxDelay: '3600s' };
  const other = changed(endpoint, { retry: { exponential } });
  assert.deepEqual(endpointView(other).retry, { exponential, jitter: 0, giveUpAfter: null });
});

test('numbers in filter and metadata come back digit by digit', () => {
  const text =
    '{"filter":{"/data/n":{"eq":12345678901234567890,"in":[1.50,1e400]}},"metadata":{"n":0.1234567890123456789}}';
  const view = endpointView(make({ ...least, ...(parseExact(text) as object) }));
  assert.equal(JSON.stringify({ filter: view.filter, metadata: view.metadata }), text);
  for (const wrong of ['{"/data/n":7}', '{"/data/n":{"exists":1}}', '7'])
    assert.equal(refused({ filter: parseExact(wrong) }).length, 1, wrong);
  assert.deepEqual(refused({ metadata: parseExact('7') }), ['/metadata']);
});

test('a header in which the wire format carries the event cannot be the endpoint’s own', () => {
  const taken: [string, string][] = [
    ['digital-goods', 'X-Webhook-Id'],
    ['digital-goods', 'x-webhook-signature'],
    ['ecomm', 'x-ecomm-event-id'],
    ['foxreload', 'X-FoxReload-Event-Id'],
    ['cloudevents', 'ce-id'],
    ['petstore', 'X-Petstore-Signature'],
  ];
  for (const [profile, name] of taken)
    assert.deepEqual(refused({ profile, headers: { [name]: 'x' } }), [`/headers/${name}`], name);
  const endpoint = make({ ...least, headers: { 'X-Webhook-Id': 'mine' }, secret: `whsec_${'A'.repeat(32)}` });
  assert.deepEqual(
    pointersOf(() => changed(endpoint, { profile: 'digital-goods' })),
    ['/profile'],
  );
  assert.deepEqual(
    pointersOf(() => changed(endpoint, { wire: { headers: { 'X-Webhook-Id': '{id}' } } })),
    ['/wire'],
  );
  assert.equal(changed(endpoint, { profile: 'digital-goods', headers: {} }).profile, 'digital-goods');
});

test('a change touches what it names; null goes back to the default', () => {
  const endpoint = make({
    ...least,
    rateLimit: { perSecond: 5 },
    filter: { '/type': { eq: 'a' } },
    retry: { schedule: ['1s'] },
    headers: { 'X-A': 'b' },
  });
  assert.deepEqual(changed(endpoint, {}), endpoint);
  assert.deepEqual(changed(endpoint, { events: ['*'] }), { ...endpoint, events: ['*'] });
  const back = changed(endpoint, { rateLimit: null, filter: null, retry: null, headers: null });
  assert.deepEqual(
    [back.ratePerSecond, back.filter, back.retry, back.headers],
    [null, null, profileNamed('standard')?.retry, {}],
  );
  assert.deepEqual(
    pointersOf(() => changed(endpoint, { url: null, events: null })),
    ['/url', '/events'],
  );
});

test('A79 a changed origin drops the endpoint’s own headers unless they are sent again', () => {
  const endpoint = make({ ...least, headers: { Authorization: 'Bearer a' } });
  for (const url of ['https://evil.example/hooks', 'https://shop.example:8443/hooks'])
    assert.deepEqual(changed(endpoint, { url }).headers, {}, url);
  for (const url of ['https://shop.example/other', 'https://SHOP.example:443/hooks?x=1'])
    assert.deepEqual(changed(endpoint, { url }).headers, endpoint.headers, url);
  assert.deepEqual(changed(endpoint, { url: 'https://new.example/', headers: { 'X-B': 'c' } }).headers, {
    'X-B': 'c',
  });
});

test('pausing says who and when; activating clears the record of failure', () => {
  const endpoint = { ...make(least), failures: 9, failingSinceMs: 1 };
  const paused = changed(endpoint, { status: 'paused' });
  assert.deepEqual(
    [paused.status, paused.statusReason],
    ['paused', 'paused by key "ci" at 2026-01-31T12:00:00.000Z'],
  );
  const active = changed({ ...paused, status: 'disabled' }, { status: 'active' });
  assert.deepEqual(
    [active.status, active.statusReason, active.failures, active.failingSinceMs],
    ['active', null, 0, null],
  );
  assert.equal(make({ ...least, status: 'paused' }).status, 'paused');
});

test('with a new profile, retry and timeout follow where they were the old one’s own', () => {
  const petstore = profileNamed('petstore');
  const own = make({ ...least, profile: 'ecomm', timeout: '7s' });
  const moved = changed(own, { profile: 'petstore' });
  assert.deepEqual([moved.profile, moved.retry, moved.timeoutMs], ['petstore', petstore?.retry, 7000]);
  assert.deepEqual(moved.secrets, own.secrets);
});

test('a profile whose secrets look otherwise asks for a new secret', () => {
  const petstore = make({ ...least, profile: 'petstore', secret: 'your_webhook_secret_here' });
  assert.equal(petstore.secrets[0]?.value, 'your_webhook_secret_here');
  assert.deepEqual(
    pointersOf(() => changed(petstore, { profile: 'standard' })),
    ['/secret'],
  );
  const moved = changed(petstore, { profile: 'standard', secret: `whsec_${'A'.repeat(32)}` });
  assert.deepEqual(moved.secrets, [{ value: `whsec_${'A'.repeat(32)}`, validUntilMs: null }]);
});

test('no body, however strange, gets anything but an endpoint or a refusal', () => {
  const member = fc.constantFrom(
    'url',
    'events',
    'secret',
    'profile',
    'status',
    'headers',
    'retry',
    'timeout',
    'rateLimit',
    'filter',
    'sources',
    'notify',
    'metadata',
    'wire',
    'concurrency',
  );
  fc.assert(
    fc.property(fc.dictionary(member, fc.jsonValue()), (body) => {
      pointersOf(() => make({ ...least, ...body }));
      pointersOf(() => changed(make(least), body));
    }),
    { numRuns: 500 },
  );
});
