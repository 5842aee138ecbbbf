import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { fromTable, lineOf, mostly } from '../../test/support/heads.ts';
import { maxHeaderBytes } from './limits/api.ts';
import { plainFields } from './limits/front.ts';
import { plainHeaders, readPlainHead } from './plain-request.ts';

const maxBodyBytes = 64;
const requestLine = 'POST /v1/events HTTP/1.1';
const usual = ['Host: a', 'Authorization: Bearer k', 'Content-Length: 21'];
const headOf = (fields: string[], line = requestLine): string =>
  [line, ...fields].map((one) => `${one}\r\n`).join('');
const read = (fields: string[], line?: string) => readPlainHead(headOf(fields, line), maxBodyBytes);

describe('the head of a plain request', () => {
  test('is read with all that decides, however its names are spelled and in whatever order they come', () => {
    const headers = { authorization: 'Bearer k' };
    assert.deepEqual(read(usual), { headers, bodyBytes: 21 });
    assert.deepEqual(read(usual.toReversed()), { headers, bodyBytes: 21 });
    assert.deepEqual(read(['HOST:a', 'aUTHORIZATION:Bearer k', 'content-length: 64']), {
      headers,
      bodyBytes: 64,
    });
    const all = {
      authorization: 'Bearer  k:"x"',
      'surehook-account': 'acme',
      'idempotency-key': '',
      traceparent: '00-1-2-01',
      'content-type': 'application/json; charset=utf-8',
      'x-forwarded-for': '10.0.0.1, 10.0.0.2',
    };
    assert.deepEqual(Object.keys(all), [...plainHeaders]);
    const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    assert.deepEqual(read([...fields, 'Host: a', 'Content-Length: 1']), { headers: all, bodyBytes: 1 });
  });

  test('may hold what decides nothing, also twice', () => {
    for (const more of [
      ['Connection: keep-alive'],
      ['Connection: Keep-Alive', 'connection: keep-alive'],
      ['Keep-Alive: timeout=5'],
      ['User-Agent: curl/8', 'Accept: */*', 'Accept: text/html', 'Accept-Encoding: gzip, br'],
      ['X-Empty:', 'X-Empty: ', 'X_1: a b'],
      ['__proto__: x', 'constructor: x'],
    ])
      assert.deepEqual(read([...usual, ...more]), read(usual), more.join(' | '));
  });

  test('is no other request than the one to publish', () => {
    for (const line of [
      'POST /v1/events HTTP/1.0',
      'POST /v1/events HTTP/2.0',
      'POST /v1/events http/1.1',
      'post /v1/events HTTP/1.1',
      'PUT /v1/events HTTP/1.1',
      'POST /v1/events/ HTTP/1.1',
      'POST /v1/events? HTTP/1.1',
      'POST /v1/events/batch HTTP/1.1',
      'POST /V1/events HTTP/1.1',
      'POST /v1/%65vents HTTP/1.1',
      'POST //v1/events HTTP/1.1',
      'POST http://a/v1/events HTTP/1.1',
      'POST  /v1/events HTTP/1.1',
      'POST /v1/events HTTP/1.1 ',
      '\r\nPOST /v1/events HTTP/1.1',
    ])
      assert.equal(read(usual, line), null, line);
  });

  const without = (name: string): string[] => usual.filter((one) => !one.startsWith(name));

  test('has a host, a key and a length of a body that is not too large', () => {
    for (const name of ['Host', 'Authorization', 'Content-Length']) assert.equal(read(without(name)), null);
    for (const host of ['Host:', 'Host: ', 'Host: a,b'])
      assert.equal(read([...without('Host'), host]), null, host);
    for (const length of ['0', '', '021', '+21', '-1', '2e1', '0x15', '21,21', '21 21', '65', '9999999999'])
      assert.equal(read([...without('Content-Length'), `Content-Length: ${length}`]), null, length);
  });

  test('says once what decides', () => {
    for (const name of [...plainHeaders, 'host', 'content-length']) {
      const given = usual.find((one) => one.toLowerCase().startsWith(`${name}:`)) ?? `${name}: 1`;
      assert.equal(read([...usual.filter((one) => one !== given), given, given]), null, name);
    }
  });

  test('has nothing that makes another request of it', () => {
    for (const field of [
      'Transfer-Encoding: chunked',
      'transfer-encoding: identity',
      'Content-Encoding: gzip',
      'Expect: 100-continue',
      'Upgrade: websocket',
      'TE: trailers',
      'Trailer: X-A',
      'Cookie: a=b',
      'Connection: close',
      'Connection: upgrade',
      'Connection: keep-alive, X-A',
      'Connection:',
      'Proxy-Connection: close',
      'Proxy-Connection: keep-alive',
    ])
      assert.equal(read([...usual, field]), null, field);
  });

  test('is spelled as fields usually are', () => {
    for (const field of [
      'X-A:  two',
      'X-A:\ttab',
      'X-A: b ',
      'X-A: b\t',
      'X-A: b\tc',
      'X-A : b',
      ' X-A: b',
      'X-A: b\r\n folded',
      'X-A: b\rc',
      'X-A: b\nc',
      'X-A: b\0c',
      'X-A: \x7f',
      'X-A: \x80',
      'X-A: é',
      'X-A',
      ': b',
      'X A: b',
      'X(A): b',
      'Xé: b',
    ])
      assert.equal(read([...usual, field]), null, JSON.stringify(field));
    assert.equal(readPlainHead(headOf(usual).replaceAll('\r\n', '\n'), maxBodyBytes), null);
    assert.equal(readPlainHead(headOf(usual).slice(0, -1), maxBodyBytes), null);
  });

  test('is neither long nor of very many fields', () => {
    const filled = (bytes: number): string => {
      const rest = bytes - headOf([...usual, 'X: ']).length;
      return headOf([...usual, `X: ${'x'.repeat(rest)}`]);
    };
    assert.notEqual(readPlainHead(filled(maxHeaderBytes), maxBodyBytes), null);
    assert.equal(readPlainHead(filled(maxHeaderBytes + 1), maxBodyBytes), null);
    const many = (fields: number): string[] => [...usual, ...new Array(fields - usual.length).fill('a:')];
    assert.notEqual(read(many(plainFields)), null);
    assert.equal(read(many(plainFields + 1)), null);
  });
});

