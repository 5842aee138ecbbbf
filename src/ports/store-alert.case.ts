import assert from 'node:assert/strict';
import type { AlertKind, Raise } from '../core/alert.ts';
import * as limits from '../core/limits/alerts.ts';
import { casesFor, type OpenStore, settlementOf, t0, type World } from './store-world.case.ts';

const tell = [{ ruleId: 'default', channelId: 'default' }];
const page = { limit: 10, before: null };
let made = 0;

function raiseOf(world: World, kind: AlertKind, changes: Partial<Raise> = {}): Raise {
  made += 1;
  const { accountNo } = world;
  const about = { subject: 'ep_1', summary: 'It happened.', detail: {} };
  return {
    id: `alr_${made}`,
    accountNo,
    kind,
    ...about,
    tell,
    cause: `cause_${made}`,
    signals: [],
    ...changes,
  };
}

async function raise(world: World, raised: Raise[], nowMs = t0): Promise<void> {
  await world.store.recordAlerts({ raised, resolved: [], nowMs });
}

async function due(world: World, nowMs: number): Promise<string[]> {
  const claimed = await world.store.claimMessages({ nowMs, leaseMs: 60_000, limit: 10 });
  return claimed.due.map(({ message, alert }) => `${alert.kind} ${message.phase}`);
}

/** Sends what is due. */
async function send(world: World, nowMs: number): Promise<string[]> {
  const claimed = await world.store.claimMessages({ nowMs, leaseMs: 60_000, limit: 10 });
  const results = claimed.due.map(({ message: { no } }) => ({ no, error: null, dueAtMs: null }));
  await world.store.noteMessages({ results, nowMs });
  return claimed.due.map(({ message, alert }) => `${alert.kind} ${message.phase}`);
}

