import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiParts } from '../../src/api/parts.ts';
import * as limits from '../../src/core/limits/accounts.ts';
import { listMax } from '../../src/core/limits/api.ts';
import { readyKeepMs } from '../../src/core/limits/process.ts';
import { replayRows } from '../../src/core/limits/store.ts';
import { ApiWorld, type Reply } from '../support/api.ts';

test('an account may have only so many tests under way, whatever the address they were asked for at', async () => {
  const finish: (() => void)[] = [];
  const attempt = {
    n: 1,
    atMs: 0,
    durationMs: 1,
    httpStatus: 200,
    error: null,
    detail: '',
    url: 'https://a.example/',
  };
  const shown = { requestHeaders: [], bodyHead: '', bodyWithData: false, bodyTail: '' };
  const answered = {
    responseHeaders: [],
    responseBody: '',
    responseTruncated: false,
    nextAttemptAtMs: null,
    timings: null,
  };
  const world = await ApiWorld.open({
    test: () =>
      new Promise<Awaited<ReturnType<ApiParts['test']>>>((resolve) => {
        finish.push(() => resolve({ ...attempt, ...shown, ...answered }));
      }),
  });
  const other = await world.account('other');
  const mine = (await world.endpoint()).id;
  const theirs = (await world.endpoint({}, other.headers)).id;
  const ask = (path: string, headers = {}): Promise<Reply> =>
    world.ask('POST', `${path}/test`, { eventType: 'a', data: 1 }, headers);
  const under = Array.from({ length: limits.testsPerAccount }, (_, i) =>
    ask(`/v1/${i % 2 === 0 ? 'endpoints' : 'webhooks'}/${mine}`),
  );
  await world.clock.settle();
  const refused = await ask(`/v1/endpoints/${mine}`);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers['retry-after'], '1');
  under.push(ask(`/v1/endpoints/${theirs}`, other.headers));
  await world.clock.settle();
  assert.equal(finish.length, limits.testsPerAccount + 1);
  for (const end of finish.splice(0)) end();
  for (const one of await Promise.all(under)) assert.equal(one.status, 200);
  const again = ask(`/v1/endpoints/${mine}`);
  await world.clock.settle();
  for (const end of finish) end();
  assert.equal((await again).status, 200);
  await world.close();
});

test('whoever asks without a key whether the server is ready, the store is asked once a second', async () => {
  let count = 0;
  const world = await ApiWorld.open({
    ready: async () => {
      count += 1;
      return null;
    },
  });
  const ask = async (): Promise<void> => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => world.ask('GET', '/readyz')));
    for (const { status } of answers) assert.equal(status, 200);
  };
  await ask();
  await ask();
  assert.equal(count, 1);
  await world.clock.advance(readyKeepMs);
  await ask();
  assert.equal(count, 2);
  await world.close();
});

test('an event of very many deliveries shows the first of them and their count, and is put back in pieces', async () => {
  const world = await ApiWorld.open();
  const count = listMax + replayRows;
  await world.ask('PATCH', '/v1/accounts/default', { maxEndpoints: count });
  const { id } = await world.endpoint();
  for (let i = 1; i < count; i += 1) await world.endpoint();
  await world.publish({ type: 'wide', data: 1, id: 'wide' });
  await world.clock.advance(1000);
  const { body } = await world.ask('GET', '/v1/events/wide');
  assert.equal(body.deliveryCount, count);
  assert.equal(body.deliveries.length, listMax);
  assert.equal(body.deliveries[0].endpointId, id);
  const pieces: number[] = [];
  const { requeue } = world.store;
  world.store.requeue = (input) => {
    pieces.push(input.keys.length);
    return requeue(input);
  };
  const answer = await world.ask('POST', '/v1/events/wide/redeliver');
  assert.equal(answer.body.deliveries, count);
  assert.ok(pieces.every((length) => length <= replayRows));
  await world.clock.advance(1000);
  assert.equal(world.sent.length, 2 * count);
  await world.close();
});
