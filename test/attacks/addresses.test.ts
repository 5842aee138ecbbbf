import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Json, startTarget, type Target } from '../support/attack.ts';
import { eventually, temporaryFolder } from '../support/process.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

/** Hosts that nothing may be sent to, by case of the attack catalogue. */
const refused: Record<string, string[]> = {
  'A01 cloud metadata': [
    '169.254.169.254',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
  ],
  'A02 private and special IPv4 networks': [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '127.0.0.1',
    '127.255.255.254',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '192.88.99.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  ],
  'A03 other spellings of an IPv4 address': [
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
  ],
  'A04 an IPv4-mapped IPv6 address': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:10.0.0.1]',
    '[::ffff:a9fe:a9fe]',
  ],
  'A05 an IPv4-compatible IPv6 address': ['[::7f00:1]', '[::127.0.0.1]', '[::a9fe:a9fe]'],
  'A06 IPv6 outside global unicast': [
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    '[fec0::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[5f00::1]',
    '[3fff::1]',
    '[2001:db8::1]',
    '[4000::1]',
    '[ff02::1]',
    '[100::1]',
  ],
  'A07 the unspecified address': ['0.0.0.0', '0', '[::]', '[::0.0.0.0]'],
  'A22 local names in any spelling': [
    'localhost',
    'LOCALHOST',
    'LocalHost.',
    'a.localhost',
    'a.b.localhost.',
    'ｌocalhost',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  ],
};

/** Where a URL is taken: create and change, under both names of the routes. */
const takers = ['/v1/endpoints', '/v1/webhooks'] as const;

