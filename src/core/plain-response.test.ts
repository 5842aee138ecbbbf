import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { Client } from 'undici';
import { fromTable, lineOf, mostly } from '../../test/support/heads.ts';
import * as limits from './limits/sending.ts';
import { type HeaderTable, readPlainResponse } from './plain-response.ts';

const statusLine = 'HTTP/1.1 200 OK';
const usual = ['Content-Type: text/plain', 'Content-Length: 21'];
const headOf = (fields: string[], line = statusLine): string =>
  [line, ...fields].map((one) => `${one}\r\n`).join('');
const read = (fields: string[], line?: string) => readPlainResponse(headOf(fields, line));
const keepMsOf = (fields: string[]) => read([...usual, ...fields])?.keepMs ?? null;

describe('the head of a plain response', () => {
  test('is read with its status, its headers in lower case and the length of its body', () => {
    assert.deepEqual(read(['Content-TYPE:text/plain', 'X-Empty:', 'x_1: a  b', 'CONTENT-LENGTH: 21']), {
      status: 200,
      headers: { 'content-type': 'text/plain', 'x-empty': '', x_1: 'a  b', 'content-length': '21' },
      bodyBytes: 21,
      keepMs: limits.idleSocketMs,
    });
  });

  test('holds several values of one name in their order', () => {
    const headers = read(['Set-Cookie: a=1', 'content-length: 0', 'set-cookie: b=2', 'SET-COOKIE:'])?.headers;
    assert.deepEqual(headers?.['set-cookie'], ['a=1', 'b=2', '']);
    assert.equal(headers?.['content-length'], '0');
  });

  test('has a final status, with a reason or without', () => {
    for (const status of [200, 201, 301, 404, 429, 500, 599])
      for (const reason of ['', 'OK', 'Not  Found (yet)!'])
        assert.equal(read(usual, `HTTP/1.1 ${status} ${reason}`)?.status, status);
    for (const line of [
      'HTTP/1.1 100 Continue',
      'HTTP/1.1 103 Early Hints',
      'HTTP/1.1 199 Odd',
      'HTTP/1.1 600 Odd',
      'HTTP/1.1 999 Odd',
      'HTTP/1.1 000 Odd',
      'HTTP/1.1 20 OK',
      'HTTP/1.1 2000 OK',
      'HTTP/1.1 200',
      'HTTP/1.1  200 OK',
      'HTTP/1.1\t200 OK',
      'HTTP/1.1 200\tOK',
      'HTTP/1.1 200 O\tK',
      'HTTP/1.1 200 caf\xe9',
      'HTTP/1.1 200 O\0K',
      'HTTP/1.1 200 O\rK',
      'HTTP/1.1 200 O\nK',
      'HTTP/1.0 200 OK',
      'HTTP/1.2 200 OK',
      'HTTP/2.0 200 OK',
      'HTTP/2 200',
      'http/1.1 200 OK',
      'ICY 200 OK',
      ' HTTP/1.1 200 OK',
      '\r\nHTTP/1.1 200 OK',
    ])
      assert.equal(read(usual, line), null, JSON.stringify(line));
  });

  test('says the length of its body, once and as a plain number', () => {
    assert.equal(read(['Content-Length: 999999999'])?.bodyBytes, 999_999_999);
    assert.equal(read([]), null);
    for (const length of [
      '',
      '021',
      '00',
      '+21',
      '-1',
      '2e1',
      '0x15',
      '21,21',
      '21, 21',
      '21 21',
      '1000000000',
    ])
      assert.equal(read([`Content-Length: ${length}`]), null, length);
    assert.equal(read(['Content-Length: 21', 'content-length: 21']), null);
    assert.equal(read(['Content_Length: 21']), null);
  });

  test('needs no length where there is no body, and has no other than 0 there', () => {
    for (const line of ['HTTP/1.1 204 No Content', 'HTTP/1.1 304 Not Modified']) {
      assert.equal(read([], line)?.bodyBytes, 0);
      assert.equal(read(['Content-Length: 0'], line)?.bodyBytes, 0);
      assert.equal(read(['Content-Length: 21'], line), null);
      assert.equal(read(['Content-Length: 0', 'Content-Length: 0'], line), null);
    }
    assert.equal(read([], 'HTTP/1.1 205 Reset Content'), null);
  });

  test('lets its connection be kept unless it says close, and for as long as it says', () => {
    for (const fields of [[], ['Connection: keep-alive'], ['CONNECTION: Keep-Alive']])
      assert.equal(keepMsOf(fields), limits.idleSocketMs);
    for (const close of ['close', 'Close', 'CLOSE']) assert.equal(keepMsOf([`Connection: ${close}`]), 0);
    for (const [said, keepMs] of [
      ['timeout=5', 5000 - limits.idleMarginMs],
      ['timeout=5, max=100', 5000 - limits.idleMarginMs],
      ['timeout=32', 30_000],
      ['timeout=33', limits.idleSocketMs],
      ['timeout=999999', limits.idleSocketMs],
    ] as const)
      assert.equal(keepMsOf([`Keep-Alive: ${said}`]), keepMs, said);
    for (const short of ['timeout=2', 'timeout=1', 'timeout=0'])
      assert.equal(keepMsOf(['Connection: keep-alive', `Keep-Alive: ${short}`]), 0, short);
    assert.equal(keepMsOf(['Connection: close', 'Keep-Alive: timeout=5']), 0);
  });

  test('says of its connection nothing that is unusual', () => {
    for (const connection of [
      '',
      'upgrade',
      'keep-alive, close',
      'close, keep-alive',
      'keep-alive, X-A',
      'x',
    ])
      assert.equal(read([...usual, `Connection: ${connection}`]), null, connection);
    for (const keepAlive of [
      '',
      '5',
      'timeout',
      'timeout=',
      'timeout=x',
      'timeout=5s',
      'Timeout=5',
      'max=100',
    ])
      assert.equal(read([...usual, `Keep-Alive: ${keepAlive}`]), null, keepAlive);
    for (const keepAlive of ['timeout=5,max=100', 'max=100, timeout=5', 'timeout=5, max', 'timeout=1000000'])
      assert.equal(read([...usual, `Keep-Alive: ${keepAlive}`]), null, keepAlive);
    for (const twice of ['Connection: keep-alive', 'Connection: close', 'Keep-Alive: timeout=5'])
      assert.equal(read([...usual, twice, twice]), null, twice);
  });

  test('has nothing that makes another response of it', () => {
    for (const field of [
      'Transfer-Encoding: chunked',
      'transfer-encoding: identity',
      'Transfer-Encoding:',
      'Upgrade: h2c',
      'Trailer: X-A',
      'Proxy-Connection: close',
      'Proxy-Connection: keep-alive',
    ]) {
      assert.equal(read([...usual, field]), null, field);
      assert.equal(read([field], 'HTTP/1.1 204 No Content'), null, field);
    }
  });

  test('has no name that every object knows already', () => {
    for (const name of ['__proto__', 'constructor', 'Constructor'])
      for (const fields of [[`${name}: x`], [`${name}: x`, `${name}: y`]])
        assert.equal(read([...usual, ...fields]), null, name);
  });

  test('is spelled as fields usually are', () => {
    for (const field of [
      'X-A:  two',
      'X-A:\ttab',
      'X-A: b ',
      'X-A:b ',
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
      'X-A: \xe9',
      'X-A',
      '',
      ': b',
      'X A: b',
      'X(A): b',
      'X.A: b',
      'X\xe9: b',
    ])
      assert.equal(read([...usual, field]), null, JSON.stringify(field));
    assert.equal(readPlainResponse(headOf(usual).replaceAll('\r\n', '\n')), null);
    assert.equal(readPlainResponse(headOf(usual).slice(0, -1)), null);
    assert.equal(readPlainResponse(`${headOf(usual)}\r\n`), null);
    assert.equal(readPlainResponse(''), null);
  });

  test('is not long', () => {
    const filled = (bytes: number): string => {
      const rest = bytes - headOf([...usual, 'X: ']).length;
      return headOf([...usual, `X: ${'x'.repeat(rest)}`]);
    };
    assert.notEqual(readPlainResponse(filled(limits.plainHeadBytes)), null);
    assert.equal(readPlainResponse(filled(limits.plainHeadBytes + 1)), null);
  });
});

