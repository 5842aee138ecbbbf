import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairQueue } from './fair.ts';

/** Serves one place at a time; every turn of a lane takes its own time. */
function shares(
  lanes: { account: number; endpoint: number; ms: number }[],
  turns: number,
): Map<number, number> {
  const queue = new FairQueue();
  const usedMs = new Map<number, number>();
  for (const lane of lanes) queue.add(lane.account, lane.endpoint);
  for (let i = 0; i < turns; i++) {
    const endpoint = queue.next()!;
    const lane = lanes.find((one) => one.endpoint === endpoint)!;
    queue.charge(lane.account, endpoint, lane.ms);
    usedMs.set(lane.account, (usedMs.get(lane.account) ?? 0) + lane.ms);
    queue.add(lane.account, endpoint);
  }
  return usedMs;
}

test('equal accounts get equal time, however many endpoints each has and however slow they are', () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ account: 1, endpoint: 100 + i, ms: 10 }));
  const used = shares(
    [...many, { account: 2, endpoint: 1, ms: 10 }, { account: 3, endpoint: 2, ms: 200 }],
    3000,
  );
  const times = [...used.values()];
  assert.ok(Math.max(...times) / Math.min(...times) < 1.1, `${times}`);
});

test('endpoints of one account take turns by the time they use', () => {
  const queue = new FairQueue();
  queue.add(1, 10);
  queue.add(1, 11);
  const order: number[] = [];
  for (let i = 0; i < 12; i++) {
    const endpoint = queue.next()!;
    order.push(endpoint);
    queue.charge(1, endpoint, endpoint === 10 ? 30 : 10);
    queue.add(1, endpoint);
  }
  assert.equal(order.filter((endpoint) => endpoint === 10).length, 3);
});

test('who was away saves nothing up', () => {
  const queue = new FairQueue();
  queue.add(1, 10);
  for (let i = 0; i < 100; i++) {
    queue.charge(1, queue.next()!, 10);
    queue.add(1, 10);
  }
  queue.add(2, 20);
  const order = Array.from({ length: 10 }, () => {
    const endpoint = queue.next()!;
    queue.charge(endpoint === 10 ? 1 : 2, endpoint, 10);
    queue.add(endpoint === 10 ? 1 : 2, endpoint);
    return endpoint;
  });
  assert.equal(order.filter((endpoint) => endpoint === 20).length, 5);
});

test('a lane is taken out once, and a removed one never', () => {
  const queue = new FairQueue();
  queue.add(1, 10);
  queue.add(1, 10);
  queue.add(1, 11);
  queue.remove(1, 11);
  assert.equal(queue.next(), 10);
  assert.equal(queue.next(), undefined);
  assert.equal(queue.size, 0);
});
