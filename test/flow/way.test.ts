import assert from 'node:assert/strict';
import { test } from 'node:test';
import { masked } from '../../src/core/masked.ts';
import { openWorld } from '../support/world.ts';

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

test('an accepted event goes to every endpoint that wants it and to no other', async () => {
  const world = await openWorld();
  await world.endpoint({ url: 'https://a.example/', events: ['order.*'] });
  await world.endpoint({ url: 'https://b.example/', events: ['order.created', 'payment.succeeded'] });
  await world.endpoint({ url: 'https://c.example/', events: ['payment.*'] });
  await world.endpoint({ url: 'https://d.example/', filter: { '/data/total': { gte: 100 } } });
  const accepted = await world.publish({ data: { total: 12.5 } });
  await world.clock.advance(0);
  assert.equal(accepted.event.deliveries, 2);
  assert.deepEqual(world.sender.sent.map((sent) => sent.request.url).sort(), [
    'https://a.example/',
    'https://b.example/',
  ]);
  assert.deepEqual(
    (await world.deliveries()).map((delivery) => delivery.status),
    ['delivered', 'delivered'],
  );
  await world.close();
});

test('a dead receiver that comes back hours later gets what it missed, in as many attempts as its schedule promised', async () => {
  const world = await openWorld();
  await world.endpoint({ retry: { schedule: ['30s', '2m', '10m', '1h'] } });
  world.sender.script(() => ({ error: 'connection_refused', httpStatus: null }));
  await world.publish({ id: 'evt-1' });
  const startMs = world.clock.nowMs();
  await world.clock.advance(15 * minutes);
  assert.deepEqual(
    world.sender.sent.map((sent) => sent.atMs - startMs),
    [0, 30 * seconds, 150 * seconds, 750 * seconds],
  );
  assert.equal((await world.deliveries())[0]!.status, 'retrying');
  world.sender.script(() => ({}));
  await world.clock.advance(1 * hours);
  const [delivery] = await world.deliveries();
  assert.equal(delivery!.status, 'delivered');
  assert.equal(delivery!.attempts, 5);
  assert.deepEqual(
    world.sender.sent.map((sent) => sent.header('webhook-id')),
    Array(5).fill('evt-1'),
  );
  await world.close();
});

test('when the schedule is exhausted the delivery is dead after exactly its length + 1 attempts, and a replay puts it back', async () => {
  const world = await openWorld();
  await world.endpoint({ retry: { schedule: ['1s', '1s'] } });
  world.sender.script(() => ({ httpStatus: 500 }));
  await world.publish({});
  await world.clock.advance(1 * hours);
  assert.equal(world.sender.sent.length, 3);
  assert.equal((await world.deliveries())[0]!.status, 'dead');
  world.sender.script(() => ({}));
  const filter = {
    endpointNo: null,
    eventTypes: null,
    state: 'dead' as const,
    sinceMs: null,
    untilMs: null,
    keys: null,
  };
  const replaying = world.engine.replayer.startReplay(world.account, filter, null);
  await world.clock.settle();
  const replay = await replaying;
  assert.equal(replay.total, 1);
  await world.clock.advance(1 * seconds);
  assert.equal((await world.deliveries())[0]!.status, 'delivered');
  await world.clock.advance(1 * seconds);
  const done = await world.store.getReplay({ accountNo: world.account.no, id: replay.id });
  assert.equal(done?.status, 'done');
  assert.equal(done?.done, 1);
  await world.close();
});

test('work that was under way when the process died counts as a lost attempt and goes on by its schedule', async () => {
  const world = await openWorld();
  await world.endpoint({ retry: { schedule: ['5s', '5s'] } });
  world.sender.script(() => ({ afterMs: 500 }));
  await world.publish({});
  await world.clock.advance(100);
  await world.crash();
  world.sender.script(() => ({}));
  await world.clock.advance(4 * seconds);
  assert.equal(world.sender.sent.length, 1);
  await world.clock.advance(2 * seconds);
  assert.equal(world.sender.sent.length, 2);
  const [delivery] = await world.deliveries();
  assert.equal(delivery!.status, 'delivered');
  const detail = await world.store.getDelivery(world.account.no, delivery!.key);
  assert.deepEqual(
    detail!.attempts.map((attempt) => attempt.error),
    ['lost', null],
  );
  await world.close();
});

test('work that only waited when the process died counts no attempt', async () => {
  const world = await openWorld();
  await world.endpoint({ concurrency: 1, retry: { schedule: [] } });
  world.sender.script(() => ({ afterMs: 5000 }));
  for (let i = 0; i < 5; i++) await world.publish({ id: `e${i}` });
  await world.clock.advance(100);
  await world.crash();
  world.sender.script(() => ({}));
  await world.clock.advance(1 * minutes);
  const deliveries = await world.deliveries();
  assert.equal(deliveries.filter((delivery) => delivery.status === 'delivered').length, 4);
  assert.equal(deliveries.filter((delivery) => delivery.error === 'lost').length, 1);
  await world.close();
});

