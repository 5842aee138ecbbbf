import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { tunnelBytes } from '../../core/limits/front.ts';
import type { PlainAnswer, PlainRequest } from '../../core/plain-request.ts';
import { type Front, type FrontParts, openFront } from './front.ts';

const host = '127.0.0.1';
const bounds = { host, port: 0, maxBodyBytes: 64 * 1024, plainBodyMs: 60_000, keepAliveMs: 72_000 };
/** What hangs has failed. */
const within = { timeout: 20_000 };
const failed = (error: Error): void => assert.fail(error);

/** A request to publish; the body is what tells them apart. */
const plain = (body: string, ...more: string[]): string =>
  ['POST /v1/events HTTP/1.1', 'Host: a', 'Authorization: Bearer k', ...more]
    .concat(`Content-Length: ${Buffer.byteLength(body)}`, '', body)
    .join('\r\n');
const echo = async ({ text }: PlainRequest): Promise<PlainAnswer> => ({ status: 202, head: '', body: text });

/** A caller that keeps what it hears. */
class Caller {
  readonly socket: Socket;
  text = '';
  #heard = (): void => {};

  constructor(port: number, options: { allowHalfOpen?: boolean } = {}) {
    this.socket = connect({ port, host, noDelay: true, ...options });
    this.socket.on('data', (chunk) => {
      this.text += chunk.toString();
      this.#heard();
    });
    this.socket.on('error', () => {});
    for (const event of ['end', 'close']) this.socket.on(event, () => this.#heard());
  }

  /** All that was heard so far once it holds this, in vain when nothing more can come. */
  async hears(wanted: RegExp): Promise<string> {
    while (!wanted.test(this.text)) {
      assert.ok(!this.socket.readableEnded && !this.socket.destroyed, `over before ${wanted}: ${this.text}`);
      await this.#next();
    }
    return this.text;
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = resolve;
    });
  }

  /** All that was heard once the other side has ended. */
  async over(): Promise<string> {
    while (!this.socket.closed && !this.socket.readableEnded) await this.#next();
    return this.text;
  }
}

const bodiesOf = (text: string): string[] =>
  text
    .split(/HTTP\/1\.1 /)
    .slice(1)
    .map((one) => one.slice(one.indexOf('\r\n\r\n') + 4));

/** Answers when the thread has read all that was sent to it until now: it reads in the order in which bytes arrive. */
async function settle(port: number): Promise<void> {
  for (const _ of [1, 2]) {
    const caller = new Caller(port);
    caller.socket.write(plain('settled'));
    await caller.hears(/settled/);
    caller.socket.destroy();
  }
}

