import { createHmac, createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Dispatcher, Pool } from 'undici';
import { nowMs } from '../clock.ts';
import { eventId, exampleData, secret } from '../event.ts';
import { serve } from '../orders.ts';

/* The least that sending a webhook can cost: undici with keep-alive, the same headers and body, an HMAC for each. */

export interface ClientLoad {
  origin: string;
  /** `dispatch` is undici's fastest way, `request` the usual one. */
  by: 'dispatch' | 'request';
  run: number;
  connections: number;
  events: number;
  durationMs: number;
}

export interface ClientSent {
  events: number;
  startMs: number;
  endMs: number;
  cpuUs: number;
}

const ca = readFileSync(new URL('../../test/support/certificates/authority.pem', import.meta.url), 'utf8');
const key = createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64'));
const body = Buffer.from(
  `{"type":"order.created","timestamp":"2026-01-01T00:00:00.000Z","data":${exampleData}}`,
);

function headersOf(id: string): string[] {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
  return [
    'content-type',
    'application/json',
    'user-agent',
    'Surehook/0.0.0',
    'webhook-id',
    id,
    'webhook-timestamp',
    timestamp,
    'webhook-signature',
    `v1,${hmac.digest('base64')}`,
    'surehook-attempt',
    '1',
    'traceparent',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ];
}

async function run(load: ClientLoad): Promise<ClientSent> {
  const pool = new Pool(load.origin, { connections: load.connections, pipelining: 1, connect: { ca } });
  const cpu = process.cpuUsage();
  const startMs = nowMs();
  let sent = 0;
  let ended = 0;
  let failed = 0;
  await new Promise<void>((resolve) => {
    const end = (ok: boolean): void => {
      ended += 1;
      if (!ok) failed += 1;
      if (!next() && ended === sent) resolve();
    };
    const next = (): boolean => {
      if (sent >= load.events || nowMs() - startMs >= load.durationMs) return false;
      const id = eventId(load.run, sent);
      sent += 1;
      const request = { path: '/e/0', method: 'POST', headers: headersOf(id), body } as const;
      if (load.by === 'dispatch') pool.dispatch(request, new Answer(end));
      else void usual(pool, request).then(end);
      return true;
    };
    for (let i = 0; i < load.connections; i += 1) next();
  });
  const used = process.cpuUsage(cpu);
  const endMs = nowMs();
  await pool.destroy();
  if (failed > 0) throw new Error(`${failed} of ${sent} requests of the bare client failed`);
  return { events: sent, startMs, endMs, cpuUs: used.user + used.system };
}

async function usual(pool: Pool, request: Dispatcher.RequestOptions): Promise<boolean> {
  try {
    const { statusCode, body } = await pool.request(request);
    await body.dump();
    return statusCode === 204;
  } catch {
    return false;
  }
}

class Answer implements Dispatcher.DispatchHandler {
  readonly #end: (ok: boolean) => void;
  #ok = false;
  constructor(end: (ok: boolean) => void) {
    this.#end = end;
  }
  onRequestStart(): void {}
  onResponseData(): void {}
  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#ok = status === 204;
  }
  onResponseEnd(): void {
    this.#end(this.#ok);
  }
  onResponseError(): void {
    this.#end(false);
  }
}

serve({ run });
