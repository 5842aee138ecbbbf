import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ServerProcess, startServerProcess } from './process.ts';

/** What a receiver of a test saw of one event: when each request of it came. */
export interface Arrival {
  id: string;
  atMs: number;
  path: string;
}

/** Takes everything after `answerAfterMs()` and remembers the order. */
export async function startRecorder(answerAfterMs: (request: IncomingMessage) => number): Promise<{
  url: string;
  arrivals: Arrival[];
  close(): void;
}> {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const id = String(request.headers['webhook-id']);
      arrivals.push({ id, atMs: performance.now(), path: request.url ?? '' });
      setTimeout(() => response.end(), answerAfterMs(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const encryptionKey = Buffer.alloc(32, 7).toString('base64');

/** A node on a PostgreSQL database. */
export async function startNode(database: string): Promise<ServerProcess> {
  return await startServerProcess(database, {
    SUREHOOK_LOG_LEVEL: 'warn',
    SUREHOOK_ENCRYPTION_KEY: encryptionKey,
  });
}

/** Publishes one event after another until told to stop; remembers what was answered 202. */
export async function publishTo(
  node: ServerProcess,
  nextEvent: () => { id: string } & Record<string, unknown>,
  goesOn: () => boolean,
  everyMs = 50,
): Promise<string[]> {
  const acked: string[] = [];
  while (goesOn()) {
    const event = nextEvent();
    // Whoever published to a node that died asks another one, with the same id; here it is simply not counted.
    const answer = await node
      .call('POST', '/v1/events', { type: 'order.created', data: { n: 1 }, ...event })
      .catch(() => null);
    if (answer?.status === 202) acked.push(event.id);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return acked;
}
