import { createHmac } from 'node:crypto';
import { eventId, exampleData, type Template } from '../event.ts';
import type { Machine } from '../machine.ts';
import type { Report } from '../report.ts';
import type { Server } from '../server.ts';

const ratePerSecond = 1000;
const connections = 64;
const secret = 'secret-of-a-supplier';
const scheme = 'digital-goods';
const p99MaxMs = 10;

/**
 * What a provider waits for: signed requests at a steady pace to the address of a source, each of them verified, looked up and
 * on disk with one delivery before it is acknowledged; next to bare commits of the same rows at the same pace.
 */
export async function inbound(machine: Machine, report: Report): Promise<void> {
  const server = await machine.server();
  const ack = { status: 202, contentType: 'application/json', body: '{"received":true}' };
  const source = await server.call<{ url: string }>('POST', '/v1/sources', {
    name: 'S',
    scheme,
    secret,
    ack,
  });
  // Fetched from by nobody: what is owed is a row of its own.
  await server.call('POST', '/v1/endpoints', { url: 'pull:', events: ['*'], sources: ['*'] });
  const send = (durationMs: number) => {
    const events = Math.floor((durationMs * ratePerSecond) / 1000);
    const templates = signed(server, new URL(source.url).pathname, machine.nextRun(), events);
    const pace = { ratePerSecond };
    return machine.generate({ port: server.port, templates, connections, pace, events, durationMs });
  };
  await send(machine.ms(2000));
  const sent = await send(machine.ms(8000, 4000));
  const commits = await machine.commitPaced(ratePerSecond, machine.ms(4000, 2000));
  const limitMs = Math.max(p99MaxMs, 3 * commits.p99);
  report.add({ name: `limit: raw commits at ${ratePerSecond}/s`, ratePerSecond, latency: commits });
  report.add({
    name: 'inbound, acknowledged, open loop',
    ratePerSecond,
    latency: sent.latency,
    target: { text: `p99 ≤ ${limitMs.toFixed(0)} ms`, met: sent.latency.p99 <= limitMs },
    verified: {
      text: `${sent.accepted}/${sent.events} acknowledged`,
      ok: sent.accepted === sent.events,
    },
  });
  await server.stop();
}

/** Each request has a body and a signature of its own; the number that the load writes goes into a header that nobody reads. */
function signed(server: Server, path: string, run: number, count: number): Template[] {
  return Array.from({ length: count }, (_, n) => {
    const id = eventId(run, n);
    const body = `{"event":"order.fulfilled","timestamp":"2026-05-01T14:23:11Z","id":"${id}","data":${exampleData}}`;
    const lines = [
      `POST ${path} HTTP/1.1`,
      `host: 127.0.0.1:${server.port}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-webhook-id: ${id}`,
      `x-webhook-signature: sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      'x-number: 00000000',
    ];
    const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
    return { bytes, numberAt: bytes.indexOf('x-number: ') + 'x-number: '.length };
  });
}