/** What every store promises about alerts. */
export function alertCases(name: string, open: OpenStore): void {
  const check = casesFor(name, open);

  check('a dead letter is a signal of its endpoint, counted in the act that settles it', async (world) => {
    const endpoint = await world.endpoint();
    for (const _ of [1, 2]) {
      const seq = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
      await world.settle([settlementOf(world.fresh(seq, endpoint.no), { state: 'dead' })]);
    }
    const [signal, more] = await world.store.signals(10);
    assert.deepEqual(
      [signal!.kind, signal!.subject, signal!.count, more],
      ['delivery.dead', endpoint.id, 2, undefined],
    );
  });

  check('an event of a type that people want to hear of is a signal', async (world) => {
    await world.stored({ event: { id: 'evt_low', type: 'balance.low' } });
    await world.stored({ event: { type: 'order.created' } });
    const all = await world.store.signals(10);
    assert.deepEqual(
      all.map(({ kind, subject }) => [kind, subject]),
      [['balance.low', 'evt_low']],
    );
  });

  check('an alert takes its signals with it; what came meanwhile waits for the next', async (world) => {
    await world.stored({ event: { id: 'evt_low', type: 'balance.low' } });
    const signals = await world.store.signals(10);
    await raise(world, [raiseOf(world, 'balance.low', { signals })]);
    assert.deepEqual(await world.store.signals(10), []);
    await raise(world, [raiseOf(world, 'balance.low', { signals })]);
    const { rows } = await world.store.listAlerts(world.accountNo, {}, page);
    assert.deepEqual(
      rows.map(({ count }) => count),
      [1],
    );
  });

  check(
    'what is read twice begins with the same number, what comes after it was taken away with another',
    async (world) => {
      const endpoint = await world.endpoint();
      const die = async (): Promise<void> => {
        const seq = await world.stored({ endpointNos: [endpoint.no], modes: ['begun'] });
        await world.settle([settlementOf(world.fresh(seq, endpoint.no), { state: 'dead' })]);
      };
      await die();
      const [first] = await world.store.signals(10);
      await die();
      const [again] = await world.store.signals(10);
      assert.deepEqual([again!.firstNo, first!.count, again!.count], [first!.firstNo, 1, 2]);
      await raise(world, [raiseOf(world, 'delivery.dead', { signals: [first!] })]);
      const [left] = await world.store.signals(10);
      assert.equal(left!.count, 1);
      assert.ok(left!.firstNo > first!.firstNo);
      // Another node read the same.
      await raise(world, [raiseOf(world, 'delivery.dead', { signals: [first!] })]);
      assert.deepEqual(await world.store.signals(10), [left]);
      await raise(world, [raiseOf(world, 'delivery.dead', { signals: [left!] })]);
      await die();
      const [later] = await world.store.signals(10);
      assert.ok(later!.firstNo > left!.firstNo);
      const [alert] = await world.store.openAlerts(10);
      assert.equal(alert!.count, 2);
    },
  );

  check(
    'what happens again while it is open is counted on, and messages keep their distance',
    async (world) => {
      await raise(world, [raiseOf(world, 'delivery.dead')]);
      assert.deepEqual(await send(world, t0), ['delivery.dead raised']);
      for (const afterMs of [1000, 2000, 3000])
        await raise(world, [raiseOf(world, 'delivery.dead')], t0 + afterMs);
      assert.deepEqual(await due(world, t0 + limits.alertQuietMs - 1), []);
      assert.deepEqual(await send(world, t0 + limits.alertQuietMs), ['delivery.dead raised']);
      assert.deepEqual(await send(world, t0 + 10 * limits.alertQuietMs), []);
      const { rows } = await world.store.listAlerts(world.accountNo, { open: true }, page);
      assert.equal(rows[0]!.count, 4);
    },
  );

  check('a state of affairs is raised once, and whoever was told hears of its end, once', async (world) => {
    await raise(world, [raiseOf(world, 'queue.lag')]);
    await raise(world, [raiseOf(world, 'queue.lag')], t0 + 1);
    assert.deepEqual(await send(world, t0 + 1), ['queue.lag raised']);
    const [lag] = await world.store.openAlerts(10);
    assert.deepEqual(lag!.told, tell);
    for (const nowMs of [t0 + 2, t0 + 3])
      await world.store.recordAlerts({
        raised: [],
        resolved: [{ no: lag!.no, accountNo: lag!.accountNo, tell: true }],
        nowMs,
      });
    assert.deepEqual(await send(world, t0 + 4), ['queue.lag recovered']);
    assert.deepEqual(await send(world, t0 + limits.alertQuietMs * 2), []);
    assert.deepEqual(await world.store.openAlerts(10), []);
  });

  check('each open alert says who was told of it', async (world) => {
    const others = ['a', 'b'].map((channelId) => ({ ruleId: 'rule', channelId }));
    await raise(world, [
      raiseOf(world, 'queue.lag', { tell: others }),
      raiseOf(world, 'delivery.dead', { tell: [] }),
      raiseOf(world, 'endpoint.slow'),
    ]);
    const open = await world.store.openAlerts(10);
    const byChannel = (a: (typeof tell)[0], b: (typeof tell)[0]) => (a.channelId < b.channelId ? -1 : 1);
    assert.deepEqual(
      open.map(({ kind, told }) => [kind, told.sort(byChannel)]),
      [
        ['queue.lag', others],
        ['delivery.dead', []],
        ['endpoint.slow', tell],
      ],
    );
  });

  check('what is over before its message was allowed to go is told to nobody', async (world) => {
    const over = async (nowMs: number): Promise<void> => {
      const [lag] = await world.store.openAlerts(10);
      await world.store.recordAlerts({
        raised: [],
        resolved: [{ no: lag!.no, accountNo: lag!.accountNo, tell: true }],
        nowMs,
      });
    };
    await raise(world, [raiseOf(world, 'queue.lag')]);
    await send(world, t0);
    await over(t0 + 1);
    await send(world, t0 + 1);
    await raise(world, [raiseOf(world, 'queue.lag')], t0 + 2);
    await over(t0 + 3);
    assert.deepEqual(await send(world, t0 + 2 * limits.alertQuietMs), []);
  });

  check('a message is sent by one caller alone, and by another when that one dies', async (world) => {
    await raise(world, [raiseOf(world, 'delivery.dead')]);
    assert.equal((await due(world, t0)).length, 1);
    assert.equal((await due(world, t0 + 59_999)).length, 0);
    assert.equal((await due(world, t0 + 60_000)).length, 1);
  });

  check('a message that could not be sent waits or is given up, and says why', async (world) => {
    const one = raiseOf(world, 'delivery.dead');
    await raise(world, [one]);
    const { due: claimed } = await world.store.claimMessages({ nowMs: t0, leaseMs: 1, limit: 10 });
    const { no } = claimed[0]!.message;
    const note = (dueAtMs: number | null) =>
      world.store.noteMessages({ results: [{ no, error: 'refused', dueAtMs }], nowMs: t0 });
    await note(t0 + 5000);
    assert.deepEqual(await due(world, t0 + 4999), []);
    await note(null);
    const found = await world.store.getAlert(world.accountNo, one.id);
    const [message] = found!.messages;
    assert.deepEqual(
      [message!.error, message!.tries, message!.failedAtMs, message!.sentAtMs],
      ['refused', 2, t0, null],
    );
    assert.deepEqual(await due(world, t0 + 1_000_000), []);
  });

  check('rules and channels are kept as they were put, and go with their account', async (world) => {
    const accountNo = await world.account('other');
    const times = { createdAtMs: t0, updatedAtMs: t0 };
    const target = { type: 'slack', url: 'https://hooks.slack.example/services/T/B/secret' } as const;
    const channel = { id: 'alr_c', accountNo, name: 'Ops', target, ...times };
    const kinds: AlertKind[] = ['order.failed', 'balance.low'];
    const rule = {
      id: 'alr_r',
      accountNo,
      name: '',
      kinds,
      channels: ['alr_c'],
      publish: 'refund.requested',
      enabled: true,
      ...times,
    };
    await world.store.putAlertChannel(channel);
    await world.store.putAlertRule({ ...rule, enabled: false });
    await world.store.putAlertRule(rule);
    assert.deepEqual(await world.store.alertBook(), { rules: [rule], channels: [channel] });
    assert.equal(await world.store.deleteAlertRule(world.accountNo, 'alr_r'), false);
    await world.store.deleteAccount(accountNo, t0);
    assert.deepEqual(await world.store.alertBook(), { rules: [], channels: [] });
  });

  check(
    'alerts are listed newest first, by kind and by whether they are over, by their account alone',
    async (world) => {
      await raise(world, [raiseOf(world, 'queue.lag'), raiseOf(world, 'delivery.dead')]);
      const [lag] = await world.store.openAlerts(10);
      await world.store.recordAlerts({
        raised: [],
        resolved: [{ no: lag!.no, accountNo: lag!.accountNo, tell: false }],
        nowMs: t0 + 1,
      });
      const find = async (filter: object, accountNo = world.accountNo) =>
        (await world.store.listAlerts(accountNo, filter, page)).rows.map(({ kind }) => kind);
      assert.deepEqual(await find({}), ['delivery.dead', 'queue.lag']);
      assert.deepEqual(await find({ open: true }), ['delivery.dead']);
      assert.deepEqual(await find({ open: false, kind: 'queue.lag' }), ['queue.lag']);
      const other = await world.account('other');
      assert.deepEqual(await find({}, other), []);
      assert.equal(await world.store.getAlert(other, lag!.id), null);
    },
  );

  check('an endpoint of which more than a twentieth of the answers are slow is found', async (world) => {
    const [slow, quick] = [await world.endpoint(), await world.endpoint()];
    const attempts = async (endpointNo: number, durations: number[]): Promise<void> => {
      for (const durationMs of durations) {
        const seq = await world.stored({ endpointNos: [endpointNo], modes: ['begun'] });
        await world.settle([
          settlementOf(world.fresh(seq, endpointNo), { state: 'delivered' }, { durationMs }),
        ]);
      }
    };
    await attempts(slow.no, [...Array.from({ length: 17 }, () => 10), 6000]);
    await attempts(quick.no, [...Array.from({ length: 19 }, () => 10), 6000]);
    const found = await world.store.slowEndpoints({ sinceMs: t0 - 60_000, attempts: 10 });
    assert.deepEqual(found, [{ endpointNo: slow.no, attempts: 18, slow: 1 }]);
    assert.deepEqual(await world.store.slowEndpoints({ sinceMs: t0 - 60_000, attempts: 19 }), []);
  });

  check('alerts that are over go with their messages when retention ends', async (world) => {
    const one = raiseOf(world, 'queue.lag');
    await raise(world, [one]);
    const [lag] = await world.store.openAlerts(10);
    const bounds = { nowMs: t0 + 10, keepSinceMs: t0 + 10, heldSinceMs: t0, limit: 10 };
    await world.store.sweep(bounds);
    assert.notEqual(await world.store.getAlert(world.accountNo, one.id), null);
    await world.store.recordAlerts({
      raised: [],
      resolved: [{ no: lag!.no, accountNo: lag!.accountNo, tell: true }],
      nowMs: t0 + 1,
    });
    await world.store.sweep(bounds);
    assert.equal(await world.store.getAlert(world.accountNo, one.id), null);
    assert.deepEqual(await due(world, t0 + 10), []);
  });
}
