import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** The head as it came, line by line, request line first. */
  readonly lines: readonly string[];
  /** Names in lower case; the last of several counts. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** 1 for the receiver's first connection. */
  readonly connection: number;
  /** 1 for the connection's first request. */
  readonly n: number;
}

/** What the receiver does with a request: it writes whatever it likes to the socket, or nothing. */
export type Script = (request: Received, socket: Socket) => void;

export type CertificateName = 'receiver' | 'other' | 'expired' | 'selfsigned';

export interface ReceiverOptions {
  script?: Script;
  /** Speaks TLS with this certificate of `certificates/`. */
  certificate?: CertificateName;
  tls?: TlsOptions;
  /** Called with each new connection before anything is read from it (for TLS: before the handshake). */
  onConnection?: (socket: Socket) => void;
}

export interface Receiver {
  readonly port: number;
  /** `http://127.0.0.1:PORT` or the same with https. */
  readonly origin: string;
  /** All that came, in order of arrival. */
  readonly requests: readonly Received[];
  /** Connections that were opened so far, TLS handshakes that failed included. */
  connections(): number;
  /** Whether each finished TLS connection resumed a session, in order. */
  readonly resumed: readonly boolean[];
  /** Resolves when so many requests have come since the start. */
  received(count: number): Promise<void>;
  /** Resolves when so many connections have been closed since the start. */
  closed(count: number): Promise<void>;
  close(): Promise<void>;
}

const folder = new URL('certificates/', import.meta.url);

/** The authority that signed the certificates of the tests, but the self-signed one. */
export function testAuthority(): string {
  return readFileSync(new URL('authority.pem', folder), 'utf8');
}

/** A response as bytes for the wire, with its Content-Length. */
export function response(
  status: number,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(
      `HTTP/1.1 ${status} Status\r\n${lines.join('')}content-length: ${bytes.length}\r\n\r\n`,
      'latin1',
    ),
    bytes,
  ]);
}

/** Answers every request with this status. */
export function answering(
  status: number,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Script {
  return (_request, socket) => socket.write(response(status, headers, body));
}

/** A receiver on a free port of 127.0.0.1 that does with each request what its script says; 204 without a script. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const script = options.script ?? answering(204);
  const requests: Received[] = [];
  const resumed: boolean[] = [];
  const open = new Set<Socket>();
  const counts = { connections: 0, closed: 0 };
  let waiting: { done: () => boolean; resolve: () => void }[] = [];

  const wake = (): void => {
    for (const one of waiting.filter(({ done }) => done())) one.resolve();
    waiting = waiting.filter(({ done }) => !done());
  };
  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ done, resolve });
      wake();
    });

  const server = listenerFor(options, (socket) => {
    if ('isSessionReused' in socket) resumed.push((socket as TLSSocket).isSessionReused());
    const connection = counts.connections;
    let n = 0;
    readRequests(socket, (request) => {
      n += 1;
      const received = { ...request, connection, n };
      requests.push(received);
      wake();
      script(received, socket);
    });
  });
  server.prependListener('connection', (socket: Socket) => {
    counts.connections += 1;
    open.add(socket);
    socket.on('error', ignore);
    socket.on('close', () => {
      open.delete(socket);
      counts.closed += 1;
      wake();
    });
    options.onConnection?.(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    port,
    origin: `${options.certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    resumed,
    connections: () => counts.connections,
    received: (count) => until(() => requests.length >= count),
    closed: (count) => until(() => counts.closed >= count),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function listenerFor(options: ReceiverOptions, onReady: (socket: Socket) => void): Server {
  if (!options.certificate) return createServer(onReady);
  const pem = (name: string): Buffer => readFileSync(new URL(name, folder));
  const server = createTlsServer(
    { cert: pem(`${options.certificate}.pem`), key: pem(`${options.certificate}.key.pem`), ...options.tls },
    (socket) => {
      socket.on('error', ignore);
      onReady(socket);
    },
  );
  server.on('tlsClientError', ignore);
  return server;
}

type Parsed = Omit<Received, 'connection' | 'n'>;

/** Requests with a Content-Length or no body, one after another. */
function readRequests(socket: Socket, onRequest: (request: Parsed) => void): void {
  let buffered: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let end = buffered.indexOf('\r\n\r\n'); end >= 0; end = buffered.indexOf('\r\n\r\n')) {
      const head = parseHead(buffered.toString('latin1', 0, end));
      const total = end + 4 + Number(head.headers['content-length'] ?? 0);
      if (buffered.length < total) return;
      const body = buffered.subarray(end + 4, total);
      buffered = buffered.subarray(total);
      onRequest({ ...head, body });
    }
  });
}

function parseHead(text: string): Omit<Parsed, 'body'> {
  const lines = text.split('\r\n');
  const [method = '', path = ''] = (lines[0] ?? '').split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, lines, headers };
}

function ignore(): void {}