describe('the front of an HTTP server', within, () => {
  let front: Front;
  let port: number;
  let server: Server;
  let answer: FrontParts['answer'];
  let listener: RequestListener;
  /** Bodies of what was asked here as plain, and of what the server read. */
  let asked: PlainRequest[] = [];
  let served: string[] = [];
  let passedOn = 0;

  const echoing: RequestListener = (request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      served.push(text);
      response.end(text);
    });
  };
  function anew(): void {
    [answer, listener, asked, served, passedOn] = [echo, echoing, [], [], 0];
  }
  const texts = (): string[] => asked.map(({ text }) => text).filter((text) => text !== 'settled');

  before(async () => {
    server = createServer((request, response) => listener(request, response));
    server.on('connection', () => {
      passedOn += 1;
    });
    front = await openFront({
      ...bounds,
      server,
      failed,
      answer(request) {
        asked.push(request);
        return request.text === 'settled' ? echo(request) : answer(request);
      },
    });
    port = front.port;
  });
  after(async () => {
    server.close();
    front.cut();
    await front.close();
  });

  test('asks a plain request with all that decides, and writes the answer that it gets', async () => {
    anew();
    answer = async () => ({ status: 409, head: 'x-a: b\r\nrequest-id: 1\r\n', body: '{"é":1}' });
    const caller = new Caller(port);
    caller.socket.write(plain('{"é":2}', 'Idempotency-Key: k', 'X-Other: o'));
    const [head, body] = (await caller.hears(/\}/)).split('\r\n\r\n');
    caller.socket.destroy();
    assert.equal(body, '{"é":1}');
    const [status, a, id, date = '', ...connection] = head!.split('\r\n');
    assert.deepEqual([status, a, id], ['HTTP/1.1 409 Conflict', 'x-a: b', 'request-id: 1']);
    assert.deepEqual(connection, ['Connection: keep-alive', 'Keep-Alive: timeout=72', 'Content-Length: 8']);
    assert.ok(Math.abs(Date.parse(date.slice('Date: '.length)) - Date.now()) < 5000, date);
    const headers = { authorization: 'Bearer k', 'idempotency-key': 'k' };
    assert.deepEqual(asked, [{ headers, text: '{"é":2}', remoteAddress: host }]);
    assert.equal(passedOn, 0);
  });

  test('answers plain requests in their order, one after another or sent ahead', async () => {
    anew();
    const caller = new Caller(port);
    for (const body of ['1', '2']) {
      caller.socket.write(plain(body));
      await caller.hears(new RegExp(`\\r\\n\\r\\n${body}`));
    }
    const ahead = Array.from({ length: 200 }, (_, at) => `ahead ${at}`);
    caller.socket.write(ahead.map((body) => plain(body)).join(''));
    await caller.hears(/ahead 199/);
    caller.socket.destroy();
    assert.deepEqual(bodiesOf(caller.text), ['1', '2', ...ahead]);
    assert.deepEqual(texts(), ['1', '2', ...ahead]);
    assert.equal(passedOn, 0);
  });

  test('reads a request the same wherever it is cut in two', async () => {
    anew();
    const request = Buffer.from(plain('{"type":"é😀"}'));
    const headBytes = request.indexOf('\r\n\r\n') + 4;
    for (let at = 1; at < request.length; at += 1) {
      const caller = new Caller(port);
      caller.socket.write(request.subarray(0, at));
      await settle(port);
      caller.socket.write(request.subarray(at));
      assert.deepEqual(bodiesOf(await caller.hears(/\}/)), ['{"type":"é😀"}'], `cut at ${at}`);
      caller.socket.destroy();
    }
    assert.deepEqual(new Set([...texts(), ...served]), new Set(['{"type":"é😀"}']));
    // A body that comes later is waited for, a head that does is not.
    assert.deepEqual([served.length, texts().length], [headBytes - 1, request.length - headBytes]);
  });

  test('answers a caller that has ended its side, also what it had sent ahead', async () => {
    for (const bodies of [['1'], ['1', '2', '3']]) {
      anew();
      let go = (): void => {};
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      answer = (request) => gate.then(() => echo(request));
      const caller = new Caller(port, { allowHalfOpen: true });
      caller.socket.end(bodies.map((body) => plain(body)).join(''));
      await settle(port);
      go();
      const text = await caller.over();
      assert.deepEqual(bodiesOf(text), bodies);
      assert.equal(text.match(/Connection: close/g)?.length, 1);
      assert.equal(passedOn, 0);
    }
  });

  test('passes on what a caller that has ended never finished', async () => {
    anew();
    const caller = new Caller(port, { allowHalfOpen: true });
    caller.socket.end(plain('half').slice(0, -1));
    await caller.over();
    assert.deepEqual([texts(), passedOn], [[], 1]);
    caller.socket.destroy();
  });

  test('passes on what is not plain with where it comes from, and answers in order', async () => {
    anew();
    const from: (string | undefined)[] = [];
    listener = (request, response) => {
      from.push(request.socket.remoteAddress);
      echoing(request, response);
    };
    const caller = new Caller(port);
    caller.socket.write(plain('plain') + plain('other', 'Cookie: a=b'));
    await caller.hears(/other/);
    // Once passed on, it stays with the server.
    caller.socket.write(plain('later'));
    await caller.hears(/later/);
    caller.socket.destroy();
    assert.deepEqual(caller.text.match(/plain|other|later/g), ['plain', 'other', 'later']);
    assert.deepEqual([texts(), served, from], [['plain'], ['other', 'later'], [host, host]]);
    assert.equal(passedOn, 1);
  });

  test('lets events through one by one, and tells of a caller that has left', async () => {
    anew();
    let left: Promise<unknown> = Promise.resolve();
    let say = (_text: string): void => {};
    listener = (_request, response) => {
      left = once(response, 'close');
      say = (text) => void response.write(text);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    };
    for (const leave of ['destroy', 'resetAndDestroy'] as const) {
      const caller = new Caller(port);
      caller.socket.write('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
      await caller.hears(/\r\n\r\n/);
      for (const event of ['one', 'two', 'three']) {
        say(`data: ${event}\n\n`);
        await caller.hears(new RegExp(event));
      }
      caller.socket[leave]();
      await left;
    }
  });

  test('shows a caller that still sends the answer that was given early', async () => {
    anew();
    let bytes = 0;
    listener = (request, response) => {
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      request.once('data', () => response.writeHead(413).end('too large'));
    };
    const caller = new Caller(port);
    const half = Buffer.alloc(4 * 1024 * 1024);
    caller.socket.write(`POST /v1/large HTTP/1.1\r\nHost: a\r\nContent-Length: ${2 * half.length}\r\n\r\n`);
    caller.socket.write(half);
    assert.match(await caller.hears(/too large/), /^HTTP\/1\.1 413 /);
    listener = echoing;
    caller.socket.write(half);
    caller.socket.write(plain('next'));
    await caller.hears(/next/);
    assert.equal(bytes, 2 * half.length);
    caller.socket.destroy();
  });

  test('ends a connection for good with the answer that says so, also for a caller that keeps its side open', async () => {
    anew();
    const served = once(server, 'connection') as Promise<[Duplex]>;
    const caller = new Caller(port, { allowHalfOpen: true });
    caller.socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(await caller.over(), /200 OK/);
    const [tunnel] = await served;
    if (!tunnel.closed) await once(tunnel, 'close');
    caller.socket.destroy();
  });

  test('does not listen where something else does', async () => {
    await assert.rejects(openFront({ ...bounds, port, server: createServer(), answer: echo, failed }), {
      code: 'EADDRINUSE',
    });
  });
});

