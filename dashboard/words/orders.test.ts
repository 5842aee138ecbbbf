import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderEntry } from '../api/order.ts';
import { entryNote, entryWords } from './orders.ts';

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
