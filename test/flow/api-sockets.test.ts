import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import * as limits from '../../src/core/limits/api.ts';
import { ApiWorld, adminKey } from '../support/api.ts';
import { type Entrance, entrances } from '../support/entrances.ts';

const session = {
  session: {
    id: 'ses_1',
    tokenHash: '',
    personId: null,
    keyHash: null,
    userAgent: '',
    createdAtMs: 0,
    expiresAtMs: 0,
  },
  person: null,
  key: null,
};
const auth = `Authorization: Bearer ${adminKey}`;

for (const way of entrances)
  describe(`what arrives on the wire, ${way.name}`, () => {
    let world: ApiWorld;
    let entrance: Entrance;
    before(async () => {
      world = await ApiWorld.open();
      entrance = await way.open(world);
    });
    after(async () => {
      await entrance.close();
      await world.close();
    });

    /** Writes bytes and answers all that came until the connection ended, or until one whole answer is there. */
    function raw(...parts: (string | Buffer)[]): Promise<string> {
      return new Promise((resolve, reject) => {
        const socket = connect(entrance.port, '127.0.0.1');
        let text = '';
        const finish = (): void => {
          socket.destroy();
          resolve(text);
        };
        socket.on('data', (chunk) => {
          text += chunk;
          const length = /content-length: (\d+)/i.exec(text)?.[1];
          const head = text.indexOf('\r\n\r\n');
          if (length !== undefined && head >= 0 && Buffer.byteLength(text.slice(head + 4)) >= Number(length))
            finish();
        });
        socket.on('close', finish);
        socket.on('error', (error: NodeJS.ErrnoException) => (text === '' ? reject(error) : finish()));
        for (const part of parts) socket.write(part);
      });
    }

    const statusOf = (text: string): number => Number(text.split(' ')[1]);
    const publish = (headers: string[], body: string): string =>
      ['POST /v1/events HTTP/1.1', ...headers, '', body].join('\r\n');

    test('what two servers could read differently is refused with 400', async () => {
      const body = '{"type":"a","data":1}';
      const length = `Content-Length: ${body.length}`;
      const smuggling: string[][] = [
        ['Host: x', auth, length, 'Transfer-Encoding: chunked'],
        ['Host: x', auth, length, `Content-Length: ${body.length + 1}`],
        ['Host: x', auth, 'Transfer-Encoding: chunked, identity'],
        ['Host: x', auth, 'Transfer-Encoding : chunked'],
        ['Host: x', auth, 'Content-Length: +21'],
        ['Host: x', auth, length, 'X-A: b\u0000c'],
        ['Host: x', auth, length, 'X-A: b', ' folded'],
        ['Host : x', auth, length],
      ];
      for (const headers of smuggling) {
        assert.equal(statusOf(await raw(publish(headers, body))), 400, headers.join(' | '));
      }
      assert.equal((await world.ask('GET', '/v1/events')).body.data.length, 0);
    });

    test('what an HTTP/1.0 client sends without its length is refused, and neither taken in nor caught', async () => {
      const source = (await world.ask('POST', '/v1/sources', { name: 'open', scheme: 'unsigned' })).body;
      const bin = (await world.ask('POST', '/v1/bins', { name: 'old' })).body;
      for (const { url } of [source, bin]) {
        const head = [`POST ${new URL(url).pathname} HTTP/1.0`, 'Host: a', 'Content-Type: application/json'];
        const answer = await raw([...head, '', '{"type":"a"}'].join('\r\n'));
        assert.equal(statusOf(answer), 400, url);
        assert.match(answer, /needs a Content-Length/);
        const taken = await raw([...head, 'Content-Length: 12', '', '{"type":"a"}'].join('\r\n'));
        assert.equal(statusOf(taken), 200, url);
      }
      for (const path of [`/v1/sources/${source.id}/requests`, `/v1/bins/${bin.id}/requests`])
        assert.equal((await world.ask('GET', path)).body.data.length, 1, path);
    });

    test('an act that takes no body is done for an HTTP/1.0 client that names a type and no length', async () => {
      const body = { url: 'https://shop.example/hook', events: ['*'] };
      const { id } = (await world.ask('POST', '/v1/endpoints', body)).body;
      const head = [
        `POST /v1/endpoints/${id}/pause HTTP/1.0`,
        'Host: a',
        auth,
        'Content-Type: application/json',
      ];
      assert.equal(statusOf(await raw(`${head.join('\r\n')}\r\n\r\n`)), 200);
    });

    test('two Host headers, or none, are refused', async () => {
      assert.equal(statusOf(await raw(`GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`)), 400);
      assert.equal(
        statusOf(await raw(`GET /v1/endpoints HTTP/1.1\r\nHost: a\r\nHost: a\r\n${auth}\r\n\r\n`)),
        400,
      );
      assert.equal(statusOf(await raw('GET /livez HTTP/1.1\r\n\r\n')), 400);
    });

    test('a key or type that is sent twice is not half-believed', async () => {
      const twice = `GET /v1/endpoints HTTP/1.1\r\nHost: a\r\n${auth}\r\nAuthorization: Bearer other\r\n\r\n`;
      assert.equal(statusOf(await raw(twice)), 401);
      const body = '{"type":"a","data":1}';
      const types = ['Content-Type: application/json', 'Content-Type: text/plain'];
      assert.equal(
        statusOf(await raw(publish(['Host: a', auth, ...types, `Content-Length: ${body.length}`], body))),
        415,
      );
    });

    test('an absolute target is refused, with and without a key', async () => {
      for (const target of ['http://evil.example/v1/endpoints', 'http://evil.example/livez', '*', 'livez']) {
        const text = await raw(`GET ${target} HTTP/1.1\r\nHost: a\r\n${auth}\r\n\r\n`);
        assert.equal(statusOf(text), 400, target);
      }
    });

    test('an encoded path is no way around a key', async () => {
      for (const target of [
        '/v1/%65ndpoints',
        '/v1/endpoints?x',
        '/v1/endpoints#x',
        '/V1/endpoints',
        '/v1/./endpoints',
        '/docs/../v1/endpoints',
        '/v1/endpoints%2f',
        '/v1;/endpoints',
      ]) {
        const text = await raw(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
        assert.ok([400, 401, 404].includes(statusOf(text)), `${target}: ${text.slice(0, 40)}`);
      }
    });

    test('headers past 16 KiB are 431', async () => {
      const text = await raw(`GET /livez HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`);
      assert.equal(statusOf(text), 431);
      assert.match(text, /application\/problem\+json/);
    });

    test('what is no HTTP is answered as a problem, and the connection ends', async () => {
      const text = await raw('NONSENSE\r\n\r\n');
      assert.equal(statusOf(text), 400);
      assert.match(text, /x-content-type-options: nosniff/);
      assert.match(text, /connection: close/i);
      const problem = JSON.parse(text.slice(text.indexOf('{')));
      assert.equal(problem.status, 400);
      assert.match(problem.requestId, /^req_/);
    });

    test('a sender of a body that is too large gets to see the 413, declared or chunked', async () => {
      const size = limits.managementBytes * 3;
      const body = Buffer.alloc(size, 0x20);
      const declared = await raw(
        `POST /v1/accounts HTTP/1.1\r\nHost: a\r\n${auth}\r\nContent-Length: ${size}\r\n\r\n`,
        body,
      );
      assert.equal(statusOf(declared), 413);
      const chunk = [`${size.toString(16)}\r\n`, body, '\r\n0\r\n\r\n'];
      const chunked = await raw(
        `POST /v1/accounts HTTP/1.1\r\nHost: a\r\n${auth}\r\nTransfer-Encoding: chunked\r\n\r\n`,
        ...chunk,
      );
      assert.equal(statusOf(chunked), 413);
    });

    test('a body that is declared far too large is refused without being read', async () => {
      const text = await raw(
        `POST /v1/accounts HTTP/1.1\r\nHost: a\r\n${auth}\r\nContent-Length: 99999999999\r\n\r\n`,
      );
      assert.equal(statusOf(text), 413);
      assert.match(text, /connection: close/i);
    });

    test('requests on one connection are answered in order, and each gets its own body', async () => {
      const socket = connect(entrance.port, '127.0.0.1');
      const bodies = ['one', 'two', 'three'].map((type) => `{"type":"${type}","data":1}`);
      for (const body of bodies)
        socket.write(publish(['Host: a', auth, `Content-Length: ${body.length}`], body));
      let text = '';
      for await (const chunk of socket) {
        text += chunk;
        if (text.split('HTTP/1.1 202').length === 4 && text.endsWith('}')) break;
      }
      assert.deepEqual(
        [...text.matchAll(/"type":"(\w+)"/g)].map((found) => found[1]),
        ['one', 'two', 'three'],
      );
    });

    test('who has left while it was looked up who asks takes no place among those who watch', async () => {
      const { signIn } = world.parts;
      const { find } = signIn;
      const left = new Promise<void>((resolve) => {
        world.app.server.once('connection', (socket) => void socket.once('close', () => resolve()));
      });
      const socket = connect(entrance.port, '127.0.0.1');
      const watches = new Promise<void>((resolve) => {
        signIn.find = async () => {
          socket.destroy();
          await left;
          setImmediate(resolve);
          return session;
        };
      });
      socket.write(
        `GET /v1/stream HTTP/1.1\r\nHost: a\r\nCookie: surehook_session=${'a'.repeat(43)}\r\n\r\n`,
      );
      await watches;
      signIn.find = find;
      assert.equal(world.engine.live.isWatched, false);
    });
  });

test('slow requests have a deadline', async (t) => {
  const world = await ApiWorld.open();
  t.after(() => world.close());
  const { server } = world.app;
  assert.equal(server.headersTimeout, 10_000);
  assert.equal(server.requestTimeout, 30_000);
  assert.equal(limits.slowCheckMs, 5_000);
});
