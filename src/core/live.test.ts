import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as limits from './limits/live.ts';
import { type Change, Notes } from './live.ts';

const change = (n: number, kind: Change['kind'] = 'delivery'): Change => ({ kind, id: `x_${n}` });

describe('what a reader of the stream is told', () => {
  test('is each change, in order, once', () => {
    const notes = new Notes();
    assert.equal(notes.dueAtMs, null);
    assert.equal(notes.take(0), null);
    notes.add(change(1), 0);
    notes.add(change(2, 'event'), 0);
    assert.deepEqual(notes.take(0), { changes: [change(1), change(2, 'event')], more: [] });
    assert.equal(notes.take(0), null);
  });

  test('is at most so much in a second; of the rest its kinds, when the second is over', () => {
    const notes = new Notes();
    for (let n = 0; n < limits.livePerS + 10; n++) notes.add(change(n, n % 2 ? 'event' : 'delivery'), 5);
    assert.equal(notes.take(5)?.changes.length, limits.livePerS);
    assert.equal(notes.take(900), null);
    assert.equal(notes.dueAtMs, 1005);
    assert.deepEqual(notes.take(1005), { changes: [], more: ['delivery', 'event'] });
    assert.equal(notes.dueAtMs, null);
  });

  test('under load that never ends, is that there is more, every second', () => {
    const notes = new Notes();
    let told = 0;
    for (let atMs = 0; atMs < 5000; atMs++) {
      for (let n = 0; n < 3; n++) notes.add(change(n), atMs);
      if ((notes.take(atMs)?.more.length ?? 0) > 0) told += 1;
    }
    assert.ok(told >= 4 && told <= 5, String(told));
  });

  test('is one word when it reads too slowly: nothing waits without bound', () => {
    const notes = new Notes();
    const seconds = Math.ceil(limits.liveWaiting / limits.livePerS) + 1;
    for (let second = 0; second < seconds; second++)
      for (let n = 0; n < limits.livePerS; n++) notes.add(change(n), second * 1000);
    const batch = notes.take(seconds * 1000);
    assert.ok(batch !== null && batch.changes.length < limits.liveWaiting);
    assert.deepEqual(batch.more, ['delivery']);
  });
});
