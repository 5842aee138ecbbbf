import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { createMailer } from '../../src/adapters/smtp/mailer.ts';
import type { Endpoint } from '../../src/core/endpoint.ts';
import * as limits from '../../src/core/limits/alerts.ts';
import { AlertActs } from '../../src/flow/administer-alerts.ts';
import { Alerter, type AlertParts } from '../../src/flow/alert.ts';
import type { Mail, Mailer } from '../../src/ports/mailer.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { openWorld, sha256, type World } from '../support/world.ts';

const random = { number: () => 0, bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) };

function openAlerter(world: World, mailer: Mailer | null, store: AlertParts['store'] = world.store): Alerter {
  const alerter = new Alerter({
    clock: world.clock,
    random,
    telemetry: { warn: (what) => world.reports.push(`warn ${what}`) },
    directory: world.engine.directory,
    store,
    sender: world.sender,
    mailer,
    mailTo: 'ops@shop.example',
    where: 'http://127.0.0.1:4400',
    sha256,
    takeIn: (event, more) => world.engine.accepter.takeIn(event, more),
    sourceFigures: async () => [],
  });
  alerter.start();
  return alerter;
}

function actsOf(world: World): AlertActs {
  const policy = { dev: false, allowNetworks: [] };
  return new AlertActs({
    store: world.store,
    directory: world.engine.directory,
    clock: world.clock,
    random,
    policy,
  });
}

/** An endpoint that has been down for more than a day: its next failure pauses it. */
async function downSinceYesterday(world: World, changes: object = {}): Promise<Endpoint> {
  const endpoint = await world.endpoint({ profile: 'foxreload', events: ['order.created'], ...changes });
  const failingSinceMs = world.clock.nowMs() - 25 * 3_600_000;
  const changed = await world.store.updateEndpoint(endpoint.no, { failingSinceMs, failures: 10 });
  world.engine.directory.setEndpoint(changed!.endpoint, changed!.version);
  return changed!.endpoint;
}

describe('mail by a real mail server', () => {
  let server: MailServer;
  let world: World;
  let alerter: Alerter;
  let mailer: Mailer;

  before(async () => {
    server = await startMailServer();
  });
  after(() => server.close());
  beforeEach(async () => {
    world = await openWorld();
    world.sender.script(() => ({ httpStatus: 500 }));
    mailer = createMailer({ url: server.url, from: 'Surehook <alerts@shop.example>' });
    alerter = openAlerter(world, mailer);
  });
  afterEach(async () => {
    await alerter.stop();
    mailer.close();
    await world.close();
  });

  test('comes for a paused endpoint and for a dead letter, one each, and for the recovery', async () => {
    const already = server.mails.length;
    const down = await downSinceYesterday(world);
    const broken = await world.endpoint({
      events: ['order.failed'],
      retry: { schedule: ['1s'] },
      notify: 'dev@shop.example',
    });
    await world.publish({ type: 'order.created' });
    await world.clock.advance(limits.alertEveryMs);
    await server.received(already + 1);
    for (const _ of [1, 2, 3]) await world.publish({ type: 'order.failed' });
    await world.clock.advance(limits.alertEveryMs);
    await server.received(already + 2);
    await alerter.stop();
    alerter = openAlerter(world, mailer);
    await world.clock.advance(limits.alertEveryMs);
    await world.administration.resumeEndpoint(world.account, down.id);
    world.sender.script(() => ({}));
    await world.clock.advance(limits.alertEveryMs);
    await server.received(already + 3);
    await world.clock.advance(2 * limits.alertEveryMs);
    const mails = server.mails.slice(already);
    assert.deepEqual(
      mails.map(({ from, to, subject }) => [from, to.join(), subject.slice(0, 32)]),
      [
        ['alerts@shop.example', 'ops@shop.example', '[Surehook] endpoint.paused: The '],
        ['alerts@shop.example', 'dev@shop.example', '[Surehook] delivery.dead: 3 deli'],
        ['alerts@shop.example', 'ops@shop.example', '[Surehook] endpoint.recovered: T'],
      ],
    );
    assert.match(mails[0]!.text, /paused by the platform/);
    assert.equal(world.engine.directory.endpoint(broken.no)!.status, 'active');
  });

  test('that the server refuses is tried again until it is taken, and says what was wrong meanwhile', async () => {
    const already = server.mails.length;
    server.refuse = 'mailbox is full';
    await downSinceYesterday(world);
    await world.publish({ type: 'order.created' });
    const messages = async () => {
      const { rows } = await world.store.listAlerts(
        1,
        { kind: 'endpoint.paused' },
        { limit: 1, before: null },
      );
      return rows[0] === undefined ? [] : (await world.store.getAlert(1, rows[0].id))!.messages;
    };
    await world.clock.advance(limits.alertSoonMs);
    while (((await messages())[0]?.tries ?? 0) < 1) await world.clock.advance(limits.alertEveryMs);
    const [waiting] = await messages();
    assert.match(waiting!.error!, /mailbox is full/);
    assert.doesNotMatch(waiting!.error!, /p@ss|p%40ss/);
    assert.equal(waiting!.sentAtMs, null);
    server.refuse = null;
    while ((await messages())[0]?.sentAtMs === null) await world.clock.advance(limits.alertEveryMs);
    assert.equal(server.mails.length, already + 1);
  });
});