test('a paused endpoint is not sent to, loses nothing, and gets everything at resume', async () => {
  const world = await openWorld();
  const endpoint = await world.endpoint({});
  await world.administration.pauseEndpoint(world.account, endpoint.id, { name: 'x' } as never);
  for (let i = 0; i < 3; i++) await world.publish({ id: `e${i}` });
  await world.clock.advance(1 * hours);
  assert.equal(world.sender.sent.length, 0);
  assert.deepEqual(
    (await world.deliveries()).map((delivery) => delivery.status),
    ['held', 'held', 'held'],
  );
  await world.administration.resumeEndpoint(world.account, endpoint.id);
  await world.clock.advance(1 * seconds);
  assert.deepEqual(
    world.sender.sent.map((sent) => sent.header('webhook-id')),
    ['e0', 'e1', 'e2'],
  );
  await world.close();
});

test('410 Gone disables the endpoint, and the delivery that drew it is dead', async () => {
  const world = await openWorld();
  const endpoint = await world.endpoint({});
  world.sender.script(() => ({ httpStatus: 410 }));
  await world.publish({});
  await world.clock.advance(1 * seconds);
  assert.equal(world.engine.directory.endpoint(endpoint.no)?.status, 'disabled');
  assert.equal((await world.deliveries())[0]!.status, 'dead');
  await world.publish({});
  await world.clock.advance(1 * hours);
  assert.equal(world.sender.sent.length, 1);
  await world.close();
});

test('an event with deliverAt is not attempted before then', async () => {
  const world = await openWorld();
  await world.endpoint({});
  const atMs = world.clock.nowMs() + 2 * hours;
  await world.publish({ deliverAt: new Date(atMs).toISOString() });
  await world.clock.advance(2 * hours - 1);
  assert.equal(world.sender.sent.length, 0);
  await world.clock.advance(1);
  assert.equal(world.sender.sent.length, 1);
  await world.close();
});

test('an ordered endpoint keeps the order of each reference while others flow', async () => {
  const world = await openWorld();
  await world.endpoint({ ordered: true, retry: { schedule: ['1m'] } });
  world.sender.script((sent) =>
    sent.header('webhook-id') === 'a1' && world.clock.nowMs() % (2 * minutes) === 0
      ? { httpStatus: 500 }
      : {},
  );
  for (const [id, reference] of [
    ['a1', 'A'],
    ['b1', 'B'],
    ['a2', 'A'],
    ['a3', 'A'],
    ['b2', 'B'],
  ])
    await world.publish({ id, reference });
  await world.clock.advance(30 * seconds);
  assert.deepEqual(
    world.sender.sent.map((sent) => sent.header('webhook-id')),
    ['a1', 'b1', 'b2'],
  );
  await world.clock.advance(2 * minutes);
  assert.deepEqual(
    world.sender.sent.slice(3).map((sent) => sent.header('webhook-id')),
    ['a1', 'a2', 'a3'],
  );
  await world.close();
});

test('what waited behind a delivery that is cancelled goes at once, though that one is under way or waits for its retry', async () => {
  for (const waitMs of [10, 5000]) {
    const world = await openWorld();
    await world.endpoint({ ordered: true, retry: { schedule: ['12h'] } });
    world.sender.script((sent) =>
      sent.header('webhook-id') === 'a1' ? { httpStatus: 500, afterMs: 1000 } : {},
    );
    await world.publish({ id: 'a1', reference: 'A' });
    await world.publish({ id: 'a2', reference: 'A' });
    await world.clock.advance(waitMs);
    const first = (await world.deliveries()).find((delivery) => delivery.eventId === 'a1')!;
    const cancelling = world.engine.replayer.cancelDelivery(world.account, first.key);
    await world.clock.settle();
    await cancelling;
    await world.clock.advance(2000);
    assert.deepEqual(
      world.sender.sent.map((sent) => sent.header('webhook-id')),
      ['a1', 'a2'],
    );
    await world.close();
  }
});

test('what does not fit in a lane waits in the store and is never more at once than the endpoint’s concurrency', async () => {
  const world = await openWorld();
  await world.endpoint({ concurrency: 3 });
  world.sender.script(() => ({ afterMs: 100 }));
  for (let i = 0; i < 50; i++) await world.publish({ id: `e${i}` });
  await world.clock.advance(10 * seconds);
  assert.equal(world.sender.sent.length, 50);
  assert.equal(world.sender.mostUnderWay.get('https://receiver.example/hooks'), 3);
  assert.ok((await world.deliveries()).every((delivery) => delivery.status === 'delivered'));
  await world.close();
});

