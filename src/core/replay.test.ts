import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateUsedUntil, replayRoom } from './replay.ts';

/** What a replay puts back when it is asked at each of these times. */
function putBack(perSecond: number, times: number[]): number[] {
  let usedUntilMs = 0;
  return times.map((nowMs) => {
    const room = replayRoom({ perSecond, usedUntilMs }, nowMs);
    usedUntilMs = rateUsedUntil({ perSecond, usedUntilMs }, nowMs, room);
    return room;
  });
}

test('a replay puts back no more in any second than it may, however often it is asked', () => {
  for (const perSecond of [1, 3, 50, 7000]) {
    const counts = putBack(
      perSecond,
      Array.from({ length: 200 }, (_, n) => n * 50),
    );
    const most = Math.max(...counts.map((_, n) => counts.slice(n, n + 20).reduce((a, b) => a + b, 0)));
    assert.ok(most <= perSecond, `${most} of ${perSecond}`);
    assert.ok(counts.reduce((a, b) => a + b, 0) >= perSecond * 9);
  }
});

test('what was not used for long makes no burst, and a clock that is set back no standstill', () => {
  assert.deepEqual(putBack(10, [60_000, 60_100, 1000, 1200]), [10, 1, 0, 2]);
});
