import type { Server } from 'node:http';
import { Worker } from 'node:worker_threads';
import type { PlainAnswer, PlainRequest } from '../../core/plain-request.ts';
import {
  addAnswer,
  type Flat,
  type FromFront,
  type FrontOptions,
  requestsOf,
  type Sent,
  type ToFront,
} from './messages.ts';
import { Outbox } from './outbox.ts';
import { Tunnel } from './tunnel.ts';

export interface FrontParts extends FrontOptions {
  /** Answers what is not plain. It need not listen. */
  server: Server;
  /** Answers what is; never rejects. */
  answer(request: PlainRequest): Promise<PlainAnswer>;
  /** The thread failed, and nobody can connect any more. */
  failed(error: Error): void;
}

/** Where callers connect. */
export interface Front {
  port: number;
  /** Nobody new; who asks nothing is let go, and everybody else when answered. Resolves when nobody is left. */
  close(): Promise<void>;
  /** Ends what is left. */
  cut(): void;
}

const source = new URL('./worker.ts', import.meta.url);

/**
 * Listens in a thread of its own. Reading requests from sockets and writing the answers took half of the time of the thread that
 * takes events in, and that thread is what everything waits for. Throws as listening does, with a `code`.
 */
export async function openFront({ server, answer, failed, ...options }: FrontParts): Promise<Front> {
  const entry = import.meta.url.endsWith('.ts') ? source : new URL(source.href.replace(/ts$/, 'js'));
  const worker = new Worker(entry, { workerData: options });
  const tunnels = new Map<number, Tunnel>();
  const outbox = new Outbox<ToFront>((sent) => worker.postMessage(sent));
  const { tell } = outbox;

  function take(flat: Flat): void {
    for (const { number, request } of requestsOf(flat)) {
      void answer(request).then((answer) => addAnswer(outbox.next(), number, answer));
    }
  }

  function open(number: number, remoteAddress: string | undefined): void {
    const tunnel = new Tunnel({ number, remoteAddress, tell });
    tunnels.set(number, tunnel);
    tunnel.once('close', () => tunnels.delete(number));
    server.emit('connection', tunnel);
  }

  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let state: 'opening' | 'open' | 'over' = 'opening';
  // A server that has never listened looks after no connection: neither slow nor idle ones would ever end.
  server.emit('listening');
  return await new Promise<Front>((resolve, reject) => {
    /** However the thread ended that was not told to. */
    function over(error: Error): void {
      for (const tunnel of tunnels.values()) tunnel.destroy();
      if (state === 'open') failed(error);
      state = 'over';
      reject(error);
    }
    worker.on('error', over);
    worker.once('exit', (code) => over(new Error(`The thread ended by itself, with ${code}.`)));
    worker.on('message', ({ plain, told }: Sent<FromFront>) => {
      take(plain);
      for (const one of told) {
        if (one.kind === 'listening') {
          state = 'open';
          resolve({ port: one.port, close, cut });
        } else if (one.kind === 'failed') reject(Object.assign(new Error(one.error.message), one.error));
        else if (one.kind === 'opened') open(one.tunnel, one.remoteAddress);
        else tunnels.get(one.tunnel)?.hear(one);
      }
    });
    async function close(): Promise<void> {
      state = 'over';
      tell({ kind: 'close' });
      await gone;
    }
    const cut = (): void => tell({ kind: 'cut' });
  });
}
