import assert from 'node:assert/strict';
import * as limits from '../core/limits/orders.ts';
import type { Order, OrderNews, OrderPolicy, OrderState } from '../core/order.ts';
import type { AcceptResult } from './store.ts';
import { casesFor, type OpenStore, t0, type World } from './store-world.case.ts';

const minuteMs = 60_000;
const policy: OrderPolicy = {
  poll: { afterMs: 5 * minuteMs, everyMs: 5 * minuteMs, giveUpAfterMs: 60 * minuteMs, needsOrderId: false },
  slaMs: 15 * minuteMs,
};
let made = 0;

async function placed(world: World, changes: Partial<Order> = {}, nowMs = t0, by = policy): Promise<Order> {
  made += 1;
  const { accountNo } = world;
  const order = {
    id: `ord_${made}`,
    accountNo,
    sourceId: 'src_1',
    reference: `ORD-${made}`,
    orderId: null,
    ...changes,
  };
  return (await world.store.registerOrder({ order, policy: by, nowMs })).order;
}

function newsOf(order: Pick<Order, 'sourceId' | 'reference'>, state: OrderState | null): OrderNews {
  made += 1;
  const { sourceId, reference } = order;
  return { sourceId, reference, orderId: 'SUP-1', state, via: 'webhook', newId: `ord_${made}`, policy };
}

/** An event about an order, accepted. */
async function heard(world: World, news: OrderNews, nowMs = t0): Promise<AcceptResult> {
  const item = world.item({
    event: { type: `order.${news.state}`, source: news.sourceId, createdAtMs: nowMs },
  });
  return (await world.accept([{ ...item, order: news }], nowMs))[0]!;
}

async function orderOf(world: World, { id }: Pick<Order, 'id'>) {
  return (await world.store.getOrder(world.accountNo, id))!;
}

