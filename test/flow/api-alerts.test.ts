import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { masked } from '../../src/core/masked.ts';
import { ApiWorld } from '../support/api.ts';

describe('alert rules, channels and alerts', () => {
  let world: ApiWorld;
  beforeEach(async () => {
    world = await ApiWorld.open();
  });
  afterEach(() => world.close());

  const raised = async (accountNo = 1) => {
    const about = {
      kind: 'balance.low',
      subject: 'api',
      summary: 'The balance is low.',
      detail: { balance: 1 },
    } as const;
    const tell = [{ ruleId: 'default', channelId: 'default' }];
    const raise = { id: `alr_${accountNo}`, accountNo, ...about, tell, cause: 'evt_1', signals: [] };
    await world.store.recordAlerts({ raised: [raise], resolved: [], nowMs: world.clock.nowMs() });
    return raise.id;
  };

  test('every account has a default rule and a default channel from the start', async () => {
    const { data } = (await world.ask('GET', '/v1/alert-rules')).body;
    assert.deepEqual(
      data.map(({ id, kinds, channels, enabled }: Record<string, unknown>) => [id, kinds, channels, enabled]),
      [
        [
          'default',
          ['endpoint.paused', 'endpoint.disabled', 'endpoint.recovered', 'delivery.dead'],
          ['default'],
          true,
        ],
      ],
    );
    assert.equal((await world.ask('GET', '/v1/alert-channels/default')).body.type, 'email');
    assert.equal((await world.ask('DELETE', '/v1/alert-rules/default')).status, 409);
    assert.equal((await world.ask('PATCH', '/v1/alert-channels/default', { to: 'a@b.example' })).status, 409);
  });

  test('a rule is made, changed, listed newest first and deleted', async () => {
    const made = await world.ask('POST', '/v1/alert-rules', {
      kind: 'order.failed',
      publish: 'refund.requested',
    });
    assert.equal(made.status, 201);
    assert.deepEqual([made.body.kinds, made.body.channels], [['order.failed'], []]);
    const { id } = made.body;
    const path = `/v1/alert-rules/${id}`;
    const changed = await world.ask('PATCH', path, { enabled: false, channels: ['default'] });
    assert.deepEqual([changed.body.enabled, changed.body.publish], [false, 'refund.requested']);
    const { data } = (await world.ask('GET', '/v1/alert-rules?limit=1')).body;
    assert.equal(data[0].id, id);
    assert.equal((await world.ask('DELETE', path)).status, 204);
    assert.equal((await world.ask('GET', path)).status, 404);
  });

  test('a channel’s address is a credential: masked, and kept when it is sent back so', async () => {
    const url = 'https://hooks.slack.example/services/T0/B0/sesame';
    const made = await world.ask('POST', '/v1/alert-channels', { type: 'slack', url, name: 'Ops' });
    assert.equal(made.body.url, `https://hooks.slack.example/${masked}`);
    const path = `/v1/alert-channels/${made.body.id}`;
    const renamed = await world.ask('PATCH', path, { url: made.body.url, name: 'Night' });
    assert.equal(renamed.body.name, 'Night');
    const { channels } = await world.store.alertBook();
    assert.deepEqual(channels[0]!.target, { type: 'slack', url });
    await world.ask('POST', '/v1/alert-rules', { kinds: ['queue.lag'], channels: [made.body.id] });
    assert.equal((await world.ask('DELETE', path)).status, 409);
  });

  test('an alert is shown with who was told, to its account alone', async () => {
    const id = await raised();
    const { data } = (await world.ask('GET', '/v1/alerts?status=open&kind=balance.low')).body;
    assert.deepEqual(
      [data.length, data[0].id, data[0].status, data[0].detail],
      [1, id, 'open', { balance: 1 }],
    );
    const one = await world.ask('GET', `/v1/alerts/${id}`);
    assert.deepEqual(
      one.body.messages.map(({ channelId, phase, status }: Record<string, unknown>) => [
        channelId,
        phase,
        status,
      ]),
      [['default', 'raised', 'waiting']],
    );
    assert.deepEqual((await world.ask('GET', '/v1/alerts?status=resolved')).body.data, []);
    const { headers } = await world.account('other');
    assert.equal((await world.ask('GET', `/v1/alerts/${id}`, undefined, headers)).status, 404);
    assert.equal((await world.ask('GET', '/v1/alerts?kind=nothing')).status, 422);
  });

  test('what is wrong with a rule or channel is said with pointers', async () => {
    const wrong: [string, object, string][] = [
      ['/v1/alert-rules', {}, '/kinds'],
      ['/v1/alert-rules', { kinds: ['queue.lag'], channels: ['alr_x'] }, '/channels/0'],
      ['/v1/alert-rules', { kind: 'queue.lag', kinds: ['queue.lag'], channels: ['default'] }, '/kind'],
      ['/v1/alert-rules', { kind: 'order.failed', publish: 'order.failed' }, '/publish'],
      ['/v1/alert-channels', {}, '/type'],
      ['/v1/alert-channels', { type: 'slack', url: 'http://hooks.slack.example/' }, '/url'],
      ['/v1/alert-channels', { type: 'slack', to: 'a@b.example', url: 'https://x.example/' }, '/to'],
      ['/v1/alert-channels', { type: 'endpoint', endpointId: 'ep_x' }, '/endpointId'],
    ];
    for (const [path, body, pointer] of wrong) {
      const { status, body: problem } = await world.ask('POST', path, body);
      assert.equal(status, 422, pointer);
      assert.ok(
        problem.errors.some((error: { pointer: string }) => error.pointer === pointer),
        JSON.stringify(problem),
      );
    }
  });
});
