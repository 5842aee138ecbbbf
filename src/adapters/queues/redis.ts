import type { FlatHeaders } from '../../core/attempt.ts';
import { dial } from './dial.ts';
import { goneFault, QueueFault, queueFaultOf } from './fault.ts';
import { ignore } from './ignore.ts';
import type { Link, Message, Opening } from './link.ts';
import { load } from './load.ts';

/** The field of a stream's entry that holds the body; all others are headers. */
export const bodyField = 'body';

/** A client over a socket that was opened here. It never connects anew. */
export async function redisClient(opening: Opening) {
  const { Redis, AbstractConnector } = await load('ioredis', 'A Redis stream', () => import('ioredis'));
  const socket = await dial(opening);
  class Connected extends AbstractConnector {
    override async connect(): Promise<typeof socket> {
      this.stream = socket;
      return socket;
    }
  }
  const { target, password } = opening;
  const client = new Redis({
    Connector: class extends Connected {
      constructor() {
        super(1000);
      }
    } as never,
    ...(target.user === '' ? {} : { username: target.user }),
    ...(password === null ? {} : { password }),
    db: Number(target.path || 0),
    protocol: 2,
    lazyConnect: true,
    retryStrategy: null as never,
    maxRetriesPerRequest: 0,
  });
  let why: Error | null = null;
  // Unheard it would end the process. The first says more than that the connection was closed then.
  client.on('error', (error: Error) => {
    why ??= error;
  });
  client.once('end', opening.gone);
  client.once('connect', () =>
    endAtUnasked(client, () => {
      why ??= new QueueFault('protocol', 'the server answered what nobody asked');
      socket.destroy();
    }),
  );
  // The library waits without end for who accepts connections and says nothing.
  const late = setTimeout(() => {
    why ??= new QueueFault('timeout', `the server did not answer within ${opening.timeoutMs} ms`);
    socket.destroy();
  }, opening.timeoutMs);
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw why ?? error;
  } finally {
    clearTimeout(late);
  }
  return client;
}

/** What of a client is changed here. */
interface Inner {
  commandQueue: { shift(): unknown };
  flushQueue(...how: unknown[]): void;
}

/**
 * An answer that nobody waits for makes the library throw where nobody can catch it. `end` is called instead, and the answer goes to a
 * question that nobody put.
 */
function endAtUnasked(client: object, end: () => void): void {
  const inner = client as Inner;
  const { commandQueue } = inner;
  const shift = commandQueue.shift.bind(commandQueue);
  const flush = inner.flushQueue.bind(client);
  const unasked = { command: { name: 'echo', args: [], resolve: ignore, reject: ignore } };
  commandQueue.shift = () => {
    const next = shift();
    if (next === undefined) end();
    return next ?? unasked;
  };
  // Takes what is left, until there is nothing.
  inner.flushQueue = (...how) => {
    commandQueue.shift = shift;
    flush(...how);
  };
}

/** A Redis server. One entry of a stream is one message; without `create=off` a stream that is not there is made. */
export async function openRedis(opening: Opening): Promise<Link> {
  const client = await redisClient(opening);
  let corked = false;

  /** What is put in one turn of the loop goes out in one write. */
  function cork(): void {
    if (corked) return;
    const { stream } = client;
    corked = true;
    stream.cork();
    setImmediate(() => {
      corked = false;
      stream.uncork();
    });
  }

  return {
    async put(message, { stream = '', maxlen, create }) {
      cork();
      const how = [
        ...(create === 'off' ? ['NOMKSTREAM'] : []),
        ...(maxlen === undefined ? [] : ['MAXLEN', '~', maxlen]),
      ];
      const id = await client
        .call('XADD', stream, ...how, '*', ...fieldsOf(message))
        .catch((error: unknown) => {
          throw redisFault(error);
        });
      if (typeof id !== 'string')
        throw new QueueFault('rejected', `there is no stream ${JSON.stringify(stream)} (create=off)`);
      return id;
    },
    close: () => client.disconnect(),
  };
}

function fieldsOf({ headers, body }: Message): (string | Buffer)[] {
  return [...(headers as FlatHeaders), bodyField, Buffer.from(body.buffer, body.byteOffset, body.byteLength)];
}

/** Replies are the server's own words; anything else means that the connection is gone. */
export function redisFault(error: unknown): QueueFault {
  if (error instanceof Error && error.name === 'ReplyError') return queueFaultOf(error);
  return goneFault('Redis');
}
