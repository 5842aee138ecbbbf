import assert from 'node:assert/strict';
import { deliveryKey } from '../core/delivery.ts';
import { StoreError } from '../core/errors.ts';
import * as limits from '../core/limits/store.ts';
import type { Settlement } from './store.ts';
import { casesFor, newAttempt, type OpenStore, settlementOf, t0, type World } from './store-world.case.ts';

const isFatal = (error: unknown): boolean => error instanceof StoreError && error.fatal;

/** The way of an event: accept, settle. */
export function wayCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise('an accepted event is kept as it was given, and its position grows', async (world) => {
    const endpoint = await world.endpoint();
    const data = '{"a": 1.0, "b":"\\u0000 ü 🚀", "a":12345678901234567890}';
    const event = {
      data,
      reference: 'r-1',
      source: 'src_1',
      origin: 'webhook',
      traceId: 'ab'.repeat(16),
      id: 'e',
      type: 'x.y',
    } as const;
    const seq = await world.stored({ event, endpointNos: [endpoint.no] });
    const view = await world.store.getEvent(world.accountNo, 'e');
    assert.deepEqual(view, { event: { ...world.item({ event }).event, seq }, deliveries: 1 });
    assert.ok((await world.stored()) > seq);
  });

  promise('a known id stores nothing, and says whether type or data differ', async (world) => {
    const endpoint = await world.endpoint();
    const event = { id: 'same' };
    await world.stored({ event, endpointNos: [endpoint.no] });
    const again = { ...event, createdAtMs: t0 + 9 };
    const others = [again, { ...again, data: '{}' }, { ...again, type: 'other' }].map((one) =>
      world.item({ event: one, endpointNos: [endpoint.no] }),
    );
    const results = await world.accept(others);
    assert.deepEqual(
      results.map((result) => result.kind === 'duplicate' && result.conflict),
      [false, true, true],
    );
    const summary = { id: 'same', type: 'order.created', createdAtMs: t0, deliveries: 1 };
    assert.deepEqual(results[0], { kind: 'duplicate', event: summary, conflict: false });
    assert.equal(
      (await world.store.listEvents(world.accountNo, {}, { limit: 9, before: null })).rows.length,
      1,
    );
    assert.equal((await world.claim(endpoint.no)).owed.length, 1);
  });

  promise('the same id twice in one call is stored once', async (world) => {
    const results = await world.accept([
      world.item({ event: { id: 'a' } }),
      world.item({ event: { id: 'a' } }),
    ]);
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['stored', 'duplicate'],
    );
  });

  promise('the same id in another account is another event', async (world) => {
    const other = await world.account('other');
    const results = await world.accept([
      world.item({ event: { id: 'a' } }),
      world.item({ event: { id: 'a', accountNo: other }, directoryVersion: 1 }),
    ]);
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['stored', 'stored'],
    );
  });

  promise(
    'a known idempotency key gives its first answer, and another request under it is refused',
    async (world) => {
      const idempotency = { key: 'k', requestHash: 'h' };
      const item = world.item({ idempotency });
      const [first] = await world.accept([item]);
      assert.equal(first!.kind, 'stored');
      const [again, other] = await world.accept(
        [item, world.item({ idempotency: { key: 'k', requestHash: 'x' } })],
        t0 + 1,
      );
      const event = { id: item.event.id, type: item.event.type, createdAtMs: t0, deliveries: 0 };
      assert.deepEqual(again, { kind: 'replayed', event, status: 202, conflict: false });
      assert.deepEqual(other, { kind: 'key_reused' });
    },
  );

  promise('a duplicate under an idempotency key is answered the same again', async (world) => {
    await world.stored({ event: { id: 'a' } });
    const item = world.item({ event: { id: 'a', data: '[]' }, idempotency: { key: 'k', requestHash: 'h' } });
    const [first, again] = await world.accept([item, item]);
    assert.equal(first!.kind === 'duplicate' && first!.conflict, true);
    assert.equal(again!.kind === 'replayed' && again!.status === 200 && again!.conflict, true);
  });

  promise('an idempotency key is forgotten after its time', async (world) => {
    const idempotency = { key: 'k', requestHash: 'h' };
    await world.accept([world.item({ idempotency })]);
    const [late] = await world.accept(
      [world.item({ idempotency: { key: 'k', requestHash: 'x' } })],
      t0 + limits.idempotencyKeepMs,
    );
    assert.equal(late!.kind, 'stored');
  });

  promise(
    'an event matched before the endpoints changed is stale, stores nothing, and leaves the rest of the call alone',
    async (world) => {
      const stale = world.item({ event: { id: 'stale' }, idempotency: { key: 'k', requestHash: 'h' } });
      await world.endpoint();
      const results = await world.accept([stale, world.item({ event: { id: 'good' } })]);
      assert.deepEqual(
        results.map(({ kind }) => kind),
        ['stale', 'stored'],
      );
      assert.equal(await world.store.getEvent(world.accountNo, 'stale'), null);
      const [again] = await world.accept([{ ...stale, directoryVersion: world.version }]);
      assert.equal(again!.kind, 'stored');
    },
  );

  promise('every change to an endpoint makes older matches stale', async (world) => {
    const endpoint = await world.endpoint();
    const changes = [
      () => world.store.updateEndpoint(endpoint.no, { events: ['x'] }),
      () => world.store.createEndpoint({ ...endpoint, id: 'ep_other' }, 10),
      () => world.store.deleteEndpoint(endpoint.no, t0),
    ];
    for (const change of changes) {
      const item = world.item();
      world.version = ((await change()) as { version: number }).version;
      assert.deepEqual(await world.accept([item]), [{ kind: 'stale' }]);
      assert.equal((await world.accept([{ ...item, directoryVersion: world.version }]))[0]!.kind, 'stored');
    }
  });

  promise('an event of an account that is gone is stale', async (world) => {
    const other = await world.account('other');
    await world.store.deleteAccount(other, t0);
    assert.deepEqual(await world.accept([world.item({ event: { accountNo: other }, directoryVersion: 1 })]), [
      { kind: 'stale' },
    ]);
  });

  promise('a begun delivery is sending until it is settled, and is not claimed', async (world) => {
    const endpoint = await world.endpoint();
    const seq = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
    assert.equal(await world.status(deliveryKey(seq, 0)), 'sending');
    assert.deepEqual((await world.claim(endpoint.no)).owed, []);
    assert.equal(await world.end(world.fresh(seq, endpoint.no)), 'settled');
    assert.equal(await world.status(deliveryKey(seq, 0)), 'delivered');
  });

  promise('an attempt is kept as it was, and numbered', async (world) => {
    const endpoint = await world.endpoint();
    const seq = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
    const owed = world.fresh(seq, endpoint.no);
    const failed = newAttempt({
      error: 'timeout',
      httpStatus: null,
      detail: 'no answer within 10 s',
      timings: null,
      requestHeaders: ['x-empty', '', 'x-two', 'ü'],
      responseHeaders: [],
      responseBody: '',
      bodyWithData: false,
      responseTruncated: true,
      nextAttemptAtMs: t0 + 5,
    });
    await world.settle([{ ...settlementOf(owed, { state: 'open', dueAtMs: t0 + 5 }), attempt: failed }]);
    const [second] = (await world.claim(endpoint.no, t0 + 5)).owed;
    assert.deepEqual(
      [second!.tries, second!.attempts, second!.fresh, second!.startedAtMs],
      [1, 1, false, t0],
    );
    await world.end(second!);
    const { attempts, delivery, data } = (await world.store.getDelivery(world.accountNo, owed.key))!;
    assert.deepEqual(attempts, [failed, newAttempt({ n: 2 })]);
    assert.equal(data, '{"total":1}');
    assert.deepEqual(
      [delivery.attempts, delivery.httpStatus, delivery.error, delivery.endedAtMs],
      [2, 200, null, t0],
    );
  });

  promise('settling twice changes nothing the second time', async (world) => {
    const endpoint = await world.endpoint();
    const seq = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
    const owed = world.fresh(seq, endpoint.no);
    assert.equal(await world.end(owed), 'settled');
    assert.equal(await world.end(owed, { state: 'dead' }), 'lost');
    assert.equal(await world.end({ ...owed, fresh: false }, { state: 'dead' }), 'lost');
    const kept = (await world.store.getDelivery(world.accountNo, owed.key))!;
    assert.deepEqual([kept.delivery.status, kept.attempts.length], ['delivered', 1]);
  });

  promise('one delivery settled twice in one call is settled once', async (world) => {
    const endpoint = await world.endpoint();
    const seq = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
    const other = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
    const [one, two] = [seq, other].map((at) =>
      settlementOf(world.fresh(at, endpoint.no), { state: 'delivered' }),
    );
    assert.deepEqual(await world.settle([one!, two!, one!]), ['settled', 'settled', 'settled']);
    const { attempts } = (await world.store.getDelivery(world.accountNo, one!.key))!;
    assert.equal(attempts.length, 1);
  });

  promise(
    'a settlement that is asked for again, because nobody told that it took effect, is settled and counts once',
    async (world) => {
      const endpoint = await world.endpoint();
      const seq = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
      const owed = world.fresh(seq, endpoint.no);
      const next = { state: 'open' as const, dueAtMs: t0 + 5000 };
      assert.equal(await world.end(owed, next), 'settled');
      assert.equal(await world.end(owed, next), 'settled');
      const kept = (await world.store.getDelivery(world.accountNo, owed.key))!;
      assert.deepEqual([kept.delivery.status, kept.attempts.length], ['retrying', 1]);
    },
  );

  promise(
    'a settlement never ends a later attempt of its delivery, though that is leased to the same process',
    async (world) => {
      const endpoint = await world.endpoint();
      const seq = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
      const owed = world.fresh(seq, endpoint.no);
      await world.end(owed, { state: 'open', dueAtMs: t0 });
      const [again] = (await world.claim(endpoint.no)).owed;
      assert.equal(await world.end(owed, { state: 'delivered' }), 'lost');
      assert.equal(await world.end(again!, { state: 'delivered' }), 'settled');
      const kept = (await world.store.getDelivery(world.accountNo, owed.key))!;
      assert.deepEqual([kept.delivery.status, kept.attempts.length], ['delivered', 2]);
    },
  );

  promise('a settlement for an event that is not there is lost', async (world) => {
    const endpoint = await world.endpoint();
    assert.equal(await world.end(world.fresh(999, endpoint.no)), 'lost');
  });

  promise('an act under an older epoch changes nothing, and says that it is over', async (world) => {
    const endpoint = await world.endpoint();
    await world.stored({ endpointNos: [endpoint.no] });
    const begun = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
    const [claimed] = (await world.claim(endpoint.no)).owed;
    const old = world.epoch;
    await world.join();
    const { store } = world;
    const input = { epoch: old, nowMs: t0 };
    await assert.rejects(store.accept({ ...input, items: [world.item({ event: { id: 'late' } })] }), isFatal);
    await assert.rejects(store.claim({ ...input, requests: [] }), isFatal);
    await assert.rejects(store.release({ ...input, owed: [claimed!] }), isFatal);
    await assert.rejects(store.spill({ ...input, owed: [], lowSeq: 9 }), isFatal);
    await assert.rejects(store.reclaim({ ...input, inHand: [] }), isFatal);
    const settlements = [
      settlementOf(claimed!, { state: 'dead' }),
      settlementOf(world.fresh(begun, endpoint.no), { state: 'dead' }),
    ];
    assert.deepEqual(await store.settle({ ...input, settlements }), ['lost', 'lost']);
    assert.equal(await store.getEvent(world.accountNo, 'late'), null);
    assert.equal(await world.status(claimed!.key), 'sending');
    assert.equal(await world.status(deliveryKey(begun, 0)), 'sending');
  });

  const gone = { failingSinceMs: t0, failures: 3, status: 'disabled', reason: 'gone' } as const;
  /** One more attempt, with what it makes of the endpoint's record. */
  const settleWith = async (world: World, endpointNo: number, health: Settlement['health']) => {
    const seq = await world.stored({ endpointNos: [endpointNo], modes: ['begun'] });
    const settlement = { ...settlementOf(world.fresh(seq, endpointNo), { state: 'dead' }), health };
    const settle = async () => (await world.settle([settlement], t0 + 7))[0]!;
    return { result: await settle(), settle };
  };
  const endpointOf = async (world: World) => (await world.store.directory()).endpoints[0]!;

  promise(
    'an endpoint stops with the attempt that draws it, and whoever asks again is told again',
    async (world) => {
      const { no, statusAtMs } = await world.endpoint();
      const { result, settle } = await settleWith(world, no, { ...gone, statusAtMs });
      assert.deepEqual(result, { statusAtMs: t0 + 7, version: world.version });
      const stopped = await endpointOf(world);
      assert.deepEqual(
        [stopped.status, stopped.statusReason, stopped.statusAtMs],
        ['disabled', 'gone', t0 + 7],
      );
      assert.deepEqual([stopped.failingSinceMs, stopped.failures], [t0, 3]);
      assert.deepEqual(await settle(), result);
    },
  );

  promise('what was decided before a person set the status changes nothing any more', async (world) => {
    const { no, statusAtMs } = await world.endpoint();
    await world.update(no, { status: 'paused', statusReason: 'by me', statusAtMs: t0 + 8 });
    assert.equal((await settleWith(world, no, { ...gone, statusAtMs })).result, 'settled');
    assert.deepEqual((await endpointOf(world)).statusReason, 'by me');
    await world.update(no, { status: 'active', statusReason: null, statusAtMs: t0 + 9 });
    assert.equal((await settleWith(world, no, { ...gone, statusAtMs: t0 + 8 })).result, 'settled');
    const resumed = await endpointOf(world);
    assert.deepEqual([resumed.status, resumed.failingSinceMs, resumed.failures], ['active', null, 0]);
  });

  promise('an endpoint that has recovered is not stopped', async (world) => {
    const { no, statusAtMs } = await world.endpoint();
    const recovered = { ...gone, failingSinceMs: null, failures: 0, statusAtMs };
    assert.equal((await settleWith(world, no, recovered)).result, 'settled');
    assert.equal((await endpointOf(world)).status, 'active');
  });

  promise('one act that is refused leaves the others of its commit alone', async (world) => {
    const other = await world.account('other');
    const endpoint = await world.endpoint({ accountNo: other });
    const [event, none, ...twice] = await Promise.allSettled([
      world.stored({ event: { id: 'one' } }),
      world.store.deleteEndpoint(999, t0),
      world.store.deleteEndpoint(endpoint.no, t0),
      world.store.deleteEndpoint(endpoint.no, t0),
    ]);
    assert.deepEqual([event.status, none.status], ['fulfilled', 'rejected']);
    assert.deepEqual(twice.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.notEqual(await world.store.getEvent(world.accountNo, 'one'), null);
  });
}
