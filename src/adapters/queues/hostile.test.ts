import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import type { Outcome } from '../../core/attempt.ts';
import { unconfirmedBytes } from '../../core/limits/queues.ts';
import { queued } from '../../ports/destination.case.ts';
import { createInboxes } from './inboxes.ts';
import { createQueueSender } from './sender.ts';

const policy = { dev: true, allowNetworks: [] };
const guard = { addressesOf: async () => ['127.0.0.1'] };
const soon = { timeoutMs: 300, connectTimeoutMs: 300 };

/** A broker that does what `act` does with each connection. */
async function broker(act: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.resume().on('error', () => {}));
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const sender = createQueueSender({ policy, guard });
  after(async () => {
    await sender.close();
    server.close();
  });
  return {
    port,
    put: (scheme: string, rest: string, limits = soon): Promise<Outcome> =>
      sender.send(queued(`${scheme}://127.0.0.1:${port}${rest}`, `evt_${scheme}`), limits),
    /** Resolves once no connection is left, on either side. */
    async left(): Promise<void> {
      assert.ok(sockets.length > 0);
      for (const socket of sockets)
        if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    },
  };
}

const postgresReady = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/** AMQP's methods: start, tune without heartbeats, and that what was asked for is open. */
function speakAmqp(socket: Socket): void {
  const frame = (channel: number, ...bytes: number[]): Buffer => {
    const head = Buffer.from([1, 0, channel, 0, 0, 0, bytes.length]);
    return Buffer.concat([head, Buffer.from([...bytes, 0xce])]);
  };
  const text = (words: string): number[] => [0, 0, 0, words.length, ...Buffer.from(words)];
  const answers = new Map([
    ['10.11', frame(0, 0, 10, 0, 30, 0, 0, 0, 0, 16, 0, 0, 0)],
    ['10.40', frame(0, 0, 10, 0, 41, 0)],
    ['20.10', frame(1, 0, 20, 0, 11, 0, 0, 0, 0)],
    ['85.10', frame(1, 0, 85, 0, 11)],
  ]);
  socket.once('data', () =>
    socket.write(frame(0, 0, 10, 0, 10, 0, 9, 0, 0, 0, 0, ...text('PLAIN'), ...text('en_US'))),
  );
  socket.on('data', (bytes: Buffer) => {
    for (let at = 0; at + 11 <= bytes.length && bytes[at] !== 0x41; at += bytes.readUInt32BE(at + 3) + 8) {
      const answer = answers.get(`${bytes.readUInt16BE(at + 7)}.${bytes.readUInt16BE(at + 9)}`);
      if (answer !== undefined) socket.write(answer);
    }
  });
}

describe('a broker that means ill', () => {
  for (const [scheme, rest] of Object.entries({
    nats: '?subject=s',
    redis: '?stream=s',
    amqp: '?exchange=s',
    kafka: '?topic=s',
    postgres: '/d?table=s',
  }))
    test(`${scheme}: who accepts connections and says nothing keeps none of them`, async () => {
      const { put, left } = await broker(() => {});
      for (let n = 0; n < 3; n += 1) {
        const { error } = await put(scheme, rest);
        assert.ok(['timeout', 'rejected', 'connection_reset'].includes(error!), String(error));
      }
      await left();
    });

  for (const [scheme, rest, first] of [
    ['nats', '?subject=s', 'INFO {"a":"'],
    ['amqp', '?exchange=s', '\x01\0\0\0\0\x0f\xff'],
  ] as const)
    test(`${scheme}: who says something now and then, and never all of it, keeps no connection`, async () => {
      const { put, left } = await broker((socket) => {
        socket.write(first, 'latin1');
        const more = setInterval(() => socket.write('x'), 20);
        socket.once('close', () => clearInterval(more));
      });
      assert.equal((await put(scheme, rest)).error, 'timeout');
      await left();
    });

  for (const [scheme, rest, speak] of [
    ['postgres', '/d?table=s', (socket: Socket) => socket.once('data', () => socket.write(postgresReady))],
    ['amqp', '?exchange=s', speakAmqp],
  ] as const)
    test(`${scheme}: who lets in and confirms nothing, nor that it closes, keeps no connection`, async () => {
      const { put, left } = await broker(speak);
      assert.equal((await put(scheme, rest)).error, 'timeout');
      await left();
    });

  test('who sends without end is cut off long before the time is over', async () => {
    const bytes = Buffer.alloc(256 * 1024, 'a');
    let sent = 0;
    const { put, left } = await broker((socket) => {
      const more = (): void => {
        while (!socket.destroyed && sent < 64 * unconfirmedBytes && socket.write(bytes)) sent += bytes.length;
      };
      socket.write('+');
      socket.on('drain', more);
      more();
    });
    const { error } = await put('redis', '?stream=s', { timeoutMs: 60_000, connectTimeoutMs: 60_000 });
    assert.notEqual(error, 'timeout');
    assert.ok(sent < 64 * unconfirmedBytes, `${sent} bytes`);
    await left();
  });

  test('words that the database library does not know end the connection, not the process', async () => {
    const { put, left } = await broker((socket) => socket.write(Buffer.from([0x52, 0, 0, 0, 8, 9, 9, 9, 9])));
    const { error, detail } = await put('postgres', '/d?table=s');
    assert.equal(error, 'rejected', detail);
    await left();
  });

  test('what nobody asked Redis for ends the connection, not the process', async () => {
    const { port, left } = await broker((socket) =>
      socket.on('data', (bytes) => {
        for (const asked of String(bytes).split(/^\*\d/m).slice(1))
          socket.write(/xreadgroup/i.test(asked) ? '*-1\r\n$-1\r\n$-1\r\n' : '+OK\r\n');
      }),
    );
    const inboxes = createInboxes({ policy, guard, timeoutMs: 10_000 });
    const inbox = await inboxes.open(`redis://127.0.0.1:${port}/?stream=s`, null);
    await assert.rejects(async () => {
      while ((await inbox.take(1, 10)).length === 0);
    });
    await inbox.close();
    await left();
  });

  test('what a broker says is not written into the log by a library', async (context) => {
    const write = process.stdout.write.bind(process.stdout);
    let words = '';
    // The runner hears of the test by the same way.
    context.mock.method(process.stdout, 'write', (text: string | Uint8Array) => {
      words += String(text);
      return write(text);
    });
    const { put, left } = await broker((socket) => {
      socket.write(
        'INFO {"server_id":"A","version":"2.10.0","proto":1,"headers":true,"max_payload":99999}\r\n',
      );
      socket.once('data', () => socket.write('\x1b[2J{"level":60}\r\n'));
    });
    await put('nats', '?subject=s');
    await left();
    context.mock.restoreAll();
    assert.doesNotMatch(words, /"level":60|reader closed/);
  });
});
