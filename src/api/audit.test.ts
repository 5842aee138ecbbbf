import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditNameChars } from '../core/limits/people.ts';
import { aboutOf, actOf } from './audit.ts';
import type { Answer } from './route.ts';

const told = (params: { id?: string; name?: string }, answer: Answer) => {
  const { aboutId, aboutName } = aboutOf({ id: '', name: '', token: '', ...params }, answer);
  return [aboutId, aboutName];
};

test('what an act was about is what its address names, before what came of it', () => {
  assert.deepEqual(told({ id: 'ep_1' }, { body: { id: 'rpl_1' } }), ['ep_1', null]);
  assert.deepEqual(told({}, { body: { id: 'bin_1', name: 'demo' } }), ['bin_1', 'demo']);
  assert.deepEqual(told({ id: 'bin_1' }, { about: 'demo' }), ['bin_1', 'demo']);
  assert.deepEqual(told({ name: 'order.made' }, {}), [null, 'order.made']);
  assert.deepEqual(told({}, {}), [null, null]);
});

test('a URL is a name of endpoints only: that of a link or a channel signs in or is a secret', () => {
  const url = 'https://a.example/portal/ptl_1#token';
  assert.deepEqual(told({}, { body: { id: 'ep_1', url } }), ['ep_1', url]);
  assert.deepEqual(told({}, { body: { id: 'ptl_1', name: '', url } }), ['ptl_1', null]);
  assert.deepEqual(told({}, { body: { url } }), [null, null]);
});

test('of a change the names of what was sent are told, and no value', () => {
  const change = { method: 'PATCH', summary: 'Change an endpoint' } as const;
  assert.equal(actOf(change, { url: 'https://a.example/', retry: null }), 'Change an endpoint: url, retry');
  assert.equal(actOf(change, {}), 'Change an endpoint');
  assert.equal(actOf({ method: 'POST', summary: 'Create a bin' }, { name: 'demo' }), 'Create a bin');
});

test('of a long name the beginning is kept', () => {
  const url = `https://a.example/${'x'.repeat(auditNameChars)}`;
  assert.deepEqual(told({ id: 'ep_1' }, { body: { url } }), ['ep_1', url.slice(0, auditNameChars)]);
  const whole = 'x'.repeat(auditNameChars - 1);
  assert.deepEqual(told({ name: `${whole}😀` }, {}), [null, whole], 'no half of a character');
});
