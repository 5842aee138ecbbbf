import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { Client } from 'undici';
import { startReceiver } from '../../../test/support/receiver.ts';
import { checkUrl, type UrlParts } from '../../core/address.ts';
import type { Request } from '../../core/attempt.ts';
import { joinedBytes } from '../../core/limits/sending.ts';
import { Connection, type Hearer } from './connection.ts';
import { type Outgoing, outgoingOf } from './outgoing.ts';
import { createSender } from './sender.ts';

const policy = { dev: true, allowNetworks: [] };
const limits = { timeoutMs: 10_000, connectTimeoutMs: 5_000 };
const longest = 'x'.repeat(joinedBytes);

function requestTo(url: string, headers: string[], body: string | Buffer, method?: 'GET'): Request {
  const bytes = Buffer.from(body);
  return {
    url,
    headers,
    body: { head: '', withData: false, tail: '', bytes },
    ...(method ? { method } : {}),
  };
}

/** Its parts, as the sender has them. */
function partsOf(url: string): UrlParts {
  const parts = checkUrl(url, policy);
  assert.ok(typeof parts !== 'string', String(parts));
  return parts;
}

function written(request: Request): Outgoing {
  const outgoing = outgoingOf({ parts: partsOf(request.url), key: '' }, request);
  assert.ok(typeof outgoing !== 'string', String(outgoing));
  return outgoing;
}

/** Resolves when all was said. */
function heard(send: (hearer: Hearer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    send({
      onRequestStart() {},
      onResponseStarted() {},
      onResponseStart() {},
      onResponseData() {},
      onResponseEnd: () => resolve(),
      onResponseError: (_controller, error) => reject(error),
    });
  });
}

describe('a request on the wire', () => {
  let server: Server;
  let port = 0;
  /** What came over each connection, in order, one character a byte. */
  let came: string[] = [];
  before(async () => {
    server = createServer((socket: Socket) => {
      let text = '';
      socket.setEncoding('latin1');
      socket.on('data', (piece: string) => {
        text += piece;
        const end = text.indexOf('\r\n\r\n') + 4;
        const bodyBytes = Number(/\r\ncontent-length: (\d+)\r\n/.exec(text)?.[1] ?? 0);
        if (end >= 4 && text.length >= end + bodyBytes)
          socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
      });
      socket.on('end', () => came.push(text));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());

  /** The same over a connection of the sender and over one of the HTTP client. */
  async function bothWays(request: Request): Promise<[ours: string, theirs: string]> {
    came = [];
    const { origin } = partsOf(request.url);
    const outgoing = written(request);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const parts = { key: '', origin, socket, openedAtMs: 0, unusual: false, onUnusual() {} };
    const connection = new Connection(parts);
    await heard((hearer) => connection.send(outgoing, hearer));
    connection.destroy();
    await ended(1);
    const { method, path, headers, body } = outgoing;
    const client = new Client(origin, {
      connect: (_options, callback) => {
        const other: Socket = connect(port, '127.0.0.1', () => callback(null, other));
      },
      pipelining: 1,
      allowH2: false,
    });
    await heard((hearer) => client.dispatch({ method, path, headers, body }, hearer));
    await client.destroy();
    await ended(2);
    return came as [string, string];
  }

  async function ended(connections: number): Promise<void> {
    while (came.length < connections) await new Promise((resolve) => setImmediate(resolve));
  }

  test('is byte for byte what the HTTP client writes', async () => {
    const url = `http://127.0.0.1:${port}/a/%20b?c=d&e`;
    const headers = ['content-type', 'application/json', 'Webhook-ID', 'msg_1', 'x-a', ''];
    for (const request of [
      requestTo(url, headers, '{"a":"日本"}'),
      requestTo(url, headers, ''),
      requestTo(url, [], ''),
      requestTo(url, headers, '', 'GET'),
      requestTo(url, headers, 'not sent', 'GET'),
      requestTo(url, ['X-A', 'caf\xe9\t \x80\xff', 'x-a', 'again', 'X-A', ' around '], '{}'),
      requestTo(url, ["!#$%&'*+-.^_`|~9", 'a'], '{}'),
      requestTo(url, ['Host', `127.0.0.1:${port}`, 'Content-Length', '2', 'x-a', 'b'], '{}'),
      requestTo(url, headers, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))),
      requestTo(url, headers, longest),
      requestTo(url, headers, `${longest}x`),
      requestTo(url, ['X-A', 'caf\xe9'], `${longest}x`),
      requestTo(url, headers, longest.repeat(40)),
      requestTo('http://localhost/', [], '{}'),
      requestTo('http://[::1]:8080/?', [], '{}'),
    ]) {
      const [ours, theirs] = await bothWays(request);
      assert.ok(ours === theirs, `${ours.slice(0, 300)}\n\n${theirs.slice(0, 300)}`);
      const { method, body } = written(request);
      assert.ok(ours.startsWith(`${method} `));
      assert.ok(ours.endsWith(`\r\n\r\n${body === null ? '' : Buffer.from(body).toString('latin1')}`));
    }
  });

  test('is what the HTTP client writes whatever its headers are, and that client refuses none of them', async () => {
    const host = `127.0.0.1:${port}`;
    const name = fc.oneof(
      fc.constantFrom('content-type', 'cookie', 'date', '__proto__', 'constructor'),
      fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/),
      fc.stringMatching(/^[ -~]{1,4}$/),
    );
    const value = fc.oneof(
      fc.constantFrom(
        host,
        '2',
        '',
        ' ',
        '\t',
        '\0',
        '\r',
        '\n',
        '\x7f',
        '\x80',
        '\xff',
        '\u0100',
        '\u{1f600}',
      ),
      fc.stringMatching(/^[\t -~\x80-\xff]{0,12}$/),
      fc.string({ maxLength: 4 }),
    );
    const ofFraming = fc.constantFrom<[string, string]>(
      ['host', host],
      ['Content-Length', '2'],
      ['host', 'a'],
    );
    const header = fc.oneof(
      { weight: 5, arbitrary: fc.tuple(name, value) },
      { weight: 1, arbitrary: ofFraming },
    );
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 4 }), async (headers) => {
        const request = requestTo(`http://${host}/`, headers.flat(), '{}');
        if (typeof outgoingOf({ parts: partsOf(request.url), key: '' }, request) === 'string') return;
        const [ours, theirs] = await bothWays(request);
        assert.equal(ours, theirs);
        sent += 1;
      }),
      { numRuns: 400 },
    );
    assert.ok(sent > 50, `only ${sent} were sent`);
  });
});

