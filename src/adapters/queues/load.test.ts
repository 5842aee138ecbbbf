import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { QueueFault } from './fault.ts';
import { load } from './load.ts';
import { natsPackages } from './nats.ts';

test('a client that is not installed is named with all that it needs, in the command that installs it', async () => {
  const name = '@surehook/not-there';
  await assert.rejects(
    load(`${name}@2 ${name}-either`, 'Kafka', () => import(name)),
    (error: QueueFault) =>
      error.kind === 'rejected' && error.message.includes(`run npm install ${name}@2 ${name}-either where`),
  );
});

test('what is said to be missing is what the documentation has installed', () => {
  const page = readFileSync(new URL('../../../docs/using/queues.md', import.meta.url), 'utf8');
  for (const file of ['redis.ts', 'nats.ts', 'nats-inbox.ts', 'amqp.ts', 'kafka-client.ts']) {
    const source = readFileSync(new URL(file, import.meta.url), 'utf8');
    const loaded = [...source.matchAll(/await load\(\s*(?:'([^']+)'|natsPackages)/g)];
    assert.notEqual(loaded.length, 0, file);
    for (const [, packages = natsPackages] of loaded)
      assert.ok(page.includes(`\`npm install ${packages}\``), file);
  }
});

test('a client that is there and fails says so itself', async () => {
  await assert.rejects(
    load('x', 'Kafka', () => Promise.reject(new SyntaxError('broken'))),
    /broken/,
  );
});
