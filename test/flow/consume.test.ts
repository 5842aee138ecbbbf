import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError } from '../../src/core/errors.ts';
import * as limits from '../../src/core/limits/queues.ts';
import type { Source } from '../../src/core/source.ts';
import { type ConsumeParts, Consumers } from '../../src/flow/consume.ts';
import type { Inbox, Waiting } from '../../src/ports/inbox.ts';
import { openWorld, type World } from '../support/world.ts';

const queue = 'redis://shop:hidden@broker.example/?stream=orders';

/** A queue as brokers keep it: what was not acknowledged is handed out again to who opens it next. */
class ScriptedQueue {
  readonly waiting: Waiting[] = [];
  readonly acknowledged: string[] = [];
  opened = 0;
  most = 0;
  last = 0;
  refusal: Error | null = null;

  add(id: string | null, body: string, headers: string[] = []): void {
    this.waiting.push({
      id,
      headers: ['content-type', 'application/json', ...headers],
      body: Buffer.from(body),
    });
  }

  async open(): Promise<Inbox> {
    if (this.refusal !== null) throw this.refusal;
    this.opened += 1;
    let at = 0;
    let end = (_: Waiting[]): void => {};
    return {
      take: async (count) => {
        this.most = Math.max(this.most, count);
        this.last = count;
        const messages = this.waiting.slice(at, at + count);
        at += messages.length;
        return messages.length > 0 ? messages : await new Promise((resolve) => (end = resolve));
      },
      done: async (messages) => {
        for (const message of messages) {
          this.acknowledged.push(message.id ?? '');
          this.waiting.splice(this.waiting.indexOf(message), 1);
          at -= 1;
        }
      },
      lag: async () => this.waiting.length,
      close: async () => end([]),
    };
  }
}

interface Stage {
  world: World;
  queue: ScriptedQueue;
  consumers: Consumers;
  source: Source;
  events(): Promise<string[]>;
}

async function stage(
  t: { after(act: () => Promise<void>): void },
  body: Record<string, unknown> = {},
  disk?: Parameters<typeof openWorld>[0],
  watched: (receiver: ConsumeParts['receiver']) => ConsumeParts['receiver'] = (receiver) => receiver,
): Promise<Stage> {
  const world = await openWorld(disk);
  const scripted = new ScriptedQueue();
  const source = await world.administration.createSource(world.account, {
    name: 'Q',
    consume: queue,
    ...body,
  });
  const { sources } = world.engine.directory;
  const consumers = new Consumers({
    clock: world.clock,
    telemetry: { warn: (what) => world.reports.push(`warn ${what}`) },
    inboxes: { open: () => scripted.open() },
    receiver: watched(world.engine.receiver),
    sources: () => sources.all(),
    source: (id) => sources.named(id),
  });
  t.after(async () => {
    await consumers.stop();
    await world.close();
  });
  return {
    world,
    queue: scripted,
    consumers,
    source,
    async events() {
      await world.clock.settle();
      const page = { limit: 250, before: null };
      const { rows } = await world.store.listEvents(world.account.no, { source: source.id }, page);
      return rows.map(({ event }) => `${event.type} ${event.reference}`).reverse();
    },
  };
}

test('messages become events of their source, and are acknowledged then', async (t) => {
  const { queue, consumers, events, source } = await stage(t);
  queue.add('1', '{"type":"order.created","data":{"reference":"A"}}');
  queue.add('2', '{"data":{"reference":"B"}}', ['surehook-event-type', 'order.paid']);
  consumers.start();
  assert.deepEqual(await events(), ['order.created A', 'order.paid B']);
  assert.deepEqual(queue.acknowledged, ['1', '2']);
  const { state, detail } = consumers.consumption(source.id)!;
  assert.deepEqual([state, detail], ['consuming', null]);
});

test('a message that comes again under its number is acknowledged and no second event; one without a number goes by its body', async (t) => {
  const { queue, consumers, events } = await stage(t);
  for (const id of ['1', '1', '2', null, null]) queue.add(id, '{"type":"a"}');
  consumers.start();
  assert.equal((await events()).length, 3);
  assert.equal(queue.acknowledged.length, 5);
});

test('nothing is acknowledged that the store did not take, and it is taken in when the store is back', async (t) => {
  let fails = true;
  const { world, queue, consumers, events, source } = await stage(
    t,
    {},
    {
      disk: (store) => ({
        ...store,
        accept: (input) => (fails ? Promise.reject(new StoreError('disk full', false)) : store.accept(input)),
      }),
    },
  );
  queue.add('1', '{"type":"a"}');
  consumers.start();
  await world.clock.settle();
  assert.deepEqual(queue.acknowledged, []);
  assert.equal(consumers.consumption(source.id)?.state, 'waiting');
  fails = false;
  await world.clock.advance(60_000);
  assert.equal((await events()).length, 1);
  assert.deepEqual(queue.acknowledged, ['1']);
  assert.equal(consumers.consumption(source.id)?.state, 'consuming');
});

