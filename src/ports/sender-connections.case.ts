import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { answering, response } from '../../test/support/receiver.ts';
import { allowing, type Declare, failed, patient, requestTo } from './sender-world.case.ts';

export function connections(promise: Declare): void {
  promise('a connection is kept and used again', async (stage) => {
    const receiver = await stage.receiver();
    const sender = stage.sender();
    for (let n = 0; n < 5; n += 1) await sender.send(requestTo(receiver.origin), patient);
    assert.deepEqual([receiver.requests.length, receiver.connections()], [5, 1]);
  });

  promise('a connection that the receiver closes after its answer is not used again', async (stage) => {
    const receiver = await stage.receiver({
      script: (_request, socket) =>
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
    });
    const sender = stage.sender();
    for (let n = 0; n < 3; n += 1)
      assert.equal((await sender.send(requestTo(receiver.origin), patient)).error, null);
    assert.deepEqual([receiver.requests.length, receiver.connections()], [3, 3]);
  });

  promise('a request does not wait for another one to the same host', async (stage) => {
    const receiver = await stage.receiver({
      script: (request, socket) => {
        if (request.path !== '/stuck') socket.write(response(200));
      },
    });
    const sender = stage.sender();
    const stuck = Array.from({ length: 20 }, () =>
      sender.send(requestTo(`${receiver.origin}/stuck`), patient),
    );
    await receiver.received(20);
    assert.equal((await sender.send(requestTo(`${receiver.origin}/quick`), patient)).error, null);
    await sender.close();
    await Promise.all(stuck);
  });

  promise(
    'a kept connection that dies under a request is replaced once, within the same attempt',
    async (stage) => {
      for (const hangUp of [(socket: Socket) => socket.resetAndDestroy(), (socket: Socket) => socket.end()]) {
        const receiver = await stage.receiver({
          script: (request, socket) => (request.n === 1 ? socket.write(response(200)) : hangUp(socket)),
        });
        const sender = stage.sender();
        await sender.send(requestTo(receiver.origin), patient);
        assert.equal((await sender.send(requestTo(receiver.origin), patient)).error, null);
        assert.deepEqual(
          receiver.requests.map(({ connection }) => connection),
          [1, 1, 2],
        );
      }
    },
  );

  promise('a kept connection that was closed a moment before is replaced', async (stage) => {
    for (const hangUp of [
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.resetAndDestroy(),
    ]) {
      const sockets: Socket[] = [];
      const receiver = await stage.receiver({ onConnection: (socket) => sockets.push(socket) });
      const sender = stage.sender();
      await sender.send(requestTo(receiver.origin), patient);
      // The end is on its way when the request is made; from here, polling comes before whatever the sender puts off.
      await new Promise((resolve) => setImmediate(resolve));
      for (const socket of sockets) hangUp(socket);
      assert.equal((await sender.send(requestTo(receiver.origin), patient)).error, null);
      assert.deepEqual(
        receiver.requests.map(({ connection }) => connection),
        [1, 2],
      );
    }
  });

  promise('a request is repeated once at most, and only on a new connection', async (stage) => {
    let seen = 0;
    const receiver = await stage.receiver({
      script: (_request, socket) => {
        seen += 1;
        if (seen <= 2) socket.write(response(200));
        else socket.resetAndDestroy();
      },
    });
    const sender = stage.sender();
    // Two kept connections: the repeat must not go over the second of them.
    await Promise.all([
      sender.send(requestTo(receiver.origin), patient),
      sender.send(requestTo(receiver.origin), patient),
    ]);
    failed(await sender.send(requestTo(receiver.origin), patient), 'connection_reset');
    assert.deepEqual([receiver.requests.length, receiver.connections()], [4, 3]);
  });

  promise('a request is not repeated once a byte of its answer has come', async (stage) => {
    const receiver = await stage.receiver({
      script: (request, socket) => {
        if (request.n === 1) socket.write(response(200));
        else socket.end('HTTP/1.1 2');
      },
    });
    const sender = stage.sender();
    await sender.send(requestTo(receiver.origin), patient);
    failed(await sender.send(requestTo(receiver.origin), patient), 'connection_reset');
    assert.equal(receiver.requests.length, 2);
  });

  promise('bytes that come unasked on a kept connection are never taken for an answer', async (stage) => {
    const receiver = await stage.receiver({
      script: (request, socket) => {
        socket.write(response(request.connection === 1 ? 200 : 202));
        if (request.connection === 1) socket.write(response(201, {}, 'poison'));
      },
    });
    const sender = stage.sender();
    await sender.send(requestTo(receiver.origin), patient);
    const outcome = await sender.send(requestTo(receiver.origin), patient);
    assert.deepEqual([outcome.httpStatus, outcome.responseBody], [202, '']);
  });

  promise('bytes that came unasked just before a request are never taken for its answer', async (stage) => {
    const sockets: Socket[] = [];
    const receiver = await stage.receiver({ onConnection: (socket) => sockets.push(socket) });
    const sender = stage.sender();
    await sender.send(requestTo(receiver.origin), patient);
    // They lie at the sender's door, unread, when the next request is made.
    sockets[0]?.write(response(201, {}, 'poison'));
    const outcome = await sender.send(requestTo(receiver.origin), patient);
    assert.deepEqual([outcome.httpStatus, outcome.responseBody], [204, '']);
  });

  promise(
    'when the first address of a name is dead, the next is tried within the same attempt',
    async (stage) => {
      const receiver = await stage.receiver({ certificate: 'receiver' });
      const sender = stage.sender({
        policy: allowing('127.0.0.0/8'),
        names: async () => ['127.0.0.2', '127.0.0.1'],
      });
      assert.equal(
        (await sender.send(requestTo(`https://receiver.test:${receiver.port}/`), patient)).error,
        null,
      );
    },
  );
}

