import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, pointerStep, wrongAt } from '../api/client.ts';
import type { Endpoint } from '../api/types.ts';
import { pair } from '../parts/pair.ts';
import { blank, bodyOf, draftOf, readEndpoint } from './endpoint-draft.ts';

const endpoint: Endpoint = {
  id: 'ep_1',
  url: 'https://shop.example/hooks',
  events: ['order.*'],
  sources: null,
  description: '',
  profile: 'standard',
  status: 'active',
  statusReason: null,
  headers: { 'X-Env': '•••' },
  timeout: '10s',
  retry: { schedule: ['30s', '2m'], jitter: 0.1, giveUpAfter: null },
  rateLimit: null,
  concurrency: 16,
  ordered: false,
  filter: null,
  notify: null,
  metadata: {},
  wire: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};
const before = draftOf(readEndpoint(JSON.stringify(endpoint)));
const told = (changes: Partial<typeof before>, since = before): unknown =>
  JSON.parse(bodyOf({ ...since, ...changes }, since));

test('only what was changed is told, and what was emptied goes back to what is usual', () => {
  assert.deepEqual(told({}), {});
  assert.deepEqual(told({ timeout: '', concurrency: '4', perSecond: '9' }), {
    timeout: null,
    concurrency: 4,
    rateLimit: { perSecond: 9 },
  });
  const { url } = endpoint;
  assert.deepEqual(told({ url, events: ['*'] }, blank), { url, events: ['*'] });
});

test('a schedule is told as waits, as waits that grow, or as none of its own', () => {
  assert.deepEqual(told({ waits: '1s 2s,3s' }), {
    retry: { schedule: ['1s', '2s', '3s'], jitter: 0.1, giveUpAfter: null },
  });
  assert.deepEqual(told({ retryWay: 'growing', firstWait: '1s', maxRetries: 'many', jitter: '' }), {
    retry: { exponential: { initial: '1s', maxRetries: 'many' }, giveUpAfter: null },
  });
  assert.deepEqual(told({ retryWay: 'own' }), { retry: null });
});

test('a filter keeps the digits that were typed', () => {
  const filter = '{"/data/id":{"eq":12345678901234567890}}';
  assert.ok(bodyOf({ ...before, filter }, before).endsWith(`"filter":${filter}}`));
});

test('a filter and metadata are offered with the digits that they have', () => {
  const kept = '{"n":12345678901234567890,"price":1.50}';
  const text = JSON.stringify({ ...endpoint, filter: 1, metadata: 2 });
  const told = readEndpoint(
    text.replace('"filter":1', `"filter":${kept}`).replace('"metadata":2', `"metadata":${kept}`),
  );
  const { filter, metadata } = draftOf(told);
  assert.equal(filter, '{\n  "n": 12345678901234567890,\n  "price": 1.50\n}');
  assert.equal(metadata, filter);
  assert.deepEqual([before.filter, before.metadata, before.wire], ['', '', '']);
});

test('own headers are told again with another address, where they would be dropped', () => {
  const url = 'https://other.example/';
  assert.deepEqual(told({ url }), { url, headers: endpoint.headers });
  assert.deepEqual(told({ headers: [pair('X-Env', 'prod')] }), { headers: { 'X-Env': 'prod' } });
});

test('a header in two rows, whatever the case of its letters, is refused beside the second one', () => {
  const save = (...names: string[]) => told({ headers: names.map((name) => pair(name, 'a')) });
  const twice = (error: Error): true => {
    assert.match(wrongAt(error, '/headers/x-env') ?? '', /^stands in two rows/);
    return true;
  };
  assert.throws(() => save('x-env', ' x-env'), twice);
  assert.throws(() => save('X-Env', 'A', 'x-env'), twice);
  assert.deepEqual(save('X-Env', 'A', ''), { headers: { 'X-Env': 'a', A: 'a', '': 'a' } });
});

test('what cannot even be asked is refused in the form of the API, beside its field', () => {
  const refused = (changes: Partial<typeof before>): ApiError => {
    try {
      bodyOf({ ...before, ...changes }, before);
    } catch (error) {
      if (error instanceof ApiError) return error;
    }
    throw new Error('It was not refused.');
  };
  assert.match(wrongAt(refused({ events: [] }), '/events') ?? '', /^choose at least one/);
  assert.match(wrongAt(refused({ sources: [] }), '/sources') ?? '', /^choose at least one/);
  assert.match(wrongAt(refused({ filter: '{' }), '/filter') ?? '', /^is no JSON/);
  assert.match(refused({ filter: '{' }).message, /^Filter: is no JSON/);
});

test('what is wrong in a list or an object says where in it', () => {
  const error = new ApiError(422, 'x', [
    { pointer: '/retry/schedule/1', detail: 'must be a duration' },
    { pointer: '/headers/a~1b', detail: 'is reserved' },
    { pointer: '/wire/', detail: 'is not known' },
  ]);
  assert.equal(wrongAt(error, '/retry/schedule'), 'no. 2: must be a duration');
  assert.equal(wrongAt(error, '/headers'), 'a/b: is reserved');
  assert.equal(wrongAt(error, `/headers/${pointerStep('a/b')}`), 'is reserved');
  assert.equal(wrongAt(error, '/wire'), 'is not known');
  assert.equal(wrongAt(error, '/head'), undefined);
  assert.equal(wrongAt(new Error('x'), '/headers'), undefined);
});
