import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readQueueUrl } from '../../src/core/queue.ts';
import { queues } from './queues.ts';

test('every example of an address is one that messages are taken from, of the queue that it stands for', () => {
  for (const [kind, { example }] of Object.entries(queues)) {
    const read = readQueueUrl(example, 'from', { dev: false, allowNetworks: [] });
    assert.equal(typeof read === 'string' ? read : read.target.kind, kind);
  }
});
