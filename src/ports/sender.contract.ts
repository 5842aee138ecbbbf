import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  answering,
  type Receiver,
  type ReceiverOptions,
  response,
  startReceiver,
  testAuthority,
} from '../../test/support/receiver.ts';
import { type AddressPolicy, parseNetworks } from '../core/address.ts';
import type { AttemptError, FlatHeaders, Outcome, Request } from '../core/attempt.ts';
import * as limits from '../core/limits.ts';
import type { Sender, SendLimits } from './sender.ts';

/** What a sender under test is opened with. */
export interface SenderWorld {
  policy: AddressPolicy;
  /** Stands in for look-ups; not set: the sender's own. */
  names?: (hostname: string) => Promise<readonly string[]>;
  /** PEM of an authority trusted in addition. */
  ca: readonly string[];
}

export type OpenSender = (world: SenderWorld) => Sender;

const dev: AddressPolicy = { dev: true, allowNetworks: [] };
const strict: AddressPolicy = { dev: false, allowNetworks: [] };
const patient: SendLimits = { timeoutMs: 10_000, connectTimeoutMs: 5_000 };
const hasty: SendLimits = { timeoutMs: 120, connectTimeoutMs: 5_000 };

function allowing(networks: string): AddressPolicy {
  const allowNetworks = parseNetworks(networks);
  assert.ok(typeof allowNetworks !== 'string');
  return { dev: false, allowNetworks };
}

function requestTo(url: string, body = '{"a":1}', headers: FlatHeaders = []): Request {
  return {
    url,
    headers: ['content-type', 'application/json', ...headers],
    body: { head: body, withData: false, tail: '', bytes: Buffer.from(body) },
  };
}

/** One test's sender and receivers, closed when it ends. */
class Stage {
  readonly #t: TestContext;
  readonly #open: OpenSender;

  constructor(t: TestContext, open: OpenSender) {
    this.#t = t;
    this.#open = open;
  }

  sender(world: Partial<SenderWorld> = {}): Sender {
    const sender = this.#open({ policy: dev, ca: [testAuthority()], ...world });
    this.#t.after(() => sender.close());
    return sender;
  }

  async receiver(options: ReceiverOptions = {}): Promise<Receiver> {
    const receiver = await startReceiver(options);
    this.#t.after(() => receiver.close());
    return receiver;
  }

  /** A receiver that writes these bytes as its answer, and a sender's outcome for it. */
  async answer(bytes: string | Buffer, sendLimits: SendLimits = patient): Promise<Outcome> {
    const receiver = await this.receiver({ script: (_request, socket) => socket.write(bytes) });
    return this.sender().send(requestTo(`${receiver.origin}/`), sendLimits);
  }
}

/** The promises of `ports/sender.ts`, for whoever implements it. */
export function senderContract(name: string, open: OpenSender): void {
  const promise = (title: string, act: (stage: Stage) => Promise<void>): void => {
    test(`${name}: ${title}`, { timeout: 30_000 }, (t) => act(new Stage(t, open)));
  };
  whatIsSent(promise);
  whatComesBack(promise);
  brokenReceivers(promise);
  deadlines(promise);
  connections(promise);
  certificates(promise);
  addresses(promise);
}

type Declare = (title: string, act: (stage: Stage) => Promise<void>) => void;

function failed(outcome: Outcome, error: AttemptError, detail?: RegExp): void {
  assert.equal(outcome.error, error, outcome.detail);
  assert.match(outcome.detail, detail ?? /./);
}

function whatIsSent(promise: Declare): void {
  promise(
    'a request goes out as a POST with its own headers and its exact bytes and nothing added but framing',
    async (stage) => {
      const receiver = await stage.receiver();
      const body = '{"text":"日本","n":1.0}';
      await stage
        .sender()
        .send(requestTo(`${receiver.origin}/a/b?c=d#e`, body, ['webhook-id', 'x']), patient);
      const [request] = receiver.requests;
      assert.deepEqual(request?.lines, [
        'POST /a/b?c=d HTTP/1.1',
        `host: 127.0.0.1:${receiver.port}`,
        'connection: keep-alive',
        'content-type: application/json',
        'webhook-id: x',
        `content-length: ${Buffer.byteLength(body)}`,
      ]);
      assert.equal(request?.body.toString(), body);
    },
  );

  promise('an empty body is sent as one', async (stage) => {
    const receiver = await stage.receiver();
    assert.equal((await stage.sender().send(requestTo(receiver.origin, ''), patient)).error, null);
    assert.equal(receiver.requests[0]?.headers['content-length'], '0');
  });

  promise('no header of the request can change where it goes or where it ends', async (stage) => {
    const receiver = await stage.receiver();
    const sender = stage.sender();
    const bad: [string, string][] = [
      ['host', 'evil.example'],
      ['Host', 'evil.example'],
      ['content-length', '3'],
      ['transfer-encoding', 'chunked'],
      ['connection', 'close'],
      ['upgrade', 'h2c'],
      ['expect', '100-continue'],
      ['x-a', 'b\r\nhost: evil.example'],
      ['x a', 'b'],
      ['x-a\r\ny', 'b'],
    ];
    for (const header of bad) {
      failed(await sender.send(requestTo(receiver.origin, '{}', header), patient), 'protocol');
    }
    assert.equal(receiver.requests.length, 0);
    assert.equal((await sender.send(requestTo(receiver.origin), patient)).error, null);
  });

  promise('proxy variables of the environment are not looked at', async (stage) => {
    const receiver = await stage.receiver();
    const proxy = await stage.receiver();
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = proxy.origin;
    try {
      assert.equal((await stage.sender().send(requestTo(receiver.origin), patient)).error, null);
    } finally {
      for (const [at, name] of names.entries()) {
        if (before[at] === undefined) delete process.env[name];
        else process.env[name] = before[at];
      }
    }
    assert.deepEqual([receiver.requests.length, proxy.connections()], [1, 0]);
  });
}

