import { connect, type Socket } from 'node:net';
import { connectAddresses, connectStaggerMs } from '../../core/limits/sending.ts';

/** Ends what was begun; nothing is reported after it. Safe to call at any time. */
export type Cancel = () => void;

/**
 * Opens a TCP connection to the first of `addresses` that answers. Each has a head start of `limits.connectStaggerMs` before
 * the next is tried beside it; a failure brings the next at once. Reports the first failure when all have failed.
 */
export function dial(
  addresses: readonly string[],
  port: number,
  done: (error: Error | null, socket: Socket | null) => void,
): Cancel {
  const list = addresses.slice(0, connectAddresses);
  const trying = new Set<Socket>();
  let at = 0;
  let firstError: Error | null = null;
  let timer: NodeJS.Timeout | undefined;

  function stop(winner: Socket | null): void {
    clearTimeout(timer);
    at = list.length;
    for (const socket of trying) if (socket !== winner) socket.destroy();
    trying.clear();
  }

  function next(): void {
    clearTimeout(timer);
    const host = list[at];
    if (host === undefined) return;
    at += 1;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
    trying.add(socket);
    const failed = (error: Error): void => {
      if (!trying.delete(socket)) return;
      socket.destroy();
      firstError ??= error;
      if (at < list.length) next();
      else if (trying.size === 0) done(firstError, null);
    };
    socket.on('error', failed);
    socket.once('connect', () => {
      if (!trying.has(socket)) return;
      stop(socket);
      // Whoever takes the socket hears of later errors; this listener must not make them look handled twice.
      socket.on('error', ignore);
      socket.off('error', failed);
      done(null, socket);
    });
    if (at < list.length) timer = setTimeout(next, connectStaggerMs);
  }

  next();
  return () => stop(null);
}

function ignore(): void {}
