import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type { AttemptError } from '../core/attempt.ts';
import type { SendLimits } from './sender.ts';
import { type Declare, failed, hasty, patient, requestTo } from './sender-world.case.ts';

export function brokenReceivers(promise: Declare): void {
  const oddities: [string, string, AttemptError | null][] = [
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', null],
    ['no reason phrase', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', null],
    ['HTTP/0.9', 'hello there\r\n\r\n', 'protocol'],
    ['status 000', 'HTTP/1.1 000 Odd\r\ncontent-length: 0\r\n\r\n', 'protocol'],
    [
      'two different lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      'protocol',
    ],
    [
      'length and chunked at once',
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'protocol',
    ],
    ['100 unasked', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 'protocol'],
    [
      '101 unasked',
      'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
      'protocol',
    ],
    ['binary noise', '\x16\x03\x01\x00\x05\x01\x02\x03\x04\x05', 'protocol'],
    ['headers past 16 KiB', `HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`, 'response_too_large'],
    [
      'many headers past 16 KiB',
      `HTTP/1.1 200 OK\r\n${'x-a: 0123456789\r\n'.repeat(2000)}\r\n`,
      'response_too_large',
    ],
  ];
  for (const [what, bytes, error] of oddities) {
    promise(`an answer with ${what} is ${error ?? 'taken as it is'}`, async (stage) => {
      const outcome = await stage.answer(Buffer.from(bytes, 'latin1'));
      assert.equal(outcome.error, error, outcome.detail);
    });
  }

  promise('a closed port is connection_refused', async (stage) => {
    const receiver = await stage.receiver();
    await receiver.close();
    failed(
      await stage.sender().send(requestTo(receiver.origin), patient),
      'connection_refused',
      /nothing listens/,
    );
  });

  const hangUps: Record<string, (socket: Socket) => void> = {
    reset: (socket) => socket.resetAndDestroy(),
    closed: (socket) => socket.end(),
  };
  for (const [what, hangUp] of Object.entries(hangUps)) {
    promise(
      `a new connection that is ${what} before the answer is connection_reset and not repeated`,
      async (stage) => {
        const receiver = await stage.receiver({ script: (_request, socket) => hangUp(socket) });
        failed(await stage.sender().send(requestTo(receiver.origin), patient), 'connection_reset');
        assert.equal(receiver.requests.length, 1);
      },
    );

    promise(`an answer that is ${what} after its head counts by its status`, async (stage) => {
      for (const [status, error] of [
        [200, null],
        [500, 'http_status'],
      ] as const) {
        const receiver = await stage.receiver({
          script: (_request, socket) => {
            socket.write(`HTTP/1.1 ${status} S\r\ncontent-length: 10\r\n\r\nabc`, () =>
              setImmediate(hangUp, socket),
            );
          },
        });
        const outcome = await stage.sender().send(requestTo(receiver.origin), patient);
        assert.deepEqual([outcome.httpStatus, outcome.error], [status, error]);
        assert.equal(outcome.responseTruncated, true);
      }
    });
  }
}

export function deadlines(promise: Declare): void {
  promise(
    'a receiver that accepts and stays silent is a timeout, and its connection is closed',
    async (stage) => {
      const receiver = await stage.receiver({ script: () => {} });
      failed(await stage.sender().send(requestTo(receiver.origin), hasty), 'timeout', /120 ms/);
      await receiver.closed(1);
    },
  );

  promise('a head that drips is a timeout: the deadline stands over all, not over pauses', async (stage) => {
    const receiver = await stage.receiver({
      script: (_request, socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx: '),
    });
    failed(await stage.sender().send(requestTo(receiver.origin), hasty), 'timeout');
    await receiver.closed(1);
  });

  promise('a body that drips past the deadline counts by the status that came in time', async (stage) => {
    for (const [status, error] of [
      [200, null],
      [503, 'http_status'],
    ] as const) {
      const head = `HTTP/1.1 ${status} S\r\nretry-after: 9\r\ncontent-length: 100000\r\n\r\n`;
      const receiver = await stage.receiver({ script: (_request, socket) => drip(socket, head) });
      const outcome = await stage.sender().send(requestTo(receiver.origin), hasty);
      assert.deepEqual([outcome.httpStatus, outcome.error, outcome.retryAfter], [status, error, '9']);
      assert.equal(outcome.responseTruncated, true);
      await receiver.closed(1);
    }
  });

  promise('a TLS handshake that stalls ends with the connect timeout', async (stage) => {
    const receiver = await stage.receiver();
    const stalled = await stage.receiver();
    const url = `https://127.0.0.1:${stalled.port}/`;
    const sender = stage.sender();
    failed(
      await sender.send(requestTo(url), { timeoutMs: 10_000, connectTimeoutMs: 100 }),
      'timeout',
      /100 ms/,
    );
    await stalled.closed(1);
    assert.equal((await sender.send(requestTo(receiver.origin), patient)).error, null);
  });

  promise('a look-up that never ends is a timeout at the deadline', async (stage) => {
    const sender = stage.sender({ names: () => new Promise(() => {}) });
    failed(await sender.send(requestTo('https://receiver.test/'), hasty), 'timeout', /120 ms/);
  });

  promise(
    'closing the sender ends requests under way as connection_reset, and later ones too',
    async (stage) => {
      const receiver = await stage.receiver({ script: () => {} });
      const sender = stage.sender();
      const running = sender.send(requestTo(receiver.origin), patient);
      await receiver.received(1);
      await sender.close();
      failed(await running, 'connection_reset', /closed/);
      failed(await sender.send(requestTo(receiver.origin), patient), 'connection_reset', /closed/);
      await receiver.closed(1);
    },
  );

  promise('closing the sender drops connections that are still being made', async (stage) => {
    let arrived: () => void = () => {};
    const connecting = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const stalled = await stage.receiver({ onConnection: () => arrived() });
    const sender = stage.sender();
    const hour: SendLimits = { timeoutMs: 3_600_000, connectTimeoutMs: 3_600_000 };
    const running = sender.send(requestTo(`https://127.0.0.1:${stalled.port}/`), hour);
    await connecting;
    await sender.close();
    failed(await running, 'connection_reset', /closed/);
    await stalled.closed(1);
  });
}

function drip(socket: Socket, head: string): void {
  socket.write(head);
  const timer = setInterval(() => socket.write('a'), 20);
  socket.on('close', () => clearInterval(timer));
}
