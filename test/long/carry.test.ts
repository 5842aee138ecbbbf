import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { encryptionKey, startNode } from '../support/nodes.ts';
import { emptyDatabase, type TestDatabase } from '../support/postgres.ts';
import {
  type Ended,
  eventually,
  runCommand,
  type ServerProcess,
  startServerProcess,
  temporaryFolder,
} from '../support/process.ts';

/** What two installations are compared by. */
const pages = [
  '/v1/accounts',
  '/v1/keys',
  '/v1/endpoints',
  '/v1/event-types',
  '/v1/sources',
  '/v1/events?limit=100',
  '/v1/deliveries?limit=100',
  '/v1/dead-letters',
  '/v1/replays',
  '/v1/orders',
  '/v1/alert-rules',
  '/v1/alert-channels',
  '/v1/bins',
  '/v1/people',
];

describe('an installation that moves from SQLite to PostgreSQL', () => {
  const folder = temporaryFolder();
  const file = `${folder.path}/surehook.db`;
  const archive = `${folder.path}/move.jsonl`;
  const keyFile = `${file}.encryption-key`;
  /** Answers by path: a status, or never. */
  const answers = new Map<string, number | null>();
  const arrivals: { path: string; id: string; signature: string }[] = [];
  let receiver: Server;
  let origin: string;
  let database: TestDatabase;
  let server: ServerProcess;
  /** Of the SQLite server, before it stopped. */
  let shown: Map<string, unknown>;
  let node: ServerProcess | null = null;
  let held: string;
  let pulled: string;
  let door: string;

  before(async () => {
    receiver = createServer((request, response) => {
      const { 'webhook-id': id, 'webhook-signature': signature } = request.headers;
      arrivals.push({ path: request.url!, id: String(id), signature: String(signature) });
      const status = answers.get(request.url!) ?? 200;
      request.resume().on('end', () => {
        if (!answers.has(request.url!) || answers.get(request.url!) !== null)
          response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    database = await emptyDatabase();
    server = await startServerProcess(file, { SUREHOOK_LOG_LEVEL: 'warn' });
    await populate();
    shown = await showing(server);
  });

  after(async () => {
    await server.kill();
    await node?.kill();
    receiver.closeAllConnections();
    receiver.close();
    await database.drop();
    folder.remove();
  });

  const make = async (path: string, body: object): Promise<Record<string, string>> => {
    const made = await server.call('POST', path, body);
    assert.ok(made.status < 300, `${path}: ${made.text}`);
    return made.json as never;
  };

  async function populate(): Promise<void> {
    await make('/v1/accounts', { id: 'shop', name: 'A shop' });
    await make('/v1/people', { name: 'Ada', email: 'ada@shop.example', role: 'viewer' });
    await make('/v1/keys', { account: 'shop', name: 'theirs', scopes: ['publish'] });
    const type = { description: 'Paid for.', schema: { type: 'object' } };
    assert.equal((await server.call('PUT', '/v1/event-types/order.paid', type)).status, 200);
    answers.set('/gone', 500);
    const endpoint = (path: string, more: object): Promise<Record<string, string>> =>
      make('/v1/endpoints', { url: origin + path, events: ['order.*'], ...more });
    await endpoint('/ok', { rateLimit: { perSecond: 100 }, headers: { Authorization: 'Bearer sesame' } });
    await endpoint('/gone', { retry: { schedule: [] } });
    held = (await endpoint('/held', { ordered: true })).id!;
    pulled = (await make('/v1/endpoints', { url: 'pull:', events: ['order.*'] })).id!;
    const source = await make('/v1/sources', {
      name: 'Supplier',
      scheme: 'digital-goods',
      secret: 's3cr3t',
      tracking: {
        reference: '/data/reference',
        states: { 'order.created': 'pending', 'order.fulfilled': 'fulfilled' },
      },
    });
    door = new URL(source.url!).pathname;
    await make('/v1/orders', { sourceId: source.id, reference: 'ORD-9', orderId: 'SUP-9' });
    const channel = await make('/v1/alert-channels', { type: 'endpoint', endpointId: held });
    await make('/v1/alert-rules', { kinds: ['order.failed'], channels: [String(channel.id)] });
    const bin = await make('/v1/bins', {});
    await fetch(bin.url!, { method: 'POST', body: 'caught' });
    await make(`/v1/endpoints/${held}/pause`, {});
    for (let n = 0; n < 5; n += 1)
      await make('/v1/events', {
        id: `e${n}`,
        type: 'order.paid',
        reference: 'ORD-1',
        data: { n, text: 'ü\u0000' },
      });
    await server.call(
      'POST',
      '/v1/events',
      { id: 'keyed', type: 'order.paid', data: {} },
      { 'idempotency-key': 'k1' },
    );
    assert.equal(await knock(server), 200);
    await eventually(10_000, async () => arrivals.filter(({ path }) => path === '/ok').length === 6);
    await eventually(10_000, async () => {
      const dead = await server.call('GET', '/v1/dead-letters');
      return dead.json.data.length === 6;
    });
    await make('/v1/replays', {
      ids: (await server.call('GET', '/v1/dead-letters')).json.data.slice(0, 2).map(({ id }) => id),
    });
    await eventually(10_000, async () => {
      const replays = await server.call('GET', '/v1/replays');
      return (replays.json.data[0] as never as { status: string }).status === 'done';
    });
  }

  /** An event of the supplier; the second time it is known. */
  async function knock(to: ServerProcess): Promise<number> {
    const body = '{"id":"in-1","event":"order.fulfilled","data":{"reference":"ORD-7"}}';
    const signature = `sha256=${createHmac('sha256', 's3cr3t').update(body).digest('hex')}`;
    const headers = {
      'x-webhook-signature': signature,
      'x-webhook-id': 'in-1',
      'content-type': 'application/json',
    };
    return (await fetch(to.url + door, { method: 'POST', headers, body })).status;
  }

  async function showing(of: ServerProcess): Promise<Map<string, unknown>> {
    const all = new Map<string, unknown>();
    for (const page of pages) {
      const { status, text } = await of.call('GET', page);
      assert.equal(status, 200, `${page}: ${text}`);
      all.set(page, JSON.parse(text.replaceAll(of.url, 'http://server')));
    }
    const deliveries = (await of.call('GET', '/v1/deliveries?limit=100')).json.data;
    for (const { id } of deliveries as unknown as { id: string }[])
      all.set(id, (await of.call('GET', `/v1/deliveries/${id}`)).json);
    return all;
  }

  const importing = (
    source: string,
    environment: Record<string, string> = {},
    ...more: string[]
  ): Promise<Ended> =>
    runCommand(['import', source, ...more], {
      database: database.url,
      SUREHOOK_DEV: '1',
      SUREHOOK_ENCRYPTION_KEY: encryptionKey,
      ...environment,
    });

  test('is not exported while a server works on it', async () => {
    const { code, err } = await runCommand(['export', archive], { database: file });
    assert.equal(code, 1);
    assert.match(err, /in use by another process/);
    await server.stop();
  });

  test('is written with a count and a checksum of each table, and no secret in plain', async () => {
    const { code, out, err } = await runCommand(['export', archive], { database: file });
    assert.equal(code, 0, err);
    assert.match(out, /^event +7 {2}[0-9a-f]{64}$/m);
    assert.match(out, /^open_delivery +1[0-9] {2}/m);
    const text = readFileSync(archive, 'utf8');
    for (const secret of ['s3cr3t', 'whsec_', readFileSync(keyFile, 'utf8').trim()])
      assert.ok(!text.includes(secret), secret);
    const again = await runCommand(['export', archive], { database: file });
    assert.match(again.err, /exists already/);
    const piped = await runCommand(['export', '-'], { database: file });
    assert.equal(piped.out, text);
  });

  test('is refused damaged, cut short or with another key, and then nothing is stored', async () => {
    const text = readFileSync(archive, 'utf8');
    const spoilt = `${folder.path}/spoilt.jsonl`;
    const refused = async (content: string, pattern: RegExp, ...more: string[]): Promise<void> => {
      writeFileSync(spoilt, content);
      const { code, err } = await importing(spoilt, {}, ...more);
      assert.equal(code, 1, err);
      assert.match(err, pattern);
    };
    await refused(text.replace('"e3"', '"e9"'), /event is not as it was written/, '--from-key', keyFile);
    await refused(text.slice(0, text.length / 2), /Nothing was imported/, '--from-key', keyFile);
    await refused('hello\n', /no export of Surehook/, '--from-key', keyFile);
    await refused(text, /do not open with the given key/);
    const rows = await database.query(
      'SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM account) AS n',
    );
    assert.equal(Number(rows[0]!.n), 0);
  });

  test('is stored whole, the same as it was exported, and only into an empty database', async () => {
    const exported = await runCommand(['export', `${folder.path}/again.jsonl`], { database: file });
    const { code, out, err } = await importing(archive, {}, '--from-key', keyFile);
    assert.equal(code, 0, err);
    assert.equal(out, exported.out);
    const again = await importing(archive, {}, '--from-key', keyFile);
    assert.equal(again.code, 1);
    assert.match(again.err, /in use already/);
  });

  test('shows the same through the API', async () => {
    node = await startNode(database.url);
    const now = await showing(node);
    for (const [page, before] of shown) assert.deepEqual(now.get(page), before, page);
    assert.equal(now.size, shown.size);
  });

  test('still knows what was handed in before', async () => {
    const event = { id: 'keyed', type: 'order.paid', data: {} };
    const repeated = await node!.call('POST', '/v1/events', event, { 'idempotency-key': 'k1' });
    assert.deepEqual([repeated.status, repeated.headers.get('idempotent-replayed')], [202, 'true']);
    assert.equal((await node!.call('POST', '/v1/events', event)).status, 200);
    assert.equal(await knock(node!), 200);
    assert.equal((await node!.call('GET', '/v1/events?limit=100')).json.data.length, 7);
  });

  test('delivers what was open, once and in order, and goes on', async () => {
    assert.equal(arrivals.filter(({ path }) => path === '/held').length, 0);
    assert.equal((await node!.call('POST', `/v1/endpoints/${held}/resume`)).status, 200);
    const here = () => arrivals.filter(({ path }) => path === '/held').map(({ id }) => id);
    await eventually(10_000, async () => here().length >= 6);
    const ids = here();
    assert.equal(new Set(ids).size, 6);
    assert.deepEqual(
      ids.filter((id) => /^e\d/.test(id)),
      ['e0', 'e1', 'e2', 'e3', 'e4'],
    );
    const got = await node!.call('POST', `/v1/endpoints/${pulled}/receive`, { max: 20 });
    assert.equal(got.json.data.length, 6);
    const made = await node!.call('POST', '/v1/events', { id: 'new', type: 'order.paid', data: {} });
    assert.equal(made.status, 202, made.text);
    await eventually(10_000, async () => arrivals.some(({ path, id }) => path === '/ok' && id === 'new'));
    assert.equal(arrivals.filter(({ path }) => path === '/ok').length, 7);
  });
});
