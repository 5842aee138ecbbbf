import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createServer } from 'node:tls';
import { freePort, missingProgram, Program } from '../../../test/support/brokers/broker.ts';
import { certificate, secureContract } from '../../../test/support/brokers/secure.ts';
import { secureTable } from '../../../test/support/brokers/table.ts';
import { testAuthority } from '../../../test/support/receiver.ts';
import { queued } from '../../ports/destination.case.ts';
import { createQueueSender } from './sender.ts';

// Brokers that start at once; the others are in `test/queues/secure.test.ts`.
const [cert, key, authority] = ['receiver', 'receiver.key', 'authority'].map(certificate) as [
  string,
  string,
  string,
];

async function running(program: string, argsOf: (port: number) => string[]) {
  const port = await freePort();
  const server = new Program(program, argsOf(port), port);
  await server.start();
  return { port, close: () => server.kill() };
}

secureContract({
  name: 'Redis',
  skip: missingProgram('redis-server', 'apt-get install redis-server'),
  url: (host) => `rediss://${host}/?stream=s`,
  missing: null,
  start: (folder) =>
    running('redis-server', (port) => [
      ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', '--save', ''],
      ...['--dir', folder, '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', authority],
    ]),
});

secureContract({
  name: 'NATS',
  skip: missingProgram('nats-server', 'apt-get install nats-server'),
  url: (host) => `tls://${host}?subject=nowhere`,
  missing: /no stream takes/,
  start: (folder) =>
    running('nats-server', (port) => [
      ...['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)],
      ...['--tls', '--tlscert', cert, '--tlskey', key],
    ]),
});

secureContract(secureTable);

test('each says which host it wants to, for those who stand behind one address', async () => {
  const asked: (string | false)[] = [];
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
    asked.push(socket.servername ?? false);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const sender = createQueueSender({
    policy: { dev: false, allowNetworks: [] },
    ca: [testAuthority()],
    guard: { addressesOf: async () => ['127.0.0.1'] },
  });
  for (const url of [
    `rediss://receiver.test:${port}?stream=s`,
    `amqps://receiver.test:${port}?exchange=e`,
    `kafkas://receiver.test:${port}?topic=t`,
  ])
    await sender.send(queued(url, 'evt_1'), { timeoutMs: 10_000, connectTimeoutMs: 5000 });
  await sender.close();
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual([...new Set(asked)], ['receiver.test']);
  assert.ok(asked.length >= 3);
});
