import assert from 'node:assert/strict';
import { deliveryKey } from '../core/delivery.ts';
import { batchEvents } from '../core/limits/api.ts';
import * as limits from '../core/limits/lists.ts';
import { eraMaxMs } from '../core/limits/store.ts';
import type { DeliveryFilter, EventFilter, Found, Page } from './store.ts';
import { casesFor, type OpenStore, settlementOf, t0, type World } from './store-world.case.ts';

/** Searches that find little: they end within bounds, and going on finds everything. */
export function searchCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  /** Every page of a search, and what is on them. */
  const walk = async <T>(
    search: (page: Page) => Promise<Found<T>>,
  ): Promise<{ rows: T[]; pages: number }> => {
    const rows: T[] = [];
    let pages = 0;
    for (let before: number | null = null; ; ) {
      const page: Found<T> = await search({ limit: 2, before });
      pages += 1;
      rows.push(...page.rows);
      assert.ok(page.rows.length <= 2);
      if (page.next === null) return { rows, pages };
      assert.ok(before === null || page.next < before, 'a search that does not get on');
      before = page.next;
    }
  };
  const events = async (world: World, filter: EventFilter): Promise<{ types: string[]; pages: number }> => {
    const found = await walk((page) => world.store.listEvents(world.accountNo, filter, page));
    return { types: found.rows.map(({ event }) => event.type), pages: found.pages };
  };
  const deliveries = async (
    world: World,
    filter: DeliveryFilter,
  ): Promise<{ keys: number[]; pages: number }> => {
    const found = await walk((page) => world.store.listDeliveries(world.accountNo, filter, page));
    return { keys: found.rows.map(({ key }) => key), pages: found.pages };
  };

  promise('a search for what is rare ends within bounds, and going on finds all of it', async (world) => {
    const { no } = await world.endpoint();
    const rare = { event: { type: 'rare.one', data: '"needle"' }, endpointNos: [no] };
    const oldest = await world.stored(rare);
    await world.end((await world.claim(no)).owed[0]!, { state: 'open', dueAtMs: 9_000_000_000_000 });
    for (let left = limits.filterRows + 10; left > 0; left -= batchEvents) {
      const count = Math.min(left, batchEvents);
      await world.accept(Array.from({ length: count }, () => world.item({ endpointNos: [no] })));
    }
    const newest = await world.stored(rare);
    const both = [deliveryKey(newest, 0), deliveryKey(oldest, 0)];
    assert.deepEqual(await events(world, { type: 'rare.*' }), { types: ['rare.one', 'rare.one'], pages: 2 });
    assert.deepEqual(await events(world, { type: 'rare.one' }), {
      types: ['rare.one', 'rare.one'],
      pages: 1,
    });
    assert.deepEqual(await deliveries(world, { eventType: 'rare.*' }), { keys: both, pages: 2 });
    assert.deepEqual(await deliveries(world, { eventType: 'rare.one' }), { keys: both, pages: 1 });
    // Along an endpoint a store may look at less than `filterRows` at a time, where rows cost it more.
    const retrying = await deliveries(world, { endpointNo: no, statuses: ['retrying'] });
    assert.deepEqual(retrying.keys, [both[1]]);
    const waiting = await deliveries(world, { eventType: 'rare.*', statuses: ['retrying', 'pending'] });
    assert.deepEqual(waiting.keys, both);
    for (const { pages } of [retrying, waiting]) assert.ok(pages > 1 && pages <= 4, `${pages} pages`);
  });

  promise('a search for text looks at more, within bounds, too', async (world) => {
    const rare = { event: { type: 'rare.one', data: '"needle"' } };
    await world.stored(rare);
    for (let left = limits.searchRows + 10; left > 0; left -= batchEvents) {
      const count = Math.min(left, batchEvents);
      await world.accept(Array.from({ length: count }, () => world.item()));
    }
    await world.stored(rare);
    for (const filter of [{ q: 'needle' }, { type: 'rare.*', q: 'need' }])
      assert.deepEqual(await events(world, filter), { types: ['rare.one', 'rare.one'], pages: 2 });
    assert.deepEqual(await events(world, { type: 'rare.one', q: 'need' }), {
      types: ['rare.one', 'rare.one'],
      pages: 1,
    });
  });

  promise('a search for a member finds what JSON writes there and nothing else', async (world) => {
    const data: Record<string, string> = {
      number: '{"order":{"id":123}}',
      string: '{ "order" : { "id" : "123" } }',
      longer: '{"order":{"id":1234},"note":"123"}',
      elsewhere: '{"id":123,"order":{"no":123}}',
      list: '{"order":[{"id":"a"},{"id":"123"}]}',
      fraction: '{"order":{"id":1.50}}',
      keyed: '{"order":{"0":"zero","-1":"minus"}}',
      listed: '{"order":["zero","minus"]}',
      spaced: '{"order":{"id": {"a" : 1} }}',
      // Of these some stores know no members; they are in no search's way.
      nul: '{"order":{"id":123},"note":"\\u0000"}',
      deep: `{"order":{"id":123},"deep":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      plain: '"123"',
    };
    for (const [type, text] of Object.entries(data)) await world.stored({ event: { type, data: text } });
    const wanted: [string, string[]][] = [
      ['data.order.id:123', ['string', 'number']],
      ['data.order.id:"123"', ['string']],
      ['data.order.1.id:123', ['list']],
      ['data.order.0.id:123', []],
      ['data.order.id:1.50', ['fraction']],
      ['data.order.id:1.5', []],
      ['data.order.0:zero', ['listed']],
      ['data.order.-1:minus', ['keyed']],
      ['data.order:123', []],
      ['data.order.id.no:123', []],
    ];
    for (const [q, types] of wanted) {
      const found = (await events(world, { q })).types;
      assert.deepEqual(
        found.filter((type) => type !== 'deep' && type !== 'nul'),
        types,
        q,
      );
    }
  });

  promise(
    'deliveries are found by what their events hold, within the bounds of a search for text',
    async (world) => {
      const { no } = await world.endpoint();
      const rare = { event: { type: 'rare.one', data: '{"id":7}' }, endpointNos: [no] };
      const oldest = await world.stored(rare);
      for (let left = limits.searchRows + 10; left > 0; left -= batchEvents) {
        const count = Math.min(left, batchEvents);
        await world.accept(Array.from({ length: count }, () => world.item({ endpointNos: [] })));
      }
      const newest = await world.stored(rare);
      const both = [deliveryKey(newest, 0), deliveryKey(oldest, 0)];
      for (const q of ['"id":7', 'data.id:7'])
        assert.deepEqual(await deliveries(world, { q }), { keys: both, pages: 2 });
      const filters: DeliveryFilter[] = [
        { endpointNo: no },
        { statuses: ['pending'] },
        { eventType: 'rare.one' },
      ];
      for (const more of filters)
        assert.deepEqual((await deliveries(world, { q: 'data.id:7', ...more })).keys, both);
      assert.deepEqual((await deliveries(world, { q: 'data.id:7', statuses: ['dead'] })).keys, []);
      assert.deepEqual((await deliveries(world, { q: 'data.id:8' })).keys, []);
    },
  );

  promise('an event is found by the idempotency key of its request, in its account only', async (world) => {
    const keyed = (key: string, type: string) =>
      world.item({ event: { type }, idempotency: { key, requestHash: 'h' } });
    await world.accept([keyed('k-1', 'one.a')]);
    await world.accept([keyed('k-2', 'two.a')]);
    assert.deepEqual(await events(world, { idempotencyKey: 'k-1' }), { types: ['one.a'], pages: 1 });
    assert.deepEqual((await events(world, { idempotencyKey: 'k-1', type: 'two.*' })).types, []);
    assert.deepEqual((await events(world, { idempotencyKey: 'k-2', type: 'two.a' })).types, ['two.a']);
    assert.deepEqual((await events(world, { idempotencyKey: 'k' })).types, []);
    const other = await world.account('other');
    const page = { limit: 2, before: null };
    const theirs = await world.store.listEvents(other, { idempotencyKey: 'k-1' }, page);
    assert.deepEqual(theirs, { rows: [], next: null });
  });

  promise('a search in large payloads ends after so many bytes', async (world) => {
    const data = JSON.stringify('x'.repeat(limits.searchBytes / 4));
    await world.stored({ event: { data: '"needle"' } });
    for (let i = 0; i < 4; i += 1) await world.stored({ event: { data } });
    assert.equal((await events(world, { q: 'needle' })).types.length, 1);
    assert.equal((await events(world, { q: 'needle' })).pages, 2);
    assert.equal((await events(world, {})).types.length, 5);
  });

  promise('deliveries are found by their last answer and by how often they were attempted', async (world) => {
    const { no } = await world.endpoint();
    const ended = async (state: 'dead' | 'delivered', httpStatus: number | null, attempts = 1) => {
      const owed = world.fresh(await world.stored({ endpointNos: [no], modes: ['begun'] }), no);
      const next = { ...owed, attempts: attempts - 1, tries: attempts - 1 };
      await world.settle([settlementOf(next, { state }, { httpStatus })]);
      return owed.key;
    };
    const [busy, gone] = [await ended('dead', 503), await ended('dead', 404)];
    const [mute, broken, fine] = [
      await ended('dead', null),
      await ended('dead', 599, 3),
      await ended('delivered', 200),
    ];
    const untried = deliveryKey(await world.stored({ endpointNos: [no] }), 0);
    const begun = deliveryKey(await world.stored({ endpointNos: [no], modes: ['begun'] }), 0);
    const all = [begun, untried, fine, broken, mute, gone, busy];
    const server = { from: 500, to: 599 };
    const wanted: [DeliveryFilter, number[]][] = [
      [{}, all],
      [{ httpStatus: server }, [broken, busy]],
      [{ httpStatus: { from: 404, to: 404 } }, [gone]],
      [{ minAttempts: 1 }, [fine, broken, mute, gone, busy]],
      [{ minAttempts: 3 }, [broken]],
      [{ minAttempts: 2, httpStatus: { from: 503, to: 503 } }, []],
    ];
    for (const [filter, keys] of wanted) {
      const narrower: DeliveryFilter[] = [
        {},
        { endpointNo: no },
        { eventType: 'order.*' },
        { statuses: ['dead'] },
      ];
      for (const more of narrower) {
        const dead = keys.filter((key) => [busy, gone, mute, broken].includes(key));
        const found = await deliveries(world, { ...filter, ...more });
        assert.deepEqual(found.keys, more.statuses ? dead : keys, JSON.stringify({ ...filter, ...more }));
      }
    }
  });

  promise('pages of a search over several endpoints and states neither repeat nor skip', async (world) => {
    const nos = [(await world.endpoint()).no, (await world.endpoint()).no];
    const keys: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const seq = await world.stored({ endpointNos: nos, modes: ['begun', 'queued'] });
      if (i % 2 === 0)
        await world.end(world.fresh(seq, nos[0]!), { state: i % 4 === 0 ? 'dead' : 'delivered' });
      if (i % 4 === 0) keys.unshift(deliveryKey(seq, 1), deliveryKey(seq, 0));
      else keys.unshift(deliveryKey(seq, 1));
    }
    assert.deepEqual((await deliveries(world, { statuses: ['dead', 'pending'] })).keys, keys);
  });

  promise('pages of a search over several days neither repeat nor skip', async (world) => {
    const nos = [(await world.endpoint()).no, (await world.endpoint()).no];
    const day = eraMaxMs;
    const made: { key: number; at: number; kind: string; type: string; no: number }[] = [];
    for (let n = 0; n < 4 * 8; n += 1) {
      const at = t0 + Math.floor(n / 8) * day;
      const [no, kind, type] = [nos[n % 2]!, ['busy', 'gone', 'begun', 'queued'][n % 4]!, `kind.${n % 3}`];
      const modes = [kind === 'queued' ? ('queued' as const) : ('begun' as const)];
      const seq = await world.stored({ event: { type, createdAtMs: at }, endpointNos: [no], modes });
      const owed = world.fresh(seq, no);
      if (kind === 'busy') await world.settle([settlementOf(owed, { state: 'dead' }, { httpStatus: 503 })]);
      if (kind === 'gone')
        await world.settle([
          settlementOf({ ...owed, attempts: 2, tries: 2 }, { state: 'dead' }, { httpStatus: 404 }),
        ]);
      made.unshift({ key: owed.key, at, kind, type, no });
      // A store may go on elsewhere with each day.
      if (n % 8 === 7)
        await world.store.sweep({ nowMs: at + day, keepSinceMs: t0 - day, heldSinceMs: 0, limit: 100 });
    }
    type Made = (typeof made)[number];
    const isDead = ({ kind }: Made): boolean => kind === 'busy' || kind === 'gone';
    const statuses: [DeliveryFilter, (one: Made) => boolean][] = [
      [{ statuses: ['dead'] }, isDead],
      [{ statuses: ['dead', 'sending'] }, ({ kind }) => kind !== 'queued'],
      [{ statuses: ['pending', 'cancelled'] }, ({ kind }) => kind === 'queued'],
      [{ statuses: ['dead'], minAttempts: 3 }, ({ kind }) => kind === 'gone'],
      [{ httpStatus: { from: 500, to: 599 } }, ({ kind }) => kind === 'busy'],
      [{ minAttempts: 1 }, isDead],
    ];
    const others: [DeliveryFilter, (one: Made) => boolean][] = [
      [{}, () => true],
      [{ endpointNo: nos[0]! }, ({ no }) => no === nos[0]],
      [{ eventType: 'kind.1' }, ({ type }) => type === 'kind.1'],
      [{ sinceMs: t0 + day, untilMs: t0 + 3 * day }, ({ at }) => at >= t0 + day && at < t0 + 3 * day],
    ];
    for (const [filter, isIt] of statuses)
      for (const [more, isToo] of others) {
        const wanted = made.filter((one) => isIt(one) && isToo(one)).map(({ key }) => key);
        const found = await deliveries(world, { ...filter, ...more });
        assert.deepEqual(found.keys, wanted, JSON.stringify({ ...filter, ...more }));
      }
  });
}
