import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import * as limits from '../../src/core/limits/api.ts';
import { type RawAnswer, startTarget, type Target, writeRaw } from '../support/attack.ts';
import { adminKey } from '../support/process.ts';

const auth = `Authorization: Bearer ${adminKey}`;
const body = '{"type":"attack.smuggled","data":1}';
const length = `Content-Length: ${body.length}`;
const second = `POST /v1/events HTTP/1.1\r\nHost: a\r\n${auth}\r\n${length}\r\n\r\n${body}`;

describe('bytes that mean harm', () => {
  let target: Target;
  /** Opened at the start, since the server gives them ten seconds. */
  let slow: Promise<RawAnswer>[];

  before(async () => {
    target = await startTarget();
    slow = ['', 'GET /livez HTTP/1.1\r\nHost: a\r\nX-Slow: ', `POST /v1/events HTTP/1.1\r\n${auth}\r\n`].map(
      (start) => writeRaw(target.port, [start], () => false),
    );
  });
  after(() => target.stop());

  const send = (lines: string[], text = body): Promise<RawAnswer> =>
    writeRaw(target.port, [Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`, 'latin1')]);
  const publish = (...headers: string[]): string[] => ['POST /v1/events HTTP/1.1', ...headers];
  async function storedNothing(): Promise<void> {
    const { data } = (await target.ask('GET', '/v1/events?type=attack.smuggled')).body;
    assert.equal(data.length, 0);
  }

  test('A54 what two servers could read differently is refused with 400 and ends the connection', async () => {
    const chunked = 'Transfer-Encoding: chunked';
    for (const headers of [
      ['Host: a', auth, length, chunked],
      ['Host: a', auth, chunked, length],
      ['Host: a', auth, length, `Content-Length: ${body.length + 1}`],
      ['Host: a', auth, length, length],
      ['Host: a', auth, `Content-Length: ${body.length}, ${body.length}`],
      ['Host: a', auth, 'Transfer-Encoding: chunked, identity'],
      ['Host: a', auth, 'Transfer-Encoding: xchunked'],
      ['Host: a', auth, 'Transfer-Encoding: identity', length],
      ['Host: a', auth, 'Transfer-Encoding : chunked'],
      ['Host: a', auth, 'Transfer-Encoding:\x0bchunked', length],
      ['Host: a', auth, chunked, 'Transfer-Encoding: identity'],
      ['Host: a', auth, `Content-Length : ${body.length}`],
      ['Host: a', auth, 'Content-Length: +35'],
      ['Host: a', auth, 'Content-Length: 0x23'],
      ['Host: a', auth, 'Content-Length: -1'],
      ['Host: a', auth, 'Content-Length: 35abc'],
      ['Host: a', auth, 'Content-Length: 99999999999999999999'],
      ['Host: a', auth, length, 'X-A: b\0c'],
      ['Host: a', auth, length, 'X-A: b\rc'],
      ['Host: a', auth, length, 'X-A: b', ' folded'],
      ['Host: a', auth, length, 'X-A: b', '\tfolded'],
      ['Host: a', auth, length, ' X-A: b'],
      ['Host: a', auth, length, 'X-A b'],
      ['Host: a', auth, length, 'X(A): b'],
    ]) {
      const { statuses } = await send(publish(...headers), body + second);
      assert.deepEqual(statuses, [400], headers.join(' | '));
    }
    await storedNothing();
  });

  test('A54 two hosts, or none, are refused, and end the connection', async () => {
    for (const hosts of [['Host: a', 'Host: b'], ['Host: a', 'host: a'], ['Host: a, b'], []]) {
      const { statuses, text } = await writeRaw(
        target.port,
        [`${publish(...hosts, auth, length).join('\r\n')}\r\n\r\n${body}`],
        () => false,
      );
      assert.deepEqual(statuses, [400], hosts.join(' | '));
      assert.match(text, /^connection: close\r$/im);
    }
    await storedNothing();
  });

  test('A54 line ends that are not CRLF are refused', async () => {
    for (const text of [
      `POST /v1/events HTTP/1.1\nHost: a\n${auth}\n${length}\n\n${body}`,
      `POST /v1/events HTTP/1.1\r\nHost: a\r\n${auth}\nX-A: b\r\n${length}\r\n\r\n${body}`,
      `POST /v1/events HTTP/1.1\r\nHost: a\r\n${auth}\r\n${length}\r\n\n${body}`,
      `POST /v1/events HTTP/1.1\r\nHost: a\r${auth}\r\n${length}\r\n\r\n${body}`,
    ]) {
      const { statuses } = await writeRaw(target.port, [text]);
      assert.deepEqual(statuses, [400], JSON.stringify(text.slice(0, 60)));
    }
    await storedNothing();
  });

  test('A54 chunks that are written strangely are refused, and what follows them is not a request', async () => {
    const head = `POST /v1/events HTTP/1.1\r\nHost: a\r\n${auth}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    for (const chunks of [
      `0x23\r\n${body}\r\n0\r\n\r\n`,
      `+23\r\n${body}\r\n0\r\n\r\n`,
      `-1\r\n${body}\r\n0\r\n\r\n`,
      ` 23\r\n${body}\r\n0\r\n\r\n`,
      `23\n${body}\r\n0\r\n\r\n`,
      `23\r\n${body}0\r\n\r\n`,
      `22\r\n${body}\r\n0\r\n\r\n`,
      `fffffffffffffffff\r\n${body}\r\n0\r\n\r\n`,
      `23;a\nb\r\n${body}\r\n0\r\n\r\n`,
    ]) {
      const { statuses } = await writeRaw(target.port, [head + chunks + second]);
      assert.deepEqual(statuses, [400], JSON.stringify(chunks.slice(0, 20)));
    }
    await storedNothing();
  });

  test('A55 an absolute target, or none, is refused whoever asks', async () => {
    for (const line of [
      'GET http://evil.example/v1/endpoints HTTP/1.1',
      'GET http://evil.example/livez HTTP/1.1',
      'GET https://127.0.0.1/v1/endpoints HTTP/1.1',
      'OPTIONS * HTTP/1.1',
      'CONNECT evil.example:443 HTTP/1.1',
      'GET livez HTTP/1.1',
      'GET \\livez HTTP/1.1',
    ]) {
      const { statuses, text } = await writeRaw(target.port, [`${line}\r\nHost: a\r\n${auth}\r\n\r\n`]);
      assert.ok(statuses.length <= 1 && (statuses[0] ?? 400) === 400, `${line}: ${text}`);
    }
  });

  test('A55 no spelling of a path leads around the key', async () => {
    await target.endpoint({ url: 'https://shop.example/canary', events: ['never'] });
    for (const path of [
      '/v1/endpoints',
      '/v1/%65ndpoints',
      '/%76%31/endpoints',
      '/v1//endpoints',
      '//v1/endpoints',
      '/v1/endpoints/',
      '/v1/endpoints//',
      '/v1/endpoints?x',
      '/v1/endpoints#x',
      '/v1/endpoints%3fx',
      '/v1/endpoints%2f',
      '/v1/endpoints;x',
      '/v1;x/endpoints',
      '/V1/ENDPOINTS',
      '/v1/./endpoints',
      '/v1/../v1/endpoints',
      '/docs/../v1/endpoints',
      '/docs/%2e%2e/v1/endpoints',
      '/docs/..%2fv1/endpoints',
      '/livez/../v1/endpoints',
      '/v1/endpoints%00',
      '/v1/endpoints%20',
      '/v1\\endpoints',
      '/%2fv1/endpoints',
      '/v1/%ff',
      '/v1/%',
    ]) {
      for (const method of ['GET', 'HEAD', 'POST', 'get', 'PROPFIND', 'OPTIONS']) {
        const isWhole = method === 'HEAD' ? (text: string) => text.includes('\r\n\r\n') : undefined;
        const { statuses, text } = await writeRaw(
          target.port,
          [`${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`],
          isWhole,
        );
        assert.ok([400, 401, 404, 405].includes(statuses[0]!), `${method} ${path}: ${text.slice(0, 100)}`);
        assert.doesNotMatch(text, /canary/);
      }
    }
  });

  test('A55 headers of a proxy change neither path nor method', async () => {
    const plain = (await target.ask('GET', '/livez')).text;
    for (const [name, value] of [
      ['x-original-url', '/v1/endpoints'],
      ['x-rewrite-url', '/v1/endpoints'],
      ['x-http-method-override', 'DELETE'],
      ['x-forwarded-prefix', '/v1'],
      ['x-forwarded-host', 'evil.example'],
      ['accept-version', '2'],
    ] as const) {
      assert.equal((await target.ask('GET', '/livez', undefined, { [name]: value })).text, plain);
    }
  });

  test('A56 a body past its bound is 413, whether it says its length or not', async () => {
    const bytes = Buffer.alloc(3 * limits.managementBytes, 0x20);
    const declared = await writeRaw(target.port, [
      `${publish('Host: a', auth, `Content-Length: ${bytes.length}`).join('\r\n')}\r\n\r\n`,
      bytes,
    ]);
    assert.deepEqual(declared.statuses, [413]);
    const chunked = await writeRaw(target.port, [
      `${publish('Host: a', auth, 'Transfer-Encoding: chunked').join('\r\n')}\r\n\r\n`,
      `${bytes.length.toString(16)}\r\n`,
      bytes,
      '\r\n0\r\n\r\n',
    ]);
    assert.deepEqual(chunked.statuses, [413]);
    const boast = await send(publish('Host: a', auth, 'Content-Length: 999999999999'), '');
    assert.deepEqual(boast.statuses, [413]);
  });

  test('A56 a flood of chunk extensions or trailers is refused', async () => {
    const head = `${publish('Host: a', auth, 'Transfer-Encoding: chunked').join('\r\n')}\r\n\r\n`;
    const extension = await writeRaw(target.port, [head, `1;${'x'.repeat(100_000)}\r\n{\r\n0\r\n\r\n`]);
    assert.ok([400, 413].includes(extension.statuses[0]!), extension.text.slice(0, 100));
    const trailers = await writeRaw(target.port, [
      head,
      `0\r\n${Array.from({ length: 5000 }, (_, n) => `X-${n}: y\r\n`).join('')}\r\n`,
    ]);
    assert.ok([400, 431].includes(trailers.statuses[0]!), trailers.text.slice(0, 100));
    await storedNothing();
  });

  test('A56 headers past 16 KiB are 431, as one or as many', async () => {
    for (const headers of [
      [`X-Big: ${'x'.repeat(20_000)}`],
      Array.from({ length: 5000 }, (_, n) => `X-${n}: y`),
      [`${'x'.repeat(20_000)}: y`],
    ]) {
      const { statuses } = await send(['GET /livez HTTP/1.1', 'Host: a', ...headers], '');
      assert.deepEqual(statuses, [431]);
    }
    const { statuses } = await send([`GET /${'x'.repeat(20_000)} HTTP/1.1`, 'Host: a'], '');
    assert.ok([414, 431].includes(statuses[0]!));
  });

  test('A58 a compressed body is refused and not inflated', async () => {
    const bomb = Buffer.alloc(50 * 1024 * 1024, 0x20);
    const packed = {
      gzip: gzipSync(bomb),
      deflate: deflateSync(bomb),
      br: brotliCompressSync(bomb.subarray(0, 1e6)),
    };
    for (const [encoding, bytes] of Object.entries(packed)) {
      for (const path of ['/v1/events', '/v1/events/batch', '/v1/endpoints']) {
        const answer = await target.ask('POST', path, bytes, { 'content-encoding': encoding });
        assert.equal(answer.status, 415, `${encoding} ${path}`);
      }
    }
    for (const encoding of ['gzip, gzip', 'x-gzip', 'compress', 'identity, gzip', 'nonsense']) {
      const answer = await target.ask('POST', '/v1/events', packed.gzip, { 'content-encoding': encoding });
      assert.equal(answer.status, 415, encoding);
    }
  });

  test('A57 who is slow with the headers is sent away, and holds up nobody meanwhile', {
    timeout: 25_000,
  }, async () => {
    assert.equal((await target.ask('GET', '/livez')).status, 200);
    for (const { statuses } of await Promise.all(slow)) assert.ok((statuses[0] ?? 408) === 408);
  });

  test('A57 many who say nothing keep nobody else out', async (t) => {
    const silent = Array.from({ length: 200 }, () => connect(target.port, '127.0.0.1').on('error', () => {}));
    t.after(() => {
      for (const socket of silent) socket.destroy();
    });
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    assert.equal((await target.ask('GET', '/v1/endpoints')).status, 200);
  });
});
