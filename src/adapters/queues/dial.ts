import { createConnection, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, getCACertificates } from 'node:tls';
import type { Guard } from '../../ports/guard.ts';
import { QueueFault } from './fault.ts';
import type { Opening } from './link.ts';
import { guarded } from './sockets.ts';

/** The addresses of a host that may be connected to now. Rejects with a fault where there are none. */
export async function allowedAddresses(guard: Guard, hostname: string): Promise<readonly string[]> {
  const found = await guard.addressesOf(hostname);
  if ('error' in found) throw new QueueFault(found.error, found.detail);
  return found;
}

/** How TLS with a broker is done: checked against its name, whatever address was connected to. */
export function tlsOptionsOf({
  target,
  ca,
}: Pick<Opening, 'target' | 'ca'>): ConnectionOptions & { host: string } {
  const { hostname, literal } = target;
  return {
    // The name to check the certificate against; the address is given apart.
    host: hostname,
    ...(literal ? {} : { servername: hostname }),
    ...(ca.length === 0 ? {} : { ca: [...getCACertificates('default'), ...ca] }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  };
}

/** A connected socket, secured if the target says so: to the first of the addresses that answers. */
export async function dial(opening: Opening): Promise<Socket> {
  const { addresses, target, timeoutMs } = opening;
  let first: unknown;
  for (const host of addresses) {
    try {
      const socket = await ready(
        createConnection({ host, port: target.port, noDelay: true, keepAlive: true }),
        'connect',
        timeoutMs,
      );
      if (!target.secure) return socket;
      const secured = guarded(connectTls({ ...tlsOptionsOf(opening), socket }));
      return await ready(secured, 'secureConnect', timeoutMs);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

function ready<S extends Socket>(socket: S, event: string, timeoutMs: number): Promise<S> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => fail(new QueueFault('timeout', `no connection within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const closed = (): void => fail(new QueueFault('connection_reset', 'the broker closed the connection'));
    const fail = (error: Error): void => {
      clearTimeout(late);
      socket.destroy();
      reject(error);
    };
    socket.on('error', fail);
    socket.once('close', closed);
    socket.once(event, () => {
      clearTimeout(late);
      socket.off('close', closed);
      resolve(socket);
    });
  });
}