/** What a client heard of one response. */
interface Heard {
  status: number;
  headers: HeaderTable;
  body: string;
}

describe('a response whose head is read as plain', () => {
  let server: Server;
  /** What the server writes, and to which of its connections. */
  let answers: string[] = [];
  let connections: number[] = [];
  let opened = 0;
  before(async () => {
    server = createServer((socket: Socket) => {
      opened += 1;
      const connection = opened;
      socket.setNoDelay(true);
      socket.on('error', () => {});
      // A request without a body comes as one piece.
      socket.on('data', () => {
        connections.push(connection);
        socket.write(answers.shift() ?? '', 'latin1');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  /** What the HTTP client hears of these responses, one after the other. */
  async function hear(texts: string[]): Promise<Heard[]> {
    answers = [...texts];
    connections = [];
    const client = new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      pipelining: 1,
      keepAliveTimeout: limits.idleSocketMs,
      keepAliveMaxTimeout: limits.idleSocketMs,
      keepAliveTimeoutThreshold: limits.idleMarginMs,
      maxHeaderSize: limits.responseHeaderBytes,
      allowH2: false,
      useMilo: false,
    });
    const heard: Heard[] = [];
    for (const _ of texts) heard.push(await ask(client));
    await client.destroy();
    return heard;
  }

  function ask(client: Client): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const heard: Heard = { status: 0, headers: {}, body: '' };
      client.dispatch(
        { method: 'GET', path: '/' },
        {
          onRequestStart() {},
          onResponseStart(_controller, status, headers) {
            Object.assign(heard, { status, headers });
          },
          onResponseData(_controller, chunk) {
            heard.body += chunk.toString('latin1');
          },
          onResponseEnd: () => resolve(heard),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
  }

  test('is heard the same by the HTTP client: status, headers, body, and whether the connection is kept', async () => {
    const seen = { plain: 0, kept: 0, closed: 0, several: 0, empty: 0 };
    await fc.assert(
      fc.asyncProperty(oddHead, async (text) => {
        const plain = readPlainResponse(text);
        if (plain === null) return;
        const body = 'x'.repeat(plain.bodyBytes);
        const last = `${headOf(['Content-Length: 4', 'Connection: close'], 'HTTP/1.1 299 Last')}\r\nlast`;
        const [first, next] = await hear([`${text}\r\n${body}`, last]);
        assert.deepEqual([first?.status, first?.body], [plain.status, body]);
        assert.deepEqual(Object.entries(first!.headers), Object.entries(plain.headers));
        assert.deepEqual([next?.status, next?.body], [299, 'last']);
        assert.equal(connections[0] === connections[1], plain.keepMs > 0);
        seen.plain += 1;
        seen[plain.keepMs > 0 ? 'kept' : 'closed'] += 1;
        if (Object.values(plain.headers).some(Array.isArray)) seen.several += 1;
        if (plain.bodyBytes === 0) seen.empty += 1;
      }),
      { numRuns: 2500 },
    );
    for (const [what, times] of Object.entries(seen)) assert.ok(times > 20, `${what}: only ${times} times`);
  });
});

const known = fromTable({
  Connection: ['keep-alive', 'Keep-Alive', 'close', 'Close', 'close', 'upgrade', 'keep-alive, close', ''],
  'Keep-Alive': ['timeout=5', 'timeout=2', 'timeout=3, max=9', 'timeout=0', 'timeout=60', 'max=9'],
  'Set-Cookie': ['a=1', 'b=2; Path=/', ''],
  'Content-Type': ['text/plain', 'application/json; charset=utf-8', ''],
  'Retry-After': ['7', 'Fri, 31 Dec 1999 23:59:59 GMT'],
  Location: ['/elsewhere', 'https://a/?b#c'],
  Date: ['Fri, 31 Dec 1999 23:59:59 GMT'],
  Vary: ['*', 'Accept, Origin'],
});
const odd = fromTable({
  'Content-Length': ['21', '1', '0', '22'],
  'Transfer-Encoding': ['chunked', 'identity', 'gzip', ''],
  'Content-Encoding': ['identity', 'gzip'],
  Upgrade: ['websocket', 'h2c'],
  Trailer: ['X-A'],
  'Proxy-Connection': ['close', 'keep-alive'],
  'Proxy-Authenticate': ['Basic'],
  Via: ['1.0 a'],
  'Content-Range': ['bytes 0-1/2'],
});
const any = lineOf(
  fc.oneof(
    fc.constantFrom('X-A', 'X_A', 'a', '1', '__proto__', 'constructor', 'X A', 'X(A)', '', 'X\xe9', '-'),
    fc.constantFrom('Transfer_Encoding', 'Content_Length', 'Content-Lengt', 'Content-Length2', 'Connectio'),
    fc.stringMatching(/^[!-~]{1,6}$/),
    fc.stringMatching(/^[a-z]{10}$/),
    fc.stringMatching(/^[a-z]{14}$/),
  ),
  fc.oneof(
    fc.constantFrom('', 'v', 'a b', 'a  b', ': x', '\r', 'a\nb', 'a\rb', '\0', '\x7f', '\xff'),
    fc.string(),
  ),
);
const many = fc
  .tuple(fc.constantFrom('a:\r\n', 'X-A: b\r\n', 'Set-Cookie: c\r\n'), fc.integer({ min: 1, max: 900 }))
  .map(([line, times]) => line.repeat(times));
const field = fc.oneof(
  { weight: 12, arbitrary: known },
  { weight: 1, arbitrary: odd },
  { weight: 4, arbitrary: any },
  { weight: 1, arbitrary: many },
);
const status = fc.oneof(
  { weight: 6, arbitrary: fc.constant('200 OK') },
  { weight: 3, arbitrary: fc.constantFrom('204 No Content', '304 Not Modified') },
  { weight: 3, arbitrary: fc.constantFrom('201 ', '205 Reset Content', '206 Partial', '302 Found', '500 !') },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }).map((code) => `${code} Any`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('200', '101 Switching', '199 Odd', '600 Odd', '2000 OK', '200  OK'),
  },
);
const firstLine = fc
  .tuple(
    mostly('HTTP/1.1 ', 'HTTP/1.0 ', 'HTTP/2.0 ', 'http/1.1 ', '\r\nHTTP/1.1 '),
    status,
    mostly('\r\n', '\n'),
  )
  .map((all) => all.join(''));
const length = lineOf(
  fc.constant('Content-Length'),
  fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('21', '0', '1', '2000') },
    { weight: 1, arbitrary: fc.constantFrom('', '021', '+5', '5,5', '5, 5', '0x5', '5a', '-5', '5.0') },
  ),
);
/** Heads of which many are plain, and most of the others nearly. */
const oddHead = fc
  .tuple(firstLine, fc.option(length, { freq: 8 }), fc.array(fc.tuple(field, fc.nat(6)), { maxLength: 4 }))
  .map(([first, length, more]) => {
    const all = length === null ? [] : [length];
    for (const [line, at] of more) all.splice(at, 0, line);
    return first + all.join('');
  });