describe('the bounds of a front', within, () => {
  test('who is slow with a head is sent away by the server', async (t) => {
    const server = createServer({ headersTimeout: 40, connectionsCheckingInterval: 20 });
    const front = await openFront({ ...bounds, server, answer: echo, failed });
    t.after(() => {
      server.close();
      front.cut();
      return front.close();
    });
    const caller = new Caller(front.port);
    caller.socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    assert.match(await caller.over(), /^HTTP\/1\.1 408 /);
  });

  test('a body that does not come, or comes by drops, is passed on with all that came', async (t) => {
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      response.end(text);
    });
    const front = await openFront({ ...bounds, plainBodyMs: 30, server, answer: echo, failed });
    t.after(() => {
      server.close();
      front.cut();
      return front.close();
    });
    const body = 'x'.repeat(60_000);
    const request = plain(body);
    for (const drops of [false, true]) {
      let isPassedOn = false;
      const passed = once(server, 'connection').then(() => {
        isPassedOn = true;
      });
      const caller = new Caller(front.port);
      let at = request.length - body.length + 10;
      caller.socket.write(request.slice(0, at));
      while (drops && !isPassedOn) {
        caller.socket.write(request.slice(at, at + 1));
        at += 1;
        await settle(front.port);
      }
      await passed;
      assert.ok(at < request.length);
      caller.socket.write(request.slice(at));
      await caller.hears(/x{60000}/);
      assert.deepEqual(bodiesOf(caller.text), [body]);
      caller.socket.destroy();
    }
  });

  test('who asks nothing for long is let go, and who does not read an answer gets no other', async (t) => {
    const asked: string[] = [];
    const server = createServer();
    let passedOn = 0;
    server.on('connection', () => {
      passedOn += 1;
    });
    const answer: FrontParts['answer'] = async ({ text }) => {
      asked.push(text);
      return { status: 202, head: '', body: text === 'quick' ? '' : 'x'.repeat(16 * 1024 * 1024) };
    };
    const front = await openFront({ ...bounds, keepAliveMs: 40, server, answer, failed });
    t.after(() => {
      server.close();
      front.cut();
      return front.close();
    });
    const deaf = new Caller(front.port);
    deaf.socket.pause();
    deaf.socket.write(plain('large') + plain('ahead'));
    // One after the other: what was there before is let go before.
    for (const _ of [1, 2, 3]) {
      const quick = new Caller(front.port);
      quick.socket.write(plain('quick'));
      assert.match(await quick.over(), /Keep-Alive: timeout=0.04/);
    }
    deaf.socket.resume();
    await deaf.over();
    assert.ok(deaf.text.length < 16 * 1024 * 1024, 'it was not let go');
    assert.deepEqual([asked.filter((text) => text !== 'quick'), passedOn], [['large'], 0]);
  });
});

