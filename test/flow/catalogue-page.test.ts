import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiParts } from '../../src/api/parts.ts';
import { ApiWorld } from '../support/api.ts';

async function opened(changes: Partial<ApiParts>) {
  const world = await ApiWorld.open(changes);
  const get = (url: string) => world.app.inject({ method: 'GET', url });
  return { world, get };
}

test('the event types of the named account are there for anybody, as they are now and as text', async () => {
  const { world, get } = await opened({ publicCatalogue: 'default' });
  const put = await world.ask('PUT', '/v1/event-types/stock.low', {
    description: 'Stock is <script>alert(1)</script> low & "going"',
    schema: { type: 'object', title: '</pre><img src=x>' },
    examples: [{ sku: 'A-1' }],
    deprecated: true,
  });
  assert.equal(put.status, 200);
  const list = await get('/docs/events');
  assert.equal(list.statusCode, 200);
  assert.equal(list.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(String(list.headers['content-security-policy']), /default-src 'none'/);
  assert.match(list.payload, /href="\/docs\/events\/order\.created"/);
  assert.match(list.payload, /stock\.low<\/code><\/a> \(deprecated\)/);
  const one = await get('/docs/events/stock.low');
  assert.match(one.payload, /Deprecated: build nothing new on it/);
  assert.match(one.payload, /&quot;sku&quot;: &quot;A-1&quot;/);
  for (const { payload } of [list, one]) assert.doesNotMatch(payload, /<script>alert|<img/);
  assert.equal((await get('/docs/events/no.such')).statusCode, 404);
  await world.close();
});

test('unless an account is named, nobody without a key is told which types there are', async () => {
  const { world, get } = await opened({});
  for (const url of ['/docs/events', '/docs/events/order.created'])
    assert.equal((await get(url)).statusCode, 404, url);
  await world.close();
});

test('an account that there is not has no catalogue', async () => {
  const { world, get } = await opened({ publicCatalogue: 'nobody' });
  assert.equal((await get('/docs/events')).statusCode, 404);
  await world.close();
});