describe('addresses nobody may be sent to', () => {
  let receiver: Receiver;
  let target: Target;
  let kept: Json;
  /** Ids of endpoints by host, made while the operator allowed every network. */
  const stored = new Map<string, string>();
  const urlOf = (host: string): string => `https://${host}:${receiver.port}/hooks`;

  before(async () => {
    receiver = await startReceiver({ certificate: 'receiver' });
    const folder = temporaryFolder();
    const lax = await startTarget(
      { SUREHOOK_DEV: '1', SUREHOOK_ALLOW_NETWORKS: '0.0.0.0/0,::/0' },
      { ...folder, remove() {} },
    );
    for (const [name, hosts] of Object.entries(refused)) {
      for (const host of hosts) {
        const made = await lax.endpoint({ url: urlOf(host), events: [typeOf(name)] });
        stored.set(host, made.id);
      }
    }
    const plain = await lax.endpoint({ url: 'http://shop.example/hooks', events: ['never'] });
    stored.set('http://shop.example', plain.id);
    await lax.server.stop();
    target = await startTarget({}, folder);
    kept = await target.endpoint({ url: 'https://shop.example/hooks', events: ['nothing.else'] });
  });
  after(async () => {
    await target.stop();
    await receiver.close();
  });

  /** Refused with 422 and a pointer wherever a URL is taken, and nothing changes. */
  async function refusedEverywhere(url: unknown): Promise<void> {
    for (const path of takers) {
      const created = await target.ask('POST', path, { url, events: ['*'] });
      const changed = await target.ask('PATCH', `${path}/${kept.id}`, { url });
      for (const answer of [created, changed]) {
        assert.equal(answer.status, 422, `${path}: ${String(url)}: ${answer.text}`);
        assert.equal(answer.body.errors[0].pointer, '/url');
      }
    }
    assert.equal((await target.ask('GET', `/v1/endpoints/${kept.id}`)).body.url, kept.url);
  }

  for (const [name, hosts] of Object.entries(refused)) {
    test(`${name}: refused at create and PATCH, and when connecting for a test or a delivery`, async () => {
      for (const host of hosts) {
        await refusedEverywhere(urlOf(host));
        const tried = await target.ask('POST', `/v1/endpoints/${stored.get(host)}/test`, {
          eventType: 'a.test',
          data: 1,
        });
        assert.deepEqual(
          [tried.status, tried.body.outcome, tried.body.error, tried.body.httpStatus],
          [200, 'failed', 'blocked_address', null],
          host,
        );
      }
      const deliveries = await target.deliver(typeOf(name));
      assert.equal(deliveries.length, hosts.length);
      for (const { status, attempts } of deliveries) {
        assert.deepEqual(
          [status, attempts.map((one: Json) => one.error)],
          ['dead', ['blocked_address']],
          JSON.stringify(attempts),
        );
      }
      assert.equal(receiver.connections(), 0);
    });
  }

  test('A08 an address with a zone is no URL', async () => {
    for (const host of ['[fe80::1%25eth0]', '[fe80::1%eth0]', '[::1%25lo]', '127.0.0.1%00.example.com']) {
      await refusedEverywhere(urlOf(host));
    }
  });

  test('A15 every route that leads to a connection has the same guard', async () => {
    const id = stored.get('127.0.0.1');
    const before = (await target.ask('GET', `/v1/deliveries?endpointId=${id}`)).body.data.length;
    const [delivery] = (await target.deliver(typeOf('A02'))).filter((one) => one.endpointId === id);
    assert.equal(before, 1);
    const again = async (method: string, path: string, body?: object): Promise<void> => {
      const answer = await target.ask(method, path, body);
      assert.ok(answer.status < 300, `${path}: ${answer.text}`);
    };
    await again('POST', `/v1/deliveries/${delivery.id}/retry`);
    await again('POST', `/v1/events/${delivery.eventId}/redeliver`, { endpointId: id });
    await again('POST', '/v1/replays', { ids: [delivery.id] });
    await again('POST', `/v1/endpoints/${id}/recover`, { since: '1h' });
    await again('PATCH', `/v1/endpoints/${id}`, { description: 'still the same URL' });
    const attempts = await attemptsOf(target, delivery.id, 3);
    assert.ok(attempts.every((one) => one.error === 'blocked_address'));
    assert.equal(receiver.connections(), 0);
  });

  test('A15 no request but those of endpoints and of channels to people takes a URL, and both are guarded', async () => {
    const { paths } = (await target.ask('GET', '/openapi.json')).body;
    const found: string[] = [];
    for (const [path, methods] of Object.entries<Json>(paths)) {
      for (const [method, operation] of Object.entries<Json>(methods)) {
        const schema = operation.requestBody?.content['application/json']?.schema;
        const names = Object.keys(schema?.properties ?? {});
        if (names.some((name) => /ur[il]|href|link|callback|redirect|target|host/i.test(name)))
          found.push(`${method} ${path}`);
      }
    }
    assert.deepEqual(found.sort(), [
      'patch /v1/alert-channels/{id}',
      // Only its own address, as an answer showed it; so for sources.
      'patch /v1/bins/{id}',
      'patch /v1/endpoints/{id}',
      'patch /v1/sources/{id}',
      'patch /v1/webhooks/{id}',
      'post /v1/alert-channels',
      'post /v1/endpoints',
      'post /v1/webhooks',
    ]);
    for (const host of ['127.0.0.1', 'localhost', '169.254.169.254']) {
      const url = urlOf(host);
      const channel = await target.ask('POST', '/v1/alert-channels', { type: 'slack', url });
      assert.equal(channel.status, 422, url);
      const poll = { url: `${url}{reference}`, states: { done: 'fulfilled' } };
      const tracking = { reference: '/r', states: { x: 'fulfilled' }, poll };
      const source = await target.ask('POST', '/v1/sources', { name: 'x', scheme: 'standard', tracking });
      assert.equal(source.body.errors?.[0]?.pointer, '/tracking/poll/url', source.text);
    }
  });

  test('A16 a URL that was allowed when it was stored is judged again at each attempt', async () => {
    const shown = (await target.ask('GET', `/v1/endpoints/${stored.get('127.0.0.1')}`)).body;
    assert.equal(shown.url, urlOf('127.0.0.1'));
    const tried = await target.ask('POST', `/v1/endpoints/${shown.id}/test`, { eventType: 'a', data: 1 });
    assert.equal(tried.body.error, 'blocked_address');
    assert.equal(receiver.connections(), 0);
  });

  test('A18 only https is a scheme, in any spelling', async () => {
    for (const url of [
      'http://shop.example/',
      'HTTP://shop.example/',
      'http:shop.example',
      'file:///etc/passwd',
      'FILE:///etc/passwd',
      'gopher://shop.example:6379/_x',
      'ftp://shop.example/',
      'data:text/plain,x',
      'ws://shop.example/',
      'wss://shop.example/',
      'javascript:alert(1)',
      'blob:https://shop.example/x',
      'ht\ntps://shop.example/',
      '//shop.example/',
      '/hooks',
      '',
      null,
      7,
      ['https://shop.example/'],
      { href: 'https://shop.example/' },
    ]) {
      await refusedEverywhere(url);
    }
    const path = `/v1/endpoints/${stored.get('http://shop.example')}/test`;
    const tried = await target.ask('POST', path, { eventType: 'a.test', data: 1 });
    assert.equal(tried.body.error, 'blocked_address');
  });

  test('A19 credentials in a URL are refused', async () => {
    for (const url of [
      'https://user:password@shop.example/',
      'https://user@shop.example/',
      'https://:password@shop.example/',
      'https://shop.example@evil.example/',
      'https://shop.example%2f@evil.example/',
    ]) {
      await refusedEverywhere(url);
    }
    // The platform reads a backslash as a slash, so what follows it is a path and no host.
    const made = await target.endpoint({ url: 'https://shop.example\\@127.0.0.1/', events: ['never'] });
    assert.equal(new URL(made.url).hostname, 'shop.example');
  });

  // The catalogue thinks of a list of allowed ports; the contract has none, so a port is refused when it is no port.
  test('A20 a port that cannot be one is refused, any other is allowed', async () => {
    for (const port of ['0', '65536', '-1', '99999999999', 'x', '443:443']) {
      await refusedEverywhere(`https://shop.example:${port}/`);
    }
    for (const port of ['22', '6379', '65535', '']) {
      const made = await target.endpoint({ url: `https://shop.example:${port}/`, events: ['never'] });
      assert.equal((await target.ask('DELETE', `/v1/endpoints/${made.id}`)).status, 204);
    }
  });
});

async function attemptsOf(target: Target, id: string, atLeast: number): Promise<Json[]> {
  return await eventually(10_000, async () => {
    const { attempts } = (await target.ask('GET', `/v1/deliveries/${id}`)).body;
    return attempts.length >= atLeast && attempts;
  });
}

function typeOf(name: string): string {
  return `attack.${name.slice(0, 3)}`;
}