describe('a connection that is passed on', within, () => {
  let front: Front;
  let open: () => Promise<{ socket: Socket; tunnel: Duplex & { remoteAddress?: string } }>;

  before(async () => {
    // Only its connections are looked at.
    const server = createServer();
    server.removeAllListeners('connection');
    front = await openFront({ ...bounds, server, answer: echo, failed });
    open = async () => {
      const opened = once(server, 'connection') as Promise<[Duplex]>;
      const socket = connect({ port: front.port, host, noDelay: true, allowHalfOpen: true });
      socket.on('error', () => {});
      socket.write('?');
      const [tunnel] = await opened;
      const [first] = (await once(tunnel, 'data')) as [Buffer];
      assert.equal(first.toString(), '?');
      return { socket, tunnel };
    };
  });
  after(async () => {
    front.cut();
    await front.close();
  });

  const total = 24 * 1024 * 1024;
  const source = randomBytes(2 * tunnelBytes);
  const piece = source.subarray(0, 64 * 1024 + 1);

  /** Writes much as fast as it is taken, in pieces of these sizes in turn, no two the same. `written`: bytes so far. */
  function pour(
    into: Duplex,
    bytes = total,
    sizes = [piece.length],
  ): { written: () => number; done: Promise<string> } {
    let written = 0;
    const hash = createHash('sha256');
    async function run(): Promise<string> {
      for (let at = 0; written < bytes; at += 1) {
        const from = at % tunnelBytes;
        const next = source.subarray(from, from + sizes[at % sizes.length]!);
        hash.update(next);
        written += next.length;
        if (!into.write(next)) await once(into, 'drain');
      }
      into.end();
      return hash.digest('hex');
    }
    return { written: () => written, done: run() };
  }

  async function hashOf(from: Duplex): Promise<string> {
    const hash = createHash('sha256');
    // Not over with its readable side: the other one may still have much to say.
    for await (const chunk of from.iterator({ destroyOnReturn: false })) hash.update(chunk);
    return hash.digest('hex');
  }

  /** Until nothing more is taken: not while so many others came and went. */
  async function stalled(written: () => number): Promise<void> {
    for (let before = -1; before !== written(); ) {
      before = written();
      for (let round = 0; round < 10; round += 1) await settle(front.port);
    }
  }

  test('brings every byte in both directions, and says where it comes from', async () => {
    const { socket, tunnel } = await open();
    assert.equal(tunnel.remoteAddress, host);
    const [there, back] = [pour(socket), pour(tunnel)];
    const heard = await Promise.all([hashOf(tunnel), hashOf(socket)]);
    assert.deepEqual(heard, [await there.done, await back.done]);
    await Promise.all([socket, tunnel].map((one) => one.closed || once(one, 'close')));
  });

  test('brings every byte in its order, whatever the size of the pieces', async () => {
    const half = tunnelBytes / 2;
    const manySmall = Array.from({ length: 101 }, (_, at) => 1 + ((at * 37) % 300));
    const aroundTheBound = [half - 1, half, half + 1, tunnelBytes - 1, tunnelBytes, 1, half, half];
    for (const sizes of [manySmall, aroundTheBound]) {
      const { socket, tunnel } = await open();
      const [there, back] = [pour(socket, 5 * tunnelBytes, sizes), pour(tunnel, 5 * tunnelBytes, sizes)];
      const heard = await Promise.all([hashOf(tunnel), hashOf(socket)]);
      assert.deepEqual(heard, [await there.done, await back.done]);
    }
  });

  test('takes no more from a caller than is read, nor from the server than the caller reads', async () => {
    for (const direction of ['there', 'back']) {
      const { socket, tunnel } = await open();
      const [from, to] = direction === 'there' ? [socket, tunnel] : [tunnel, socket];
      to.pause();
      const { written, done } = pour(from);
      await stalled(written);
      // The system's own memory for a connection, and what may be on its way.
      assert.ok(written() < total / 2, `${direction}: ${written()} bytes went somewhere`);
      assert.ok(tunnel.readableLength <= tunnelBytes + 64 * 1024, `${tunnel.readableLength} bytes wait`);
      assert.equal(await hashOf(to), await done);
      to.end();
      socket.destroy();
    }
  });

  test('is closed on the one side when it breaks on the other, whatever was still to go', async () => {
    const first = await open();
    first.tunnel.write(piece);
    first.socket.resetAndDestroy();
    await once(first.tunnel, 'close');
    const second = await open();
    second.tunnel.destroy();
    second.socket.resume();
    await once(second.socket, 'end');
    const third = await open();
    third.socket.pause();
    third.tunnel.on('error', () => {});
    pour(third.tunnel).done.catch(() => {});
    await settle(front.port);
    third.socket.resetAndDestroy();
    await once(third.tunnel, 'close');
  });

  test('may end on one side and go on on the other', async () => {
    const { socket, tunnel } = await open();
    socket.end('last');
    assert.deepEqual(((await once(tunnel, 'data')) as [Buffer])[0].toString(), 'last');
    await once(tunnel, 'end');
    tunnel.end('answer');
    const chunks = await socket.toArray();
    assert.equal(Buffer.concat(chunks).toString(), 'answer');
    if (!tunnel.closed) await once(tunnel, 'close');
  });
});