/** What every store promises about orders that are followed. */
export function trackingCases(name: string, open: OpenStore): void {
  const check = casesFor(name, open);

  check(
    'an order is registered once; again it is known, under another order id it is another',
    async (world) => {
      const order = await placed(world, { orderId: 'SUP-1' });
      const again = (orderId: string | null) =>
        world.store.registerOrder({ order: { ...order, id: 'ord_other', orderId }, policy, nowMs: t0 + 1 });
      assert.deepEqual(await again('SUP-1'), { kind: 'known', order });
      assert.deepEqual(await again(null), { kind: 'known', order });
      assert.equal((await again('SUP-2')).kind, 'other');
      assert.equal((await orderOf(world, order)).history.length, 1);
    },
  );

  check(
    'an event changes its order in the act that accepts it, and the order keeps its history',
    async (world) => {
      const order = await placed(world);
      assert.equal((await heard(world, newsOf(order, 'fulfilled'))).kind, 'stored');
      const { order: now, history } = await orderOf(world, order);
      assert.deepEqual(
        [now.state, now.orderId, now.nextPollAtMs, now.foundBy],
        ['fulfilled', 'SUP-1', null, 'webhook'],
      );
      assert.deepEqual(
        history.map(({ kind, state, eventType }) => [kind, state, eventType]),
        [
          ['registered', 'pending', null],
          ['event', 'fulfilled', 'order.fulfilled'],
        ],
      );
    },
  );

  check('an event for a final state that was handed on before is not stored, and noted', async (world) => {
    const order = await placed(world);
    await heard(world, newsOf(order, 'fulfilled'));
    assert.equal((await heard(world, newsOf(order, 'fulfilled'))).kind, 'order_known');
    assert.equal(
      (await world.store.listEvents(world.accountNo, {}, { limit: 10, before: null })).rows.length,
      1,
    );
    assert.match((await orderOf(world, order)).history.at(-1)!.note, /not handed on/);
  });

  check('the same final state a hundred times at once is handed on once', async (world) => {
    const order = await placed(world);
    const all = await Promise.all(Array.from({ length: 100 }, () => heard(world, newsOf(order, 'failed'))));
    assert.equal(all.filter(({ kind }) => kind === 'stored').length, 1);
    assert.equal(all.filter(({ kind }) => kind === 'order_known').length, 99);
    assert.equal((await world.store.signals(10)).length, 1);
  });

  check('an event for an order that nobody registered makes it known, flagged and told', async (world) => {
    const news = newsOf({ sourceId: 'src_1', reference: 'ORD-strange' }, 'pending');
    await heard(world, news);
    const { order } = await orderOf(world, { id: news.newId });
    assert.deepEqual([order.flagged, order.registered, order.state], [true, false, 'pending']);
    const [signal] = await world.store.signals(10);
    assert.deepEqual([signal!.kind, signal!.subject], ['order.unknown', order.id]);
    await placed(world);
    const page = { limit: 10, before: null };
    const { rows } = await world.store.listOrders(world.accountNo, { flagged: true }, page);
    assert.deepEqual(
      rows.map(({ id }) => id),
      [order.id],
    );
  });

  check(
    'a due order is asked about by one caller alone, and not sooner than every if that one dies',
    async (world) => {
      const order = await placed(world);
      const claim = (nowMs: number) =>
        world.store.claimPolls({ nowMs, asks: [{ sourceId: 'src_1', perSecond: 5, limit: 10 }] });
      const atMs = t0 + 5 * minuteMs;
      assert.deepEqual(await world.store.duePolls(), [{ sourceId: 'src_1', dueAtMs: atMs, freeAtMs: 0 }]);
      assert.deepEqual(await claim(t0), []);
      const both = await Promise.all([claim(atMs), claim(atMs)]);
      assert.deepEqual(
        both.flat().map(({ order: { id, nextPollAtMs }, atMs: at }) => [id, nextPollAtMs, at]),
        [[order.id, t0 + 10 * minuteMs, atMs]],
      );
      assert.deepEqual(await world.store.duePolls(), [
        { sourceId: 'src_1', dueAtMs: t0 + 10 * minuteMs, freeAtMs: atMs + 200 },
      ]);
      assert.equal((await claim(t0 + 10 * minuteMs)).length, 1);
    },
  );

  check('moments to ask a source at keep its rate over all who ask, and end soon', async (world) => {
    for (let n = 0; n < 20; n++) await placed(world);
    const nowMs = t0 + 5 * minuteMs;
    const claim = () =>
      world.store.claimPolls({ nowMs, asks: [{ sourceId: 'src_1', perSecond: 4, limit: 3 }] });
    const moments = [...(await claim()), ...(await claim()), ...(await claim())].map(
      ({ atMs }) => atMs - nowMs,
    );
    assert.deepEqual(moments, [0, 250, 500, 750, 1000]);
    assert.equal((await world.store.duePolls())[0]!.freeAtMs, nowMs + 1250);
  });

  check('any number of due orders of one source leaves the others theirs', async (world) => {
    for (let n = 0; n < 30; n++) await placed(world);
    await placed(world, { sourceId: 'src_2' }, t0 + 1);
    const nowMs = t0 + 6 * minuteMs;
    const due = await world.store.duePolls();
    assert.deepEqual(due.map(({ sourceId }) => sourceId).sort(), ['src_1', 'src_2']);
    const asks = due.map(({ sourceId }) => ({ sourceId, perSecond: 5, limit: 2 }));
    const claimed = await world.store.claimPolls({ nowMs, asks });
    assert.deepEqual(claimed.map(({ order }) => order.sourceId).sort(), ['src_1', 'src_1', 'src_2']);
  });

  check('a source that says when to come back has no moment before', async (world) => {
    const order = await placed(world);
    await placed(world);
    const nowMs = t0 + 5 * minuteMs;
    const answer = { kind: 'failure', reason: '429', retryAfterMs: minuteMs } as const;
    await world.store.notePoll({ no: order.no, answer, policy, nowMs });
    const claim = (atMs: number) =>
      world.store.claimPolls({ nowMs: atMs, asks: [{ sourceId: 'src_1', perSecond: 5, limit: 3 }] });
    assert.deepEqual(await claim(nowMs + 1), []);
    const [asked] = await claim(nowMs + minuteMs - 500);
    assert.equal(asked!.atMs, nowMs + minuteMs);
  });

  check('time alone makes an order overdue, then stuck, each told once', async (world) => {
    const order = await placed(world);
    const passed = async (nowMs: number) => {
      const { changed, nextAtMs } = await world.store.passOrders({ nowMs, limit: 10 });
      return [changed.map(({ id, state, overdue }) => [id, state, overdue]), nextAtMs];
    };
    assert.deepEqual(await passed(t0), [[], t0 + 15 * minuteMs]);
    assert.deepEqual(await passed(t0 + 15 * minuteMs), [[[order.id, 'pending', true]], t0 + 60 * minuteMs]);
    const overdue = { overdue: true };
    const page = { limit: 10, before: null };
    assert.equal((await world.store.listOrders(world.accountNo, overdue, page)).rows.length, 1);
    assert.deepEqual(await passed(t0 + 60 * minuteMs), [[[order.id, 'stuck', true]], null]);
    assert.equal((await orderOf(world, order)).order.state, 'stuck');
    const { overdue: overdueCount, late: lateCount } = await world.store.orderCounts(world.accountNo);
    assert.deepEqual([overdueCount, lateCount], [1, 1]);
    assert.deepEqual(await world.store.duePolls(), []);
    assert.deepEqual(await passed(t0 + 600 * minuteMs), [[], null]);
    const kinds = (await world.store.signals(10)).map(({ kind, subject }) => [kind, subject]);
    assert.deepEqual(kinds.sort(), [
      ['order.overdue', order.id],
      ['order.stuck', order.id],
    ]);
  });

  check(
    'an answer that says nothing puts the next question off, and twice in a row people are told',
    async (world) => {
      const order = await placed(world);
      const fail = { kind: 'failure', reason: 'no answer', retryAfterMs: null } as const;
      await world.store.notePoll({ no: order.no, answer: fail, policy, nowMs: t0 + 5 * minuteMs });
      assert.deepEqual(await world.store.signals(10), []);
      const noted = await world.store.notePoll({
        no: order.no,
        answer: fail,
        policy,
        nowMs: t0 + 10 * minuteMs,
      });
      const { order: now, history } = await orderOf(world, order);
      assert.equal(now.nextPollAtMs, t0 + 20 * minuteMs);
      assert.deepEqual(noted, now);
      assert.equal(history.at(-1)!.note, 'no answer');
      const [signal] = await world.store.signals(10);
      assert.deepEqual([signal!.kind, signal!.subject], ['source.unreachable', 'src_1']);
    },
  );

  check('an order’s history is bounded: its first entry and the newest stay', async (world) => {
    const order = await placed(world);
    for (let n = 0; n < limits.orderHistory + 5; n++)
      await world.store.notePoll({ no: order.no, answer: { kind: 'pending' }, policy, nowMs: t0 + n });
    const { history } = await orderOf(world, order);
    assert.equal(history.length, limits.orderHistory);
    assert.equal(history[0]!.kind, 'registered');
    assert.equal(history.at(-1)!.atMs, t0 + limits.orderHistory + 4);
  });

  check('orders that are followed anew are asked about by the new policy, page by page', async (world) => {
    const none = { poll: null, slaMs: null };
    for (let n = 0; n < 3; n++) await placed(world, {}, t0, none);
    assert.deepEqual(await world.store.duePolls(), []);
    let after: number | null = 0;
    let pages = 0;
    while (after !== null) {
      after = await world.store.rewatchOrders({ sourceId: 'src_1', policy, after, limit: 2, nowMs: t0 });
      pages += 1;
    }
    assert.equal(pages, 2);
    const asks = [{ sourceId: 'src_1', perSecond: 5, limit: 10 }];
    assert.equal((await world.store.claimPolls({ nowMs: t0 + 5 * minuteMs, asks })).length, 3);
  });

  check(
    'orders are found by state, source and reference, newest first, and by their account alone',
    async (world) => {
      const [one, two] = [await placed(world), await placed(world, { sourceId: 'src_2' })];
      await heard(world, newsOf(one, 'failed'));
      const page = { limit: 1, before: null };
      const first = await world.store.listOrders(world.accountNo, {}, page);
      assert.deepEqual([first.rows[0]!.id, first.next], [two.id, two.no]);
      const rest = await world.store.listOrders(world.accountNo, {}, { limit: 1, before: first.next });
      assert.deepEqual([rest.rows[0]!.id, rest.next], [one.id, null]);
      const find = async (filter: object) =>
        (await world.store.listOrders(world.accountNo, filter, { limit: 10, before: null })).rows.map(
          ({ id }) => id,
        );
      assert.deepEqual(await find({ state: 'failed' }), [one.id]);
      assert.deepEqual(await find({ sourceId: 'src_2' }), [two.id]);
      assert.deepEqual(await find({ sourceId: 'src_1', state: 'failed' }), [one.id]);
      assert.deepEqual(await find({ sourceId: 'src_1', state: 'pending' }), []);
      assert.deepEqual(await find({ sourceId: 'src_2', overdue: false, flagged: false }), [two.id]);
      assert.deepEqual(await find({ reference: two.reference, overdue: false }), [two.id]);
      assert.deepEqual(await find({ flagged: true }), []);
      assert.deepEqual(await find({ flagged: false }), [two.id, one.id]);
      const other = await world.account('other');
      assert.equal(await world.store.getOrder(other, one.id), null);
      for (const filter of [{}, { sourceId: 'src_1' }, { sourceId: 'src_1', reference: one.reference }])
        assert.deepEqual((await world.store.listOrders(other, filter, { limit: 10, before: null })).rows, []);
    },
  );

  check('what asking alone found is counted', async (world) => {
    await heard(world, { ...newsOf(await placed(world), 'fulfilled'), via: 'poll' });
    await heard(world, newsOf(await placed(world), 'fulfilled'));
    const counts = await world.store.orderCounts(world.accountNo);
    assert.deepEqual([counts.states.fulfilled, counts.foundByPoll, counts.overdue], [2, 1, 0]);
    assert.equal((await world.store.orderCounts(null)).foundByPoll, 1);
  });

  check('a list is asked for by one caller alone, and goes on where all was taken in', async (world) => {
    const claim = (nowMs: number) => world.store.claimList({ sourceId: 'src_1', everyMs: minuteMs, nowMs });
    const about = { sourceId: 'src_1', accountNo: world.accountNo, nowMs: t0 };
    assert.deepEqual(await claim(t0), { due: true, sinceMs: t0 });
    assert.deepEqual(await claim(t0 + 1), { due: false, nextAtMs: t0 + minuteMs });
    await world.store.noteList({ ...about, answer: { kind: 'failure', reason: 'down' } });
    assert.deepEqual(await claim(t0 + minuteMs), { due: true, sinceMs: t0 });
    await world.store.noteList({ ...about, answer: { kind: 'failure', reason: 'down' } });
    assert.equal((await world.store.signals(10))[0]!.kind, 'source.unreachable');
    await world.store.noteList({ ...about, answer: { kind: 'all', sinceMs: t0 + minuteMs } });
    assert.deepEqual(await claim(t0 + 2 * minuteMs), { due: true, sinceMs: t0 + minuteMs });
  });

  check('orders that ended go with their history when retention ends; what is open stays', async (world) => {
    const [done, open] = [await placed(world), await placed(world)];
    await heard(world, newsOf(done, 'fulfilled'));
    const bounds = { keepSinceMs: t0 + 1, heldSinceMs: t0, limit: 10 };
    await world.store.sweep({ nowMs: t0 + 1, ...bounds });
    assert.equal(await world.store.getOrder(world.accountNo, done.id), null);
    assert.equal((await orderOf(world, open)).order.state, 'pending');
  });
}
