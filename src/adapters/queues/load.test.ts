import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueueFault } from './fault.ts';
import { load } from './load.ts';

test('a client that is not installed is named, with the command that installs it', async () => {
  const name = '@surehook/not-there';
  await assert.rejects(
    load(name, 'Kafka', () => import(name)),
    (error: QueueFault) => error.kind === 'rejected' && error.message.includes(`run npm install ${name}`),
  );
});

test('a client that is there and fails says so itself', async () => {
  await assert.rejects(
    load('x', 'Kafka', () => Promise.reject(new SyntaxError('broken'))),
    /broken/,
  );
});
