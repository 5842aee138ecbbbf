import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missedOf } from './missed.ts';

const at = (time: string): string => `2026-05-12T${time}.000Z`;
const given = (createdAt: string, endedAt: string | null) => ({
  createdAt: at(createdAt),
  endedAt: endedAt && at(endedAt),
});

test('what an endpoint missed is what was given up since its trouble began, from the first that was accepted', () => {
  const dead = [given('10:00:00', '12:00:00'), given('08:00:00', '11:30:00'), given('07:00:00', '09:00:00')];
  const reason = `disabled by the platform at ${at('12:00:00')}: nothing but failure since ${at('11:00:00')} (9 attempts)`;
  assert.deepEqual(missedOf(reason, dead), { since: at('08:00:00') });
  const once = `disabled by the platform at ${at('12:00:00')}: the receiver answered 410 Gone`;
  assert.deepEqual(missedOf(once, dead), { since: at('10:00:00') });
  const later = [given('12:30:00', '12:40:00')];
  assert.deepEqual(
    missedOf(once, later),
    { since: at('12:00:00') },
    'of a long list only the newest are known',
  );
});

test('nothing is sent again where nothing was given up since, or nobody knows since when', () => {
  assert.equal(missedOf(`paused by Ana at ${at('12:00:00')}`, [given('07:00:00', '09:00:00')]), null);
  assert.equal(missedOf(`paused by Ana at ${at('12:00:00')}`, [given('07:00:00', null)]), null);
  assert.equal(missedOf(null, [given('10:00:00', '12:00:00')]), null);
  assert.equal(missedOf('paused by Ana', [given('10:00:00', '12:00:00')]), null);
});
