import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Consumer, Producer } from '@platformatic/kafka';
import type { QueueFault } from './fault.ts';
import { checkVersion, guardedClient, loadKafka } from './kafka-client.ts';
import type { Opening } from './link.ts';

test('only versions of the client library that the guard was tried with are used', async () => {
  await loadKafka();
  checkVersion('2.12.9');
  for (const version of ['2.13.0', '3.0.0', '2.1.2', 'undefined'])
    assert.throws(
      () => checkVersion(version),
      ({ kind, message }: QueueFault) =>
        kind === 'rejected' && /npm install @platformatic\/kafka@2\.12 /.test(message),
      version,
    );
});

// The guard replaces one method of the library. An update that opens connections elsewhere, too, has to be looked at by hand.
test('the client library opens connections in one place, and makes what opens them in the one that the guard replaces', () => {
  const folder = dirname(fileURLToPath(import.meta.resolve('@platformatic/kafka')));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.[cm]?js$/.test(name),
  );
  const where = (pattern: RegExp): string[] =>
    files.flatMap((name) =>
      [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(pattern)].map(
        ([found]) => `${name.replaceAll('\\', '/')} ${found}`,
      ),
    );
  assert.deepEqual(where(/\bnew Connection\(/g), ['network/connection-pool.js new Connection(']);
  assert.deepEqual(where(/\bnew ConnectionPool\(/g), ['clients/base/base.js new ConnectionPool(']);
  assert.deepEqual(where(/\b(?:createConnection|createTLSConnection)\(/g).sort(), [
    'network/connection.js createConnection(',
    'network/connection.js createTLSConnection(',
  ]);
  assert.deepEqual(where(/from ["']node:(?:net|tls|http|https|dns)["']/g).sort(), [
    "network/connection.js from 'node:net'",
    "network/connection.js from 'node:tls'",
  ]);
  const made = where(/\[kCreateConnectionPool\]\([^)]*\) \{\s+(?:const pool = new|return super)/g);
  assert.equal(made.length, 2, made.join());
});

for (const Client of [Producer, Consumer])
  test(`a ${Client.name} asks before each connection, and does not connect where it is refused`, async () => {
    const asked: string[] = [];
    const opening = {
      target: { secure: false },
      addressesOf: async (hostname: string) => {
        asked.push(hostname);
        throw new Error('not public');
      },
    } as unknown as Opening;
    const client = new (guardedClient(Client, opening) as unknown as typeof Producer)({
      clientId: 'test',
      groupId: 'test',
      bootstrapBrokers: ['one.example:9092', 'two.example:9092'],
      retries: 0,
    } as never);
    client.on('error' as never, (() => {}) as never);
    await assert.rejects(client.metadata({ topics: ['orders'] }));
    assert.deepEqual(asked, ['one.example', 'two.example']);
    await client.close();
  });
