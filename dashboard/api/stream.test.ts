import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from './stream.ts';

test('an event is read as the standard says, and a comment is none', () => {
  assert.deepEqual(eventOf('id: 4\nevent: request\ndata: {"a":1}'), { event: 'request', data: '{"a":1}' });
  assert.deepEqual(eventOf('data: one\ndata: two'), { event: 'message', data: 'one\ntwo' });
  assert.equal(eventOf(': still here'), null);
});
