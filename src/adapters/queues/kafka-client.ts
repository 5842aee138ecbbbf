import type { LookupFunction } from 'node:net';
import type { Base, BaseOptions, Broker, Connection, ConnectionPool } from '@platformatic/kafka';
import { tlsOptionsOf } from './dial.ts';
import { goneFault, QueueFault, queueFaultOf } from './fault.ts';
import { ignore } from './ignore.ts';
import type { Opening } from './link.ts';
import { load } from './load.ts';

/** The client library of Kafka. One that the guard below does not know is refused: it may connect past it. */
export async function loadKafka() {
  const library = await load('@platformatic/kafka@2.12', 'Kafka', () => import('@platformatic/kafka'));
  checkVersion(String(library.clientSoftwareVersion));
  return library;
}

/** Throws unless the guard was tried with this version of the library. */
export function checkVersion(version: string): void {
  if (!version.startsWith('2.12.')) throw unguarded(version);
}

function unguarded(version: string): QueueFault {
  return new QueueFault(
    'rejected',
    `version ${version} of @platformatic/kafka cannot be kept to allowed addresses: run npm install @platformatic/kafka@2.12 where Surehook is installed, and restart it`,
  );
}

const mechanisms = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;

/** What producer and consumer are told alike. */
export function kafkaOptions(opening: Opening): BaseOptions {
  const { target, password, timeoutMs } = opening;
  const { options, user: username } = target;
  const mechanism = mechanisms[(options.sasl ?? 'plain') as keyof typeof mechanisms];
  const { ca, minVersion, rejectUnauthorized } = tlsOptionsOf(opening);
  return {
    clientId: 'surehook',
    bootstrapBrokers: [{ host: target.hostname, port: target.port }],
    connectTimeout: timeoutMs,
    retries: 0,
    ...(username === '' ? {} : { sasl: { mechanism, username, password: password ?? '' } }),
    ...(target.secure
      ? {
          tls: { ca, minVersion, rejectUnauthorized, lookup: lookupBy(opening) } as object,
          // Clusters that stand behind one address tell their brokers apart by it.
          tlsServerName: !target.literal,
        }
      : {}),
  };
}

/** Names of brokers are looked up here where TLS needs to know them: an address that is refused is not connected to. */
function lookupBy(opening: Opening): LookupFunction {
  return (hostname, options, done) => {
    opening.addressesOf(hostname).then(
      (addresses) => {
        const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        if (options.all) done(null, all);
        else done(null, all[0]!.address, all[0]!.family);
      },
      (error: NodeJS.ErrnoException) => done(error, ''),
    );
  };
}

/**
 * The same kind of client, that connects only to brokers that pass. A cluster names its brokers itself, so every connection is
 * judged, not only the first. `disconnected` is called when one of them is gone. Throws when the library has no such place any more.
 */
export function guardedClient<C extends new (options: never) => Base>(
  Client: C,
  opening: Opening,
  disconnected: () => void = ignore,
): C {
  let prototype: object | null = Client.prototype as object;
  let place: symbol | undefined;
  for (
    ;
    prototype !== null && place === undefined;
    prototype = Object.getPrototypeOf(prototype) as object | null
  )
    place = Object.getOwnPropertySymbols(prototype).find(
      (one) => one.description === 'plt.kafka.base.createConnectionPool',
    );
  if (place === undefined) throw unguarded('(unknown)');
  const created = place;
  class Guarded extends (Client as unknown as new (
    options: never,
  ) => Record<symbol, (context?: unknown) => ConnectionPool>) {
    [created](context?: unknown): ConnectionPool {
      const pool = guard(super[created]!(context), opening);
      pool.on('disconnect', disconnected);
      return pool;
    }
  }
  return Guarded as unknown as C;
}

type Got = (error: Error | null, connection?: Connection) => void;

function guard(pool: ConnectionPool, opening: Opening): ConnectionPool {
  const get = pool.get.bind(pool) as unknown as (broker: Broker, callback: Got) => void;
  const { secure } = opening.target;
  const guarded = (broker: Broker, callback: Got): void => {
    // What is missing is the library's own matter.
    if (broker?.host == null) get(broker, callback);
    else
      opening.addressesOf(broker.host).then(
        // Without TLS the name is of no use any more; with it, it is looked up again, by `lookupBy`.
        ([address]) => get(secure ? broker : { ...broker, host: address! }, callback),
        (error: Error) => callback(error),
      );
  };
  // Each is told to whoever waits for an answer; one that nobody hears would end the process.
  pool.on('connecting', ({ connection }) => connection.on('error', ignore));
  pool.get = guarded as typeof pool.get;
  pool.getFirstAvailable = ((brokers: Broker[], callback: Got) => {
    const next = (at: number, last: Error | null): void => {
      const broker = brokers[at];
      if (broker === undefined) callback(last ?? new Error('there is no broker'));
      else
        guarded(broker, (error, connection) =>
          error ? next(at + 1, last ?? error) : callback(null, connection),
        );
    };
    next(0, null);
  }) as typeof pool.getFirstAvailable;
  return pool;
}

/** What the library says, down to the cause: its own layers only say that something failed. */
export function kafkaFault(error: unknown, topic: string): QueueFault {
  const found = causesOf(error);
  for (const cause of found) if (cause instanceof QueueFault) return cause;
  for (const { apiId, message } of found as (Error & { apiId?: string })[]) {
    if (apiId === 'UNKNOWN_TOPIC_OR_PARTITION' || message.startsWith('Unknown topic'))
      return new QueueFault('rejected', `there is no topic ${JSON.stringify(topic)}`);
    if (apiId === 'TOPIC_AUTHORIZATION_FAILED')
      return new QueueFault('rejected', `the user may not write to topic ${JSON.stringify(topic)}`);
  }
  const faults = found.map((cause) => queueFaultOf(cause));
  return (
    faults.find(({ kind }) => kind !== 'rejected') ??
    (found.some(({ message }) => /closed|timed out/i.test(message))
      ? goneFault('Kafka')
      : (faults.at(-1) ?? queueFaultOf(error)))
  );
}

/** Whether the cluster said that a message, or what was sent with it, is larger than it takes. */
export function isTooLarge(error: unknown): boolean {
  return (causesOf(error) as (Error & { apiId?: string })[]).some(
    ({ apiId }) => apiId === 'MESSAGE_TOO_LARGE' || apiId === 'RECORD_LIST_TOO_LARGE',
  );
}

/** Everything that stands behind an error, itself first; bounded. */
function causesOf(error: unknown): Error[] {
  const found: Error[] = [];
  const add = (one: unknown): void => {
    if (!(one instanceof Error) || found.length >= 20 || found.includes(one)) return;
    found.push(one);
    for (const more of (one as AggregateError).errors ?? []) add(more);
    add(one.cause);
  };
  add(error);
  return found;
}
