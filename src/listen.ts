import { createServer as createSocket } from 'node:net';
import { type Front, type FrontParts, openFront } from './adapters/front/front.ts';
import type { Config } from './config.ts';
import { SurehookError } from './core/errors.ts';

type Address = Pick<Config, 'host' | 'port'>;

/** The port to listen on, a free one for port 0. Throws when nobody can listen there now, before anything else is opened or made. */
export async function requireAddress({ host, port }: Address): Promise<number> {
  const socket = createSocket();
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.listen({ host, port }, resolve);
    });
  } catch (error) {
    throw cannotListen({ host, port }, error as NodeJS.ErrnoException);
  }
  const bound = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}

/** Lets callers connect there. */
export async function listen(parts: FrontParts): Promise<Front> {
  try {
    return await openFront(parts);
  } catch (error) {
    throw cannotListen(parts, error as NodeJS.ErrnoException);
  }
}

/** Where a server that listens there is reached. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function cannotListen({ host, port }: Address, error: NodeJS.ErrnoException): SurehookError {
  const where = `Cannot listen on ${host} port ${port}: `;
  if (error.code === 'EADDRINUSE')
    return unavailable(`${where}something else listens there. Choose another with SUREHOOK_PORT.`);
  if (error.code === 'EACCES')
    return unavailable(
      `${where}this user may not listen there. Choose one from 1024 on with SUREHOOK_PORT, and put a proxy before it.`,
    );
  return unavailable(
    `${where}${reasons[error.code ?? ''] ?? error.message}. Name an address of this machine in SUREHOOK_HOST, like 127.0.0.1, or 0.0.0.0 for all.`,
  );
}

const reasons: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name cannot be looked up',
  EADDRNOTAVAIL: 'this machine does not have that address',
};

function unavailable(detail: string): SurehookError {
  return new SurehookError('unavailable', detail);
}
