import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../../src/core/catalogue.ts';
import {
  adminKey,
  eventually,
  type ServerProcess,
  startServerProcess,
  temporaryFolder,
} from '../support/process.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`seeds/${name}`, import.meta.url));
const has = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const noCurl = has('curl', '--version') ? false : 'curl is not installed';
const noPython = has('python3', '--version') ? false : 'python3 is not installed';
const noFlask =
  noPython || (has('python3', '-c', 'import flask') ? false : 'Flask is not installed (pip install flask)');

describe('the guides that Surehook serves', () => {
  const folder = temporaryFolder();
  const children: ChildProcess[] = [];
  let server: ServerProcess;

  before(async () => {
    server = await startServerProcess(`${folder.path}/surehook.db`, { SUREHOOK_LOG_LEVEL: 'warn' });
    await server.call('PATCH', '/v1/accounts/default', { maxEndpoints: 100 });
  });

  after(async () => {
    for (const child of children) child.kill();
    await server.kill();
    folder.remove();
  });

  /** Publishes to one endpoint and answers what became of it. */
  async function deliver(
    endpoint: Record<string, unknown>,
    event: string,
  ): Promise<{ status: string; httpStatus: number }> {
    const made = await server.call('POST', '/v1/endpoints', endpoint);
    assert.equal(made.status, 201, made.text);
    const published = await server.call('POST', '/v1/events', event);
    assert.equal(published.status, 202, published.text);
    const id = String(made.json.id);
    const delivery = await eventually(10_000, async () => {
      const list = await server.call('GET', `/v1/deliveries?endpointId=${id}`);
      const [row] = list.json.data as unknown as { status: string; httpStatus: number }[];
      return row !== undefined && row.httpStatus !== null && row;
    });
    await server.call('DELETE', `/v1/endpoints/${id}`);
    return delivery;
  }

  test('the Petstore guide’s register, list, get, update, test and delete commands work as curl sends them', {
    skip: noCurl,
  }, () => {
    const curl = (command: string): { status: number; body: string } => {
      const text = command.replace('https://api.petstoreapi.com', server.url).replace('YOUR_TOKEN', adminKey);
      const done = spawnSync('sh', ['-c', `${text} -s -w '\\n%{http_code}'`], { encoding: 'utf8' });
      const lines = done.stdout.split('\n');
      return { status: Number(lines.at(-1)), body: lines.slice(0, -1).join('\n') };
    };
    const registered = curl(`curl -X POST https://api.petstoreapi.com/v1/webhooks \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -d '{
    "url": "https://your-app.com/webhooks/petstore",
    "events": [
      "pet.adopted",
      "pet.status_changed",
      "order.created",
      "order.status_changed",
      "payment.succeeded",
      "payment.failed"
    ],
    "secret": "your_webhook_secret_here"
  }'`);
    assert.equal(registered.status, 201, registered.body);
    const webhook = JSON.parse(registered.body);
    assert.equal(webhook.profile, 'petstore');
    assert.equal(webhook.secret, 'your_webhook_secret_here');
    assert.equal(webhook.status, 'active');
    const listed = curl(`curl https://api.petstoreapi.com/v1/webhooks \\
  -H "Authorization: Bearer YOUR_TOKEN"`);
    assert.equal(listed.status, 200);
    assert.ok(JSON.parse(listed.body).data.some((one: { id: string }) => one.id === webhook.id));
    const got = curl(`curl https://api.petstoreapi.com/v1/webhooks/${webhook.id} \\
  -H "Authorization: Bearer YOUR_TOKEN"`);
    assert.equal(got.status, 200);
    assert.equal(JSON.parse(got.body).secret, undefined);
    const updated = curl(`curl -X PATCH https://api.petstoreapi.com/v1/webhooks/${webhook.id} \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -d '{
    "events": [
      "pet.adopted",
      "order.created",
      "payment.succeeded"
    ]
  }'`);
    assert.equal(updated.status, 200);
    assert.deepEqual(JSON.parse(updated.body).events, ['pet.adopted', 'order.created', 'payment.succeeded']);
    const tested = curl(`curl -X POST https://api.petstoreapi.com/v1/webhooks/${webhook.id}/test \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -d '{
    "eventType": "pet.adopted",
    "data": {
      "pet": {
        "id": "019b4132-70aa-764f-b315-e2803d882a24",
        "name": "Test Pet"
      }
    }
  }'`);
    assert.equal(tested.status, 200, tested.body);
    const deleted = curl(`curl -X DELETE https://api.petstoreapi.com/v1/webhooks/${webhook.id} \\
  -H "Authorization: Bearer YOUR_TOKEN"`);
    assert.equal(deleted.status, 204);
  });

  test('the envelope of every guide can be posted as it stands, and its data arrives unchanged', async () => {
    const envelopes = [
      '{"event":"order.fulfilled","timestamp":"2026-05-01T14:23:11Z","data":{"order_id":"SUP-99887","reference":"ORD-12345","status":"fulfilled","items":[{"sku":"steam-20-usd","code":"XXXXX-YYYYY-ZZZZZ","pin":null}]},"signature":"sha256=abc123..."}',
      '{"id":"019b4135-89c2-724a-a825-c1d8a0e9f4c3","eventType":"order.created","timestamp":"2025-01-06T12:00:00Z","data":{"order":{"id":"019b4141-e5f3-a1b7-c4d8-9f6e2a5b8c1d","total":59.98}}}',
      '{"id":"019b4139-a7e4-6c3f-b2a1-e9f8d5c7b4a9","eventType":"payment.succeeded","timestamp":"2025-01-06T12:00:00Z","data":{"payment":{"amount":150.00,"currency":"USD"}}}',
      '{"event_type":"order.created","timestamp":"2023-10-27T10:00:00Z","data":{"order_id":"ORD12345","items":[{"sku":"SKU001","quantity":2}]}}',
    ];
    for (const envelope of envelopes) {
      const posted = await server.call('POST', '/v1/events', envelope);
      assert.equal(posted.status, 202, posted.text);
      const stored = await server.call('GET', `/v1/events/${String(posted.json.id)}`);
      const data = /"data":(\{.*?\})(,"signature":"[^"]*")?\}$/.exec(envelope)![1]!;
      assert.ok(stored.text.includes(`"data":${data}`), stored.text);
    }
  });

  test('every example of the catalogue is accepted', async () => {
    for (const { name, examples } of catalogue) {
      assert.ok(examples.length > 0, name);
      for (const data of examples) {
        const posted = await server.call('POST', '/v1/events', { type: name, data });
        assert.equal(posted.status, 202, posted.text);
      }
    }
  });

  test('the Petstore guide’s Express receiver accepts what arrives', async () => {
    const secret = 'whsec_express';
    const child = fork(fixture('express-receiver.cjs'), { env: { ...process.env, WEBHOOK_SECRET: secret } });
    children.push(child);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const accepted = once(child, 'message') as Promise<[{ accepted: string }]>;
    const url = `http://127.0.0.1:${port}/webhooks/petstore`;
    const delivery = await deliver(
      { url, events: ['pet.adopted'], profile: 'petstore', secret },
      '{"eventType":"pet.adopted","data":{"name":"Bu\\u0064dy ✓","fee":12.50}}',
    );
    assert.equal(delivery.status, 'delivered');
    assert.deepEqual((await accepted)[0], { accepted: 'pet.adopted' });
  });

  test('the guides’ Python receivers accept what arrives', { skip: noPython }, async () => {
    const secrets = {
      '/digital-goods': 'dg-secret',
      '/foxreload': 'ab'.repeat(64),
      '/ecomm': 's3cr3t_k3y_f0r_w3bh00k_s1gn4tur3',
      '/petstore': 'whsec_py',
    };
    const child = spawn('python3', [fixture('python_receivers.py')], {
      env: { ...process.env, WEBHOOK_SECRETS: JSON.stringify(secrets) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [port] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    for (const [path, secret] of Object.entries(secrets)) {
      const endpoint = {
        url: `http://127.0.0.1:${port}${path}`,
        events: ['order.delivered'],
        profile: path.slice(1),
        secret,
      };
      const delivery = await deliver(
        endpoint,
        '{"type":"order.delivered","data":{"note":"café 📦","total":12.50}}',
      );
      assert.deepEqual([path, delivery.status, delivery.httpStatus], [path, 'delivered', 200]);
    }
  });

  test('the Petstore guide’s Flask receiver accepts what arrives', { skip: noFlask }, async () => {
    const secret = 'whsec_flask';
    const port = await freePort();
    const child = spawn('python3', [fixture('flask_receiver.py')], {
      env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) },
      stdio: 'ignore',
    });
    children.push(child);
    const url = `http://127.0.0.1:${port}/webhooks/petstore`;
    await eventually(10_000, async () => (await fetch(url).catch(() => null)) !== null);
    const delivery = await deliver(
      { url, events: ['pet.status_changed'], profile: 'petstore', secret },
      '{"type":"pet.status_changed","data":{"petId":"pet_1","newStatus":"PENDING"}}',
    );
    assert.deepEqual([delivery.status, delivery.httpStatus], ['delivered', 200]);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