function whatComesBack(promise: Declare): void {
  promise('any 2xx is success and shows the answer', async (stage) => {
    const answer = response(202, { 'X-Thing': 'a', 'x-THING': 'b', 'retry-after': '7' }, 'thank you');
    const outcome = await stage.answer(answer);
    const { durationMs, ...rest } = outcome;
    assert.ok(Number.isInteger(durationMs) && durationMs >= 0);
    assert.deepEqual(rest, {
      httpStatus: 202,
      error: null,
      detail: '',
      responseHeaders: ['x-thing', 'a', 'x-thing', 'b', 'retry-after', '7', 'content-length', '9'],
      responseBody: 'thank you',
      responseTruncated: false,
      retryAfter: '7',
    });
  });

  promise('a status outside 2xx is a failure that shows status, body and Retry-After', async (stage) => {
    for (const status of [400, 410, 429, 500, 503, 999]) {
      const outcome = await stage.answer(response(status, { 'retry-after': 'soon' }, 'no'));
      failed(outcome, 'http_status', new RegExp(String(status)));
      assert.deepEqual(
        [outcome.httpStatus, outcome.responseBody, outcome.retryAfter],
        [status, 'no', 'soon'],
      );
    }
  });

  promise('a redirect is never followed, and where it points is shown', async (stage) => {
    const elsewhere = await stage.receiver();
    for (const location of [`${elsewhere.origin}/x`, 'http://169.254.169.254/latest/meta-data', '/loop']) {
      const outcome = await stage.answer(response(307, { location }));
      failed(outcome, 'redirect', /not followed/);
      assert.ok(outcome.detail.endsWith(`Location: ${location}`));
      assert.equal(outcome.httpStatus, 307);
    }
    failed(await stage.answer(response(304)), 'redirect');
    assert.equal(elsewhere.connections(), 0);
  });

  promise('a compressed body is not inflated', async (stage) => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const outcome = await stage.answer(response(200, { 'content-encoding': 'gzip' }, bomb));
    assert.equal(outcome.error, null);
    assert.ok(outcome.responseHeaders.includes('gzip'));
    assert.ok(!outcome.responseBody.startsWith('\0\0\0'));
    const chain = new Array(3000).fill('gzip').join(',');
    assert.equal((await stage.answer(response(200, { 'content-encoding': chain }, 'x'))).responseBody, 'x');
  });

  promise(
    'bytes that are not UTF-8 show as U+FFFD, and header bytes that are not ASCII as ?',
    async (stage) => {
      const outcome = await stage.answer(
        Buffer.from('HTTP/1.1 200 OK\r\nx-a: caf\xe9\r\ncontent-length: 3\r\n\r\na\xffb', 'latin1'),
      );
      assert.equal(outcome.responseBody, 'a\ufffdb');
      assert.deepEqual(outcome.responseHeaders.slice(0, 2), ['x-a', 'caf?']);
    },
  );

  promise('a body past the bound is cut and marked, and a 2xx stays a success', async (stage) => {
    const body = 'x'.repeat(limits.attemptBodyBytes + 1);
    const cut = await stage.answer(response(200, {}, body));
    assert.deepEqual(
      [cut.error, cut.responseTruncated, cut.responseBody.length],
      [null, true, limits.attemptBodyBytes],
    );
    const whole = await stage.answer(response(200, {}, body.slice(1)));
    assert.deepEqual([whole.responseTruncated, whole.responseBody.length], [false, limits.attemptBodyBytes]);
  });

  promise('an endless body is dropped with its connection after the bound', async (stage) => {
    const receiver = await stage.receiver({
      script: (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        const chunk = `2000\r\n${'y'.repeat(0x2000)}\r\n`;
        const more = (): void => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on('drain', more);
        more();
      },
    });
    // Longer than the test may take: it is the bound that ends this, not the deadline.
    const hour: SendLimits = { timeoutMs: 3_600_000, connectTimeoutMs: 5_000 };
    const outcome = await stage.sender().send(requestTo(receiver.origin), hour);
    assert.deepEqual([outcome.error, outcome.httpStatus, outcome.responseTruncated], [null, 200, true]);
    assert.equal(outcome.responseBody.length, limits.attemptBodyBytes);
    await receiver.closed(1);
  });

  promise('announcements (103) before the answer are passed over', async (stage) => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(3);
    assert.equal((await stage.answer(Buffer.concat([Buffer.from(early), response(200)]))).httpStatus, 200);
    const alone = await stage.answer(early, hasty);
    assert.deepEqual([alone.httpStatus, alone.error], [null, 'timeout']);
  });
}

