import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import { Pool } from 'undici';
import { openWriter } from '../../src/adapters/sqlite/connection.ts';
import { serve } from '../orders.ts';
import { Answer, headersOf } from './sending.ts';

/*
 * The least that taking an event in, keeping it and sending it on can cost with these libraries: node:http → a commit for all
 * that came in meanwhile, in a thread → 202 → undici with an HMAC → the attempt in the next commit. One endpoint, no schedule,
 * no isolation, no checks: not a product, but what one can be compared to.
 */

interface Taken {
  seq: number;
  id: string;
  type: string;
  data: string;
}

interface Batch {
  accepted: Taken[];
  settled: { seq: number; headers: string; status: number }[];
}

function write(port: MessagePort, file: string): void {
  const db = openWriter(file);
  const event = db.prepare(
    `INSERT INTO event (seq, account_no, id, type, timestamp, origin, targets, created_at, data)
     VALUES (?, 1, ?, ?, '2026-01-01T00:00:00.000Z', 'api', '[1]', ?, ?)`,
  );
  const attempt = db.prepare(
    `INSERT INTO attempt (id, at, duration, http_status, detail, url, request_headers, body_head, body_with_data, body_tail,
       response_headers, response_body, response_truncated)
     VALUES (?, ?, 1, ?, '', 'http://127.0.0.1:40000/e/0', ?, '{"type":"order.created","data":', 1, '}', 'date: now', '', 0)`,
  );
  port.on('message', ({ accepted, settled }: Batch) => {
    const atMs = Date.now();
    db.exec('BEGIN IMMEDIATE');
    for (const { seq, id, type, data } of accepted) event.run(seq, id, type, atMs, data);
    for (const { seq, status, headers } of settled) attempt.run(seq * 65536 * 8192, atMs, status, headers);
    db.exec('COMMIT');
    port.postMessage(accepted.length);
  });
}

class Sketch {
  readonly #writer: Worker;
  readonly #pool: Pool;
  #batch: Batch = { accepted: [], settled: [] };
  #answers: ServerResponse[] = [];
  #underWay: { accepted: Taken[]; answers: ServerResponse[] } | null = null;
  #seq = 0;

  constructor(file: string, origin: string, connections: number) {
    this.#writer = new Worker(new URL(import.meta.url), { workerData: { file } });
    this.#writer.on('message', () => this.#committed());
    this.#pool = new Pool(origin, { connections, pipelining: 1 });
  }

  listen(): Promise<number> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#take(Buffer.concat(chunks).toString(), response));
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  }

  #take(text: string, response: ServerResponse): void {
    const { id, type, data } = JSON.parse(text) as { id: string; type: string; data: unknown };
    this.#seq += 1;
    this.#batch.accepted.push({ seq: this.#seq, id, type, data: JSON.stringify(data) });
    this.#answers.push(response);
    this.#commit();
  }

  #commit(): void {
    if (this.#underWay !== null) return;
    this.#underWay = { accepted: this.#batch.accepted, answers: this.#answers };
    this.#writer.postMessage(this.#batch);
    this.#batch = { accepted: [], settled: [] };
    this.#answers = [];
  }

  #committed(): void {
    const { accepted, answers } = this.#underWay!;
    this.#underWay = null;
    if (this.#batch.accepted.length + this.#batch.settled.length > 0) this.#commit();
    for (const [i, { id, type }] of accepted.entries()) {
      const body = JSON.stringify({ id, type, createdAt: '', deliveries: 1 });
      answers[i]!.writeHead(202, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }).end(body);
    }
    for (const one of accepted) this.#send(one);
  }

  #send({ seq, id, type, data }: Taken): void {
    const body = Buffer.from(`{"type":"${type}","timestamp":"2026-01-01T00:00:00.000Z","data":${data}}`);
    const headers = headersOf(id, body);
    const end = (status: number): void => {
      this.#batch.settled.push({ seq, status, headers: headers.join('\n') });
      this.#commit();
    };
    this.#pool.dispatch({ path: '/e/0', method: 'POST', headers, body }, new Answer(end));
  }
}

if (isMainThread) {
  serve({
    listen: (input: { file: string; origin: string; connections: number }): Promise<number> =>
      new Sketch(input.file, input.origin, input.connections).listen(),
  });
} else write(parentPort as MessagePort, (workerData as { file: string }).file);
