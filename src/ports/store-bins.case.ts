import assert from 'node:assert/strict';
import type { Bin, CaughtRequest, NewBin } from '../core/bin.ts';
import * as limits from '../core/limits/bins.ts';
import { casesFor, type OpenStore, t0, type World } from './store-world.case.ts';

/** Bins and what they caught. */
export function binCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise('a bin comes back as it was made, to whoever asks by its id', async (world) => {
    const made = await create(world);
    assert.deepEqual(made, { ...newBin(world), no: made.no, caught: 0 });
    assert.deepEqual(await world.store.binById(made.id), made);
    assert.equal(await world.store.binById('bin_other'), null);
  });

  promise(
    'the bins of an account are listed newest first, and there are as many as it may have',
    async (world) => {
      const first = await create(world);
      const second = await create(world, { id: 'bin_2' });
      assert.deepEqual(await world.store.bins(world.accountNo), [second, first]);
      assert.equal(await world.store.createBin(newBin(world, { id: 'bin_3' }), 2), 'too_many');
      const accountNo = await world.account('other');
      await create(world, { id: 'bin_4', accountNo });
      await world.store.deleteAccount(accountNo, t0);
      assert.equal(await world.store.binById('bin_4'), null);
      assert.equal((await world.store.bins(world.accountNo)).length, 2);
    },
  );

  promise(
    'a bin answers as it was told at that moment, failing first as often as it should',
    async (world) => {
      const made = await create(world, { behaviour: { ...behaviour, failFirst: 2, status: 204 } });
      const statuses = [];
      for (let n = 0; n < 3; n++)
        statuses.push((await world.store.catchRequest(made.no, request({ id: `brq_${n}` })))?.status);
      assert.deepEqual(statuses, [500, 500, 204]);
      const changed = {
        ...made,
        behaviour: { ...behaviour, drop: true },
        secrets: ['new'],
        updatedAtMs: t0 + 1,
      };
      assert.equal(await world.store.updateBin(changed), true);
      const caught = await world.store.catchRequest(made.no, request({ id: 'brq_3' }));
      assert.deepEqual(caught, { bin: { ...changed, caught: 1 }, status: null });
      assert.equal(await world.store.updateBin({ ...made, no: 99 }), false);
    },
  );

  promise('a caught request comes back byte for byte', async (world) => {
    const made = await create(world);
    const sent = request({ body: Uint8Array.from({ length: 256 }, (_, n) => n), bodyBytes: 256 });
    await world.store.catchRequest(made.no, sent);
    const [found] = await list(world, made);
    assert.deepEqual({ ...found!, body: [...found!.body!] }, { ...sent, status: 200, body: [...sent.body!] });
  });

  promise('what was caught is listed both ways, and a page ends early past its bytes', async (world) => {
    const made = await create(world);
    for (let n = 0; n < 5; n++) await world.store.catchRequest(made.no, request({ id: `brq_${n}` }));
    const page = { limit: 2, maxBytes: 1000 };
    const newest = await world.store.listCaught(made.no, { ...page, before: null });
    assert.deepEqual(
      newest.map(({ request: { id } }) => id),
      ['brq_4', 'brq_3'],
    );
    const older = await world.store.listCaught(made.no, { ...page, before: newest[1]!.no });
    assert.deepEqual(
      older.map(({ request: { id } }) => id),
      ['brq_2', 'brq_1'],
    );
    const since = await world.store.listCaught(made.no, { ...page, after: older[1]!.no });
    assert.deepEqual(
      since.map(({ request: { id } }) => id),
      ['brq_2', 'brq_3'],
    );
    assert.equal((await world.store.listCaught(made.no, { limit: 9, maxBytes: 3, before: null })).length, 1);
  });

  promise('a bin keeps its newest requests, by number and by bytes', async (world) => {
    const made = await create(world);
    const size = limits.binKeptBytes / 4;
    for (let n = 0; n < 6; n++)
      await world.store.catchRequest(
        made.no,
        request({ id: `brq_${n}`, body: new Uint8Array(size), bodyBytes: size }),
      );
    assert.deepEqual(
      (await list(world, made)).map(({ id }) => id),
      ['brq_5', 'brq_4', 'brq_3', 'brq_2'],
    );
    for (let n = 0; n < limits.binRequestsKept; n++)
      await world.store.catchRequest(made.no, request({ id: `brq_e${n}` }));
    assert.equal((await list(world, made)).at(-1)!.id, 'brq_e0');
  });

  promise('a deleted bin is gone with what it caught, and old requests go with the sweep', async (world) => {
    const made = await create(world);
    await world.store.catchRequest(made.no, request());
    await world.store.catchRequest(made.no, request({ id: 'brq_2', atMs: t0 + 10 }));
    while (
      (await world.store.sweep({ nowMs: t0 + 10, keepSinceMs: t0 + 5, heldSinceMs: 0, limit: 10 })).more
    );
    assert.deepEqual(
      (await list(world, made)).map(({ id }) => id),
      ['brq_2'],
    );
    await world.store.deleteBin(made.no);
    assert.deepEqual(await list(world, made), []);
    assert.equal(await world.store.catchRequest(made.no, request()), null);
  });
}

const behaviour = { status: 200, delayMs: 0, slowMs: 0, failFirst: 0, drop: false, body: '{}' };

function newBin(world: World, changes: Partial<NewBin> = {}): NewBin {
  return {
    id: 'bin_1',
    accountNo: world.accountNo,
    name: 'First',
    behaviour,
    scheme: 'standard',
    custom: null,
    secrets: ['plain-secret'],
    fields: { key: 'plain-field' },
    createdAtMs: t0,
    updatedAtMs: t0,
    ...changes,
  };
}

async function create(world: World, changes: Partial<NewBin> = {}): Promise<Bin> {
  const made = await world.store.createBin(newBin(world, changes), 10);
  if (made === 'too_many') throw new Error('too many bins');
  return made;
}

async function list(world: World, { no }: Bin): Promise<CaughtRequest[]> {
  const page = { limit: limits.binRequestsKept + 5, maxBytes: Number.MAX_SAFE_INTEGER, before: null };
  return (await world.store.listCaught(no, page)).map(({ request: found }) => found);
}

function request(changes: Partial<CaughtRequest> = {}): Omit<CaughtRequest, 'status'> {
  return {
    id: 'brq_1',
    atMs: t0,
    method: 'POST',
    url: 'https://surehook.example/b/bin_1?a=1',
    headers: ['X-A', '1', 'Authorization', 'Bearer plain-credential', 'X-A', '2'],
    body: new Uint8Array([123, 125]),
    bodyBytes: 2,
    ...changes,
  };
}
