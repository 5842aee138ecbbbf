import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import * as limits from './limits/sending.ts';
import {
  dueAtMs,
  hear,
  isFinal,
  mayFollow,
  type Order,
  type OrderNews,
  type OrderPolicy,
  type OrderState,
  orderStates,
  pass,
  polled,
  register,
  rewatch,
} from './order.ts';

const t0 = Date.parse('2026-01-01T00:00:00Z');
const minuteMs = 60_000;
const policy: OrderPolicy = {
  poll: {
    afterMs: 5 * minuteMs,
    everyMs: 5 * minuteMs,
    giveUpAfterMs: 24 * 60 * minuteMs,
    needsOrderId: true,
  },
  slaMs: 15 * minuteMs,
};
const names = { id: 'ord_1', accountNo: 1, sourceId: 'src_1', reference: 'ORD-1', orderId: 'SUP-1' };

function registered(more: Partial<typeof names> = {}, by = policy): Order {
  return { ...register(null, { ...names, ...more, policy: by }, t0).order, no: 1 };
}

function news(state: OrderState | null, more: Partial<OrderNews> = {}): OrderNews {
  const { sourceId, reference, orderId } = names;
  return { sourceId, reference, orderId, state, via: 'webhook', newId: 'ord_2', policy, ...more };
}

function heard(order: Order | null, state: OrderState | null, nowMs = t0, more: Partial<OrderNews> = {}) {
  return hear(order, news(state, more), { type: `order.${state}`, id: 'evt_1', accountNo: 1 }, nowMs)!;
}

describe('order', () => {
  test('a registered order is asked about when it has been pending for as long as its source says', () => {
    const order = registered();
    assert.equal(order.state, 'pending');
    assert.equal(order.nextPollAtMs, t0 + 5 * minuteMs);
    assert.equal(dueAtMs(order), t0 + 15 * minuteMs);
  });

  test('an order whose id is not known is not asked about until an event tells it', () => {
    const order = registered({ orderId: null as never });
    assert.equal(order.nextPollAtMs, null);
    const later = heard(order, 'pending', t0 + 7 * minuteMs).order;
    assert.equal(later.orderId, 'SUP-1');
    assert.equal(later.nextPollAtMs, t0 + 7 * minuteMs);
  });

  test('an event for an order that nobody registered is handed on, flags it and is told', () => {
    const change = heard(null, 'fulfilled');
    assert.equal(change.handOn, true);
    assert.equal(change.order.flagged, true);
    assert.equal(change.order.state, 'fulfilled');
    assert.deepEqual(change.signals, ['order.unknown']);
    const late = register({ ...change.order, no: 1 }, { ...names, policy }, t0 + 1);
    assert.equal(late.order.flagged, false);
    assert.equal(late.order.state, 'fulfilled');
    assert.equal(late.order.createdAtMs, t0);
  });

  test('an event of a type that means nothing makes no order known', () => {
    assert.equal(hear(null, news(null), { type: 'invoice.sent', id: 'e', accountNo: 1 }, t0), null);
  });

  test('a failed order is told once', () => {
    const failed = heard(registered(), 'failed');
    assert.deepEqual(failed.signals, ['order.failed']);
    const again = heard({ ...failed.order, no: 1 }, 'failed');
    assert.deepEqual([again.handOn, again.signals], [false, []]);
  });

  test('a webhook that comes after a poll found the same is not handed on', () => {
    const found = heard(registered(), 'fulfilled', t0 + 5 * minuteMs, { via: 'poll' });
    assert.equal(found.order.foundBy, 'poll');
    const late = heard({ ...found.order, no: 1 }, 'fulfilled', t0 + 6 * minuteMs);
    assert.equal(late.handOn, false);
    assert.equal(late.order.foundBy, 'poll');
  });

  test('a fulfilment that was handed on is known also after the refund', () => {
    const fulfilled = heard(registered(), 'fulfilled').order;
    const refunded = heard({ ...fulfilled, no: 1 }, 'refunded').order;
    assert.equal(refunded.state, 'refunded');
    assert.equal(heard({ ...refunded, no: 1 }, 'fulfilled').handOn, false);
  });

  test('a contradiction is handed on, changes nothing and is written down', () => {
    const failed = heard(registered(), 'failed').order;
    const change = heard({ ...failed, no: 1 }, 'fulfilled');
    assert.equal(change.handOn, true);
    assert.equal(change.order.state, 'failed');
    assert.match(change.entries[0]!.note, /says fulfilled; the order stays failed/);
  });

  test('past its bound an order is overdue, and no longer once it has ended', () => {
    const overdue = pass(registered(), t0 + 15 * minuteMs);
    assert.deepEqual([overdue.order.overdue, overdue.signals], [true, ['order.overdue']]);
    assert.deepEqual(pass(overdue.order, t0 + 16 * minuteMs).signals, []);
    assert.equal(heard(overdue.order, 'fulfilled').order.overdue, false);
  });

  test('asking is given up when told to, and a late answer still counts', () => {
    const stuck = pass(registered(), t0 + 24 * 60 * minuteMs);
    assert.equal(stuck.order.state, 'stuck');
    assert.ok(stuck.signals.includes('order.stuck'));
    assert.equal(stuck.order.nextPollAtMs, null);
    const late = heard(stuck.order, 'fulfilled');
    assert.deepEqual([late.handOn, late.order.state], [true, 'fulfilled']);
  });

  test('failed questions back off, and Retry-After puts the next one off further', () => {
    const fail = (retryAfterMs: number | null) =>
      ({ kind: 'failure', reason: 'down', retryAfterMs }) as const;
    const first = polled(registered(), fail(null), policy, t0).order;
    assert.equal(first.nextPollAtMs, t0 + 5 * minuteMs);
    const second = polled(first, fail(null), policy, t0).order;
    assert.equal(second.nextPollAtMs, t0 + 10 * minuteMs);
    assert.equal(polled(second, fail(3 * 3_600_000), policy, t0).order.nextPollAtMs, t0 + 3 * 3_600_000);
    assert.equal(polled(second, { kind: 'pending' }, policy, t0).order.pollFailures, 0);
  });

  test('a source that is followed anew asks about what is pending only', () => {
    const unwatched = registered({}, { poll: null, slaMs: null });
    assert.equal(dueAtMs(unwatched), null);
    const again = rewatch(unwatched, policy, t0 + minuteMs);
    assert.equal(again.nextPollAtMs, t0 + 5 * minuteMs);
    const done = { ...heard(registered(), 'fulfilled').order, no: 1 };
    assert.equal(dueAtMs(rewatch(done, policy, t0)), null);
  });
});

