import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderEntry } from '../api/order.ts';
import { entryNote, entryWords, runsOf } from './orders.ts';

const entry = (more: Partial<OrderEntry>): OrderEntry => ({
  at: '2026-01-01T00:00:00Z',
  kind: 'poll',
  state: 'pending',
  eventType: null,
  eventId: null,
  note: '',
  ...more,
});

test('what was told, what was asked and what was decided can be told apart', () => {
  assert.equal(entryWords(entry({ kind: 'registered' })), 'Registered by the store');
  assert.equal(entryWords(entry({ kind: 'event', eventType: 'order.created' })), 'Told: order.created');
  assert.equal(entryWords(entry({ note: 'still pending' })), 'Asked: still pending');
  assert.equal(
    entryWords(entry({ eventType: 'order.fulfilled', eventId: 'evt_1' })),
    'Asked, and found out: order.fulfilled',
  );
  assert.match(entryWords(entry({ kind: 'decision', note: 'overdue' })), /overdue/);
  assert.equal(
    entryWords(entry({ kind: 'decision', note: 'nobody said how it ended' })),
    'Asking is given up',
  );
  assert.equal(entryNote(entry({ note: 'still pending' })), '');
  assert.equal(entryNote(entry({ kind: 'event', note: 'already failed' })), 'already failed');
});

test('the same answer time and again is one entry that says how often and until when', () => {
  const pending = (at: string) => entry({ at, note: 'still pending' });
  const runs = runsOf([
    entry({ kind: 'registered' }),
    pending('1'),
    pending('2'),
    entry({ kind: 'decision', note: 'overdue' }),
    pending('3'),
    pending('4'),
    pending('5'),
    entry({ at: '6', note: 'the answer was 500' }),
    entry({ at: '7', eventType: 'order.fulfilled' }),
  ]);
  assert.deepEqual(runs.map(({ times, lastAt }) => [times, lastAt]).slice(1), [
    [2, '2'],
    [1, '2026-01-01T00:00:00Z'],
    [3, '5'],
    [1, '6'],
    [1, '7'],
  ]);
  assert.equal(entryWords(runs[3]!), 'Asked 3 times: still pending');
});
