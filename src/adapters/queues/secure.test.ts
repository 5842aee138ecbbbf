import { freePort, missingProgram, Program } from '../../../test/support/brokers/broker.ts';
import { certificate, secureContract } from '../../../test/support/brokers/secure.ts';
import { secureTable } from '../../../test/support/brokers/table.ts';

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
