import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { queued } from '../../ports/destination.case.ts';
import { createQueueSender } from './sender.ts';

test('what the environment holds for the own database is not told to a database that an endpoint names', async () => {
  let told = '';
  const server = createServer((socket) => {
    // Whatever comes first is answered with the wish for a password in clear text.
    socket.once('data', () => socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])));
    socket.on('data', (bytes) => {
      told += bytes.toString('latin1');
      if (bytes[0] === 0x70) socket.destroy();
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const own = { PGPASSWORD: 'own-secret', PGUSER: 'own-user', PGOPTIONS: '-c own.option=1' };
  Object.assign(process.env, own);
  const policy = { dev: true, allowNetworks: [] };
  const sender = createQueueSender({ policy, guard: { addressesOf: async () => ['127.0.0.1'] } });
  try {
    await sender.send(queued(`postgres://127.0.0.1:${port}/shop?table=events`, 'evt_1'), {
      timeoutMs: 5000,
      connectTimeoutMs: 5000,
    });
  } finally {
    for (const name of Object.keys(own)) delete process.env[name];
    await sender.close();
    await new Promise((resolve) => server.close(resolve));
  }
  assert.match(told, /shop/);
  assert.doesNotMatch(told, /own/);
});
