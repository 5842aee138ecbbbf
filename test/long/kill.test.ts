import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  adminKey,
  eventually,
  type ServerProcess,
  startServerProcess,
  temporaryFolder,
} from '../support/process.ts';

const rounds = 20;
const publishers = 24;
const concurrency = 16;
/** Acts that one commit can hold at this load: every publisher's accept, and a settlement for each place. */
const commitMost = publishers + concurrency;
const retryMs = 300;

/** Publishes as fast as it can until the server dies; only what was answered 202 counts. */
async function publish(
  server: ServerProcess,
  round: number,
  no: number,
  acked: Set<string>,
  isAlive: () => boolean,
): Promise<void> {
  for (let i = 0; isAlive(); i++) {
    const id = `r${round}-p${no}-${i}`;
    try {
      const response = await fetch(`${server.url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        body: `{"id":"${id}","type":"order.created","data":{"n":${i},"price":12.50}}`,
      });
      if (response.status === 202) acked.add(id);
      await response.arrayBuffer();
    } catch {
      return;
    }
  }
}

test(`kill -9 at random moments under load, ${rounds} rounds: every event that got a 202 is delivered, and duplicates are bounded`, async () => {
  const folder = temporaryFolder();
  const arrivals = new Map<string, number>();
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      const id = String(request.headers['webhook-id']);
      arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
      setTimeout(() => response.end(), Math.random() * 4);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
  const database = join(folder.path, 'surehook.db');
  const acked = new Set<string>();
  let server = await startServerProcess(database, { SUREHOOK_LOG_LEVEL: 'warn' });
  try {
    const retry = { schedule: Array(12).fill(`${retryMs}ms`) };
    assert.equal(
      (await server.call('POST', '/v1/endpoints', { url: target, events: ['*'], retry, concurrency })).status,
      201,
    );
    for (let round = 0; round < rounds; round++) {
      let alive = true;
      const publishing = Array.from({ length: publishers }, (_, no) =>
        publish(server, round, no, acked, () => alive),
      );
      // Under load means that some of it was accepted, however slow the machine is.
      const before = acked.size;
      await eventually(30_000, async () => acked.size > before + 10);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
      await server.kill();
      alive = false;
      await Promise.all(publishing);
      server = await startServerProcess(database, { SUREHOOK_LOG_LEVEL: 'warn' });
    }
    await eventually(60_000, async () => {
      const open = await server.call('GET', '/v1/deliveries?status=pending,sending,retrying&limit=1');
      return open.status === 200 && open.json.data.length === 0;
    });
    const missing = [...acked].filter((id) => !arrivals.has(id));
    const duplicates = [...arrivals.values()].reduce((sum, count) => sum + count - 1, 0);
    assert.ok(acked.size > rounds * 10, `only ${acked.size} events were accepted`);
    assert.deepEqual(missing, []);
    assert.ok(duplicates <= rounds * (concurrency + commitMost), `${duplicates} duplicates`);
    console.log(`${acked.size} events, ${rounds} kills, ${duplicates} duplicates`);
    await nothingBeforeItsTime(server);
  } finally {
    await server.kill();
    receiver.closeAllConnections();
    receiver.close();
    folder.remove();
  }
});

/** Of the deliveries that needed more than one attempt: gaps are at least the schedule's, numbers are in order, attempts within the schedule. */
async function nothingBeforeItsTime(server: ServerProcess): Promise<void> {
  let cursor = '';
  let looked = 0;
  do {
    const page = await server.call('GET', `/v1/deliveries?limit=250${cursor}`);
    for (const row of page.json.data as unknown as { id: string; attemptCount: number; status: string }[]) {
      assert.equal(row.status, 'delivered');
      if (row.attemptCount < 2) continue;
      looked += 1;
      const { attempts } = (await server.call('GET', `/v1/deliveries/${row.id}`)).json as unknown as {
        attempts: { n: number; at: string; durationMs: number; error: string | null }[];
      };
      assert.deepEqual(
        attempts.map((attempt) => attempt.n),
        attempts.map((_, i) => i + 1),
      );
      assert.ok(attempts.length <= 13);
      for (let i = 1; i < attempts.length; i++) {
        const gapMs = Date.parse(attempts[i]!.at) - Date.parse(attempts[i - 1]!.at);
        assert.ok(gapMs >= retryMs, `${row.id}: ${gapMs} ms between attempts`);
      }
    }
    cursor = page.json.nextCursor === null ? '' : `&cursor=${String(page.json.nextCursor)}`;
  } while (cursor !== '' && looked < 300);
  assert.ok(looked > 0, 'no kill met a request under way');
}