test('a slow endpoint is not in a healthy one’s way', async () => {
  const world = await openWorld();
  await world.endpoint({ url: 'https://slow.example/', events: ['slow'] });
  await world.endpoint({ url: 'https://quick.example/', events: ['quick'] });
  world.sender.script((sent) => (sent.request.url.includes('slow') ? { afterMs: 9000 } : { afterMs: 5 }));
  for (let i = 0; i < 100; i++) await world.publish({ type: 'slow' });
  const beforeMs = world.clock.nowMs();
  for (let i = 0; i < 10; i++) await world.publish({ type: 'quick' });
  await world.clock.advance(20);
  const quick = world.sender.sent.filter((sent) => sent.request.url.includes('quick'));
  assert.equal(quick.length, 10);
  assert.ok(quick.every((sent) => sent.atMs - beforeMs <= 20));
  await world.close();
});

test('the same event id stores one event, and another body under it is said to conflict', async () => {
  const world = await openWorld();
  await world.endpoint({});
  const first = await world.publish({ id: 'x', data: { a: 1 } });
  const again = await world.publish({ id: 'x', data: { a: 1 } });
  const other = await world.publish({ id: 'x', data: { a: 2 } });
  await world.clock.advance(1 * seconds);
  assert.deepEqual([first.status, again.status, other.status], [202, 200, 200]);
  assert.deepEqual([again.conflict, other.conflict], [false, true]);
  assert.equal(world.sender.sent.length, 1);
  await world.close();
});

test('a commit that fails after it took effect loses nothing and leaves nothing leased for ever', async () => {
  let failing = false;
  const world = await openWorld({ fault: (phase) => failing && phase === 'after' });
  await world.endpoint({});
  failing = true;
  await assert.rejects(world.publish({ id: 'x' }));
  failing = false;
  await world.clock.advance(1 * minutes);
  assert.equal(world.sender.sent.length, 1);
  assert.equal((await world.deliveries())[0]!.status, 'delivered');
  assert.equal((await world.publish({ id: 'x' })).status, 200);
  await world.close();
});

test('stopping lets what is under way finish and gives the rest back', async () => {
  const world = await openWorld();
  await world.endpoint({ concurrency: 2 });
  world.sender.script((_sent, n) => ({ afterMs: n === 1 ? 3000 : 60_000 }));
  for (let i = 0; i < 4; i++) await world.publish({ id: `e${i}` });
  const stopping = world.engine.stop();
  await world.clock.advance(10 * seconds);
  await stopping;
  const deliveries = await world.deliveries();
  assert.deepEqual(
    deliveries.map((delivery) => delivery.status),
    ['pending', 'pending', 'pending', 'delivered'],
  );
  assert.ok(deliveries.every((delivery) => delivery.attempts === (delivery.status === 'delivered' ? 1 : 0)));
  await world.close();
});

test('a request that cannot be built fails its own delivery and no other', async () => {
  const world = await openWorld();
  const endpoint = await world.endpoint({ url: 'https://broken.example/', retry: { schedule: [] } });
  await world.endpoint({ url: 'https://well.example/' });
  // As a bug of ours would leave it: no wire format can be made of this.
  world.engine.directory.setEndpoint({ ...endpoint, wire: { envelope: null } as never }, 0);
  await world.publish({});
  await world.clock.advance(1000);
  assert.deepEqual(
    (await world.deliveries()).map((delivery) => [
      delivery.endpointId === endpoint.id,
      delivery.status,
      delivery.error,
    ]),
    [
      [false, 'delivered', null],
      [true, 'dead', 'protocol'],
    ],
  );
  await world.close();
});

test('what an endpoint’s own headers held is sent, and not kept with the attempt', async () => {
  const world = await openWorld();
  await world.endpoint({ headers: { Authorization: 'Bearer sesame', 'X-Env': 'prod' } });
  await world.publish({});
  await world.clock.advance(1000);
  assert.equal(world.sender.sent[0]!.header('authorization'), 'Bearer sesame');
  const [delivery] = await world.deliveries();
  const found = await world.store.getDelivery(1, delivery!.key);
  const { requestHeaders } = found!.attempts[0]!;
  const held = (name: string): string | undefined => requestHeaders[requestHeaders.indexOf(name) + 1];
  assert.deepEqual([held('authorization'), held('x-env')], [masked, masked]);
  assert.match(held('webhook-signature')!, /^v1,/);
  await world.close();
});
