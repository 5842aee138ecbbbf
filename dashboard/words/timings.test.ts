import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepsOf } from './timings.ts';

const none = { lookupMs: null, connectMs: null, tlsMs: null, waitMs: null, readMs: null };
const told = (timings: object, error: string | null, httpStatus: number | null): string[] =>
  stepsOf({ timings: { ...none, ...timings }, error, httpStatus }).map(({ words, ms }) => `${words} ${ms}`);

test('steps are told in their order, without those that did not take place', () => {
  assert.deepEqual(told({ waitMs: 7, readMs: 0 }, null, 200), ['Waited 7', 'Read 0']);
  assert.deepEqual(stepsOf({ timings: null, error: 'lost', httpStatus: null }), []);
});

test('a step that failed is not told as one that was done', () => {
  const refused = { lookupMs: 2, connectMs: 1 };
  assert.deepEqual(told(refused, 'connection_refused', null), ['Looked up 2', 'Failed to connect 1']);
  assert.deepEqual(told({ lookupMs: 3 }, 'dns', null), ['Failed to look up 3']);
  assert.deepEqual(told({ connectMs: 1, tlsMs: 9 }, 'tls', null), [
    'Connected 1',
    'Failed to agree on TLS 9',
  ]);
  assert.deepEqual(told({ connectMs: 1, waitMs: 5000 }, 'timeout', null), ['Connected 1', 'Waited 5000']);
});

test('a step that was done is told so, although the attempt failed for something else', () => {
  assert.deepEqual(told({ lookupMs: 2 }, 'blocked_address', null), ['Looked up 2']);
  assert.deepEqual(told({ connectMs: 2 }, 'http_status', 500), ['Connected 2']);
});