export function certificates(promise: Declare): void {
  const named = { policy: allowing('127.0.0.0/8'), names: async () => ['127.0.0.1'] };

  promise('a valid certificate is accepted, by name and by address', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    const sender = stage.sender(named);
    for (const host of ['receiver.test', 'receiver.test.', '127.0.0.1']) {
      const outcome = await sender.send(requestTo(`https://${host}:${receiver.port}/`), patient);
      assert.equal(outcome.error, null, outcome.detail);
    }
  });

  const bad = [
    ['expired', /certificate expired/],
    ['selfsigned', /self-signed/],
    ['other', /another host name/],
  ] as const;
  for (const [certificate, detail] of bad) {
    promise(`a certificate that is ${certificate} is refused each time, in plain words`, async (stage) => {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const receiver = await stage.receiver({ certificate, tls: { maxVersion } });
        const sender = stage.sender(named);
        for (let n = 0; n < 3; n += 1) {
          failed(
            await sender.send(requestTo(`https://receiver.test:${receiver.port}/`), patient),
            'tls',
            detail,
          );
        }
        assert.equal(receiver.requests.length, 0);
      }
    });
  }

  promise('a certificate of an unknown authority is refused', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    const sender = stage.sender({ ...named, ca: [] });
    failed(
      await sender.send(requestTo(`https://receiver.test:${receiver.port}/`), patient),
      'tls',
      /not trusted/,
    );
  });

  promise('certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED says', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'selfsigned' });
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      failed(
        await stage.sender(named).send(requestTo(`https://receiver.test:${receiver.port}/`), patient),
        'tls',
      );
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
    assert.equal(receiver.requests.length, 0);
  });

  promise('https to a port that speaks http says so', async (stage) => {
    const receiver = await stage.receiver({
      onConnection: (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    });
    const outcome = await stage.sender().send(requestTo(`https://127.0.0.1:${receiver.port}/`), patient);
    failed(outcome, 'tls', /speaks http, not https/);
  });

  promise('http to a port that speaks https fails', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    const outcome = await stage.sender().send(requestTo(`http://127.0.0.1:${receiver.port}/`), patient);
    assert.ok(outcome.error === 'protocol' || outcome.error === 'connection_reset', outcome.detail);
  });

  promise('a new connection to a known receiver resumes its TLS session', async (stage) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const receiver = await stage.receiver({
        certificate: 'receiver',
        tls: { maxVersion },
        script: (_request, socket) =>
          socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
      });
      const sender = stage.sender(named);
      const url = `https://receiver.test:${receiver.port}/`;
      for (let n = 0; n < 3; n += 1) assert.equal((await sender.send(requestTo(url), patient)).error, null);
      assert.deepEqual(receiver.resumed, [false, true, true]);
    }
  });

  promise('HTTP/1.1 is spoken although the receiver would rather speak HTTP/2', async (stage) => {
    const protocols: unknown[] = [];
    const receiver = await stage.receiver({
      certificate: 'receiver',
      tls: { ALPNProtocols: ['h2', 'http/1.1'] },
      script: (request, socket) => {
        if ('alpnProtocol' in socket) protocols.push(socket.alpnProtocol);
        answering(200)(request, socket);
      },
    });
    assert.equal(
      (await stage.sender(named).send(requestTo(`https://receiver.test:${receiver.port}/`), patient)).error,
      null,
    );
    assert.deepEqual(protocols, ['http/1.1']);
  });
}
