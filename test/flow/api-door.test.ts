import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Request } from '../../src/core/attempt.ts';
import { ApiWorld } from '../support/api.ts';
import { provider } from '../support/provider.ts';

/* Bodies of every kind over a real connection: what each gets stands in docs/using/receiving.md. */

type Supplier = Awaited<ReturnType<typeof provider>>;

describe('the door takes bytes', () => {
  let world: ApiWorld;
  let supplier: Supplier;
  let port: number;
  beforeEach(async () => {
    world = await ApiWorld.open();
    await world.app.listen({ port: 0, host: '127.0.0.1' });
    port = (world.app.server.address() as { port: number }).port;
    supplier = await provider(world);
    await world.endpoint({ url: 'https://receiver.example/original', profile: 'original', sources: ['*'] });
  });
  afterEach(() => world.close());

  let sent = 0;
  /** Posts bytes with these header lines, signed, over a connection of its own, and answers the status and the body. */
  async function post(body: Buffer, lines: string[]): Promise<{ status: number; text: string }> {
    const signature = Object.entries(supplier.headers(body, `msg_${++sent}`)).map(
      ([name, value]) => `${name}: ${value}`,
    );
    return await raw([...signature, `content-length: ${body.length}`, ...lines], body);
  }

  function raw(lines: string[], body: Buffer): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: Number(text.slice(9, 12)), text: text.slice(text.indexOf('\r\n\r\n') + 4) });
      });
      socket.write(
        `POST ${supplier.path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n${lines.join('\r\n')}\r\n\r\n`,
      );
      socket.write(body);
    });
  }

  async function lastEvent(): Promise<{ data: unknown; type: string }> {
    const [head] = (await world.ask('GET', '/v1/events?limit=1')).body.data;
    return (await world.ask('GET', `/v1/events/${head.id}`)).body;
  }

  async function forwarded(): Promise<Request> {
    await world.clock.settle();
    return world.sent.at(-1)!;
  }

  const kinds: [name: string, body: Buffer, lines: string[], data: (body: Buffer) => unknown][] = [
    ['JSON', Buffer.from(' {"a": 1.0}\n'), ['content-type: application/json'], () => ({ a: 1 })],
    ['JSON under another type', Buffer.from('[1]'), ['content-type: text/plain'], () => [1]],
    ['JSON without a type', Buffer.from('{"a":"é"}'), [], () => ({ a: 'é' })],
    ['JSON under a type that is none', Buffer.from('{"a":1}'), ['content-type: json'], () => ({ a: 1 })],
    ['JSON under an empty type', Buffer.from('{"a":1}'), ['content-type: '], () => ({ a: 1 })],
    [
      'JSON whose type came twice',
      Buffer.from('{"a":1}'),
      ['content-type: application/json', 'content-type: application/json'],
      () => ({ a: 1 }),
    ],
    [
      'JSON with __proto__',
      Buffer.from('{"__proto__":{"x":1},"a":1}'),
      ['content-type: application/json'],
      () => JSON.parse('{"__proto__":{"x":1},"a":1}'),
    ],
    ['JSON with a byte order mark', Buffer.from('\ufeff{}'), ['content-type: application/json'], base64],
    ['no JSON', Buffer.from('{"a":'), ['content-type: application/json'], base64],
    [
      'bytes that are not UTF-8',
      Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
      ['content-type: application/json'],
      base64,
    ],
    [
      'JSON nested too deep',
      Buffer.from('['.repeat(100) + ']'.repeat(100)),
      ['content-type: application/json'],
      base64,
    ],
    ['gzip', gzipSync('{"a":1}'), ['content-type: application/json', 'content-encoding: gzip'], base64],
    [
      'a form',
      Buffer.from('a=1&b=%C3%A9+x'),
      ['content-type: application/x-www-form-urlencoded; charset=utf-8'],
      () => ({
        form: 'a=1&b=%C3%A9+x',
      }),
    ],
    [
      'a form that is not UTF-8',
      Buffer.from([0x61, 0x3d, 0xff]),
      ['content-type: application/x-www-form-urlencoded'],
      base64,
    ],
    [
      'multipart',
      Buffer.from('--b\r\n\r\nx\r\n--b--'),
      ['content-type: multipart/form-data; boundary=b'],
      base64,
    ],
    ['nothing', Buffer.alloc(0), ['content-type: application/json'], base64],
  ];

  function base64(body: Buffer): unknown {
    return { base64: body.toString('base64') };
  }

  for (const [name, body, lines, data] of kinds) {
    test(`${name} is taken in, and passed on byte for byte with the headers it came with`, async () => {
      const answer = await post(body, ['X-Own: é', 'x-twice: 1', 'x-twice: 2', ...lines]);
      assert.deepEqual([answer.status, answer.text], [200, '{"received":true}']);
      assert.deepEqual((await lastEvent()).data, data(body));
      const { body: out, headers } = await forwarded();
      assert.deepEqual(Buffer.from(out.bytes), body);
      const shown = headers
        .map((text, i) => (i % 2 === 0 ? `${text}: ${headers[i + 1]}` : ''))
        .filter(Boolean);
      for (const line of ['x-twice: 1', 'x-twice: 2', ...lines]) assert.ok(shown.includes(line), line);
      assert.ok(
        !headers.includes('content-length') && !headers.includes('host') && !headers.includes('connection'),
      );
      for (const own of ['webhook-signature', 'surehook-origin', 'surehook-source', 'surehook-event-id'])
        assert.ok(headers.includes(own), own);
      assert.deepEqual(world.faults, []);
    });
  }

  test('a body past maxBody is 413 and recorded, whether its size was told or not; one that just fits is taken in', async () => {
    await world.ask('PATCH', `/v1/sources/${supplier.id}`, { maxBody: 2000 });
    const fits = Buffer.from(JSON.stringify('x'.repeat(1998)));
    assert.equal((await post(fits, [])).status, 200);
    assert.equal((await post(Buffer.from(JSON.stringify('x'.repeat(1999))), [])).status, 413);
    await world.clock.settle();
    const chunk = `${(3000).toString(16)}\r\n${'x'.repeat(3000)}\r\n0\r\n\r\n`;
    assert.equal((await raw(['transfer-encoding: chunked'], Buffer.from(chunk))).status, 413);
    await world.clock.settle();
    const ten = Buffer.alloc(10 * 1024 * 1024, 0x61);
    assert.equal((await post(ten, [])).status, 413);
    await world.clock.settle();
    const { data } = (await world.ask('GET', `/v1/sources/${supplier.id}/requests?verdict=rejected`)).body;
    assert.deepEqual(
      data.map((row: { reason: string; bodyBytes: number }) => [row.reason, row.bodyBytes]),
      [
        ['too_large', ten.length],
        ['too_large', 2001],
        ['too_large', 2001],
      ],
    );
    const again = await world.ask('POST', `/v1/source-requests/${data[0].id}/verify`);
    assert.equal(again.status, 409);
  });

  test('ten megabytes are taken in where the source takes them, and come out as they went in', async () => {
    await world.ask('PATCH', `/v1/sources/${supplier.id}`, { maxBody: '11MiB' });
    const ten = Buffer.alloc(10 * 1024 * 1024, 0xfe);
    assert.equal((await post(ten, ['content-type: application/octet-stream'])).status, 200);
    assert.ok(Buffer.from((await forwarded()).body.bytes).equals(ten));
  });

  test('more than one signature header is 400, however they are spelled', async () => {
    const body = Buffer.from('{}');
    const answer = await post(body, ['Webhook-Signature: v1,AAAA']);
    assert.deepEqual(
      [answer.status, JSON.parse(answer.text).type],
      [400, 'urn:surehook:problem:duplicate-header'],
    );
    assert.equal((await post(body, ['webhook-timestamp: 1'])).status, 400);
    assert.equal((await post(body, ['webhook-id: 1'])).status, 400);
  });

  test('credentials and what proxies add are not kept with an event', async () => {
    await post(Buffer.from('{}'), [
      'authorization: Bearer x',
      'cookie: a=b',
      'x-forwarded-for: 1.2.3.4',
      'surehook-test: true',
    ]);
    const { headers } = await forwarded();
    for (const name of ['authorization', 'cookie', 'x-forwarded-for', 'surehook-test'])
      assert.ok(!headers.includes(name), name);
  });

  test('an original is shown with its attempt, cut where it is long', async () => {
    await post(Buffer.from('a=1'), ['content-type: application/x-www-form-urlencoded']);
    await forwarded();
    const [row] = (await world.ask('GET', '/v1/deliveries')).body.data;
    const { attempts } = (await world.ask('GET', `/v1/deliveries/${row.id}`)).body;
    assert.deepEqual([attempts[0].request.body, attempts[0].request.bodyTruncated], ['a=1', false]);
    await post(Buffer.alloc(100_000, 0xff), []);
    await forwarded();
    const [long] = (await world.ask('GET', '/v1/deliveries')).body.data;
    const shown = (await world.ask('GET', `/v1/deliveries/${long.id}`)).body.attempts[0].request;
    assert.equal(shown.bodyTruncated, true);
  });
});
