import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { nowMs } from './clock.ts';
import { readEventId, secret } from './event.ts';
import { serve, tell } from './orders.ts';
import { type Summary, summarise } from './summary.ts';

/*
 * Where the deliveries of a run arrive, in a process of its own: a plain node:http server that ticks off every event and checks
 * the signature of a sample. Its paths are /e/0, /e/1, …, one an endpoint, and each can be told to behave badly.
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

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  const path = Number(request.url!.slice(3));
  inFlight[path]! += 1;
  if (watched?.path === path && watched.atOnce.length < watchedMax) watched.atOnce.push(inFlight[path]!);
  const chunks: Buffer[] = [];
  counts.requests += 1;
  const isSample = counts.requests % sampleEvery === 0;
  request.on('data', (chunk: Buffer) => {
    if (isSample) chunks.push(chunk);
  });
  request.on('end', () => {
    if (isSample) check(request, Buffer.concat(chunks));
    const manner = manners[path];
    if (manner === 'never') return;
    if (typeof manner === 'object') setTimeout(() => answer(request, response, path, 204), manner.afterMs);
    else answer(request, response, path, manner === 'fail' ? 503 : 204);
  });
}

function answer(request: IncomingMessage, response: ServerResponse, path: number, status: number): void {
  inFlight[path]! -= 1;
  if (status === 204) tick(String(request.headers['webhook-id']), path);
  response.writeHead(status).end();
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

function check(request: IncomingMessage, body: Buffer): void {
  counts.checkedSignatures += 1;
  const { headers } = request;
  const hmac = createHmac('sha256', key);
  hmac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`).update(body);
  if (headers['webhook-signature'] !== `v1,${hmac.digest('base64')}`) counts.badSignatures += 1;
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
      ? createTlsServer({ cert: pem('receiver'), key: pem('receiver.key') }, onRequest)
      : createServer(onRequest);
    server.keepAliveTimeout = 60_000;
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
