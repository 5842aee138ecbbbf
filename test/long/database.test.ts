import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishTo, startNode, startRecorder } from '../support/nodes.ts';
import { startOwnServer } from '../support/postgres-server.ts';
import { eventually, type ServerProcess } from '../support/process.ts';
import { startProxy } from '../support/tcp-proxy.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** The promise: by itself, this soon after the database is back. */
const backMs = 5000;

test('PostgreSQL falls and comes back, and connections are cut, under load: nothing that was accepted is lost, and service goes on by itself', async () => {
  const database = await startOwnServer();
  const proxy = await startProxy(database.port);
  const receiver = await startRecorder(() => Math.random() * 10);
  let node: ServerProcess | null = null;
  let going = true;
  try {
    const started = await startNode(database.urlThrough(proxy.port));
    node = started;
    const made = await started.call('POST', '/v1/endpoints', {
      url: receiver.url,
      events: ['*'],
      retry: { schedule: Array(20).fill('500ms') },
    });
    assert.equal(made.status, 201, made.text);
    let i = 0;
    const publishing = [1, 2, 3, 4].map(() =>
      publishTo(
        started,
        () => ({ id: `e${i++}` }),
        () => going,
        5,
      ),
    );
    const accepts = async (): Promise<boolean> =>
      (await started.call('POST', '/v1/events', { id: `probe${i++}`, type: 'a', data: 1 })).status === 202;

    await pause(500);
    for (let n = 0; n < 3; n += 1) {
      proxy.cut();
      await eventually(backMs, accepts);
      await pause(200);
    }
    await database.stop();
    const refused = await started.call('POST', '/v1/events', { type: 'a', data: 1 });
    assert.deepEqual([refused.status, refused.headers.has('retry-after')], [503, true], refused.text);
    await pause(1000);
    await database.start();
    await eventually(backMs, accepts);
    await pause(500);
    going = false;
    const acked = (await Promise.all(publishing)).flat();
    assert.ok(acked.length > 20, `only ${acked.length} events were accepted`);
    const missing = (): string[] => {
      const seen = new Set(receiver.arrivals.map(({ id }) => id));
      return acked.filter((id) => !seen.has(id));
    };
    await eventually(20_000, async () => missing().length === 0);
    // Nothing stays leased to nobody: all of it ends.
    await eventually(20_000, async () => {
      const { rows } = await database.query('SELECT count(*)::int AS open FROM open_delivery');
      return rows[0]!.open === 0;
    });
    assert.equal(await started.stop(), 0);
  } finally {
    going = false;
    await node?.kill();
    receiver.close();
    proxy.close();
    await database.remove();
  }
});
