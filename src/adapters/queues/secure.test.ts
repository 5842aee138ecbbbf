import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, missingProgram, Program } from '../../../test/support/brokers/broker.ts';
import { temporaryFolder } from '../../../test/support/process.ts';
import { testAuthority } from '../../../test/support/receiver.ts';
import type { Outcome } from '../../core/attempt.ts';
import { queued } from '../../ports/destination.case.ts';
import type { Sender } from '../../ports/sender.ts';
import { createQueueSender } from './sender.ts';

const policy = { dev: false, allowNetworks: [] };
const patient = { timeoutMs: 10_000, connectTimeoutMs: 5000 };
const certificate = (file: string): string =>
  fileURLToPath(new URL(`../../../test/support/certificates/${file}.pem`, import.meta.url));

/** Every name leads here; `ca` is trusted. */
function senderTo(ca: string[]): Sender {
  return createQueueSender({ policy, ca, guard: { addressesOf: async () => ['127.0.0.1'] } });
}

async function put(url: string, ca: string[] = [testAuthority()]): Promise<Outcome> {
  const sender = senderTo(ca);
  const outcome = await sender.send(queued(url, 'evt_1'), patient);
  await sender.close();
  return outcome;
}

const programs = [
  {
    name: 'redis-server',
    scheme: 'rediss',
    query: '/?stream=s',
    args: (port: number, folder: string) => [
      ...[
        '--port',
        '0',
        '--tls-port',
        String(port),
        '--tls-auth-clients',
        'no',
        '--save',
        '',
        '--dir',
        folder,
      ],
      ...['--tls-cert-file', certificate('receiver'), '--tls-key-file', certificate('receiver.key')],
      ...['--tls-ca-cert-file', certificate('authority')],
    ],
  },
  {
    name: 'nats-server',
    scheme: 'tls',
    query: '?subject=nowhere',
    args: (port: number, folder: string) => [
      ...['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port), '--tls'],
      ...['--tlscert', certificate('receiver'), '--tlskey', certificate('receiver.key')],
    ],
  },
];

for (const { name, scheme, query, args } of programs)
  describe(`TLS to ${name}`, { skip: missingProgram(name, `apt-get install ${name}`) }, () => {
    test('the certificate is checked against the name of the host, by the authorities that are trusted', async () => {
      const port = await freePort();
      const folder = temporaryFolder();
      const server = new Program(name, args(port, folder.path), port);
      await server.start();
      try {
        const right = await put(`${scheme}://receiver.test:${port}${query}`);
        // No stream of NATS takes it: it was spoken to.
        assert.ok(right.error === null || /no stream/.test(right.detail), right.detail);
        const other = await put(`${scheme}://other.example:${port}${query}`);
        assert.equal(other.error, 'tls', other.detail);
        const strange = await put(`${scheme}://receiver.test:${port}${query}`, []);
        assert.equal(strange.error, 'tls', strange.detail);
      } finally {
        await server.kill();
        folder.remove();
      }
    });
  });
