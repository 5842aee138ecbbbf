import { createServer } from 'node:http';

/** A webhook that the try-out receiver got. */
export interface Caught {
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

const bodyBytesMax = 1024 * 1024;

/**
 * A receiver on this machine for trying things out: answers 200 to every POST and hands on what came. Null when the port is
 * taken: the server itself does not depend on it. Never keeps the process alive.
 */
export async function startListener(
  host: string,
  port: number,
  caught: (request: Caught) => void,
): Promise<string | null> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bodyBytesMax) chunks.push(chunk);
    });
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"received":true}');
      caught({ url: request.url ?? '/', headers: request.headers, body: Buffer.concat(chunks) });
    });
  });
  server.unref();
  return await new Promise((resolve) => {
    server.on('error', () => resolve(null));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(
        typeof address === 'object' && address !== null
          ? `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
          : null,
      );
    });
  });
}