function brokenReceivers(promise: Declare): void {
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

function deadlines(promise: Declare): void {
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

function connections(promise: Declare): void {
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

function certificates(promise: Declare): void {
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

function addresses(promise: Declare): void {
  promise('a URL that may not be sent to is blocked_address, and nothing is connected', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    const sender = stage.sender({ policy: strict });
    const hosts = [
      '127.0.0.1',
      '2130706433',
      '[::ffff:127.0.0.1]',
      '[::1]',
      '0.0.0.0',
      'localhost',
      'a.localhost.',
      'u:p@example.com',
    ];
    for (const host of hosts) {
      failed(await sender.send(requestTo(`https://${host}:${receiver.port}/`), patient), 'blocked_address');
    }
    failed(await sender.send(requestTo('http://example.com/'), patient), 'blocked_address');
    failed(await sender.send(requestTo('no url'), patient), 'blocked_address');
    assert.equal(receiver.connections(), 0);
  });

  promise(
    'a name that resolves to a private address is blocked_address, and nothing is connected',
    async (stage) => {
      const receiver = await stage.receiver({ certificate: 'receiver' });
      for (const ip of [
        '127.0.0.1',
        '::ffff:127.0.0.1',
        '::1',
        '10.0.0.1',
        '169.254.169.254',
        '168.63.129.16',
        'nonsense',
      ]) {
        const sender = stage.sender({ policy: strict, names: async () => [ip] });
        const outcome = await sender.send(requestTo(`https://receiver.test:${receiver.port}/`), patient);
        failed(outcome, 'blocked_address');
        assert.ok(!outcome.detail.includes(ip), 'the internal address is not shown');
      }
      assert.equal(receiver.connections(), 0);
    },
  );

  promise('one private address among several blocks the name', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    for (const answer of [
      ['127.0.0.1', '10.0.0.1'],
      ['10.0.0.1', '127.0.0.1'],
      ['127.0.0.1', 'fd00::1'],
    ]) {
      const sender = stage.sender({ policy: allowing('127.0.0.0/8'), names: async () => answer });
      failed(
        await sender.send(requestTo(`https://receiver.test:${receiver.port}/`), patient),
        'blocked_address',
      );
    }
    assert.equal(receiver.connections(), 0);
  });

  promise('a name is looked up once per connection, and a later private answer is blocked', async (stage) => {
    const receiver = await stage.receiver({
      certificate: 'receiver',
      script: (_request, socket) =>
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
    });
    const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']];
    const asked: string[] = [];
    const sender = stage.sender({
      policy: allowing('127.0.0.1'),
      names: async (hostname) => {
        asked.push(hostname);
        return answers[asked.length - 1] ?? [];
      },
    });
    const url = `https://receiver.test:${receiver.port}/`;
    const errors: (AttemptError | null)[] = [];
    for (let n = 0; n < 3; n += 1) errors.push((await sender.send(requestTo(url), patient)).error);
    assert.deepEqual(errors, [null, 'blocked_address', null]);
    assert.deepEqual([asked.length, receiver.connections()], [3, 2]);
  });

  promise('a look-up that fails is a failure, not a way around the check', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    let asked = 0;
    const sender = stage.sender({
      policy: strict,
      names: async () => {
        asked += 1;
        if (asked === 1) throw new Error('SERVFAIL');
        return asked === 2 ? [] : ['127.0.0.1'];
      },
    });
    const url = `https://receiver.test:${receiver.port}/`;
    const errors: (AttemptError | null)[] = [];
    for (let n = 0; n < 3; n += 1) errors.push((await sender.send(requestTo(url), patient)).error);
    assert.deepEqual(errors.slice(1), ['dns', 'blocked_address']);
    assert.notEqual(errors[0], null);
    assert.equal(receiver.connections(), 0);
  });

  promise('a network that an operator allows does not allow http to it', async (stage) => {
    const receiver = await stage.receiver();
    const sender = stage.sender({ policy: allowing('127.0.0.0/8') });
    failed(await sender.send(requestTo(receiver.origin), patient), 'blocked_address');
    assert.equal(receiver.connections(), 0);
  });
}
