import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import {
  eventually,
  runCommand,
  type ServerProcess,
  startServerProcess,
  temporaryFolder,
} from '../support/process.ts';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

describe('a server that runs', () => {
  const folder = temporaryFolder();
  const database = `${folder.path}/surehook.db`;
  /** Bodies that the store's own endpoint got, and what the supplier was asked. */
  const received: string[] = [];
  const asked: string[] = [];
  let answerStatus = 200;
  let world: Server;
  let origin: string;
  let mail: MailServer;
  let server: ServerProcess;
  let environment: Record<string, string>;

  before(async () => {
    world = createServer(async (request, response) => {
      const body = await bodyOf(request);
      if (request.method === 'GET') {
        asked.push(`${request.url} ${request.headers.authorization}`);
        response.setHeader('content-type', 'application/json').end('{"status":"fulfilled","code":"XXXXX"}');
        return;
      }
      if (request.url === '/hooks') received.push(body);
      response.writeHead(request.url === '/gone' ? answerStatus : 200).end();
    });
    await new Promise<void>((resolve) => world.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(world.address() as AddressInfo).port}`;
    mail = await startMailServer();
    environment = {
      SUREHOOK_LOG_LEVEL: 'warn',
      SUREHOOK_SMTP_URL: mail.url,
      SUREHOOK_MAIL_FROM: 'Surehook <alerts@shop.example>',
      SUREHOOK_MAIL_TO: 'ops@shop.example',
    };
    server = await startServerProcess(database, environment);
  });

  after(async () => {
    await server.kill();
    await mail.close();
    world.closeAllConnections();
    world.close();
    folder.remove();
  });

  test('finds an order whose webhook never comes, and hands it on like the webhook', async () => {
    const source = await server.call('POST', '/v1/sources', {
      name: 'Supplier',
      scheme: 'digital-goods',
      secret: 's3cr3t',
      tracking: {
        reference: '/data/reference',
        states: { 'order.created': 'pending', 'order.fulfilled': 'fulfilled', 'order.failed': 'failed' },
        poll: {
          url: `${origin}/orders/{orderId}`,
          headers: { Authorization: 'Bearer sesame' },
          states: { pending: 'pending', fulfilled: 'fulfilled', failed: 'failed' },
          after: '100ms',
          every: '1s',
        },
      },
    });
    assert.equal(source.status, 201, source.text);
    const sourceId = String(source.json.id);
    await server.call('POST', '/v1/endpoints', {
      url: `${origin}/hooks`,
      events: ['*'],
      sources: [sourceId],
    });
    const made = await server.call('POST', '/v1/orders', { sourceId, reference: 'ORD-1', orderId: 'SUP-1' });
    assert.equal(made.status, 201, made.text);
    const [event] = await eventually(10_000, async () => received.length > 0 && received);
    assert.deepEqual(asked, ['/orders/SUP-1 Bearer sesame']);
    const { type, data } = JSON.parse(event!);
    assert.deepEqual([type, data.event, data.data.code], ['order.fulfilled', 'order.fulfilled', 'XXXXX']);
    const order = await server.call('GET', `/v1/orders/${String(made.json.id)}`);
    assert.equal(order.json.state, 'fulfilled');
    const metrics = await server.call('GET', '/metrics');
    assert.match(metrics.text, /^surehook_orders_found_by_poll 1$/m);
  });

  test('mails about an endpoint that it stopped, also when it was killed at once, and about its recovery', async () => {
    answerStatus = 410;
    const made = await server.call('POST', '/v1/endpoints', {
      url: `${origin}/gone`,
      events: ['pet.adopted'],
    });
    const id = String(made.json.id);
    await server.call('POST', '/v1/events', { type: 'pet.adopted', data: {} });
    await eventually(10_000, async () => {
      const { json } = await server.call('GET', `/v1/endpoints/${id}`);
      return json.status === 'disabled';
    });
    await server.kill();
    server = await startServerProcess(database, environment);
    const mails = (what: string) => mail.mails.filter(({ subject }) => subject.includes(what));
    await eventually(
      20_000,
      async () => mails('endpoint.disabled').length > 0 && mails('delivery.dead').length > 0,
    );
    answerStatus = 200;
    await server.call('POST', `/v1/endpoints/${id}/resume`);
    await eventually(20_000, async () => mails('endpoint.recovered').length > 0);
    assert.deepEqual([mails('endpoint.disabled').length, mails('delivery.dead').length], [1, 1]);
    const alerts = await server.call('GET', '/v1/alerts?kind=endpoint.disabled');
    assert.equal(alerts.json.data[0]!.status, 'resolved');
  });

  test('lets surehook doctor look at an endpoint of its own', async () => {
    const made = await server.call('POST', '/v1/endpoints', {
      url: `${origin}/hooks`,
      events: ['pet.adopted'],
    });
    const args = [
      'doctor',
      `${origin}/hooks`,
      '--dev',
      '--endpoint',
      String(made.json.id),
      '--server',
      server.url,
    ];
    const { code, out, err } = await runCommand(args, { database });
    assert.equal(code, 0, out + err);
    assert.match(out, /^ok {3}signature/m);
    const plain = await runCommand(['doctor', `${origin}/hooks`], { database });
    assert.equal(plain.code, 1);
    assert.match(plain.out, /^FAIL address/);
  });

  test('does not start with a mail server and no sender', async () => {
    const other = { database: `${folder.path}/other.db`, SUREHOOK_SMTP_URL: mail.url };
    const { code, err } = await runCommand(['start'], other);
    assert.equal(code, 1);
    assert.match(err, /SUREHOOK_MAIL_FROM is not set/);
  });
});
