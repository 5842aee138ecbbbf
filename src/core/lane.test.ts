import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Lane } from './lane.ts';
import * as lanes from './lane.ts';
import * as limits from './limits/dispatch.ts';

function lane(
  settings: Partial<{ concurrency: number; ratePerSecond: number | null; failing: boolean }> = {},
): Lane {
  return lanes.newLane({
    endpointNo: 1,
    accountNo: 1,
    concurrency: 16,
    ratePerSecond: null,
    failing: false,
    nowMs: 0,
    ...settings,
  });
}

const good = { error: null, httpStatus: 200, durationMs: 5 };
const refused = { error: 'connection_refused', httpStatus: null, durationMs: 1 } as const;

/** An answer that is no success. */
function answer(httpStatus: number): Parameters<typeof lanes.end>[1] {
  return { error: 'http_status', httpStatus, durationMs: 5 };
}

function run(one: Lane, result: Parameters<typeof lanes.end>[1], nowMs: number): void {
  lanes.begin(one);
  lanes.end(one, result, nowMs);
}

function sum(take: Record<lanes.Line, number>): number {
  return take.first + take.retry + take.replayed;
}

/** Fails until the breaker is open. */
function breakOpen(one: Lane): number {
  let nowMs = 0;
  for (; !one.breakerOpen; nowMs += 4000) run(one, refused, nowMs);
  return nowMs;
}

test('never more is under way than the endpoint’s concurrency, whatever happens', () => {
  const step = fc.oneof(
    fc.record({ act: fc.constant('claim' as const), places: fc.integer({ min: 0, max: 300 }) }),
    fc.record({ act: fc.constant('end' as const), ok: fc.boolean() }),
    fc.record({ act: fc.constant('fresh' as const) }),
    fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 60_000 }) }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 256 }),
      fc.array(step, { maxLength: 200, size: 'max' }),
      (concurrency, steps) => {
        const one = lane({ concurrency });
        let nowMs = 0;
        for (const line of lanes.lines) one.nextAtMs[line] = 0;
        for (const each of steps) {
          if (each.act === 'wait') nowMs += each.ms;
          if (each.act === 'claim')
            for (let i = sum(lanes.room(one, nowMs, each.places)); i > 0; i--) lanes.begin(one);
          if (each.act === 'fresh' && lanes.takesFresh(one, nowMs) && lanes.hasRoom(one, nowMs))
            lanes.begin(one);
          if (each.act === 'end' && one.inFlight > 0) lanes.end(one, each.ok ? good : refused, nowMs);
          assert.ok(one.inFlight >= 0 && one.inFlight <= concurrency);
          assert.ok(one.window >= 1 && one.window <= concurrency);
        }
      },
    ),
  );
});

test('a receiver that comes back is filled from one request upwards', () => {
  const one = lane();
  const nowMs = breakOpen(one);
  one.nextAtMs.first = 0;
  const probeAtMs = nowMs + limits.breakerProbeMs;
  assert.equal(sum(lanes.room(one, probeAtMs, 100)), 1);
  lanes.begin(one);
  lanes.probeBegins(one, probeAtMs);
  lanes.end(one, good, probeAtMs);
  const sizes: number[] = [];
  for (let round = 0; round < 50; round++) {
    const count = sum(lanes.room(one, probeAtMs, 100));
    sizes.push(count);
    for (let i = 0; i < count; i++) lanes.begin(one);
    for (let i = 0; i < count; i++) lanes.end(one, good, probeAtMs);
  }
  assert.equal(sizes[0], 1);
  assert.equal(sizes.at(-1), 16);
  for (let i = 1; i < sizes.length; i++) assert.ok(sizes[i]! <= sizes[i - 1]! + 1);
});

test('the breaker opens after 10 failures in a row over 30 s, not before', () => {
  const quick = lane();
  for (let i = 0; i < 50; i++) run(quick, refused, i * 100);
  assert.equal(quick.breakerOpen, false);
  const slow = lane();
  for (let i = 0; i < 9; i++) run(slow, refused, i * 10_000);
  assert.equal(slow.breakerOpen, false);
  run(slow, refused, 90_000);
  assert.equal(slow.breakerOpen, true);
});

test('while the breaker is open one first attempt goes out at a time, and due retries keep their schedule', () => {
  const one = lane();
  const nowMs = breakOpen(one);
  one.nextAtMs.first = 0;
  assert.equal(sum(lanes.room(one, one.probeAtMs - 1, 100)), 0);
  one.nextAtMs.retry = nowMs;
  assert.ok(lanes.room(one, one.probeAtMs - 1, 100).retry >= 1);
  assert.deepEqual(lanes.room(one, one.probeAtMs, 100).first, 1);
});

test('retries of an endpoint that times out may use its whole concurrency once they waited too long', () => {
  const one = lane();
  const timedOut = { error: 'timeout', httpStatus: null, durationMs: 15_000 } as const;
  for (let i = 0; i < 8; i++) {
    lanes.begin(one);
    lanes.end(one, timedOut, i);
  }
  one.nextAtMs.retry = 0;
  lanes.begin(one);
  assert.equal(lanes.room(one, limits.retryLatenessMs, 100).retry, 0);
  assert.equal(lanes.room(one, limits.retryLatenessMs + 1, 100).retry, 15);
});

