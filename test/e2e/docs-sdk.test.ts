import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Broker } from '../support/brokers/broker.ts';
import { redis } from '../support/brokers/redis.ts';
import { emptyDatabase, type TestDatabase } from '../support/postgres.ts';
import { adminKey, eventually, type ServerProcess, startServerProcess } from '../support/process.ts';
import { type App, installSdk } from '../support/sdk-package.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

/** The consumers of queues are run by a test of their own. */
const pages = readdirSync(join(root, 'docs/using')).filter((name) => name.endsWith('.md'));

/** The snippets of all pages by the file name that their first line gives. */
const snippets = pages.flatMap((page) => {
  const text = readFileSync(join(root, 'docs/using', page), 'utf8');
  const blocks = [...text.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```/gms)];
  return blocks.map(([, name, code]) => ({ page, name: name!, code: code! }));
});

/**
 * Loads a snippet in a process of its own, sends it a signed, a tampered and a stale request by whatever it offers, and prints what it
 * answered.
 */
const driver = `
import { createServer, Server } from 'node:http';
import { signedRequest, staleRequest, tamperedRequest } from '@surehook/sdk/testing';
let port = null;
const listen = Server.prototype.listen;
Server.prototype.listen = function (_port, ...more) {
  const options = typeof _port === 'object' ? { ..._port, port: 0 } : 0;
  this.on('listening', () => { port = this.address().port; });
  return listen.call(this, options, ...more.filter((each) => typeof each === 'function'));
};
const snippet = await import('./' + process.argv[2]);
if (process.argv[2].startsWith('pages/')) createServer(snippet.default).listen(0);
const posted = async (request) => {
  const url = 'http://127.0.0.1:' + port + '/webhooks';
  return (await fetch(url, request)).status;
};
const asked = (request) => new Request('http://shop.example/webhooks', request);
const waiting = { waitUntil: (work) => work };
async function send(request) {
  if (snippet.receiver) return (await snippet.receiver.answer(request)).status;
  if (snippet.POST) return (await snippet.POST(asked(request))).status;
  if (snippet.handler) {
    const event = { headers: request.headers, body: Buffer.from(request.body).toString('base64'), isBase64Encoded: true };
    return (await snippet.handler(event)).statusCode;
  }
  if (snippet.default?.fetch) return (await snippet.default.fetch(asked(request), {}, waiting)).status;
  return posted(request);
}
const order = { secret: process.env.WEBHOOK_SECRET, body: { type: 'order.fulfilled', data: { reference: 'ORD-1' } } };
const statuses = [];
for (const make of [signedRequest, signedRequest, tamperedRequest, staleRequest]) statuses.push(await send(await make(order)));
console.log('answers ' + statuses.join(' '));
process.exit(0);
`;

describe('the snippets of the documentation run as they stand', () => {
  let app: App;
  let server: ServerProcess;
  let database: TestDatabase;
  let broker: Broker | null = null;
  const children: ChildProcess[] = [];

  before(async () => {
    app = installSdk(['express', 'fastify', 'hono', 'koa', 'pg', 'redis']);
    writeFileSync(join(app.path, 'driver.js'), driver);
    for (const { name, code } of snippets) {
      mkdirSync(dirname(join(app.path, name)), { recursive: true });
      writeFileSync(join(app.path, name), code);
    }
    database = await emptyDatabase();
    if (redis.skip === false) broker = await redis.start();
    server = await startServerProcess(join(app.path, 'surehook.db'), { SUREHOOK_LOG_LEVEL: 'warn' });
  });

  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server.kill();
    await broker?.close();
    await database.drop();
    app.remove();
  });

  function start(args: string[], more: Record<string, string> = {}): ChildProcess {
    const urls = {
      DATABASE_URL: database.url,
      ...(broker === null ? {} : { REDIS_URL: broker.url.replace(/\?.*/, '') }),
    };
    const env = { ...process.env, WEBHOOK_SECRET: secret, ...urls, ...more };
    const child = spawn(process.execPath, args, { cwd: app.path, env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  }

  /** What a process said until it ended. */
  async function ended(child: ChildProcess): Promise<string> {
    let said = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk) => {
        said += chunk;
      });
    await once(child, 'close');
    return said;
  }

  const special = ['consumer.js', 'receiver.test.js'];
  for (const { page, name } of snippets.filter((each) => !special.includes(each.name))) {
    const skip = name === 'seen-redis.js' && redis.skip;
    test(`${page}: ${name}`, { skip }, async () => {
      assert.match(await ended(start(['driver.js', name])), /^answers 200 200 401 401$/m);
    });
  }

  test('verifying.md: receiver.test.js', async () => {
    const child = start(['receiver.test.js']);
    const said = await ended(child);
    assert.equal(child.exitCode, 0, said);
  });

  test('answering.md: consumer.js', async () => {
    const made = await server.call('POST', '/v1/endpoints', { url: 'pull:', events: ['order.*'] });
    assert.equal(made.status, 201, made.text);
    const { id } = made.json as unknown as { id: string };
    await server.call('POST', '/v1/events', { id: 'evt_pulled', type: 'order.paid', data: { total: 12.5 } });
    const child = start(['consumer.js'], {
      SUREHOOK_URL: server.url,
      SUREHOOK_KEY: adminKey,
      ENDPOINT_ID: id,
    });
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    assert.match(line, /evt_pulled \{ total: 12\.5 \}/);
    await eventually(10_000, async () => {
      const { json } = await server.call('GET', `/v1/deliveries?endpointId=${id}`);
      return String(json.data[0]?.status) === 'delivered';
    });
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0);
  });

  test('every page of receivers has its snippets', () => {
    for (const page of ['verifying.md', 'idempotency.md', 'answering.md'])
      assert.ok(
        snippets.some((each) => each.page === page),
        page,
      );
    const unnamed = pages.filter((page) =>
      /^```(js|ts)\n(?!\/\/ \S+\n)/m.test(readFileSync(join(root, 'docs/using', page), 'utf8')),
    );
    assert.deepEqual(unnamed, []);
  });
});
