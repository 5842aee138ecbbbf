import { readFileSync } from 'node:fs';
import { type Dispatcher, Pool } from 'undici';
import { nowMs } from '../clock.ts';
import { eventId, exampleData } from '../event.ts';
import { serve } from '../orders.ts';
import { Answer, headersOf } from './sending.ts';

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
const body = Buffer.from(
  `{"type":"order.created","timestamp":"2026-01-01T00:00:00.000Z","data":${exampleData}}`,
);

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
      const request = { path: '/e/0', method: 'POST', headers: headersOf(id, body), body } as const;
      if (load.by === 'dispatch') pool.dispatch(request, new Answer((status) => end(status === 204)));
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

serve({ run });