describe('a front that closes', within, () => {
  interface World {
    front: Front;
    server: Server;
    asked: string[];
    /** Lets the answers go that are awaited. */
    go(): void;
  }
  async function world(): Promise<World> {
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const asked: string[] = [];
    const server = createServer((request, response) => {
      request.resume().on('end', () => void gate.then(() => response.end('served')));
    });
    const answer: FrontParts['answer'] = async (request) => {
      if (request.text === 'settled') return echo(request);
      asked.push(request.text);
      await gate;
      return request.text === 'large'
        ? { status: 202, head: '', body: 'x'.repeat(16 * 1024 * 1024) }
        : echo(request);
    };
    const front = await openFront({ ...bounds, server, answer, failed });
    return { front, server, asked, go };
  }

  test('lets go who asks nothing, answers what is under way as the last, and is over with that', async () => {
    const { front, server, go, asked } = await world();
    const idle = new Caller(front.port);
    const used = new Caller(front.port);
    used.socket.write(plain('settled'));
    await used.hears(/settled/);
    const waiting = new Caller(front.port);
    waiting.socket.write(plain('waiting') + plain('sent ahead'));
    const half = new Caller(front.port);
    half.socket.write(plain('half').slice(0, -1));
    const other = new Caller(front.port);
    other.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(server, 'request');
    await settle(front.port);
    const closed = front.close();
    server.close();
    await Promise.all([idle.over(), used.over()]);
    await assert.rejects(once(connect(front.port, host), 'connect'), { code: 'ECONNREFUSED' });
    half.socket.write('f');
    go();
    assert.match(await waiting.over(), /Connection: close\r\n[\s\S]*\r\n\r\nwaiting$/);
    assert.deepEqual(asked, ['waiting']);
    assert.match(await half.hears(/served/), /^HTTP\/1\.1 200 OK/);
    await other.hears(/served/);
    server.closeIdleConnections();
    await closed;
  });

  test('is not over before a body that was on its way is answered, be it the only one', async () => {
    const { front, server, go } = await world();
    go();
    const half = new Caller(front.port);
    half.socket.write(plain('half').slice(0, -1));
    await settle(front.port);
    const passed = once(server, 'connection');
    const closed = front.close();
    await passed;
    half.socket.write('f');
    await half.hears(/served/);
    server.close();
    await closed;
  });

  test('asks nothing that comes after the last answer', async () => {
    const { front, go, asked } = await world();
    const caller = new Caller(front.port);
    caller.socket.pause();
    caller.socket.write(plain('large'));
    await settle(front.port);
    const closed = front.close();
    go();
    await once(caller.socket, 'readable');
    caller.socket.write(plain('too late'));
    caller.socket.resume();
    await caller.over();
    await closed;
    assert.deepEqual(asked, ['large']);
  });

  test('cuts whoever is left when told to', async () => {
    const { front, server } = await world();
    const callers = [plain('waiting'), plain('half').slice(0, -1), 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'].map(
      (text) => {
        const caller = new Caller(front.port);
        caller.socket.write(text);
        return caller;
      },
    );
    await once(server, 'request');
    await settle(front.port);
    const closed = front.close();
    front.cut();
    await closed;
    for (const caller of callers) assert.equal(await caller.over(), '');
    server.close();
  });
});
