import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, type ServerProcess, startServerProcess, temporaryFolder } from '../support/process.ts';

const rounds = 6;
const providers = 12;
const consumers = 3;
const secret = 'supplier-secret';
const leaseMs = 1000;

interface Message {
  id: string;
  attempt: number;
  leaseUntil: string;
  data: { id: string };
}

/** Sends as fast as it can until the server dies; only what was acknowledged counts. */
async function send(
  server: ServerProcess,
  path: string,
  name: string,
  acked: Set<string>,
  isAlive: () => boolean,
): Promise<void> {
  for (let i = 0; isAlive(); i++) {
    const id = `${name}-${i}`;
    const body = `{"id":"${id}","event":"order.fulfilled","data":{"reference":"${name}"}}`;
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    try {
      const response = await fetch(server.url + path, {
        method: 'POST',
        headers: { 'x-webhook-signature': signature, 'x-webhook-id': id, 'content-type': 'application/json' },
        body,
      });
      await response.arrayBuffer();
      if (response.status === 200) acked.add(id);
    } catch {
      return;
    }
  }
}

/** What consumers saw, over all rounds. */
class Seen {
  readonly leases = new Map<string, { attempt: number; untilMs: number }>();
  readonly ids = new Set<string>();
  readonly broken: string[] = [];

  take({ id, attempt, leaseUntil, data }: Message): void {
    const before = this.leases.get(id);
    // Both times are the server's: a lease starts when another has ended, never before.
    const startedMs = Date.parse(leaseUntil) - leaseMs;
    if (before !== undefined && startedMs < before.untilMs)
      this.broken.push(`${data.id} came within its lease`);
    if (before !== undefined && attempt <= before.attempt)
      this.broken.push(`${data.id} attempt ${attempt} again`);
    this.ids.add(data.id);
    this.leases.set(id, { attempt, untilMs: Date.parse(leaseUntil) });
  }
}

async function consume(
  server: ServerProcess,
  endpointId: string,
  seen: Seen,
  isAlive: () => boolean,
): Promise<void> {
  while (isAlive()) {
    try {
      const path = `/v1/endpoints/${endpointId}`;
      const got = await server.call('POST', `${path}/receive`, {
        max: 20,
        wait: '200ms',
        lease: `${leaseMs}ms`,
      });
      const messages = (got.json?.data ?? []) as unknown as Message[];
      for (const message of messages) seen.take(message);
      if (messages.length === 0) continue;
      await server.call('POST', `${path}/ack`, { ids: messages.map(({ id }) => id) });
    } catch {
      return;
    }
  }
}

test(`kill -9 under load, ${rounds} rounds: every inbound event that was acknowledged is processed, fetched or sent, and none within another's lease`, async () => {
  const folder = temporaryFolder();
  const arrivals = new Map<string, number>();
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { id } = (JSON.parse(body) as { data: { id: string } }).data;
      arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const database = join(folder.path, 'surehook.db');
  const acked = new Set<string>();
  const seen = new Seen();
  let server = await startServerProcess(database, { SUREHOOK_LOG_LEVEL: 'warn' });
  try {
    const source = (await server.call('POST', '/v1/sources', { name: 'S', scheme: 'digital-goods', secret }))
      .json;
    const path = new URL(String(source.url)).pathname;
    const retry = { schedule: Array(30).fill('100ms') };
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    await server.call('POST', '/v1/endpoints', { url, events: ['*'], sources: ['*'], retry });
    const pulled = await server.call('POST', '/v1/endpoints', {
      url: 'pull:',
      events: ['*'],
      sources: ['*'],
      retry,
    });
    const endpointId = String(pulled.json.id);
    for (let round = 0; round < rounds; round++) {
      let alive = true;
      const isAlive = (): boolean => alive;
      const work = [
        ...Array.from({ length: providers }, (_, no) =>
          send(server, path, `r${round}-p${no}`, acked, isAlive),
        ),
        ...Array.from({ length: consumers }, () => consume(server, endpointId, seen, isAlive)),
      ];
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 250));
      await server.kill();
      alive = false;
      await Promise.all(work);
      server = await startServerProcess(database, { SUREHOOK_LOG_LEVEL: 'warn' });
    }
    let alive = true;
    const draining = Array.from({ length: consumers }, () => consume(server, endpointId, seen, () => alive));
    await eventually(60_000, async () => {
      const open = await server.call('GET', '/v1/deliveries?status=pending,sending,retrying&limit=1');
      return open.status === 200 && open.json.data.length === 0;
    });
    alive = false;
    await Promise.all(draining);
    assert.ok(acked.size > rounds * 5, `only ${acked.size} events were acknowledged`);
    assert.deepEqual(
      [...acked].filter((id) => !arrivals.has(id)),
      [],
      'never sent',
    );
    assert.deepEqual(
      [...acked].filter((id) => !seen.ids.has(id)),
      [],
      'never fetched',
    );
    const dead = await server.call('GET', '/v1/deliveries?status=dead&limit=1');
    assert.deepEqual(dead.json.data, []);
    assert.deepEqual(seen.broken, []);
    console.log(`${acked.size} inbound events, ${rounds} kills`);
  } finally {
    await server.kill();
    receiver.closeAllConnections();
    receiver.close();
    folder.remove();
  }
});
