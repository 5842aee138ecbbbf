import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { askNameServers } from '../../src/adapters/http/nameservers.ts';
import { createResolver } from '../../src/adapters/http/resolver.ts';
import { createSender } from '../../src/adapters/http/sender.ts';
import { parseNetworks } from '../../src/core/address.ts';
import * as limits from '../../src/core/limits/sending.ts';
import { type NameAnswer, startNameServer } from '../support/nameserver.ts';
import { eventually } from '../support/process.ts';
import { type Receiver, response, startReceiver, testAuthority } from '../support/receiver.ts';
import { openWorld, type World } from '../support/world.ts';

/**
 * The whole flow with a real sender, whose names come from a name server that changes its mind with every look-up, and whose
 * cache follows the world's clock. 127.0.0.1 stands for the outside; everything else is inside.
 */
async function rebinding(
  t: TestContext,
  answers: NameAnswer[],
): Promise<{ world: World; receiver: Receiver; lookUps(): number }> {
  const receiver = await startReceiver({
    certificate: 'receiver',
    script: (_request, socket) => socket.end(response(503, { connection: 'close' })),
  });
  let lookUps = 0;
  const names = await startNameServer((_name, type) => {
    if (type === 'AAAA') return { addresses: [] };
    return { ttlS: 0, ...answers[Math.min(lookUps++, answers.length - 1)] };
  });
  const world = await openWorld({
    network: (clock) =>
      createSender({
        policy: { dev: false, allowNetworks: parseNetworks('127.0.0.1') as [] },
        clock,
        resolver: createResolver({ clock, ask: askNameServers({ servers: [names.address] }) }),
        ca: [testAuthority()],
      }),
  });
  t.after(async () => {
    await world.close();
    await receiver.close();
    await names.close();
  });
  return { world, receiver, lookUps: () => lookUps };
}

/** Errors of the only delivery's attempts, once there are so many. */
async function errors(world: World, attempts: number): Promise<(string | null)[]> {
  return await eventually(10_000, async () => {
    await world.clock.settle();
    const [delivery] = await world.deliveries();
    if (delivery === undefined || delivery.attempts < attempts) return false;
    const detail = await world.store.getDelivery(world.account.no, delivery.key);
    return detail!.attempts.map((one) => one.error);
  });
}

const waitMs = 60_000;
const schedule = { schedule: ['1m', '1m', '1m'] };

test('A10 a name that is changed between two connections is judged at each, and what was judged is connected to', async (t) => {
  const { world, receiver, lookUps } = await rebinding(t, [
    { addresses: ['127.0.0.1'] },
    { addresses: ['127.0.0.2'] },
    { addresses: ['127.0.0.1'] },
    { addresses: ['10.0.0.1'] },
  ]);
  await world.endpoint({ url: `https://receiver.test:${receiver.port}/`, retry: schedule });
  await world.publish({});
  for (let attempts = 1; attempts < 4; attempts++) {
    await errors(world, attempts);
    assert.equal(lookUps(), attempts);
    await world.clock.advance(waitMs);
  }
  assert.deepEqual(await errors(world, 4), [
    'http_status',
    'blocked_address',
    'http_status',
    'blocked_address',
  ]);
  assert.deepEqual([lookUps(), receiver.connections(), receiver.requests.length], [4, 2, 2]);
});

test('A12 a look-up that fails first is no way around the check of the next one', async (t) => {
  const { world, receiver, lookUps } = await rebinding(t, [
    { code: 2 },
    { code: 3 },
    { addresses: [] },
    { addresses: ['127.0.0.2'] },
  ]);
  await world.endpoint({ url: `https://receiver.test:${receiver.port}/`, retry: schedule });
  await world.publish({});
  for (let attempts = 1; attempts < 4; attempts++) {
    await errors(world, attempts);
    await world.clock.advance(waitMs);
  }
  assert.ok(waitMs > limits.dnsKeepFailureMs);
  assert.deepEqual(await errors(world, 4), ['dns', 'dns', 'dns', 'blocked_address']);
  assert.ok(lookUps() >= 4);
  assert.equal(receiver.connections(), 0);
});