describe('a head that is read as plain', () => {
  let server: Server;
  before(async () => {
    const options = { joinDuplicateHeaders: true, maxHeaderSize: maxHeaderBytes };
    server = createServer(options, (request, response) => {
      seen.push({ request, bodyBytes: 0, keepsAlive: response.shouldKeepAlive });
      const one = seen.at(-1)!;
      request.on('data', (chunk: Buffer) => {
        one.bodyBytes += chunk.length;
      });
      request.on('end', () => response.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  /** What the server read of one connection. */
  let seen: { request: IncomingMessage; bodyBytes: number; keepsAlive: boolean }[] = [];
  async function send(text: string): Promise<string> {
    seen = [];
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(text, 'latin1');
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    return answer;
  }

  test('is read the same by node:http: whatever decides, how long the body is, and that the connection stays', async () => {
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(oddHead, async (text) => {
        const head = readPlainHead(text, maxBodyBytes);
        if (head === null) return;
        plain += 1;
        const last = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
        const answer = await send(`${text}\r\n${'x'.repeat(head.bodyBytes)}${last}`);
        assert.equal(seen.length, 2, answer);
        const [{ request, bodyBytes, keepsAlive }, { request: next }] = seen as [Seen, Seen];
        assert.deepEqual([request.method, request.url, next.url], ['POST', '/v1/events', '/last']);
        for (const name of plainHeaders) assert.equal(request.headers[name], head.headers[name], name);
        for (const name of ['transfer-encoding', 'content-encoding', 'expect', 'upgrade', 'cookie'])
          assert.equal(request.headers[name], undefined, name);
        assert.ok(request.headers.host !== undefined && !request.headers.host.includes(','));
        assert.deepEqual([bodyBytes, keepsAlive], [head.bodyBytes, true]);
      }),
      { numRuns: 4000 },
    );
    assert.ok(plain > 200, `only ${plain} heads were plain`);
  });
  type Seen = (typeof seen)[number];
});

const needed = fc.tuple(
  lineOf(fc.constant('Host'), mostly('a.example:80', '', 'a,b', 'a b', '[::1]', 'é', '"', '@', '?')),
  lineOf(fc.constant('Authorization'), mostly('Bearer k', '', 'a, b', 'Basic Og==', 'Bearer é', '\x80')),
  lineOf(
    fc.constant('Content-Length'),
    mostly(
      '21',
      '0',
      '1',
      '64',
      '65',
      '',
      '021',
      '+5',
      '5,5',
      '5, 5',
      '0x5',
      '5a',
      '-5',
      '5.0',
      '99999999999999999999',
    ),
  ),
);
const known = fromTable({
  'Surehook-Account': ['acme', '', 'a,b', 'a\tb'],
  'Idempotency-Key': ['k', '', 'a, b', '"k"', '\x7f', 'ü'],
  Traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'x'],
  'Content-Type': ['application/json', 'text/plain', 'application/json; charset=utf-8', ''],
  'X-Forwarded-For': ['1.2.3.4', '1.2.3.4, 5.6.7.8', ''],
  Connection: ['keep-alive', 'Keep-Alive', 'close', 'upgrade', 'keep-alive, close', ''],
});
const odd = fromTable({
  Host: ['b', ''],
  Authorization: ['Bearer other'],
  'Content-Length': ['21', '1', '22'],
  'Transfer-Encoding': ['chunked', 'identity', 'gzip', ''],
  'Content-Encoding': ['identity', 'gzip'],
  Expect: ['100-continue', 'x'],
  Upgrade: ['websocket', 'h2c'],
  TE: ['trailers'],
  Trailer: ['X-A'],
  Cookie: ['a=b'],
  'Keep-Alive': ['timeout=5', 'x'],
  'Proxy-Connection': ['close', 'keep-alive'],
  'Proxy-Authorization': ['Bearer other'],
  'HTTP2-Settings': ['AAMAAABkAARAAAAAAAIAAAAA'],
  Range: ['bytes=0-1'],
  Via: ['1.0 a'],
});
const any = lineOf(
  fc.oneof(
    fc.constantFrom(
      'X-A',
      'Accept',
      'User-Agent',
      '__proto__',
      'X_A',
      'a',
      'X A',
      'X(A)',
      '',
      'Xé',
      'Transfer_Encoding',
    ),
    fc.stringMatching(/^[!-~]{1,6}$/),
  ),
  fc.oneof(
    fc.constantFrom('', 'v', 'a b', 'a  b', ': x', '\r', 'a\nb', 'a\rb', '\0', '\x7f', '\xff'),
    fc.string(),
  ),
);
const many = fc
  .tuple(fc.constantFrom('a:\r\n', 'X-A: b\r\n', 'Accept: c\r\n'), fc.integer({ min: 1, max: 4200 }))
  .map(([line, times]) => line.repeat(times));
const field = fc.oneof(
  { weight: 6, arbitrary: known },
  { weight: 2, arbitrary: odd },
  { weight: 3, arbitrary: any },
  { weight: 1, arbitrary: many },
);
const firstLine = mostly(
  `${requestLine}\r\n`,
  'POST /v1/events HTTP/1.0\r\n',
  'POST /v1/events? HTTP/1.1\r\n',
  'POST http://a/v1/events HTTP/1.1\r\n',
  'POST /v1/events HTTP/1.1\n',
  'POST /v1/events HTTP/1.1 \r\n',
  'GET /v1/events HTTP/1.1\r\n',
  '\r\nPOST /v1/events HTTP/1.1\r\n',
);
/** Heads of which many are plain, and most of the others nearly. */
const oddHead = fc
  .tuple(
    firstLine,
    needed.chain((lines) => fc.shuffledSubarray(lines, { minLength: 2, maxLength: 3 })),
    fc.array(fc.tuple(field, fc.nat(6)), { maxLength: 4 }),
  )
  .map(([first, lines, more]) => {
    const all = [...lines];
    for (const [line, at] of more) all.splice(at, 0, line);
    return first + all.join('');
  });
