import assert from 'node:assert/strict';
import * as limits from '../core/limits/sources.ts';
import { dedupeKeepMs } from '../core/limits/store.ts';
import type { NewSource, Source, SourceRequest } from '../core/source.ts';
import { casesFor, type OpenStore, t0, type World } from './store-world.case.ts';

/** Sources, what they remember, and what is kept of what was not taken in. */
export function sourceCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise(
    'when webhooks of a source came is told newest first, within bounds, of that source alone',
    async (world) => {
      for (const [n, source] of ['src_1', 'src_2', 'src_1', 'src_1'].entries())
        await world.stored({ event: { source, origin: 'webhook', createdAtMs: t0 + n } });
      await world.stored({ event: { source: 'src_1', origin: 'poll', createdAtMs: t0 + 9 } });
      const { accountNo } = world;
      const moments = (limit: number, sinceMs = 0) =>
        world.store.sourceMoments({ accountNo, sourceId: 'src_1', sinceMs, limit });
      assert.deepEqual(await moments(10), [t0 + 3, t0 + 2, t0]);
      assert.deepEqual(await moments(2), [t0 + 3, t0 + 2]);
    },
  );

  promise('a source comes back as it was made, from the directory too', async (world) => {
    const made = await createSource(world);
    assert.deepEqual(made, { ...newSource({ accountNo: world.accountNo }), no: made.no });
    assert.deepEqual((await world.store.directory()).sources, [made]);
  });

  promise(
    'a change of a source changes that and nothing else, and of none there is no change',
    async (world) => {
      const made = await createSource(world);
      const other = await createSource(world, { id: 'src_2', token: 't2' });
      const changes = {
        secrets: ['new', 'plain-secret'],
        tracking: null,
        consume: { url: 'redis://shop@h?stream=s', password: null },
        maxBodyBytes: 5000,
        updatedAtMs: t0 + 1,
      };
      const changed = await world.store.updateSource(made.no, changes);
      assert.deepEqual(changed, { ...made, ...changes });
      assert.deepEqual((await world.store.directory()).sources, [changed, other]);
      assert.equal(await world.store.updateSource(99, { name: 'x' }), null);
    },
  );

  promise('the numbers of all sources are those of the ones there are', async (world) => {
    const [one, two] = [await createSource(world), await createSource(world, { id: 'src_2', token: 't2' })];
    assert.deepEqual((await world.store.sourceNos()).sort(), [one.no, two.no].sort());
    await world.store.deleteSource(one.no, t0);
    assert.deepEqual(await world.store.sourceNos(), [two.no]);
  });

  promise('a deleted source is gone with its requests, and its number is not given again', async (world) => {
    const made = await createSource(world);
    await world.store.keepRequest(request(made));
    await world.store.deleteSource(made.no, t0);
    assert.deepEqual((await world.store.directory()).sources, []);
    assert.equal(await world.store.getRequest(world.accountNo, 'srq_1'), null);
    await world.store.keepRequest(request(made, { id: 'srq_2' }));
    assert.equal(await world.store.getRequest(world.accountNo, 'srq_2'), null);
    assert.notEqual((await createSource(world, { id: 'src_2' })).no, made.no);
  });

  promise('an account has at most as many sources as it may, and takes them with it', async (world) => {
    await createSource(world);
    const more = newSource({ accountNo: world.accountNo, id: 'src_2' });
    assert.equal(await world.store.createSource(more, 1), 'too_many');
    const accountNo = await world.account('other');
    await createSource(world, { id: 'src_3', accountNo });
    await world.store.deleteAccount(accountNo, t0);
    assert.deepEqual(
      (await world.store.directory()).sources.map(({ id }) => id),
      ['src_1'],
    );
  });

  promise('what came through a source under a key is stored once, also within one act', async (world) => {
    const { no: sourceNo } = await createSource(world);
    const item = () => world.item({ inbound: { sourceNo, key: 'i:1' } });
    const [first, second] = await world.accept([item(), item()]);
    assert.equal(first!.kind, 'stored');
    const stored = (await world.store.listEvents(world.accountNo, {}, { limit: 9, before: null })).rows;
    assert.deepEqual(second, { kind: 'seen', eventId: stored[0]!.event.id });
    assert.deepEqual((await world.accept([item()]))[0], second);
    assert.equal(stored.length, 1);
  });

  promise('another key, another source and a later time are other events', async (world) => {
    const { no: sourceNo } = await createSource(world);
    const { no: otherNo } = await createSource(world, { id: 'src_2', token: 't2' });
    const kind = async (inbound: { sourceNo: number; key: string }, nowMs = t0) =>
      (await world.accept([world.item({ inbound })], nowMs))[0]!.kind;
    assert.equal(await kind({ sourceNo, key: 'i:1' }), 'stored');
    assert.equal(await kind({ sourceNo, key: 'h:1' }), 'stored');
    assert.equal(await kind({ sourceNo: otherNo, key: 'i:1' }), 'stored');
    assert.equal(await kind({ sourceNo, key: 'i:1' }, t0 + dedupeKeepMs - 1), 'seen');
    assert.equal(await kind({ sourceNo, key: 'i:1' }, t0 + dedupeKeepMs), 'stored');
  });

  promise('a key outlives its event, and goes with the sweep when it may come again', async (world) => {
    const { no: sourceNo } = await createSource(world);
    const item = () => world.item({ inbound: { sourceNo, key: 'i:1' } });
    await world.accept([item()]);
    const sweep = async (nowMs: number) => {
      while ((await world.store.sweep({ nowMs, keepSinceMs: nowMs, heldSinceMs: 0, limit: 10 })).more);
    };
    await sweep(t0 + dedupeKeepMs - 1);
    assert.equal((await world.accept([item()], t0 + dedupeKeepMs - 1))[0]!.kind, 'seen');
    await sweep(t0 + dedupeKeepMs);
    assert.equal((await world.accept([item()], t0 + dedupeKeepMs - 1))[0]!.kind, 'stored');
  });

  promise('how an event came in stays with it on its way', async (world) => {
    const { no } = await world.endpoint();
    await world.stored({ endpointNos: [no], event: { received: 'form\nx-a\n1', source: 'src_1' } });
    assert.equal((await world.claim(no)).owed[0]!.event.received, 'form\nx-a\n1');
    assert.equal(
      (await world.store.getEvent(world.accountNo, 'evt_2'))?.event.received ?? null,
      'form\nx-a\n1',
    );
  });

  promise('a kept request comes back byte for byte, to its account only', async (world) => {
    const source = await createSource(world);
    const kept = request(source, { body: Uint8Array.from({ length: 256 }, (_, n) => n), bodyBytes: 256 });
    await world.store.keepRequest(kept);
    const found = await world.store.getRequest(world.accountNo, kept.id);
    assert.deepEqual({ ...found, body: [...found!.body!] }, { ...kept, body: [...kept.body!] });
    assert.equal(await world.store.getRequest(await world.account('other'), kept.id), null);
  });

  promise('of each verdict the newest requests are kept, by number and by bytes', async (world) => {
    const source = await createSource(world);
    const size = limits.requestsKeptBytes / 4;
    await world.store.keepRequest(request(source, { id: 'srq_d', verdict: 'duplicate' }));
    for (let n = 0; n < 6; n++)
      await world.store.keepRequest(
        request(source, { id: `srq_${n}`, body: new Uint8Array(size), bodyBytes: size }),
      );
    const ids = async () => (await list(world, source)).map(({ id }) => id);
    assert.deepEqual(await ids(), ['srq_5', 'srq_4', 'srq_3', 'srq_2', 'srq_d']);
    for (let n = 0; n < limits.requestsKept; n++)
      await world.store.keepRequest(request(source, { id: `srq_e${n}` }));
    const page = await world.store.listRequests(source, 'rejected', {
      limit: limits.requestsKept + 5,
      before: null,
    });
    assert.equal(page.rows.length, limits.requestsKept);
    assert.equal(page.rows.at(-1)!.id, 'srq_e0');
  });

  promise('a request that became an event after all is shown as that event', async (world) => {
    const source = await createSource(world);
    await world.store.keepRequest(request(source));
    await world.stored({ event: { id: 'evt_x', source: source.id, origin: 'webhook', createdAtMs: t0 + 5 } });
    await world.store.requestTaken('srq_1', 'evt_x');
    const found = await world.store.getRequest(world.accountNo, 'srq_1');
    assert.deepEqual(
      [found?.verdict, found?.eventId, found?.body, found?.reason],
      ['accepted', 'evt_x', null, null],
    );
    assert.deepEqual(
      (await list(world, source)).map(({ id, verdict }) => [id, verdict]),
      [['evt_x', 'accepted']],
    );
  });

  promise('requests and events are listed as one, newest first, over pages', async (world) => {
    const source = await createSource(world);
    for (let n = 0; n < 6; n++) {
      const atMs = t0 + n;
      if (n % 2 === 0) await world.store.keepRequest(request(source, { id: `srq_${n}`, atMs }));
      else
        await world.stored({
          event: { id: `evt_${n}x`, source: source.id, origin: 'webhook', createdAtMs: atMs },
        });
    }
    await world.stored({ event: { id: 'evt_poll', source: source.id, origin: 'poll', createdAtMs: t0 + 9 } });
    const ids: string[] = [];
    let before: { request: number; event: number } | null = null;
    do {
      const page: Awaited<ReturnType<World['store']['listRequests']>> = await world.store.listRequests(
        source,
        null,
        { limit: 2, before },
      );
      ids.push(...page.rows.map(({ id }) => id));
      before = page.next;
    } while (before !== null);
    assert.deepEqual(ids, ['evt_5x', 'srq_4', 'evt_3x', 'srq_2', 'evt_1x', 'srq_0']);
  });

  promise('figures count what came through a source since a time', async (world) => {
    const source = await createSource(world);
    await createSource(world, { id: 'src_quiet', token: 't3' });
    await world.store.keepRequest(request(source, { atMs: t0 }));
    await world.store.keepRequest(request(source, { id: 'srq_2', atMs: t0 + 10 }));
    await world.stored({ event: { source: source.id, origin: 'webhook', createdAtMs: t0 + 10 } });
    const { accountNo } = world;
    assert.deepEqual(await world.store.sourceFigures(t0 + 1), [
      { accountNo, sourceId: source.id, accepted: 1, rejected: 1 },
    ]);
  });
}

