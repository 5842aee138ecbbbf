import assert from 'node:assert/strict';
import type { ReplayFilter } from '../core/replay.ts';
import type { ReplayCount, ReplayPlace } from './replay-store.ts';
import { casesFor, endedDeliveries, type OpenStore, t0 } from './store-world.case.ts';

const everything: ReplayFilter = {
  endpointNo: null,
  eventTypes: null,
  state: 'dead',
  sinceMs: null,
  untilMs: null,
  keys: null,
};

/** What replays would take: shown, and counted. */
export function replayPlanCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise(
    'the plan of a replay counts what it would put back, shows the first, and changes nothing',
    async (world) => {
      const [a, b] = [await world.endpoint(), await world.endpoint()];
      const keys = [
        ...(await endedDeliveries(world, a.no, 'dead', 2)),
        ...(await endedDeliveries(world, b.no, 'dead', 2)),
      ];
      const arrived = await endedDeliveries(world, a.no, 'delivered', 3, 'other');
      const { accountNo } = world;
      const plan = async (filter: Partial<ReplayFilter>) => {
        const looking = { nowMs: t0 + 100, rows: 100, limit: 3 };
        const input = { accountNo, filter: { ...everything, ...filter }, ...looking };
        const { total, isWhole, sample } = await world.store.planReplay(input);
        assert.ok(isWhole);
        return [total, sample.map(({ key }) => key)];
      };
      assert.deepEqual(await plan({}), [4, keys.slice(0, 3)]);
      assert.deepEqual(await plan({ endpointNo: b.no, sinceMs: t0 + 1 }), [1, keys.slice(3)]);
      assert.deepEqual(await plan({ state: 'delivered', eventTypes: ['other'] }), [3, arrived]);
      assert.deepEqual(await plan({ keys: [keys[3]!, arrived[0]!, 5] }), [2, [keys[3], arrived[0]]]);
      assert.deepEqual(await world.store.listReplays({ accountNo, limit: 9, before: null }), []);
      assert.equal(await world.status(keys[0]!), 'dead');
    },
  );

  promise('the plan of a replay looks at no more than it may, and says so', async (world) => {
    const [a, b] = [await world.endpoint(), await world.endpoint()];
    const first = await endedDeliveries(world, a.no, 'dead', 3);
    const last = await endedDeliveries(world, b.no, 'dead', 1, 'rare');
    const plan = async (rows: number, eventTypes: string[] | null = null) => {
      const input = { accountNo: world.accountNo, filter: { ...everything, eventTypes } };
      const found = await world.store.planReplay({ ...input, nowMs: t0 + 100, rows, limit: 9 });
      return [found.total, found.isWhole, found.sample.map(({ key }) => key)];
    };
    assert.deepEqual(await plan(2), [2, false, first.slice(0, 2)]);
    assert.deepEqual(await plan(3), [3, false, first]);
    assert.deepEqual(await plan(2, ['rare']), [0, false, []]);
    assert.deepEqual(await plan(100, ['rare']), [1, true, last]);
  });

  promise('what a replay takes is counted in pieces, each within its bound', async (world) => {
    const [a, b] = [await world.endpoint(), await world.endpoint()];
    await world.endpoint();
    await endedDeliveries(world, a.no, 'dead', 5);
    await endedDeliveries(world, b.no, 'dead', 2, 'rare');
    const arrived = await endedDeliveries(world, b.no, 'delivered', 5, 'rare');
    const counts = async (filter: Partial<ReplayFilter>, rows: number): Promise<number[]> => {
      const found: number[] = [];
      for (let from: ReplayPlace | null = null; found.length === 0 || from !== null; ) {
        const input = { accountNo: world.accountNo, filter: { ...everything, ...filter }, nowMs: t0 + 100 };
        const piece: ReplayCount = await world.store.countReplay({ ...input, from, rows });
        assert.ok(piece.count <= rows);
        found.push(piece.count);
        from = piece.next;
      }
      return found;
    };
    const sum = (all: number[]): number => all.reduce((one, other) => one + other, 0);
    for (const rows of [1, 2, 3, 5, 100]) {
      for (const [filter, total] of [
        [{}, 7],
        [{ eventTypes: ['rare'] }, 2],
        [{ state: 'delivered', sinceMs: t0 }, 5],
        [{ endpointNo: a.no, httpStatus: { from: 200, to: 599 } }, 5],
        [{ keys: [arrived[0]!, 5] }, 1],
      ] as const)
        assert.equal(sum(await counts(filter as Partial<ReplayFilter>, rows)), total, JSON.stringify(filter));
    }
    assert.ok((await counts({}, 2)).length >= 4);
    assert.equal((await counts({}, 100)).length, 1);
  });
}
