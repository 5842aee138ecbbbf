/*
 * A complete receiver of order webhooks: Node 24 or later, `npm install @surehook/sdk`, and this file.
 *
 *   WEBHOOK_SECRET=whsec_… node receiver.ts
 *
 * A webhook is verified on its raw bytes, written to SQLite, and only then acknowledged. A worker takes it from there. An event that comes
 * twice is stored once, an order is delivered once, and an order whose webhook never came is asked for.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { createReceiver, type WebhookEvent } from '@surehook/sdk';
import { toNode } from '@surehook/sdk/node';

const {
  WEBHOOK_SECRET = '', // several, newest first, separated by spaces
  DATABASE = 'orders.db',
  PORT = '3000',
  SUPPLIER_URL = '', // answers GET /orders/REFERENCE with {"status":"pending"|"fulfilled"|"failed"}
  POLL_AFTER_MS = '300000',
  POLL_EVERY_MS = '300000',
} = process.env;

const db = new DatabaseSync(DATABASE);
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL; -- what is acknowledged survives a power cut
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS webhook (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL, received_ms INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'waiting', tries INTEGER NOT NULL DEFAULT 0, due_ms INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS webhook_due ON webhook (due_ms) WHERE status = 'waiting';
  CREATE TABLE IF NOT EXISTS orders (reference TEXT PRIMARY KEY, state TEXT NOT NULL, since_ms INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS delivery (reference TEXT NOT NULL, at_ms INTEGER NOT NULL);
`);

// ── Taking in ──────────────────────────────────────────────────────────────────────────────────────────────

const insert = db.prepare(
  'INSERT INTO webhook (id, type, body, received_ms, due_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
);

/** Once it returns, the event is on disk; one that was there before changes nothing. */
function store(id: string, type: string, body: string): void {
  insert.run(id, type, body, Date.now(), Date.now());
  setImmediate(work);
}

const receiver = createReceiver({
  secret: WEBHOOK_SECRET.split(' ').filter((secret) => secret !== ''),
  maxBytes: 1024 * 1024,
  enqueue: (event: WebhookEvent) => store(event.id, event.type, new TextDecoder().decode(event.body)),
  onError: (error) => console.error(String(error)),
});

// ── Working ────────────────────────────────────────────────────────────────────────────────────────────────

const triesMax = 10;
const next = db.prepare(
  "SELECT id, type, body, tries FROM webhook WHERE status = 'waiting' AND due_ms <= ? ORDER BY due_ms LIMIT 1",
);
const settle = db.prepare('UPDATE webhook SET status = ?, tries = tries + 1, due_ms = ? WHERE id = ?');

/** Works off what is due. What is done and that it is done are one transaction: a crash leaves both or neither. */
function work(): void {
  for (;;) {
    const found = next.get(Date.now()) as
      | { id: string; type: string; body: string; tries: number }
      | undefined;
    if (found === undefined) return;
    db.exec('BEGIN IMMEDIATE');
    try {
      handle(found.type, JSON.parse(found.body).data);
      settle.run('done', 0, found.id);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      const isLast = found.tries + 1 >= triesMax;
      console.error(`${found.id} failed${isLast ? ' for the last time' : ''}: ${error}`);
      settle.run(isLast ? 'dead' : 'waiting', Date.now() + 1000 * 2 ** found.tries, found.id);
    }
  }
}

const stateOf = db.prepare('SELECT state FROM orders WHERE reference = ?');
const setState = db.prepare(
  `INSERT INTO orders (reference, state, since_ms) VALUES (?, ?, ?)
   ON CONFLICT (reference) DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms`,
);
const addDelivery = db.prepare('INSERT INTO delivery (reference, at_ms) VALUES (?, ?)');

/** What an order may become; webhooks may come in any order, and a final state never goes back. */
const mayFollow = new Map<string, string[]>([
  ['pending', []],
  ['fulfilled', ['pending']],
  ['failed', ['pending']],
  ['refunded', ['pending', 'fulfilled']],
]);

/** Your business: called again after a crash or an error, always within a transaction. */
function handle(type: string, data?: { reference?: string }): void {
  const state = type === 'order.created' ? 'pending' : type.replace(/^order\./, '');
  const reference = data?.reference;
  const before = mayFollow.get(state);
  if (before === undefined || typeof reference !== 'string') return;
  const known = (stateOf.get(reference) as { state: string } | undefined)?.state;
  if (known !== undefined && !before.includes(known)) return;
  setState.run(reference, state, Date.now());
  // Here the code goes to the customer. What leaves the database (a mail, an API) takes the reference as its idempotency key.
  if (state === 'fulfilled') addDelivery.run(reference, Date.now());
}

// ── Asking for what never came ─────────────────────────────────────────────────────────────────────────────

const overdue = db.prepare(
  "SELECT reference FROM orders WHERE state = 'pending' AND since_ms <= ? ORDER BY since_ms LIMIT 50",
);

/** An answer goes through the same door as a webhook: if both come, the second changes nothing. */
async function poll(): Promise<void> {
  for (const { reference } of overdue.all(Date.now() - Number(POLL_AFTER_MS)) as { reference: string }[]) {
    const url = `${SUPPLIER_URL}/orders/${encodeURIComponent(reference)}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) continue;
    const { status } = (await response.json()) as { status: string };
    if (status === 'fulfilled' || status === 'failed')
      store(`poll:${reference}:${status}`, `order.${status}`, JSON.stringify({ data: { reference } }));
  }
}

// ── Serving ────────────────────────────────────────────────────────────────────────────────────────────────

const webhooks = toNode(receiver);
const list = db.prepare(
  'SELECT reference, state, (SELECT count(*) FROM delivery d WHERE d.reference = o.reference) AS deliveries FROM orders o',
);

const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/webhooks') return void webhooks(request, response);
  // For looking at; not for the internet.
  if (request.method === 'GET' && request.url === '/orders')
    return void response.end(JSON.stringify(list.all()));
  response.writeHead(404).end();
});

setInterval(work, 1000);
if (SUPPLIER_URL !== '')
  setInterval(() => poll().catch((error) => console.error(`polling: ${error}`)), Number(POLL_EVERY_MS));
setInterval(
  () =>
    db
      .prepare("DELETE FROM webhook WHERE status = 'done' AND received_ms < ?")
      .run(Date.now() - 35 * 86_400_000),
  3_600_000,
);
server.listen(Number(PORT), () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