describe('a request that must not be sent', () => {
  const url = 'http://127.0.0.1:1234/';
  const refused = (headers: string[], body = '{}', method?: 'GET'): string => {
    const why = outgoingOf({ parts: partsOf(url), key: '' }, requestTo(url, headers, body, method));
    assert.ok(typeof why === 'string', `${JSON.stringify(headers)} was taken`);
    return why;
  };

  test('says otherwise where it goes or where it ends, and is refused by the name of the header', () => {
    for (const [name, value] of [
      ['Host', '127.0.0.1'],
      ['host', '127.0.0.1:12345'],
      ['HOST', ''],
      ['host', 'evil.example'],
      ['Content-Length', '3'],
      ['content-length', '02'],
      ['content-length', '2, 2'],
      ['content-length', ''],
      ['Connection', 'keep-alive'],
      ['connection', 'close'],
      ['Expect', '100-continue'],
      ['Keep-Alive', 'timeout=5'],
      ['Proxy-Connection', 'keep-alive'],
      ['TE', 'trailers'],
      ['Trailer', 'x-a'],
      ['Transfer-Encoding', 'chunked'],
      ['TRANSFER-ENCODING', 'identity'],
      ['upgrade', 'h2c'],
    ] as const) {
      const why = refused(['x-a', 'b', name, value]);
      assert.match(why, new RegExp(`"${name.toLowerCase()}".* nothing was sent`), `${name}: ${value}`);
    }
    assert.match(refused(['content-length', '3'], '', 'GET'), /"content-length".* nothing was sent/);
  });

  test('says twice where it goes or where it ends', () => {
    assert.match(refused(['host', '127.0.0.1:1234', 'Host', '127.0.0.1:1234']), /"host".* nothing was sent/);
    assert.match(
      refused(['content-length', '2', 'Content-Length', '2']),
      /"content-length".* nothing was sent/,
    );
  });

  test('has a header whose name no header can have, however often it was met', () => {
    for (const name of [
      '',
      ' ',
      'x a',
      'x-a ',
      ' x-a',
      'x:a',
      'x\ta',
      'x\r\ny',
      'x\n',
      'x\0',
      'x"',
      'x(1)',
      'x\xe9',
      '\u0130',
    ])
      for (let n = 0; n < 2; n += 1) {
        const why = refused(['x-a', 'b', name, 'b']);
        assert.ok(why.includes(`"${name}"`) && why.endsWith('so nothing was sent'), JSON.stringify(name));
      }
  });

  test('has a header whose value would end its line or is no byte', () => {
    for (const text of [
      'a\rb',
      'a\nb',
      'a\r\nx-b: c',
      'a\0b',
      '\x01',
      '\x1f',
      '\x7f',
      '\u0100',
      '\u010a',
      '\u2028',
      '\u{1f600}',
    ]) {
      const why = refused(['x-a', 'b', 'X-B', text]);
      assert.match(why, /^the header "X-B" holds .* nothing was sent$/, JSON.stringify(text));
    }
  });

  test('is refused with nobody connected to', async (t) => {
    const receiver = await startReceiver();
    t.after(() => receiver.close());
    const sender = createSender({ policy });
    t.after(() => sender.close());
    for (const header of [
      ['host', 'evil.example'],
      ['content-length', '1'],
      ['connection', 'close'],
      ['x-a', 'a\r\nb: c'],
      ['x-a', 'a\0'],
      ['x a', 'b'],
    ]) {
      const outcome = await sender.send(requestTo(receiver.origin, header, '{}'), limits);
      assert.equal(outcome.error, 'protocol');
      assert.match(outcome.detail, /nothing was sent/);
    }
    assert.equal(receiver.connections(), 0);
  });
});
