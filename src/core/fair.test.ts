import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FairQueue } from './fair.ts';
import * as limits from './limits/dispatch.ts';

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

test('nobody who used more goes before an account whose turn is still being taken', () => {
  const queue = new FairQueue();
  queue.add(1, 10);
  queue.add(2, 20);
  assert.equal(queue.next(), 10);
  queue.take(1);
  queue.charge(1, 10, 5);
  assert.equal(queue.next(), 20);
  queue.charge(2, 20, 100);
  queue.add(2, 20);
  assert.equal(queue.next(), undefined);
  queue.taken(1);
  assert.equal(queue.next(), 20);
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

test('after a rest, lanes of an account stand by what they used since', () => {
  const queue = new FairQueue();
  queue.add(1, 10);
  queue.charge(1, 10, 50);
  assert.equal(queue.next(), 10);
  queue.rest();
  queue.add(1, 10);
  queue.charge(1, 11, 20);
  queue.add(1, 11);
  queue.add(1, 12);
  assert.deepEqual([queue.next(), queue.next(), queue.next()], [10, 12, 11]);
});

/** So many accounts have had so many lanes wait; now nobody does. */
function rested(count: { accounts: number; lanes: number }): FairQueue {
  const queue = new FairQueue();
  for (let no = 0; no < count.lanes; no++) queue.add(Math.min(no, count.accounts - 1), no);
  while (queue.next() !== undefined);
  queue.rest();
  return queue;
}

test('records are kept over a rest until they are too many; then none is left', () => {
  const half = limits.turnsRemembered / 2;
  assert.equal(rested({ accounts: half - 1, lanes: half }).remembered, limits.turnsRemembered - 1);
  assert.equal(rested({ accounts: half, lanes: half }).remembered, 0);
});

/** The same rule by looking at everybody who waits or takes a turn. */
class PlainQueue {
  readonly usedMs = new Map<number, number>();
  readonly laneUsedMs = new Map<number, number>();
  readonly floorsMs = new Map<number, number>();
  /** Accounts in the order in which they came, each with its lanes that wait; none while it only takes its turn. */
  readonly order = new Map<number, Map<number, number>>();
  readonly taking = new Map<number, number>();
  floorMs = 0;

  get size(): number {
    return [...this.order.values()].filter((lanes) => lanes.size > 0).length;
  }

  add(account: number, lane: number): void {
    const lanes = this.#enter(account);
    if (lanes.has(lane)) return;
    lanes.set(lane, Math.max(this.laneUsedMs.get(lane) ?? 0, this.floorsMs.get(account) ?? 0));
  }

  next(): number | undefined {
    const accounts = [...this.order.keys()].map((no) => [no, this.usedMs.get(no)!] as const);
    if (accounts.length === 0) return undefined;
    const [account, usedMs] = accounts.reduce((best, one) => (one[1] < best[1] ? one : best));
    const lanes = this.order.get(account)!;
    if (lanes.size === 0) return undefined;
    const [lane, laneMs] = [...lanes].reduce((best, one) => (one[1] < best[1] ? one : best));
    this.floorMs = usedMs;
    this.floorsMs.set(account, laneMs);
    this.laneUsedMs.set(lane, laneMs);
    lanes.delete(lane);
    this.#leave(account);
    return lane;
  }

  take(account: number): void {
    this.#enter(account);
    this.taking.set(account, this.#taking(account) + 1);
  }

  taken(account: number): void {
    this.taking.set(account, this.#taking(account) - 1);
    this.#leave(account);
  }

  isTaking(account: number): boolean {
    return this.#taking(account) > 0;
  }

  charge(account: number, lane: number, ms: number): void {
    if (!this.usedMs.has(account)) return;
    this.usedMs.set(account, this.usedMs.get(account)! + ms);
    const lanes = this.order.get(account);
    if (lanes?.has(lane)) lanes.set(lane, lanes.get(lane)! + ms);
    else this.laneUsedMs.set(lane, (this.laneUsedMs.get(lane) ?? 0) + ms);
  }

  remove(account: number, lane: number): void {
    this.laneUsedMs.delete(lane);
    this.order.get(account)?.delete(lane);
    this.#leave(account);
  }

  rest(): void {
    if (this.order.size > 0) return;
    for (const used of [this.usedMs, this.laneUsedMs, this.floorsMs]) used.clear();
    this.floorMs = 0;
  }

  #taking(account: number): number {
    return this.taking.get(account) ?? 0;
  }

  #enter(account: number): Map<number, number> {
    const known = this.order.get(account);
    if (known !== undefined) return known;
    const lanes = new Map<number, number>();
    this.usedMs.set(account, Math.max(this.usedMs.get(account) ?? 0, this.floorMs));
    this.order.set(account, lanes);
    return lanes;
  }

  #leave(account: number): void {
    if (this.order.get(account)?.size === 0 && !this.isTaking(account)) this.order.delete(account);
  }
}

test('turns are taken as if everybody who waits or takes a turn were looked at', () => {
  const lane = fc.nat(11);
  const act = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), lane }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('next' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('charge' as const),
        lane,
        ms: fc.integer({ min: -20, max: 60 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), lane }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), lane }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('taken' as const), lane }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('rest' as const) }) },
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200, size: 'max' }), (acts) => {
      const queue = new FairQueue();
      const plain = new PlainQueue();
      for (const one of acts) {
        const account = 'lane' in one ? one.lane % 4 : 0;
        if (one.kind === 'next') assert.equal(queue.next(), plain.next());
        else if (one.kind === 'rest') {
          queue.rest();
          plain.rest();
        } else if (one.kind === 'charge') {
          queue.charge(account, one.lane, one.ms);
          plain.charge(account, one.lane, one.ms);
        } else if (one.kind === 'take') {
          queue.take(account);
          plain.take(account);
        } else if (one.kind === 'taken') {
          if (!plain.isTaking(account)) continue;
          queue.taken(account);
          plain.taken(account);
        } else {
          queue[one.kind](account, one.lane);
          plain[one.kind](account, one.lane);
        }
        assert.equal(queue.size, plain.size);
      }
    }),
  );
});