test('retries of an endpoint that fails quickly go one at a time, however late, so that it comes back gently', () => {
  const one = lane();
  for (let i = 0; i < 8; i++) run(one, refused, i);
  one.nextAtMs.retry = 0;
  assert.equal(lanes.room(one, limits.retryLatenessMs * 10, 100).retry, 1);
});

test('behind an open breaker a replay’s probe and a due retry do not go out together where there is one place', () => {
  const one = lane({ concurrency: 1 });
  const nowMs = breakOpen(one) + limits.breakerProbeMs;
  one.nextAtMs.retry = nowMs;
  one.nextAtMs.replayed = nowMs;
  assert.equal(sum(lanes.room(one, nowMs, 10)), 1);
});

test('a token that comes back after a while does not make two of one burst', () => {
  const one = lane({ ratePerSecond: 2 });
  one.nextAtMs.first = 0;
  lanes.begin(one);
  assert.equal(lanes.refill(one, 60_000), 1);
  lanes.unbegin(one);
  assert.equal(sum(lanes.room(one, 60_000, 10)), 1);
});

test('what was begun and not sent gives its place and its token back', () => {
  const one = lane({ concurrency: 1, ratePerSecond: 2 });
  one.nextAtMs.first = 0;
  lanes.begin(one);
  assert.equal(sum(lanes.room(one, 0, 10)), 0);
  lanes.unbegin(one);
  assert.equal(sum(lanes.room(one, 0, 10)), 1);
});

test('a claim that the store took long for does not go out on top of a burst', () => {
  const one = lane({ ratePerSecond: 2 });
  one.nextAtMs.first = 0;
  lanes.begin(one);
  lanes.goOut(one, 1, 60_000);
  assert.equal(sum(lanes.room(one, 60_100, 10)), 0);
  assert.equal(sum(lanes.room(one, 60_600, 10)), 1);
});

test('a rate that is lowered or new leaves no more than its own burst', () => {
  for (const before of [100, null]) {
    const one = lane({ ratePerSecond: before });
    lanes.reconfigure(one, { concurrency: 16, ratePerSecond: 10 });
    one.nextAtMs.first = 0;
    assert.equal(sum(lanes.room(one, 0, 100)), 1);
  }
});

test('a person’s act closes the breaker', () => {
  const one = lane();
  const nowMs = breakOpen(one);
  lanes.closeBreaker(one);
  one.nextAtMs.first = 0;
  assert.ok(lanes.room(one, nowMs, 100).first >= 1);
});

test('after a person’s act it takes as many failures as ever to open the breaker again', () => {
  const one = lane();
  const nowMs = breakOpen(one);
  lanes.closeBreaker(one);
  for (let i = 1; i < limits.breakerFailures; i++) run(one, refused, nowMs + i * limits.breakerForMs);
  assert.equal(one.breakerOpen, false);
  run(one, refused, nowMs + limits.breakerFailures * limits.breakerForMs);
  assert.equal(one.breakerOpen, true);
});

