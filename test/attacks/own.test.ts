import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askingNameServer, startTarget, type Target, trustingTests } from '../support/attack.ts';
import { startNameServer } from '../support/nameserver.ts';
import { temporaryFolder } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

/** Production mode, reached from outside at `publicUrl` through something that ends TLS. */
function behind(publicUrl: string, names: string, folder = temporaryFolder()): Promise<Target> {
  return startTarget(
    {
      ...trustingTests,
      ...askingNameServer(names),
      SUREHOOK_ALLOW_NETWORKS: '127.0.0.1/32',
      SUREHOOK_PUBLIC_URL: publicUrl,
    },
    folder,
  );
}

test('A24 the server is no target of its own deliveries, so that no event goes round in circles', async (t) => {
  const names = await startNameServer((_name, type) => ({ addresses: type === 'A' ? ['127.0.0.1'] : [] }));
  const outside = await startReceiver({ certificate: 'receiver' });
  t.after(async () => {
    await outside.close();
    await names.close();
  });
  const own = `https://receiver.test:${outside.port}`;
  const folder = temporaryFolder();
  const before = await behind('https://elsewhere.test', names.address, { ...folder, remove() {} });
  const { id } = await before.endpoint({ url: `${own}/v1/events`, events: ['attack.A24'] });
  const reached = await before.ask('POST', `/v1/endpoints/${id}/test`, { eventType: 'a', data: 1 });
  assert.equal(reached.body.outcome, 'succeeded');
  await before.server.stop();

  const target = await behind(own, names.address, folder);
  t.after(() => target.stop());
  for (const url of [
    `${own}/v1/events`,
    `${own}/`,
    `https://RECEIVER.test.:${outside.port}/v1/keys`,
    `${own}/b/../v1/events`,
    `http://127.0.0.1:${target.port}/v1/events`,
    `http://localhost:${target.port}/v1/events`,
  ]) {
    for (const [method, path] of [
      ['POST', '/v1/endpoints'],
      ['PATCH', `/v1/endpoints/${id}`],
    ] as const) {
      const answer = await target.ask(method, path, { url, events: ['attack.A24'] });
      assert.equal(answer.status, 422, `${method} ${url}`);
    }
  }
  const tried = await target.ask('POST', `/v1/endpoints/${id}/test`, { eventType: 'a', data: 1 });
  assert.equal(tried.body.error, 'blocked_address');
  assert.equal((await target.deliver('attack.A24'))[0].attempts[0].error, 'blocked_address');
  assert.equal(outside.requests.length, 1);
});
