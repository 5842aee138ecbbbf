import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startReceiver, testAuthority } from '../../../test/support/receiver.ts';
import { senderContract } from '../../ports/sender.contract.ts';
import { createSender } from './sender.ts';

senderContract('http sender', ({ policy, names, ca }) =>
  createSender({ policy, ca, ...(names ? { resolver: { lookUp: names } } : {}) }),
);

const limits = { timeoutMs: 10_000, connectTimeoutMs: 5_000 };
const body = { head: '{}', withData: false, tail: '', bytes: Buffer.from('{}') };

test("a connection to the server's own bins is not shared with other URLs of its origin", async (t) => {
  const receiver = await startReceiver({ certificate: 'receiver' });
  t.after(() => receiver.close());
  const origin = `https://receiver.test:${receiver.port}`;
  const sender = createSender({
    policy: { dev: false, allowNetworks: [], ownBins: `${origin}/b/` },
    ca: [testAuthority()],
    resolver: { lookUp: async () => ['127.0.0.1'] },
  });
  t.after(() => sender.close());
  assert.equal((await sender.send({ url: `${origin}/b/x`, headers: [], body }, limits)).error, null);
  const elsewhere = await sender.send({ url: `${origin}/v1/keys`, headers: [], body }, limits);
  assert.equal(elsewhere.error, 'blocked_address');
  assert.equal(receiver.requests.length, 1);
});

test('the sender looks names up by itself: localhost is reached in development mode', async (t) => {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const sender = createSender({ policy: { dev: true, allowNetworks: [] } });
  t.after(() => sender.close());
  const url = `http://localhost:${receiver.port}/`;
  assert.equal((await sender.send({ url, headers: [], body }, limits)).error, null);
});
