import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, type ServerProcess, startServerProcess, temporaryFolder } from '../support/process.ts';

const publishers = 32;
const rounds = 5;

/** Publishes until it is refused; only what was answered 202 counts. */
async function publish(server: ServerProcess, name: string, answered: Set<string>): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${name}-${n}`;
    const answer = await server
      .call('POST', '/v1/events', { id, type: 'order.created', data: { n } })
      .catch(() => null);
    if (answer?.status !== 202) return;
    answered.add(id);
  }
}

test(`SIGTERM under load, ${rounds} rounds: whoever published what is on disk got a 202, and nobody counts an attempt that was not made`, async () => {
  const folder = temporaryFolder();
  const database = join(folder.path, 'surehook.db');
  const quiet = { SUREHOOK_LOG_LEVEL: 'warn' };
  const answered = new Set<string>();
  let server = await startServerProcess(database, quiet);
  try {
    for (let round = 0; round < rounds; round++) {
      const publishing = Array.from({ length: publishers }, (_, no) =>
        publish(server, `r${round}-p${no}`, answered),
      );
      await eventually(10_000, async () => answered.size > round * 300);
      assert.equal(await server.stop(), 0);
      await Promise.all(publishing);
      server = await startServerProcess(database, quiet);
    }
    assert.equal(server.log.find((line) => line.msg === 'listening')?.lost, 0);
    const stored: string[] = [];
    for (let cursor = ''; ; ) {
      const { json } = await server.call('GET', `/v1/events?limit=250${cursor}`);
      for (const event of json.data) stored.push(String(event.id));
      if (json.nextCursor === null) break;
      cursor = `&cursor=${json.nextCursor}`;
    }
    assert.deepEqual(
      stored.filter((id) => !answered.has(id)),
      [],
    );
    assert.equal(stored.length, answered.size);
  } finally {
    await server.stop();
    folder.remove();
  }
});
