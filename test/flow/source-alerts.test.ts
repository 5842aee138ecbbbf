import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import * as limits from '../../src/core/limits/alerts.ts';
import { AlertActs } from '../../src/flow/administer-alerts.ts';
import { Alerter } from '../../src/flow/alert.ts';
import { FiguresOfSources } from '../../src/flow/source-figures.ts';
import type { Mail } from '../../src/ports/mailer.ts';
import { ApiWorld, sha256 } from '../support/api.ts';
import { type Provider, provider } from '../support/provider.ts';

const body = '{"type":"order.created","data":{}}';

describe('alerts about sources', () => {
  let world: ApiWorld;
  let supplier: Provider;
  let alerter: Alerter;
  let mails: Mail[];

  beforeEach(async () => {
    world = await ApiWorld.open();
    supplier = await provider(world);
    mails = [];
    const { directory, accepter } = world.engine;
    const { store, clock } = world;
    const figures = new FiguresOfSources({ store, sources: () => directory.sources.all() });
    const random = {
      number: () => 0,
      bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
    };
    const acts = new AlertActs({
      store,
      directory,
      clock,
      random,
      policy: { dev: false, allowNetworks: [] },
    });
    const kinds = ['source.rejected', 'source.silent'];
    await acts.createRule(directory.accountById('default')!, { kinds, channels: ['default'] });
    alerter = new Alerter({
      clock,
      random,
      telemetry: { warn() {} },
      directory,
      store,
      sender: { send: () => Promise.reject(new Error('nothing is sent')), close: async () => {} },
      mailer: { send: async (mail) => void mails.push(mail), close() {} },
      mailTo: 'ops@shop.example',
      where: 'http://127.0.0.1:4400',
      sha256,
      takeIn: (event, more) => accepter.takeIn(event, more),
      sourceFigures: (nowMs) => figures.at(nowMs),
    });
    alerter.start();
  });
  afterEach(async () => {
    await alerter.stop();
    await world.close();
  });

  test('many rejected calls are told, and that they have ended', async () => {
    for (let n = 0; n < limits.alertRejected; n++)
      await supplier.post(body, { headers: { 'webhook-signature': `v1,${'A'.repeat(43)}=` } });
    await world.clock.advance(limits.alertEveryMs);
    assert.deepEqual(
      mails.map(({ subject }) => subject),
      ['[Surehook] source.rejected: 10 of 10 calls to the source Supplier were rejected in 10 minutes.'],
    );
    await world.clock.advance(limits.alertFiguresMs + limits.alertEveryMs);
    assert.match(mails[1]!.subject, /^\[Surehook\] Over: source\.rejected/);
    assert.equal(mails.length, 2);
  });

  test('silence is told once, and that it has ended', async () => {
    for (let n = 0; n < 5; n++) {
      await supplier.post(body);
      await world.clock.advance(60_000);
    }
    await world.clock.advance(limits.alertRhythmKeepMs + limits.alertSilenceMinMs);
    assert.equal(mails.length, 1);
    assert.match(mails[0]!.subject, /source\.silent: Nothing came through the source Supplier since/);
    await supplier.post(body);
    await world.clock.advance(2 * limits.alertEveryMs);
    assert.match(mails[1]!.subject, /Over: source\.silent/);
  });
});
