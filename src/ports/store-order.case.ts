import assert from 'node:assert/strict';
import { deliveryKey } from '../core/delivery.ts';
import { casesFor, type OpenStore, t0, type World } from './store-world.case.ts';

/** Endpoints that are told in order, reference by reference. */
export function orderCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);
  const ordered = async (world: World): Promise<number> => (await world.endpoint({ ordered: true })).no;
  const put = async (world: World, no: number, reference: string | null, dueAtMs = t0): Promise<number> =>
    deliveryKey(
      await world.stored({ event: { reference }, endpointNos: [no], modes: ['ordered'], dueAtMs }),
      0,
    );
  const due = async (world: World, no: number, nowMs = t0): Promise<number[]> =>
    (await world.claim(no, nowMs)).owed.map(({ key }) => key);

  promise(
    'of one reference only the first is due; other references and events without one are not held up',
    async (world) => {
      const no = await ordered(world);
      const a1 = await put(world, no, 'a');
      const a2 = await put(world, no, 'a');
      const b1 = await put(world, no, 'b');
      const none = [await put(world, no, null), await put(world, no, null)];
      assert.deepEqual(await due(world, no), [a1, b1, ...none]);
      assert.equal(await world.status(a2), 'pending');
      assert.equal((await world.store.getDelivery(world.accountNo, a2))!.delivery.nextAttemptAtMs, null);
    },
  );

  promise('what waits behind another does not wake its lane', async (world) => {
    const no = await ordered(world);
    await put(world, no, 'a');
    await put(world, no, 'a');
    assert.equal((await world.claim(no)).nextAtMs.first, null);
    assert.deepEqual(await world.store.lanes(), []);
  });

  promise(
    'the next goes when the first is delivered, dead or cancelled, and not while it is retried',
    async (world) => {
      const no = await ordered(world);
      const all = [];
      for (let i = 0; i < 4; i += 1) all.push(await put(world, no, 'a'));
      const [first] = (await world.claim(no)).owed;
      await world.end(first!, { state: 'open', dueAtMs: t0 + 10 });
      assert.deepEqual((await world.claim(no, t0 + 9)).owed, []);
      const [retry] = (await world.claim(no, t0 + 10)).owed;
      assert.equal(retry!.key, all[0]);
      await world.end(retry!, { state: 'dead' }, t0 + 11);
      const [second] = (await world.claim(no, t0 + 11)).owed;
      assert.deepEqual([second!.key, second!.startedAtMs], [all[1], t0 + 11]);
      await world.end(second!, { state: 'delivered' }, t0 + 12);
      assert.deepEqual(
        await world.store.cancel({ accountNo: world.accountNo, key: all[2]!, nowMs: t0 + 12 }),
        { endpointNo: no },
      );
      assert.deepEqual(await due(world, no, t0 + 12), [all[3]]);
    },
  );

  promise('one that waits for its time is not hurried by the end of the one before it', async (world) => {
    const no = await ordered(world);
    await put(world, no, 'a');
    const later = await put(world, no, 'a', t0 + 100);
    await world.end((await world.claim(no)).owed[0]!, { state: 'delivered' }, t0 + 1);
    assert.deepEqual(await due(world, no, t0 + 99), []);
    assert.deepEqual(await due(world, no, t0 + 100), [later]);
  });

  promise('what is put back goes last', async (world) => {
    const no = await ordered(world);
    const [a, b] = [await put(world, no, 'a'), await put(world, no, 'a')];
    await world.end((await world.claim(no)).owed[0]!, { state: 'dead' });
    await world.store.requeue({ accountNo: world.accountNo, keys: [a], nowMs: t0 });
    const c = await put(world, no, 'a');
    const went: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const [one] = (await world.claim(no)).owed;
      went.push(one!.key);
      await world.end(one!);
    }
    assert.deepEqual(went, [b, a, c]);
  });

  promise('cancelling one in the middle holds nothing up and lets nothing pass', async (world) => {
    const no = await ordered(world);
    const [a, b, c] = [await put(world, no, 'a'), await put(world, no, 'a'), await put(world, no, 'a')];
    await world.store.cancel({ accountNo: world.accountNo, key: b, nowMs: t0 });
    const owed = (await world.claim(no)).owed;
    assert.deepEqual(
      owed.map(({ key }) => key),
      [a],
    );
    await world.end(owed[0]!);
    assert.deepEqual(await due(world, no), [c]);
  });

  promise('an endpoint that is no longer ordered lets everything go', async (world) => {
    const no = await ordered(world);
    const all = [];
    for (let i = 0; i < 3; i += 1) all.push(await put(world, no, 'a'));
    await world.update(no, { ordered: false });
    assert.deepEqual(await due(world, no), all);
  });
}
