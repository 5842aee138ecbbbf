import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../orders.ts';

/* The least that taking an event over HTTP can cost: node:http, the body parsed as JSON, 202. */

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const event = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; type: string };
    const body = JSON.stringify({ id: event.id, type: event.type, createdAt: '', deliveries: 0 });
    response
      .writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body);
  });
});

serve({
  listen: (): Promise<number> =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    }),
});
