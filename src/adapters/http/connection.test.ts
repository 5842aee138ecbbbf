import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { type ReceiverOptions, response } from '../../../test/support/receiver.ts';
import { checkUrl } from '../../core/address.ts';
import * as limits from '../../core/limits/sending.ts';
import { dev, failed, patient, requestTo, Stage } from '../../ports/sender-world.case.ts';
import type { Connection } from './connection.ts';
import { Connections } from './connections.ts';
import { outgoingOf } from './outgoing.ts';
import { createSender } from './sender.ts';

const stageOf = (t: TestContext): Stage => new Stage(t, ({ policy, ca }) => createSender({ policy, ca }));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Each piece when the one before it has surely been read: whoever reads is on the same loop. */
async function writePieces(socket: Socket, pieces: readonly (string | Buffer)[]): Promise<void> {
  socket.setNoDelay(true);
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    for (let n = 0; n < 3; n += 1) await turn();
  }
}

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const plainHead = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
const chunkedHead = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
const long = Array.from({ length: 40 }, (_, n) => String(n % 10).repeat(4000));

/** What comes, piece by piece, and what it says. Its connection ends: as the receiver closes it behind it, or as is meant to be. */
const unusual: Record<string, { pieces: string[]; text?: string; ends?: 'closed' | 'meant' }> = {
  'a chunked one': { pieces: [`${chunkedHead}${chunk('hello')}${chunk('')}`] },
  'a chunked one in pieces': { pieces: [chunkedHead, '5\r', '\nhel', 'lo\r\n', chunk('')] },
  'a long one in pieces': {
    pieces: [chunkedHead, ...long.map(chunk), chunk('')],
    text: long.join(''),
  },
  'a chunked one with trailers': {
    pieces: [`${chunkedHead}${chunk('hello')}0\r\nX-Sum: 1\r\n\r\n`],
  },
  'one whose head comes in two pieces': { pieces: [plainHead.slice(0, 20), `${plainHead.slice(20)}hello`] },
  'one whose head ends with a piece of its own': { pieces: [plainHead.slice(0, -1), '\n', 'hello'] },
  'one that comes byte by byte': { pieces: [...plainHead, ...'hello'] },
  'one that is announced': { pieces: [`${early}${early}${plainHead}hello`] },
  'one that is announced before': { pieces: [early, early, `${plainHead}hello`] },
  'one of HTTP/1.0': { pieces: ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello'], ends: 'meant' },
  'one of HTTP/1.0 that lets the connection be kept': {
    pieces: ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello'],
  },
  'one that ends with its connection': { pieces: ['HTTP/1.1 200 OK\r\n\r\nhello'], ends: 'closed' },
  'one that ends with its connection, in pieces': {
    pieces: ['HTTP/1.0 200 OK\r\n', '\r\n', 'he', 'llo'],
    ends: 'closed',
  },
};

/** `tcp`: the connection below TLS; without TLS the same. */
const hangUps: Record<string, (socket: Socket, tcp: Socket) => void> = {
  'an end': (socket) => socket.end(),
  'a reset': (_socket, tcp) => tcp.resetAndDestroy(),
};

const disturbances: typeof hangUps = {
  ...hangUps,
  'an answer to nothing': (socket) => void socket.write(response(201, {}, 'poison')),
  'a byte': (socket) => void socket.write('\n'),
};

const protocols: Record<string, ReceiverOptions> = { http: {}, https: { certificate: 'receiver' } };
for (const [protocol, options] of Object.entries(protocols)) {
  describe(`a connection over ${protocol}`, () => {
    for (const [what, { pieces, text = 'hello', ends }] of Object.entries(unusual))
      test(`carries an unusual response, ${what}, as its last; the next connection may carry more`, async (t) => {
        for (const before of [0, 1]) {
          const stage = stageOf(t);
          const receiver = await stage.receiver({
            ...options,
            script: async ({ path }, socket) => {
              if (path === '/plain') return void socket.write(response(200, {}, 'plain'));
              await writePieces(socket, pieces.slice(0, -1));
              if (ends === 'closed') socket.end(pieces.at(-1)!);
              else socket.write(pieces.at(-1)!);
            },
          });
          const sender = stage.sender();
          const send = (path: string) =>
            sender.send(requestTo(receiver.origin + path), { ...patient, bodyBytes: 1_000_000 });
          const plain = async () => assert.equal((await send('/plain')).responseBody, 'plain');
          for (let n = 0; n < before; n += 1) await plain();
          const check = async () => {
            const outcome = await send('/unusual');
            assert.deepEqual([outcome.httpStatus, outcome.error, outcome.detail], [200, null, '']);
            assert.deepEqual([outcome.responseBody, outcome.responseTruncated], [text, false]);
          };
          await check();
          await receiver.closed(1);
          await plain();
          await plain();
          await check();
          if (ends) await receiver.closed(2);
          await plain();
          assert.deepEqual(
            receiver.requests.map(({ path, connection }) => `${path} ${connection}`),
            [
              ...(before ? ['/plain 1'] : []),
              '/unusual 1',
              '/plain 2',
              '/plain 2',
              '/unusual 2',
              `/plain ${ends ? 3 : 2}`,
            ],
          );
        }
      });

    for (const [what, answer] of Object.entries({
      plain: `${plainHead}hello`,
      unusual: `${chunkedHead}${chunk('hello')}${chunk('')}`,
    }))
      test(`is not asked again before it has rested, where responses are ${what}`, async (t) => {
        const stage = stageOf(t);
        const answeredAtMs = new Map<number, number>();
        const restsMs: number[] = [];
        const receiver = await stage.receiver({
          ...options,
          script: ({ connection }, socket) => {
            const beforeMs = answeredAtMs.get(connection);
            if (beforeMs !== undefined) restsMs.push(performance.now() - beforeMs);
            socket.write(answer);
            answeredAtMs.set(connection, performance.now());
          },
        });
        const sender = stage.sender();
        for (let n = 0; n < 20; n += 1)
          assert.equal((await sender.send(requestTo(receiver.origin), patient)).error, null);
        assert.ok(restsMs.length >= 18);
        assert.ok(Math.min(...restsMs) >= limits.socketRestMs, `${Math.min(...restsMs)} ms`);
      });

    test('is kept after a plain response, in however many pieces its body comes', async (t) => {
      const stage = stageOf(t);
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${long.join('').length}\r\n\r\n`;
      for (const pieces of [
        [`${head}${long[0]}`, ...long.slice(1)],
        [head, ...long],
        [head + long.join('')],
      ]) {
        const receiver = await stage.receiver({
          ...options,
          script: (_request, socket) => void writePieces(socket, pieces),
        });
        const sender = stage.sender();
        for (let n = 0; n < 2; n += 1) {
          const outcome = await sender.send(requestTo(receiver.origin), { ...patient, bodyBytes: 1_000_000 });
          assert.deepEqual([outcome.httpStatus, outcome.responseTruncated], [200, false]);
          assert.ok(outcome.responseBody === long.join(''));
        }
        assert.deepEqual([receiver.requests.length, receiver.connections()], [2, 1]);
      }
    });

    for (const [what, bytes] of Object.entries({
      'whose response says so': response(200, { Connection: 'close' }, 'ab'),
      'whose receiver would close it at once': response(200, { 'Keep-Alive': 'timeout=2' }, 'ab'),
      'whose receiver says more than it was asked': Buffer.concat([response(200, {}, 'ab'), response(201)]),
      'whose receiver says one byte more': Buffer.concat([response(200, {}, 'ab'), Buffer.from('\n')]),
      'whose response has a body where none can be': 'HTTP/1.1 204 No Content\r\n\r\nab',
      'whose response has a length where none can be': 'HTTP/1.1 304 S\r\nContent-Length: 2\r\n\r\n',
    }))
      test(`is closed by the sender ${what}`, async (t) => {
        const stage = stageOf(t);
        const receiver = await stage.receiver({
          ...options,
          script: (_request, socket) => void socket.write(bytes),
        });
        const sender = stage.sender();
        for (let n = 1; n <= 3; n += 1) {
          const { httpStatus, responseBody } = await sender.send(requestTo(receiver.origin), patient);
          assert.equal(httpStatus, Number(bytes.toString().slice(9, 12)));
          assert.equal(responseBody, httpStatus === 200 ? 'ab' : '');
          await receiver.closed(n);
        }
        assert.deepEqual([receiver.requests.length, receiver.connections()], [3, 3]);
      });

    test('is closed by the sender when the last piece of a body brings more than that', async (t) => {
      const stage = stageOf(t);
      const receiver = await stage.receiver({
        ...options,
        script: (_request, socket) => void writePieces(socket, [`${plainHead}he`, `llo${plainHead}other`]),
      });
      const sender = stage.sender();
      for (let n = 1; n <= 2; n += 1) {
        assert.equal((await sender.send(requestTo(receiver.origin), patient)).responseBody, 'hello');
        await receiver.closed(n);
      }
      assert.deepEqual([receiver.requests.length, receiver.connections()], [2, 2]);
    });

    for (const [what, disturb] of Object.entries(disturbances))
      test(`is closed when ${what} comes while it lies idle, and another one is opened`, async (t) => {
        const stage = stageOf(t);
        const sockets: Socket[] = [];
        const tcp: Socket[] = [];
        const receiver = await stage.receiver({
          ...options,
          onConnection: (socket) => tcp.push(socket),
          script: (_request, socket) => {
            sockets.push(socket);
            socket.write(response(200, {}, 'ab'));
          },
        });
        const sender = stage.sender();
        for (let n = 1; n <= 2; n += 1) {
          assert.equal((await sender.send(requestTo(receiver.origin), patient)).responseBody, 'ab');
          disturb(sockets[n - 1]!, tcp[n - 1]!);
          await receiver.closed(n);
        }
        assert.deepEqual([receiver.requests.length, receiver.connections()], [2, 2]);
      });

    for (const [what, hangUp] of Object.entries(hangUps)) {
      test(`shows what came of a response before ${what}, and does not ask again`, async (t) => {
        for (const [start, status, shown] of [
          ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', 200, 'hel'],
          ['HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\n', 503, ''],
          [`${chunkedHead}5\r\nhel`, 200, 'hel'],
          [`${chunkedHead}${chunk('hello')}`, 200, 'hello'],
          [`${early}${plainHead}hel`, 200, 'hel'],
        ] as const) {
          const stage = stageOf(t);
          const tcp: Socket[] = [];
          const receiver = await stage.receiver({
            ...options,
            onConnection: (socket) => tcp.push(socket),
            script: async ({ n }, socket) => {
              if (n === 1) return void socket.write(response(200));
              await writePieces(socket, [start]);
              hangUp(socket, tcp[0]!);
            },
          });
          const sender = stage.sender();
          await sender.send(requestTo(receiver.origin), patient);
          const outcome = await sender.send(requestTo(receiver.origin), patient);
          assert.deepEqual([outcome.httpStatus, outcome.responseBody], [status, shown]);
          assert.equal(outcome.responseTruncated, true);
          assert.deepEqual([receiver.requests.length, receiver.connections()], [2, 1]);
        }
      });

      test(`asks again, once and by a new one, after ${what} before the answer if it was kept`, async (t) => {
        const stage = stageOf(t);
        const tcp: Socket[] = [];
        const receiver = await stage.receiver({
          ...options,
          onConnection: (socket) => tcp.push(socket),
          script: ({ n, connection }, socket) => {
            if (n === 1 && connection < 3) socket.write(response(200));
            else hangUp(socket, tcp[connection - 1]!);
          },
        });
        const sender = stage.sender();
        const send = () => sender.send(requestTo(receiver.origin), patient);
        assert.equal((await send()).error, null);
        assert.equal((await send()).error, null);
        const connectionsOf = () => receiver.requests.map(({ connection }) => connection);
        assert.deepEqual(connectionsOf(), [1, 1, 2]);
        failed(await send(), 'connection_reset');
        assert.deepEqual(connectionsOf(), [1, 1, 2, 2, 3]);
        failed(await send(), 'connection_reset');
        assert.deepEqual(connectionsOf(), [1, 1, 2, 2, 3, 4]);
      });
    }
  });
}

describe('an idle connection', () => {
  const keepAlive = (said: string) => response(200, said === '' ? {} : { 'Keep-Alive': said });

  /** One to a receiver that answers with these, one after the other. */
  async function staged(t: TestContext, answers: Buffer[]) {
    const asked: Socket[] = [];
    const receiver = await stageOf(t).receiver({
      script: (_request, socket) => {
        asked.push(socket);
        const answer = answers.shift();
        if (answer !== undefined) socket.write(answer);
      },
    });
    const connections = new Connections({ monotonicMs: () => 0 });
    const socket = connect(receiver.port, '127.0.0.1');
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    const connection = connections.adopt('a', receiver.origin, socket);
    const outgoing = outgoingOf({ parts: partsOf(receiver.origin), key: 'a' }, requestTo(receiver.origin));
    assert.ok(typeof outgoing !== 'string');
    const ask = (asking: Connection) =>
      new Promise<void>((resolve, reject) => {
        asking.send(outgoing, {
          onRequestStart() {},
          onResponseStarted() {},
          onResponseStart() {},
          onResponseData() {},
          onResponseEnd: () => resolve(connections.give(asking)),
          onResponseError: (_controller, error) => reject(error),
        });
      });
    return { connections, connection, socket, ask, receiver, asked };
  }

  function partsOf(url: string) {
    const parts = checkUrl(url, dev);
    assert.ok(typeof parts !== 'string');
    return parts;
  }

  test('is given up a margin before its receiver closes it, by what was said last', async (t) => {
    const said = [
      ['timeout=5', 5000 - limits.idleMarginMs],
      ['timeout=10, max=7', 10_000 - limits.idleMarginMs],
      ['timeout=3600', limits.idleSocketMs],
      ['timeout=5', 5000 - limits.idleMarginMs],
      ['', limits.idleSocketMs],
    ] as const;
    const { connections, connection, socket, ask } = await staged(
      t,
      said.map(([text]) => keepAlive(text)),
    );
    assert.equal(socket.timeout, limits.idleSocketMs);
    for (const [text, keepMs] of said) {
      await ask(connection);
      assert.equal(socket.timeout, keepMs, text);
      assert.equal(connections.take('a'), connection);
    }
  });

  test('that was idle for so long is closed and not spoken to', async (t) => {
    const { connections, connection, socket, ask, receiver } = await staged(t, [keepAlive('timeout=5')]);
    await ask(connection);
    assert.equal(connections.idleCount, 1);
    // As its timer does.
    socket.emit('timeout');
    assert.equal(connections.take('a'), null);
    await receiver.closed(1);
    assert.equal(connections.idleCount, 0);
  });

  test('is not closed for being idle while a request is under way', async (t) => {
    const { connection, socket, ask, receiver, asked } = await staged(t, [keepAlive('timeout=5')]);
    await ask(connection);
    const second = ask(connection);
    await receiver.received(2);
    socket.emit('timeout');
    assert.equal(socket.destroyed, false);
    asked[1]!.write(keepAlive('timeout=5'));
    await second;
  });
});