async function createSource(world: World, changes: Partial<NewSource> = {}): Promise<Source> {
  const made = await world.store.createSource(newSource({ accountNo: world.accountNo, ...changes }), 10);
  if (made === 'too_many') throw new Error('too many sources');
  return made;
}

async function list(
  world: World,
  source: Source,
): Promise<Awaited<ReturnType<World['store']['listRequests']>>['rows']> {
  return (await world.store.listRequests(source, null, { limit: 50, before: null })).rows;
}

function newSource(changes: Partial<NewSource> = {}): NewSource {
  return {
    id: 'src_1',
    accountNo: 1,
    name: 'Supplier',
    token: 'token-of-the-address',
    scheme: 'standard',
    custom: null,
    secrets: ['plain-secret'],
    fields: { key: 'plain-field' },
    eventType: { header: 'x-topic' },
    eventId: null,
    reference: { body: '/data/reference' },
    maxBodyBytes: 1_000_000,
    ratePerSecond: 5,
    ack: { status: 200, contentType: 'text/plain', body: '[accepted]' },
    rejectStatus: 400,
    schemas: '{"*":{"type":"object"}}',
    consume: { url: 'redis://shop@h?stream=s', password: 'hidden-queue' },
    tracking: { ...noTracking, poll: { ...poll, headers: { authorization: 'Bearer plain-credential' } } },
    createdAtMs: t0,
    updatedAtMs: t0,
    ...changes,
  };
}

const noTracking = { reference: null, orderId: null, states: {}, poll: null, list: null, slaMs: null };
const poll = {
  url: 'https://supplier.example/orders/{reference}',
  headers: {},
  status: '/status',
  states: {},
  afterMs: 1000,
  everyMs: 1000,
  giveUpAfterMs: 1000,
  perSecond: 1,
};

function request(source: Source, changes: Partial<SourceRequest> = {}): SourceRequest {
  return {
    id: 'srq_1',
    sourceNo: source.no,
    atMs: t0,
    verdict: 'rejected',
    reason: 'mismatch',
    detail: 'No signature fits.',
    status: 401,
    method: 'POST',
    url: 'https://surehook.example/in/token?a=1',
    headers: ['Webhook-Id', 'msg_1', 'Authorization', 'Bearer plain-credential'],
    body: new Uint8Array([123, 125]),
    bodyBytes: 2,
    eventId: null,
    ...changes,
  };
}