const step = fc.oneof(
  fc.record({
    act: fc.constant('hear' as const),
    state: fc.constantFrom<OrderState | null>('pending', 'fulfilled', 'failed', 'refunded', null),
    via: fc.constantFrom('webhook' as const, 'poll' as const),
    afterMs: fc.nat(30 * minuteMs),
  }),
  fc.record({ act: fc.constant('pass' as const), afterMs: fc.nat(10 * 3_600_000) }),
  fc.record({ act: fc.constant('register' as const), afterMs: fc.nat(minuteMs) }),
  fc.record({
    act: fc.constant('poll' as const),
    afterMs: fc.nat(minuteMs),
    retryAfterMs: fc.option(fc.nat(2 * 86_400_000)),
    fails: fc.boolean(),
  }),
);

describe('invariants of orders, whatever comes in whatever order', () => {
  /** Runs steps and hands each one's before and after over. */
  function walk(
    steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    look: (before: Order | null, after: Order | null, nowMs: number, handedOn: OrderState | null) => void,
  ): void {
    let order: Order | null = null;
    let nowMs = t0;
    for (const one of steps) {
      nowMs += one.afterMs;
      const before: Order | null = order;
      let handedOn: OrderState | null = null;
      if (one.act === 'hear') {
        const change = hear(
          order,
          news(one.state, { via: one.via }),
          { type: 't', id: 'e', accountNo: 1 },
          nowMs,
        );
        if (change !== null) order = { ...change.order, no: 1 };
        if (change?.handOn) handedOn = one.state;
      } else if (one.act === 'register') {
        order = { ...register(order, { ...names, policy }, nowMs).order, no: 1 };
      } else if (order !== null && one.act === 'pass') {
        order = pass(order, nowMs).order;
      } else if (order !== null && one.act === 'poll') {
        const answer = one.fails
          ? ({ kind: 'failure', reason: 'x', retryAfterMs: one.retryAfterMs } as const)
          : ({ kind: 'pending' } as const);
        order = polled(order, answer, policy, nowMs).order;
        if (order.state === 'pending')
          assert.ok(order.nextPollAtMs! >= nowMs + policy.poll!.everyMs, 'asked sooner than every');
        if (order.nextPollAtMs !== null)
          assert.ok(order.nextPollAtMs <= nowMs + Math.max(policy.poll!.everyMs, limits.retryAfterMaxMs));
      }
      look(before, order, nowMs, handedOn);
    }
  }

  test('a final state never goes back; only refunded may follow fulfilled', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) =>
        walk(steps, (before, after) => {
          if (before === null || before.state === after!.state) return;
          assert.ok(mayFollow(before.state, after!.state));
          if (isFinal(before.state))
            assert.deepEqual([before.state, after!.state], ['fulfilled', 'refunded']);
        }),
      ),
    );
  });

  test('no final state is handed on twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
        const handed: OrderState[] = [];
        walk(steps, (_before, _after, _nowMs, handedOn) => {
          if (handedOn !== null && isFinal(handedOn)) handed.push(handedOn);
        });
        assert.equal(new Set(handed).size, handed.length);
      }),
    );
  });

  test('an order that has ended is not asked about, and one that has not is looked at again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) =>
        walk(steps, (_before, after) => {
          if (after === null) return;
          if (after.state !== 'pending') assert.equal(dueAtMs(after), null);
          else assert.notEqual(dueAtMs(after), null);
        }),
      ),
    );
  });

  test('every state but pending can be reached, and pending never again', () => {
    for (const from of orderStates) assert.equal(mayFollow(from, 'pending'), false);
    for (const to of orderStates.slice(1)) assert.equal(mayFollow('pending', to), true);
  });
});
