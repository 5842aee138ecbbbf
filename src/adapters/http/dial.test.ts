import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { startReceiver } from '../../../test/support/receiver.ts';
import { dial } from './dial.ts';

function dialled(
  addresses: readonly string[],
  port: number,
): Promise<{ error: Error | null; socket: Socket | null }> {
  return new Promise((resolve) => dial(addresses, port, (error, socket) => resolve({ error, socket })));
}

test('when every address refuses, the first failure is reported, once', async () => {
  const receiver = await startReceiver();
  await receiver.close();
  const { error, socket } = await dialled(['127.0.0.1', '::1'], receiver.port);
  assert.equal(socket, null);
  assert.match(error?.message ?? '', /127\.0\.0\.1/);
});

test('a dial that is cancelled reports nothing and leaves no connection', async (t) => {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  let reports = 0;
  const cancel = dial(['127.0.0.1'], receiver.port, () => {
    reports += 1;
  });
  cancel();
  const { socket } = await dialled(['127.0.0.1'], receiver.port);
  socket?.destroy();
  await receiver.closed(receiver.connections());
  assert.equal(reports, 0);
});
