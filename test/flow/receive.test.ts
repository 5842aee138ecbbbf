import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SurehookError } from '../../src/core/errors.ts';
import type { InboundRequest } from '../../src/core/inbound.ts';
import type { Source } from '../../src/core/source.ts';
import type { DoorAnswer } from '../../src/flow/receive.ts';
import { openWorld, type World } from '../support/world.ts';

const secret = 's3cr3t';

/** A provider's request with an id of its own in the header. */
function requestOf(
  id: string,
  body = `{"event":"order.fulfilled","data":{"reference":"${id}"}}`,
): InboundRequest {
  const mac = createHmac('sha256', secret).update(body).digest('hex');
  const headers = ['X-Webhook-Id', id, 'X-Webhook-Signature', `sha256=${mac}`];
  return { method: 'POST', url: 'https://in.example/in/t', headers, body: new TextEncoder().encode(body) };
}

async function sourceIn(world: World): Promise<Source> {
  const body = { name: 'S', scheme: 'digital-goods', secret };
  return await world.administration.createSource(world.account, body);
}

async function receive(world: World, source: Source, request: InboundRequest): Promise<DoorAnswer> {
  const receiving = world.engine.receiver.receive(source, request);
  await Promise.allSettled([receiving, world.clock.settle()]);
  return await receiving;
}

const bodyOf = (answer: DoorAnswer): unknown =>
  answer.kind === 'answer' ? JSON.parse(answer.answer.body) : answer.refusal.reason;

test('a commit whose outcome nobody knows is answered with 503, and the provider’s next try finds the event, delivered once', async () => {
  let fails = false;
  const world = await openWorld({ fault: (phase) => phase === 'after' && fails });
  const source = await sourceIn(world);
  await world.endpoint({ sources: [source.id] });
  fails = true;
  await assert.rejects(
    receive(world, source, requestOf('evt-1')),
    (error) => error instanceof SurehookError && error.code === 'unavailable',
  );
  fails = false;
  await world.clock.advance(5000);
  assert.deepEqual(bodyOf(await receive(world, source, requestOf('evt-1'))), {
    received: true,
    duplicate: true,
  });
  await world.clock.advance(5000);
  assert.deepEqual(
    world.sender.sent.map((sent) => sent.header('surehook-reference')),
    ['evt-1'],
  );
  await world.close();
});

test('a commit that failed leaves nothing, and the provider’s next try is taken in', async () => {
  let fails = false;
  const world = await openWorld({ fault: (phase) => phase === 'before' && fails });
  const source = await sourceIn(world);
  await world.endpoint({ sources: [source.id] });
  fails = true;
  await assert.rejects(receive(world, source, requestOf('evt-1')));
  fails = false;
  await world.clock.advance(5000);
  assert.deepEqual(bodyOf(await receive(world, source, requestOf('evt-1'))), { received: true });
  await world.clock.advance(0);
  assert.equal(world.sender.sent.length, 1);
  await world.close();
});

test('what was acknowledged is delivered by the next process, and its repetition is known there', async () => {
  const world = await openWorld();
  const source = await sourceIn(world);
  const { retry } = await world.endpoint({ sources: [source.id], retry: { schedule: ['1s'] } });
  assert.equal(retry.kind, 'schedule');
  world.sender.script(() => ({ afterMs: 60_000 }));
  assert.deepEqual(bodyOf(await receive(world, source, requestOf('evt-1'))), { received: true });
  await world.crash();
  world.sender.script(() => ({}));
  await world.clock.advance(5000);
  const again = world.engine.directory.sources.byToken(source.token)!;
  assert.deepEqual(again, source);
  assert.deepEqual(bodyOf(await receive(world, again, requestOf('evt-1'))), {
    received: true,
    duplicate: true,
  });
  assert.deepEqual(
    (await world.deliveries()).map(({ status }) => status),
    ['delivered'],
  );
  await world.close();
});

test('what is leased to a consumer stays so through a crash, until the lease ends', async () => {
  const world = await openWorld();
  const source = await sourceIn(world);
  const endpoint = await world.endpoint({ url: 'pull:', sources: [source.id] });
  await receive(world, source, requestOf('evt-1'));
  const options = { max: 10, waitMs: 0, leaseMs: 10_000 };
  const fetch = async () => (await world.engine.puller.receive(endpoint, options, () => {})).length;
  assert.equal(await fetch(), 1);
  await world.crash();
  await world.clock.advance(9999);
  assert.equal(await fetch(), 0);
  await world.clock.advance(1);
  assert.equal(await fetch(), 1);
  assert.equal((await world.deliveries())[0]?.attempts, 2);
  await world.close();
});

test('of one reference an ordered endpoint is told in the order of the acknowledgements', async () => {
  const world = await openWorld();
  const source = await sourceIn(world);
  await world.endpoint({ sources: [source.id], ordered: true, retry: { schedule: ['1s', '1s'] } });
  world.sender.script((_sent, n) => (n === 1 ? { httpStatus: 500 } : {}));
  const body = (n: number): string =>
    `{"event":"order.status_changed","data":{"reference":"ORD-1","n":${n}}}`;
  for (const n of [1, 2, 3]) await receive(world, source, requestOf(`evt-${n}`, body(n)));
  await world.clock.advance(5000);
  const told = world.sender.sent.map(({ text }) => Number(/"n":(\d)/.exec(text)![1]));
  assert.deepEqual(told, [1, 1, 2, 3]);
  await world.close();
});

test('endpoints of a source filter by what the provider says', async () => {
  const world = await openWorld();
  const source = await sourceIn(world);
  await world.endpoint({ sources: ['*'], events: ['order.*'], filter: { '/data/data/n': { gte: 2 } } });
  for (const n of [1, 2])
    await receive(world, source, requestOf(`evt-${n}`, `{"event":"order.x","data":{"n":${n}}}`));
  await receive(world, source, requestOf('evt-3', '{"event":"balance.low","data":{"n":3}}'));
  await world.clock.advance(0);
  assert.equal(world.sender.sent.length, 1);
  await world.close();
});
