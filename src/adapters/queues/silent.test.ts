import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { queued } from '../../ports/destination.case.ts';
import { createQueueSender } from './sender.ts';

const policy = { dev: true, allowNetworks: [] };
const guard = { addressesOf: async () => ['127.0.0.1'] };

for (const [scheme, rest] of Object.entries({
  nats: '?subject=s',
  redis: '?stream=s',
  amqp: '?exchange=s',
  kafka: '?topic=s',
  postgres: '/d?table=s',
}))
  test(`${scheme}: who accepts connections and says nothing keeps none of them`, async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.resume().on('error', () => {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const sender = createQueueSender({ policy, guard });
    for (let n = 0; n < 3; n += 1) {
      const request = queued(`${scheme}://127.0.0.1:${port}${rest}`, `evt_${n}`);
      const { error } = await sender.send(request, { timeoutMs: 300, connectTimeoutMs: 300 });
      assert.ok(['timeout', 'rejected', 'connection_reset'].includes(error!), String(error));
    }
    for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
    assert.ok(sockets.length > 0);
    await sender.close();
    server.close();
  });
