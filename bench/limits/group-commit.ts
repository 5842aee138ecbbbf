import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { openWriter } from '../../src/adapters/sqlite/connection.ts';
import { nowMs } from '../clock.ts';
import { eventId, exampleData } from '../event.ts';
import { serve } from '../orders.ts';
import { type Summary, summarise } from '../summary.ts';

/* The least that durability can cost: the rows of an event, its delivery and one attempt, in the product's own tables and settings. */

const headers = [
  'content-type: application/json',
  'user-agent: Surehook/0.0.0',
  'webhook-id: b000-00000000',
  'webhook-timestamp: 1767225600',
  `webhook-signature: v1,${'A'.repeat(44)}`,
  'surehook-attempt: 1',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
].join('\n');

type Insert = (seq: number) => void;

function inserter(db: DatabaseSync): Insert {
  const event = db.prepare(
    `INSERT INTO event (seq, account_no, id, type, timestamp, origin, targets, created_at, data)
     VALUES (?, 1, ?, 'order.created', '2026-01-01T00:00:00.000Z', 'api', '[1]', ?, ?)`,
  );
  const delivery = db.prepare(
    `INSERT INTO delivery (key, endpoint_no, state, line, tries, attempts, due_at, started_at, last_at, last_status, ended_at)
     VALUES (?, 1, 1, 1, 1, 1, ?, ?, ?, 204, ?)`,
  );
  const attempt = db.prepare(
    `INSERT INTO attempt (id, at, duration, http_status, detail, url, request_headers, body_head, body_with_data, body_tail,
       response_headers, response_body, response_truncated)
     VALUES (?, ?, 1, 204, '', 'http://127.0.0.1:40000/e/0', ?, '{"type":"order.created","data":', 1, '}', 'date: now', '', 0)`,
  );
  return (seq) => {
    const atMs = Date.now();
    event.run(seq, eventId(0, seq), atMs, exampleData);
    delivery.run(seq * 65536, atMs, atMs, atMs, atMs);
    attempt.run(seq * 65536 * 8192, atMs, headers);
  };
}

function withDatabase<Value>(file: string, act: (db: DatabaseSync, insert: Insert) => Value): Value {
  const db = openWriter(file);
  try {
    return act(db, inserter(db));
  } finally {
    db.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
  }
}

function commit(db: DatabaseSync, insert: Insert, from: number, to: number): void {
  db.exec('BEGIN IMMEDIATE');
  for (let seq = from; seq < to; seq += 1) insert(seq);
  db.exec('COMMIT');
}

/** Events per second at this many in a commit. */
function rate({ file, batch, durationMs }: { file: string; batch: number; durationMs: number }): number {
  return withDatabase(file, (db, insert) => {
    const startMs = nowMs();
    let seq = 1;
    for (; nowMs() - startMs < durationMs; seq += batch) commit(db, insert, seq, seq + batch);
    return ((seq - 1) * 1000) / (nowMs() - startMs);
  });
}

/** From the moment an event was due to the end of its commit, at this pace; whatever is due goes into the next commit. */
function paced(input: { file: string; ratePerSecond: number; durationMs: number }): Summary {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  return withDatabase(input.file, (db, insert) => {
    const startMs = nowMs();
    const latencyMs: number[] = [];
    const events = Math.floor((input.durationMs * input.ratePerSecond) / 1000);
    const dueAtMs = (n: number): number => startMs + (n * 1000) / input.ratePerSecond;
    for (let n = 0; n < events; ) {
      let end = n;
      while (end < events && dueAtMs(end) <= nowMs()) end += 1;
      if (end === n) {
        Atomics.wait(pause, 0, 0, 0.2);
        continue;
      }
      commit(db, insert, n + 1, end + 1);
      for (const endMs = nowMs(); n < end; n += 1) latencyMs.push(endMs - dueAtMs(n));
    }
    return summarise(Float64Array.from(latencyMs));
  });
}

serve({ rate, paced });