describe('alerts', () => {
  let world: World;
  let alerter: Alerter;
  let acts: AlertActs;
  let mails: Mail[];
  const mailer: Mailer = {
    async send(mail) {
      mails.push(mail);
    },
    close() {},
  };

  beforeEach(async () => {
    world = await openWorld();
    mails = [];
    alerter = openAlerter(world, mailer);
    acts = actsOf(world);
  });
  afterEach(async () => {
    await alerter.stop();
    await world.close();
  });

  const look = (): Promise<void> => world.clock.advance(limits.alertEveryMs);
  const sentTo = (url: string): string[] =>
    world.sender.sent.filter(({ request }) => request.url === url).map(({ text }) => text);

  test('a dead letter that keeps happening is told at most once in ten minutes', async () => {
    world.sender.script(() => ({ httpStatus: 500 }));
    await world.endpoint({ retry: { schedule: ['1s'] } });
    for (let minute = 0; minute < 25; minute++) {
      await world.publish({});
      await look();
    }
    assert.ok(mails.length >= 2 && mails.length <= 3, String(mails.length));
  });

  test('many endpoints that stop at once are one mail', async () => {
    world.sender.script(() => ({ httpStatus: 410 }));
    for (let n = 0; n < 5; n++) await world.endpoint({ url: `https://shop${n}.example/hooks` });
    await world.publish({});
    await look();
    assert.equal(mails.filter(({ subject }) => subject.includes('endpoint.disabled: 5 of them')).length, 1);
  });

  test('mail goes to the endpoint’s recipient, else the account’s, else the installation’s', async () => {
    await world.administration.updateAccount(world.account, { notify: 'account@shop.example' });
    world.sender.script(() => ({ httpStatus: 410 }));
    await world.endpoint({ url: 'https://a.example/', notify: 'endpoint@shop.example', events: ['a'] });
    await world.endpoint({ url: 'https://b.example/', events: ['b'] });
    await world.publish({ type: 'a' });
    await look();
    await world.publish({ type: 'b' });
    await look();
    const stopped = mails.filter(({ subject }) => subject.includes('endpoint.disabled'));
    assert.deepEqual(
      stopped.map(({ to }) => to),
      ['endpoint@shop.example', 'account@shop.example'],
    );
  });

  test('without a mail server nothing is sent, and the alert is there to be read', async () => {
    await alerter.stop();
    alerter = openAlerter(world, null);
    world.sender.script(() => ({ httpStatus: 410 }));
    await world.endpoint({});
    await world.publish({});
    await look();
    const { rows } = await world.store.listAlerts(1, {}, { limit: 10, before: null });
    assert.deepEqual(rows.map(({ kind }) => kind).sort(), ['delivery.dead', 'endpoint.disabled']);
    assert.deepEqual((await world.store.getAlert(1, rows[0]!.id))!.messages, []);
  });

  test('a rule tells Slack, and an endpoint that subscribed to nothing of the kind', async () => {
    const hook = await world.endpoint({ url: 'https://ops.example/hooks', events: ['nothing.else'] });
    const slack = await acts.createChannel(world.account, {
      type: 'slack',
      url: 'https://hooks.slack.example/T/B/x',
    });
    const own = await acts.createChannel(world.account, { type: 'endpoint', endpointId: hook.id });
    await acts.createRule(world.account, { kinds: ['balance.low'], channels: [slack.id, own.id] });
    await world.publish({ type: 'balance.low', data: { balance: 1 } });
    await look();
    const [text] = sentTo('https://hooks.slack.example/T/B/x');
    assert.match(JSON.parse(text!).text, /balance\.low: The balance at the API is low/);
    const [event] = sentTo('https://ops.example/hooks').map((body) => JSON.parse(body));
    assert.equal(event.type, 'alert.raised');
    assert.equal(event.data.kind, 'balance.low');
    assert.equal(mails.length, 0);
  });

  test('an event follows from each thing that happened, once', async () => {
    await world.endpoint({
      url: 'https://team.example/hooks',
      events: ['refund.requested', 'balance.topup'],
    });
    await acts.createRule(world.account, { kind: 'order.failed', publish: 'refund.requested' });
    await acts.createRule(world.account, { kind: 'balance.low', publish: 'balance.topup' });
    for (const reference of ['ORD-1', 'ORD-2']) await world.publish({ type: 'order.failed', reference });
    await world.publish({ type: 'balance.low' });
    await look();
    await look();
    const followed = sentTo('https://team.example/hooks').map((body) => JSON.parse(body));
    assert.deepEqual(followed.map(({ type, data }) => `${type} ${data.reference}`).sort(), [
      'balance.topup null',
      'refund.requested ORD-1',
      'refund.requested ORD-2',
    ]);
  });

  test('an event that follows comes once though the process died before it was noted, and again when it happens again', async () => {
    const kinds = ['delivery.dead', 'endpoint.disabled', 'endpoint.recovered'];
    for (const kind of kinds) await acts.createRule(world.account, { kind, publish: `seen.${kind}` });
    world.sender.script(() => ({ httpStatus: 410 }));
    const { id } = await world.endpoint({ events: ['order.created'] });
    const followed = async (): Promise<string[]> => {
      const { rows } = await world.store.listEvents(1, { type: 'seen.*' }, { limit: 250, before: null });
      return rows.map(({ event }) => event.type.slice('seen.'.length)).sort();
    };
    /** Looks, and dies before what was found is noted. */
    const lookAndDie = async (): Promise<void> => {
      const store = Object.create(world.store) as World['store'];
      store.recordAlerts = () => Promise.reject(new Error('died'));
      alerter = openAlerter(world, mailer, store);
      await world.clock.advance(limits.alertSoonMs);
      await alerter.stop();
    };
    await alerter.stop();
    await world.publish({ type: 'order.created' });
    await lookAndDie();
    assert.deepEqual(await followed(), ['delivery.dead', 'endpoint.disabled']);
    await world.administration.resumeEndpoint(world.account, id);
    await world.publish({ type: 'order.created' });
    await world.clock.advance(limits.alertQuietMs);
    await lookAndDie();
    alerter = openAlerter(world, mailer);
    await look();
    assert.deepEqual(await followed(), ['delivery.dead', 'endpoint.disabled', 'endpoint.disabled']);
    await world.administration.resumeEndpoint(world.account, id);
    await alerter.stop();
    for (const _ of [1, 2]) await lookAndDie();
    alerter = openAlerter(world, mailer);
    await look();
    await world.publish({ type: 'order.created' });
    await look();
    assert.deepEqual(await followed(), [
      ...['delivery.dead', 'delivery.dead'],
      ...['endpoint.disabled', 'endpoint.disabled', 'endpoint.disabled'],
      'endpoint.recovered',
    ]);
  });

  test('a flood of things that happen is one alert and one message, and leaves nothing behind', async () => {
    await acts.createRule(world.account, {
      kind: 'balance.low',
      channels: ['default'],
      publish: 'balance.topup',
    });
    const count = limits.alertSignals + 50;
    for (let n = 0; n < count; n++) await world.publish({ type: 'balance.low' });
    await look();
    const { rows } = await world.store.listAlerts(1, {}, { limit: 10, before: null });
    assert.deepEqual(
      rows.map((alert) => alert.count),
      [count],
    );
    assert.deepEqual(await world.store.signals(10), []);
    assert.equal(mails.length, 1);
    const followed = await world.store.listEvents(1, { type: 'balance.topup' }, { limit: 250, before: null });
    assert.equal(followed.rows.length, 250);
  });

  test('an alert that was raised survives the process that raised it', async () => {
    world.sender.script(() => ({ httpStatus: 410 }));
    await world.endpoint({});
    await alerter.stop();
    await world.publish({});
    await world.crash();
    alerter = openAlerter(world, mailer);
    await look();
    assert.equal(mails.filter(({ subject }) => subject.includes('endpoint.disabled')).length, 1);
    assert.equal(mails.filter(({ subject }) => subject.includes('delivery.dead')).length, 1);
  });

  test('a queue that is late is told, and that it is no longer', async () => {
    await acts.createRule(world.account, { kinds: ['queue.lag'], channels: ['default'] });
    world.sender.script(() => ({ afterMs: 9000 }));
    await world.endpoint({ concurrency: 1 });
    for (let n = 0; n < 30; n++) await world.publish({});
    await world.clock.advance(2 * limits.alertEveryMs);
    assert.equal(mails.length, 1);
    assert.match(mails[0]!.subject, /queue\.lag: The oldest due delivery/);
    await world.clock.advance(5 * limits.alertEveryMs);
    assert.match(mails.at(-1)!.subject, /Over: queue\.lag/);
    assert.equal(mails.length, 2);
  });

  test('rules and channels are refused in words', async () => {
    const { account } = world;
    const rule = (body: object) => acts.createRule(account, body);
    await assert.rejects(rule({ channels: ['default'] }), /kinds: is required/);
    await assert.rejects(rule({ kinds: ['everything'], channels: ['default'] }), /kinds: must be an array/);
    await assert.rejects(rule({ kinds: ['queue.lag'] }), /channels: is required/);
    await assert.rejects(rule({ kinds: ['queue.lag'], channels: ['alr_x'] }), /there is no channel/);
    await assert.rejects(rule({ kind: 'order.failed', publish: 'balance.low' }), /no alert itself/);
    const channel = (body: object) => acts.createChannel(account, body);
    await assert.rejects(channel({}), /type: is required/);
    await assert.rejects(channel({ type: 'slack', url: 'https://127.0.0.1/x' }), /url/);
    await assert.rejects(channel({ type: 'email', url: 'https://x.example' }), /is not a part of a channel/);
    await assert.rejects(channel({ type: 'endpoint', endpointId: 'ep_x' }), /endpointId/);
    await assert.rejects(
      channel({ type: 'email', to: 'a@b.example\r\nBcc: c@d.example' }),
      /to: must be one e-mail/,
    );
    await assert.rejects(acts.deleteChannel(account, 'default'), /cannot be changed/);
    await assert.rejects(acts.deleteRule(account, 'default'), /cannot be deleted/);
  });

  test('the default rule can be turned off and taken back', async () => {
    const { account } = world;
    await acts.updateRule(account, 'default', { enabled: false });
    world.sender.script(() => ({ httpStatus: 410 }));
    await world.endpoint({});
    await world.publish({});
    await look();
    assert.equal(mails.length, 0);
    await acts.deleteRule(account, 'default');
    assert.equal((await acts.rule(account, 'default')).enabled, true);
  });
});