test('in any second, at most the rate and a tenth of it for the burst goes out', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300, size: 'max' }),
      (rate, gaps) => {
        const one = lane({ concurrency: 256, ratePerSecond: rate });
        one.nextAtMs.first = 0;
        const sentAtMs: number[] = [];
        let nowMs = 0;
        for (const gapMs of gaps) {
          nowMs += gapMs;
          for (let i = sum(lanes.room(one, nowMs, 1000)); i > 0; i--) {
            lanes.begin(one);
            sentAtMs.push(nowMs);
          }
          while (one.inFlight > 0) lanes.end(one, good, nowMs);
        }
        for (const fromMs of sentAtMs) {
          const inSecond = sentAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1000).length;
          assert.ok(inSecond <= rate + Math.max(1, rate * limits.rateBurstShare) + 1);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('a replay gets at most half while live traffic waits, and is not starved by it', () => {
  const one = lane();
  one.nextAtMs.first = 0;
  one.nextAtMs.replayed = 0;
  let live = 0;
  let replayed = 0;
  for (let turn = 0; turn < 100; turn++) {
    const take = lanes.room(one, 0, 1 + (turn % 16));
    live += take.first;
    replayed += take.replayed;
    assert.ok(take.replayed <= Math.ceil(sum(take) / 2));
  }
  assert.ok(replayed > 0 && replayed <= live + 50);
});

test('a lane that waits always knows when to look again', () => {
  const one = lane({ ratePerSecond: 2 });
  one.nextAtMs.first = 0;
  lanes.begin(one);
  const wakeAtMs = lanes.wakeAtMs(one, 0);
  assert.ok(wakeAtMs > 0 && wakeAtMs <= 500);
  assert.equal(sum(lanes.room(one, wakeAtMs, 10)), 1);
});

test('a delivery accepted just now goes out past an empty line only, or order of arrival would be lost', () => {
  assert.equal(lanes.takesFresh(lane(), 5), true);
  for (const line of ['first', 'retry'] as const) {
    const one = lane();
    one.nextAtMs[line] = 5;
    assert.equal(lanes.takesFresh(one, 4), true, line);
    assert.equal(lanes.takesFresh(one, 5), false, line);
  }
});

test('a delivery accepted just now does not pass an open breaker', () => {
  const one = lane();
  assert.equal(lanes.takesFresh(one, breakOpen(one)), false);
});

test('an answer that says "too much" or "too slow", or none at all, halves what is under way; a refusal of the one message does not', () => {
  const lost = { error: 'lost', httpStatus: null, durationMs: 5 } as const;
  const room = (result: Parameters<typeof lanes.end>[1]): number => {
    const one = lane();
    one.nextAtMs.first = 0;
    run(one, result, 0);
    return sum(lanes.room(one, 0, 100));
  };
  for (const result of [answer(408), answer(429), answer(500), answer(599), lost, refused])
    assert.equal(room(result), 8, JSON.stringify(result));
  for (const result of [answer(404), answer(422), answer(499)])
    assert.equal(room(result), 16, JSON.stringify(result));
});

/** How many first attempts it lets begin, one by one. */
function begun(one: Lane): number {
  let count = 0;
  for (; lanes.hasRoom(one, 0); count++) lanes.begin(one);
  return count;
}

test('a healthy endpoint has its changed concurrency at once', () => {
  for (const concurrency of [4, 64]) {
    const one = lane({ concurrency: 16 });
    lanes.reconfigure(one, { concurrency, ratePerSecond: null });
    assert.equal(begun(one), concurrency);
  }
});

test('an endpoint that fails gets no more from a changed concurrency, and never more than that', () => {
  const narrow = lane({ concurrency: 16 });
  run(narrow, refused, 0);
  lanes.reconfigure(narrow, { concurrency: 64, ratePerSecond: null });
  assert.equal(begun(narrow), 8);
  const wide = lane({ concurrency: 16 });
  run(wide, answer(404), 0);
  lanes.reconfigure(wide, { concurrency: 4, ratePerSecond: null });
  assert.equal(begun(wide), 4);
});

test('in memory waits only who waits for a moment: for no rate, no slow and no failing endpoint', () => {
  assert.equal(lanes.mayStandBy(lane()), true);
  assert.equal(lanes.mayStandBy(lane({ ratePerSecond: 500 })), false);
  const failing = lane();
  run(failing, answer(404), 0);
  assert.equal(lanes.mayStandBy(failing), false);
  const slow = lane();
  run(slow, { ...good, durationMs: limits.slowMs * 5 }, 0);
  assert.equal(lanes.mayStandBy(slow), false);
});

test('an endpoint that failed before the start is begun with one request', () => {
  assert.equal(begun(lane({ failing: true })), 1);
  assert.equal(begun(lane({ failing: false })), 16);
});

test('first attempts and retries share in halves, and the odd place is for the line that has been due longer', () => {
  const one = lane({ concurrency: 5 });
  const room = (first: number, retry: number): Record<lanes.Line, number> => {
    Object.assign(one.nextAtMs, { first, retry });
    return lanes.room(one, 10, 100);
  };
  assert.deepEqual(room(1, 2), { first: 3, retry: 2, replayed: 0 });
  assert.deepEqual(room(2, 1), { first: 2, retry: 3, replayed: 0 });
  assert.deepEqual(room(1, 1), { first: 2, retry: 3, replayed: 0 });
});

test('retries of an endpoint that fails quickly go one at a time beside a probe, too', () => {
  const one = lane({ concurrency: 16 });
  for (let i = 0; !one.breakerOpen; i++) run(one, refused, i * 4000);
  Object.assign(one.nextAtMs, { first: one.probeAtMs, retry: one.probeAtMs - 1 });
  assert.deepEqual(lanes.room(one, one.probeAtMs - 1, 100), { first: 0, retry: 1, replayed: 0 });
  assert.deepEqual(lanes.room(one, one.probeAtMs, 100), { first: 1, retry: 1, replayed: 0 });
});

test('due retries go out beside a probe, in the places that it leaves', () => {
  for (const concurrency of [1, 16]) {
    const one = lane({ concurrency });
    // Refusals of single messages: the breaker opens, and the window stays wide.
    for (let i = 0; !one.breakerOpen; i++) run(one, answer(404), i * 4000);
    const nowMs = one.probeAtMs;
    Object.assign(one.nextAtMs, { first: nowMs, retry: nowMs });
    assert.deepEqual(lanes.room(one, nowMs, 100), { first: 1, retry: concurrency - 1, replayed: 0 });
  }
});

test('success widens what is under way only where at least half of it was used', () => {
  const one = lane();
  run(one, refused, 0);
  for (let i = 0; i < 100; i++) run(one, good, 0);
  one.nextAtMs.first = 0;
  assert.equal(sum(lanes.room(one, 0, 100)), 8);
  for (let i = 0; i < 3; i++) lanes.begin(one);
  for (let i = 0; i < 8; i++) run(one, good, 0);
  assert.equal(sum(lanes.room(one, 0, 100)), 6);
});
