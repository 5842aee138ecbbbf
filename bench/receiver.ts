import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { nowMs } from './clock.ts';
import { readEventId, secret } from './event.ts';
import { serve, tell } from './orders.ts';
import { type Summary, summarise } from './summary.ts';

/*
 * Where the deliveries of a run arrive, in a process of its own: it ticks off every event and checks the signature of a sample.
 * Its paths are /e/0, /e/1, …, one an endpoint, and each can be told to behave badly. It reads requests with a length from raw
 * sockets: `node:http` took half as much time again, on the cores that are measured.
 */

export interface Expected {
  run: number;
  events: number;
  /** Deliveries of one event: to the paths of 0 up to this. With 1, any path. */
  fanOut: number;
  /** Events at these places of a repeating pattern are let in, but neither waited for nor in the figures. */
  ignored?: { every: number; places: number[] };
}

/** What a path does: answers 204 at once, after a time, with a failure, or never. */
export type Manner = { afterMs: number } | 'fail' | 'never';

export interface Received {
  received: number;
  duplicates: number;
  badSignatures: number;
  checkedSignatures: number;
  firstMs: number;
  lastMs: number;
  /** From the moment an event was due at this pace. */
  latency: Summary;
  missing: number;
}

const sampleEvery = 64;
const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
const pathsMax = 4096;

let expected: Expected = { run: -1, events: 0, fanOut: 1 };
let seen = new Uint8Array(0);
let atMs = new Float64Array(0);
let counts = { received: 0, duplicates: 0, badSignatures: 0, checkedSignatures: 0, requests: 0 };
let ignored = new Set<number>();
let manners: (Manner | undefined)[] = [];
const perPath = new Uint32Array(pathsMax);
const inFlight = new Uint16Array(pathsMax);
/** How many requests there were at once at one path whenever one arrived. */
let watched: { path: number; atOnce: number[] } | null = null;
const watchedMax = 10_000;

const answers: Record<number, string> = {
  204: 'HTTP/1.1 204 No Content\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n',
  503: 'HTTP/1.1 503 Service Unavailable\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n',
};

/** One request after another comes over each connection. */
function onConnection(socket: Socket): void {
  let rest: Buffer | null = null;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest === null ? chunk : Buffer.concat([rest, chunk]);
    const headEnd = bytes.indexOf('\r\n\r\n');
    const head = headEnd < 0 ? '' : bytes.toString('latin1', 0, headEnd + 2);
    const length = Number(headerOf(head, 'content-length') ?? 0);
    if (headEnd < 0 || bytes.length < headEnd + 4 + length) {
      rest = bytes;
      return;
    }
    rest = null;
    onRequest(socket, head, bytes.subarray(headEnd + 4));
  });
}

/** Of a header that comes once, whatever the case of its name. */
function headerOf(head: string, name: string): string | null {
  const at = head.indexOf(`\r\n${name}: `);
  if (at < 0) return new RegExp(`\r\n${name}: *([^\r]*)`, 'i').exec(head)?.[1] ?? null;
  const from = at + name.length + 4;
  return head.slice(from, head.indexOf('\r', from));
}

function onRequest(socket: Socket, head: string, body: Buffer): void {
  const pathAt = head.indexOf(' ') + 4;
  const path = Number(head.slice(pathAt, head.indexOf(' ', pathAt)));
  inFlight[path]! += 1;
  if (watched?.path === path && watched.atOnce.length < watchedMax) watched.atOnce.push(inFlight[path]!);
  counts.requests += 1;
  if (counts.requests % sampleEvery === 0) check(head, body);
  const manner = manners[path];
  if (manner === 'never') return;
  if (typeof manner === 'object') setTimeout(() => answer(socket, head, path, 204), manner.afterMs);
  else answer(socket, head, path, manner === 'fail' ? 503 : 204);
}

function answer(socket: Socket, head: string, path: number, status: number): void {
  inFlight[path]! -= 1;
  if (status === 204) tick(String(headerOf(head, 'webhook-id')), path);
  socket.write(answers[status]!, 'latin1');
}

/** Counts a delivery that was taken. */
function tick(id: string, path: number): void {
  const event = readEventId(id);
  if (event === null || event.run !== expected.run) return;
  perPath[path]! += 1;
  const { fanOut } = expected;
  const at = fanOut === 1 ? event.n : event.n * fanOut + (path % fanOut);
  if (at >= seen.length) return;
  if (expected.ignored !== undefined && ignored.has(event.n % expected.ignored.every)) return;
  if (seen[at] === 1) {
    counts.duplicates += 1;
    return;
  }
  seen[at] = 1;
  atMs[at] = nowMs();
  counts.received += 1;
}

function check(head: string, body: Buffer): void {
  counts.checkedSignatures += 1;
  const hmac = createHmac('sha256', key);
  hmac.update(`${headerOf(head, 'webhook-id')}.${headerOf(head, 'webhook-timestamp')}.`).update(body);
  if (headerOf(head, 'webhook-signature') !== `v1,${hmac.digest('base64')}`) counts.badSignatures += 1;
}

/** `paced`: when event 0 was due and how many follow in a second. */
function report(input: {
  paced: { startMs: number; ratePerSecond: number } | null;
  refused: number[];
}): Received {
  const { fanOut } = expected;
  const refused = new Set(input.refused);
  const latencies: number[] = [];
  let firstMs = Infinity;
  let lastMs = 0;
  let missing = 0;
  for (let at = 0; at < seen.length; at += 1) {
    const n = Math.floor(at / fanOut);
    if (expected.ignored !== undefined && ignored.has(n % expected.ignored.every)) continue;
    if (seen[at] === 0) {
      if (!refused.has(n)) missing += 1;
      continue;
    }
    firstMs = Math.min(firstMs, atMs[at]!);
    lastMs = Math.max(lastMs, atMs[at]!);
    if (input.paced !== null)
      latencies.push(atMs[at]! - (input.paced.startMs + (n * 1000) / input.paced.ratePerSecond));
  }
  const { requests: _, ...counted } = counts;
  return { ...counted, firstMs, lastMs, missing, latency: summarise(Float64Array.from(latencies)) };
}

const progress = setInterval(() => {
  if (expected.run >= 0) tell(counts.received);
}, 4);
progress.unref();

serve({
  listen({ tls }: { tls: boolean }): Promise<number> {
    const pem = (name: string): Buffer =>
      readFileSync(new URL(`../test/support/certificates/${name}.pem`, import.meta.url));
    const server = tls
      ? createTlsServer({ cert: pem('receiver'), key: pem('receiver.key') }, onConnection)
      : createServer(onConnection);
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  },
  /** A new count begins; `events` may be lowered to what was sent in the end. */
  expect(input: Expected): void {
    expected = input;
    ignored = new Set(input.ignored?.places);
    seen = new Uint8Array(input.events * input.fanOut);
    atMs = new Float64Array(input.events * input.fanOut);
    perPath.fill(0);
    counts = { received: 0, duplicates: 0, badSignatures: 0, checkedSignatures: 0, requests: 0 };
  },
  trim(events: number): void {
    seen = seen.subarray(0, events * expected.fanOut);
  },
  received: (): number => counts.received,
  perPath: (paths: number): number[] => [...perPath.subarray(0, paths)],
  behave(input: [path: number, manner: Manner | null][]): void {
    for (const [path, manner] of input) manners[path] = manner ?? undefined;
  },
  forgetManners(): void {
    manners = [];
  },
  watch(path: number): void {
    watched = { path, atOnce: [] };
  },
  watched: (): number[] => watched?.atOnce ?? [],
  report,
});