test('a message that is not believed is kept with the reason, and acknowledged', async (t) => {
  const { world, queue, consumers, source, events } = await stage(t, {
    scheme: 'digital-goods',
    secret: 's',
  });
  for (let n = 0; n < 30; n += 1)
    queue.add(String(n), '{"event":"order.created"}', ['x-webhook-signature', 'sha256=00']);
  consumers.start();
  assert.deepEqual(await events(), []);
  await world.clock.advance(60_000);
  const page = { limit: 100, before: null };
  const { rows } = await world.store.listRequests(source, 'rejected', page);
  assert.equal(rows.length, 30);
  assert.equal(queue.acknowledged.length, 30);
});

test('a message that is larger than the source takes is refused, and the next one is taken', async (t) => {
  const { queue, consumers, events, world } = await stage(t, { maxBody: 1024 });
  queue.add('1', `{"type":"a","data":"${'x'.repeat(2000)}"}`);
  queue.add('2', '{"type":"b"}');
  consumers.start();
  await world.clock.advance(5000);
  assert.deepEqual(await events(), ['b null']);
  assert.deepEqual(queue.acknowledged, ['1', '2']);
});

test('a message whose headers are too long is refused and kept without them, and the next one is taken', async (t) => {
  const { queue, consumers, events, world, source } = await stage(t);
  queue.add('1', '{"type":"a"}', ['x-long', 'x'.repeat(limits.inboxHeaderChars)]);
  queue.add('2', '{"type":"b"}');
  consumers.start();
  await world.clock.advance(5000);
  assert.deepEqual(await events(), ['b null']);
  assert.deepEqual(queue.acknowledged, ['1', '2']);
  const { rows } = await world.store.listRequests(source, 'rejected', { limit: 10, before: null });
  const kept = await world.store.getRequest(source.accountNo, rows[0]!.id);
  assert.deepEqual([kept?.reason, kept?.headers], ['too_large', []]);
});

test('what is wrong with a queue is said, without its password, and it is asked again ever later', async (t) => {
  const { world, queue, consumers, source } = await stage(t);
  queue.refusal = new Error('no such stream');
  consumers.start();
  await world.clock.settle();
  assert.equal(consumers.consumption(source.id)?.detail, 'no such stream');
  await world.clock.advance(10 * limits.inboxAgainMaxMs);
  assert.equal(world.reports.filter((one) => one.startsWith('warn messages of a source')).length, 1);
  queue.refusal = null;
  await world.clock.advance(limits.inboxAgainMaxMs);
  assert.equal(queue.opened, 1);
});

test('no more are in hand at once than a batch, whatever waits', async (t) => {
  const { world, queue, consumers, events } = await stage(t);
  for (let n = 0; n < 2 * limits.inboxBatch + 1; n += 1) queue.add(String(n), '{"type":"a"}');
  consumers.start();
  await world.clock.advance(1000);
  assert.equal(queue.most, limits.inboxBatch);
  assert.equal(queue.acknowledged.length, 2 * limits.inboxBatch + 1);
  assert.equal((await events()).length, 250);
});

test('large messages are judged a few at a time, so that requests get their turn between them', async (t) => {
  let inHand = 0;
  let mostInHand = 0;
  const { world, queue, consumers } = await stage(t, {}, {}, (receiver) => ({
    refuse: receiver.refuse.bind(receiver),
    kept: receiver.kept.bind(receiver),
    async receive(source, request) {
      const bytes = request.body.length + request.headers.join('').length;
      inHand += bytes;
      mostInHand = Math.max(mostInHand, inHand);
      return await receiver.receive(source, request).finally(() => {
        inHand -= bytes;
      });
    },
  }));
  const body = JSON.stringify({ type: 'a', text: 'x'.repeat(limits.inboxPortionBytes / 4) });
  for (let n = 0; n < 20; n += 1) queue.add(String(n), body);
  queue.add('larger', JSON.stringify({ type: 'a', text: 'x'.repeat(2 * limits.inboxPortionBytes) }));
  for (let n = 0; n < 100; n += 1) queue.add(`head ${n}`, '{"type":"a"}', ['x', 'y'.repeat(50_000)]);
  consumers.start();
  await world.clock.advance(1000);
  assert.equal(queue.acknowledged.length, 121);
  assert.ok(mostInHand <= 2 * limits.inboxPortionBytes + 100, `${mostInHand} bytes at once`);
});

test('where messages are large, fewer are asked for', async (t) => {
  const { world, queue, consumers } = await stage(t);
  for (let n = 0; n < limits.inboxBatch + 5; n += 1)
    queue.add(String(n), JSON.stringify({ type: 'a', text: 'x'.repeat(limits.inboxBytes / 100) }));
  consumers.start();
  await world.clock.advance(1000);
  assert.equal(queue.acknowledged.length, limits.inboxBatch + 5);
  assert.ok(queue.last < 100, String(queue.last));
  assert.ok(queue.last > 50, String(queue.last));
});

test('a source that names another queue, or none, is followed', async (t) => {
  const { world, queue, consumers, source } = await stage(t);
  consumers.start();
  await world.clock.settle();
  assert.equal(queue.opened, 1);
  await world.administration.updateSource(world.account, source.id, { consume: queue2 });
  await world.clock.advance(2 * limits.inboxLookMs);
  assert.equal(queue.opened, 2);
  await world.administration.updateSource(world.account, source.id, { consume: null });
  await world.clock.advance(2 * limits.inboxLookMs);
  assert.equal(consumers.consumption(source.id), null);
});

const queue2 = 'redis://broker.example/?stream=others';
