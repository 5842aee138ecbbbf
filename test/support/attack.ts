import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { adminKey, eventually, type ServerProcess, startServerProcess, temporaryFolder } from './process.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
export type Json = any;

/** A server in a process of its own that attackers turn to; the folder with its database goes with it. */
export interface Target {
  readonly server: ServerProcess;
  readonly port: number;
  /** One request with the admin key; `body` may be text or bytes. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Json; text: string }>;
  /** An endpoint that is given up at once when it fails; answers what the API answered. */
  endpoint(body: Record<string, unknown>): Promise<Json>;
  /** Publishes `data` and answers what came of each delivery once all have ended. */
  deliver(type: string, data?: unknown): Promise<Json[]>;
  stop(): Promise<void>;
}

/** Production mode unless told otherwise; `folder` keeps the database where another target can take it over. */
export async function startTarget(
  environment: Record<string, string> = {},
  folder = temporaryFolder(),
): Promise<Target> {
  const server = await startServerProcess(`${folder.path}/surehook.db`, {
    SUREHOOK_DEV: '0',
    SUREHOOK_LOG_LEVEL: 'warn',
    ...environment,
  });
  const target: Target = {
    server,
    port: Number(new URL(server.url).port),
    async ask(method, path, body, headers) {
      const answer = await fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: bytesOf(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
      return { status: answer.status, body: isJson ? JSON.parse(text) : null, text };
    },
    async endpoint(body) {
      const made = await target.ask('POST', '/v1/endpoints', {
        events: ['*'],
        retry: { schedule: [] },
        ...body,
      });
      if (made.status !== 201) throw new Error(`no endpoint: ${made.text}`);
      return made.body;
    },
    async deliver(type, data = {}) {
      const published = await target.ask('POST', '/v1/events', { type, data });
      return await eventually(10_000, () => endings(target, published.body.id));
    },
    async stop() {
      await server.kill();
      folder.remove();
    },
  };
  await target.ask('PATCH', '/v1/accounts/default', { maxEndpoints: 1000 });
  return target;
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

async function endings(target: Target, eventId: string): Promise<Json[] | false> {
  const { deliveries } = (await target.ask('GET', `/v1/events/${eventId}`)).body;
  const ended = deliveries.every((one: Json) => one.status === 'dead' || one.status === 'delivered');
  if (!ended) return false;
  const details = deliveries.map((one: Json) => target.ask('GET', `/v1/deliveries/${one.id}`));
  return (await Promise.all(details)).map((one) => one.body);
}

/** Trusts the authority of the tests' certificates. */
export const trustingTests = {
  NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('certificates/authority.pem', import.meta.url)),
};

/** Makes the process ask this name server instead of the system's: there is no setting for it, and tests own no system. */
export function askingNameServer(address: string): Record<string, string> {
  const code = `
    import dns from 'node:dns/promises';
    import { syncBuiltinESMExports } from 'node:module';
    dns.Resolver = class extends dns.Resolver {
      constructor(options) { super(options); this.setServers(['${address}']); }
    };
    syncBuiltinESMExports();`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** What came over a connection until it ended or `isWhole` said that this is all. */
export interface RawAnswer {
  /** Status lines of all answers, as numbers. */
  statuses: number[];
  text: string;
}

/** Writes bytes as they are, and answers what comes back; `isWhole` for connections that stay open. */
export function writeRaw(
  port: number,
  parts: (string | Buffer)[],
  isWhole: (text: string) => boolean = isOneAnswer,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = (): void => {
      socket.destroy();
      const statuses = [...text.matchAll(/(?:^|\n|\})HTTP\/1\.1 (\d{3})/g)].map((found) => Number(found[1]));
      resolve({ statuses, text });
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (isWhole(text)) finish();
    });
    socket.on('close', finish);
    socket.on('error', (error) => (text === '' ? reject(error) : finish()));
    for (const part of parts) socket.write(part);
  });
}

function isOneAnswer(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return head >= 0 && length !== undefined && text.length - head - 4 >= Number(length);
}
