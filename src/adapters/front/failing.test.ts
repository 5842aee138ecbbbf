import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type Front, openFront } from './front.ts';

const host = '127.0.0.1';
const bounds = { host, port: 0, maxBodyBytes: 1024, plainBodyMs: 60_000, keepAliveMs: 72_000 };
const answer = async () => ({ status: 202, head: '', body: '' });

interface World {
  front: Front;
  server: Server;
  /** Has the thread fail, and answers what is told of it. */
  fail(): Promise<Error>;
  /** The same of a thread that ends without an error. */
  leave(): Promise<Error>;
}

async function world(t: TestContext): Promise<World> {
  const opened = once(process, 'worker') as Promise<[Worker]>;
  const server = createServer();
  server.removeAllListeners('connection');
  let failed: (error: Error) => void;
  const told = new Promise<Error>((resolve) => {
    failed = resolve;
  });
  const front = await openFront({ ...bounds, server, answer, failed: (error) => failed(error) });
  const [worker] = await opened;
  t.after(() => worker.terminate());
  return {
    front,
    server,
    fail() {
      // Nothing that it could read.
      worker.postMessage(null);
      return told;
    },
    leave() {
      void worker.terminate();
      return told;
    },
  };
}

/** A connection that was passed on. */
async function pass({ front, server }: World): Promise<{ socket: Socket; tunnel: Duplex }> {
  const passed = once(server, 'connection') as Promise<[Duplex]>;
  const socket = connect(front.port, host);
  socket.on('error', () => {}).resume();
  socket.write('?');
  const [tunnel] = await passed;
  return { socket, tunnel };
}

describe('a front whose thread fails', { timeout: 20_000 }, () => {
  test('tells of an end that nobody asked for, but not of the one that it was told to', async (t) => {
    const one = await world(t);
    assert.match((await one.leave()).message, /ended by itself/);
    await one.front.close();
    const other = await world(t);
    await other.front.close();
    assert.equal(await Promise.race([other.leave(), Promise.resolve('nothing told')]), 'nothing told');
  });

  test('tells of it, has let go of everybody who was passed on, and is over', async (t) => {
    const one = await world(t);
    const { tunnel } = await pass(one);
    assert.ok((await one.fail()) instanceof TypeError);
    if (!tunnel.closed) await once(tunnel, 'close');
    await one.front.close();
    await assert.rejects(once(connect(one.front.port, host), 'connect'), { code: 'ECONNREFUSED' });
  });

  test('has nothing more to do with a connection that is over', async (t) => {
    const one = await world(t);
    const { socket, tunnel } = await pass(one);
    socket.resetAndDestroy();
    await once(tunnel, 'close');
    const destroy = t.mock.method(tunnel, 'destroy');
    await one.fail();
    assert.equal(destroy.mock.callCount(), 0);
  });

  test('does not open when it fails before it listens, and tells of that only', async (t) => {
    const failed = t.mock.fn();
    const opening = openFront({ ...bounds, port: 70_000, server: createServer(), answer, failed });
    await assert.rejects(opening, { code: 'ERR_SOCKET_BAD_PORT' });
    assert.equal(failed.mock.callCount(), 0);
  });

  test('fails when its socket does after it listened', async (t) => {
    const program = `
      const { Server } = require('node:net');
      const { listen } = Server.prototype;
      Server.prototype.listen = function (...args) {
        return listen.apply(this, args).once('listening', () => this.emit('error', new Error('the socket failed')));
      };
      import('${new URL('./worker.ts', import.meta.url).href}');`;
    const worker = new Worker(program, { eval: true, workerData: bounds });
    t.after(() => worker.terminate());
    const [error] = (await once(worker, 'error')) as [Error];
    assert.equal(error.message, 'the socket failed');
  });
});
