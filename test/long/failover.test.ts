import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startNode, startRecorder } from '../support/nodes.ts';
import { type OwnServer, startOwnServer } from '../support/postgres-server.ts';
import { type Answer, eventually, type ServerProcess } from '../support/process.ts';
import { startProxy } from '../support/tcp-proxy.ts';

/** The promise: by itself, this soon after the database is back; and what a busy machine adds. */
const backMs = 10_000;

describe('a node whose database cannot be worked on for a while', () => {
  let database: OwnServer;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let receiver: Awaited<ReturnType<typeof startRecorder>>;
  let node: ServerProcess;
  let sent = 0;
  const acked: string[] = [];

  before(async () => {
    database = await startOwnServer();
    await database.query('CREATE ROLE app LOGIN');
    await database.query('CREATE DATABASE app OWNER app');
    proxy = await startProxy(database.port);
    receiver = await startRecorder(() => 0);
    node = await startNode(`postgres://app@127.0.0.1:${proxy.port}/app`);
    const made = await node.call('POST', '/v1/endpoints', {
      url: receiver.url,
      events: ['*'],
      retry: { schedule: Array(20).fill('500ms') },
    });
    assert.equal(made.status, 201, made.text);
  });

  after(async () => {
    await node?.kill();
    receiver?.close();
    proxy?.close();
    await database?.remove();
  });

  async function publish(): Promise<Answer> {
    const id = `e${sent++}`;
    const answer = await node.call('POST', '/v1/events', { id, type: 'a.b', data: 1 });
    if (answer.status === 202) acked.push(id);
    return answer;
  }

  async function isRefused(): Promise<void> {
    const refused = await eventually(backMs, async () => {
      const answer = await publish();
      return answer.status !== 202 && answer;
    });
    assert.deepEqual([refused.status, refused.headers.has('retry-after')], [503, true], refused.text);
    assert.equal((await node.call('GET', '/v1/events')).status, 503);
    // An answer of it stands for a moment.
    await eventually(backMs, async () => (await node.call('GET', '/readyz')).status === 503);
    assert.equal((await node.call('GET', '/livez')).status, 200);
  }

  async function isBack(): Promise<void> {
    await eventually(backMs, async () => (await publish()).status === 202);
    await eventually(backMs, async () => (await node.call('GET', '/readyz')).status === 200);
    await eventually(30_000, async () => {
      const seen = new Set(receiver.arrivals.map(({ id }) => id));
      return acked.every((id) => seen.has(id));
    });
  }

  test('does not work on a server that became read-only, as a standby is, and goes on with one that takes writes', async () => {
    assert.equal((await publish()).status, 202);
    await database.query('ALTER SYSTEM SET default_transaction_read_only = on');
    await database.query('SELECT pg_reload_conf()');
    // The name leads elsewhere after a failover: connections begin anew.
    proxy.cut();
    await isRefused();
    await database.query('ALTER SYSTEM RESET default_transaction_read_only');
    await database.query('SELECT pg_reload_conf()');
    await isBack();
  });

  test('answers 503 while the server has no connection left for it, and goes on when it has', async () => {
    assert.equal((await publish()).status, 202);
    await database.query('ALTER ROLE app CONNECTION LIMIT 0');
    proxy.cut();
    await isRefused();
    // Fewer than it uses.
    await database.query('ALTER ROLE app CONNECTION LIMIT 3');
    await isBack();
    const all = await Promise.all(Array.from({ length: 40 }, () => publish()));
    for (const { status, headers } of all)
      assert.ok(status === 202 || (status === 503 && headers.has('retry-after')), String(status));
    await database.query('ALTER ROLE app CONNECTION LIMIT -1');
    await isBack();
  });
});
