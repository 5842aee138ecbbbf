import { type FlatHeaders, headerPairs } from '../../core/attempt.ts';
import { tlsOptionsOf } from './dial.ts';
import { goneFault, QueueFault, queueFaultOf, tooLargeFault } from './fault.ts';
import { ignore } from './ignore.ts';
import type { Link, Message, Opening } from './link.ts';
import { load } from './load.ts';

/** A connection to RabbitMQ, or whoever else speaks AMQP 0-9-1. */
export async function amqpConnection(opening: Opening) {
  const { connect } = await load('amqplib', 'RabbitMQ', () => import('amqplib'));
  const { target, password, addresses, timeoutMs, gone } = opening;
  const where = {
    protocol: target.secure ? 'amqps' : 'amqp',
    port: target.port,
    ...(target.user === '' && password === null ? {} : { username: target.user, password: password ?? '' }),
    vhost: encodeURIComponent(target.path || '/'),
    heartbeat: 30,
  };
  const { host: _host, ...tls } = tlsOptionsOf(opening);
  const socketOptions = { ...(target.secure ? tls : {}), noDelay: true, keepAlive: true, timeout: timeoutMs };
  let first: unknown;
  for (const hostname of addresses) {
    try {
      const connection = await connect({ ...where, hostname }, socketOptions);
      connection.on('error', ignore);
      connection.once('close', gone);
      return connection;
    } catch (error) {
      first ??= error;
    }
  }
  throw refusedHost(first, target.path || '/');
}

/** The client says of a virtual host that is refused only which frame it got, and keeps the server's words to itself. */
function refusedHost(error: unknown, vhost: string): unknown {
  if (!(error instanceof Error) || !/ConnectionOpenOk; got <ConnectionClose/.test(error.message))
    return error;
  const name = JSON.stringify(vhost);
  return new QueueFault(
    'rejected',
    `RabbitMQ refused the virtual host ${name}: it is not there, or the user may not enter it`,
  );
}

/**
 * RabbitMQ with publisher confirms. A message that no queue takes is an error: `mandatory`, and the return comes before the
 * confirmation. A channel dies with an exchange that is not there, so each exchange has its own.
 */
export async function openAmqp(opening: Opening): Promise<Link> {
  const connection = await amqpConnection(opening);
  const channels = new Map<string, Promise<Channel>>();
  /** Known once it was passed; a server that is told another limit closes its connections. */
  let mostBytes = Number.POSITIVE_INFINITY;

  function channelOf(exchange: string): Promise<Channel> {
    const found = channels.get(exchange);
    if (found !== undefined) return found;
    const made = openChannel(connection, () => channels.delete(exchange));
    channels.set(exchange, made);
    made.catch(() => channels.delete(exchange));
    return made;
  }

  async function publish(message: Message, exchange: string, routingKey: string): Promise<string> {
    try {
      const channel = await channelOf(exchange);
      return await channel.publish(message, exchange, routingKey);
    } catch (error) {
      throw amqpFault(error);
    }
  }

  return {
    async put(message, { exchange = '', routingKey = message.eventType }) {
      const { byteLength } = message.body;
      for (let isAgain = false; ; isAgain = true) {
        if (byteLength > mostBytes) throw tooLargeFault(byteLength, 'RabbitMQ', 'raise max_message_size');
        try {
          return await publish(message, exchange, routingKey);
        } catch (error) {
          // It ended the channel for all that were under way there. Those that do fit go again at once.
          const passed = /larger than configured max size (\d+)/.exec((error as Error).message);
          if (passed === null || isAgain) throw error;
          mostBytes = Number(passed[1]);
        }
      }
    },
    close: () => void connection.close().catch(ignore),
  };
}

/** What the library says of a channel or connection that is gone already is no word of the broker's. */
function amqpFault(error: unknown): Error {
  const { name, message } = error as Error;
  const gone = name === 'IllegalOperationError' || /^(?:Channel ended|Connection clos)/.test(message);
  return gone ? goneFault('RabbitMQ') : (error as Error);
}

interface Channel {
  publish(message: Message, exchange: string, routingKey: string): Promise<string>;
}

async function openChannel(
  connection: Awaited<ReturnType<typeof amqpConnection>>,
  gone: () => void,
): Promise<Channel> {
  const channel = await connection.createConfirmChannel();
  const returned = new Map<string, string>();
  const waiting = new Set<(error: Error) => void>();
  let number = 0;
  let cause: Error | null = null;
  channel.on('return', ({ fields, properties }) => {
    const { replyText } = fields as unknown as { replyText: string };
    returned.set(String(properties.headers?.[numberHeader]), replyText);
  });
  channel.on('error', (error: Error) => {
    cause = queueFaultOf(error);
  });
  channel.once('close', () => {
    gone();
    const fault = cause ?? goneFault('RabbitMQ');
    for (const reject of waiting) reject(fault);
  });
  return {
    publish: ({ eventId, eventType, headers, body }, exchange, routingKey) =>
      new Promise((resolve, reject) => {
        number += 1;
        const mine = String(number);
        const fail = (error: Error): void => {
          waiting.delete(fail);
          returned.delete(mine);
          reject(error);
        };
        const settle = (error: Error | null): void => {
          const why = returned.get(mine);
          if (error !== null && !/nack/.test(error.message)) return; // The channel is closing; its end says why.
          if (error !== null)
            fail(
              new QueueFault('rejected', 'RabbitMQ did not take the message (nack): perhaps a queue is full'),
            );
          else if (why !== undefined) fail(new QueueFault('rejected', unroutable(exchange, routingKey, why)));
          else {
            waiting.delete(fail);
            resolve('');
          }
        };
        waiting.add(fail);
        const properties = {
          mandatory: true,
          persistent: true,
          contentType: contentTypeOf(headers),
          messageId: eventId,
          type: eventType,
          headers: { ...Object.fromEntries(headerPairs(headers)), [numberHeader]: mine },
        };
        try {
          channel.publish(exchange, routingKey, Buffer.from(body), properties, settle);
        } catch (error) {
          // The channel is closed already, or the protocol has no room for what it was given.
          fail(error as Error);
        }
      }),
  };
}

function unroutable(exchange: string, routingKey: string, why: string): string {
  const where = exchange === '' ? 'the default exchange' : `exchange ${JSON.stringify(exchange)}`;
  return `no queue takes messages of ${where} with routing key ${JSON.stringify(routingKey)} (${why})`;
}

/** Tells which message was returned: an event may go to two queues at once. */
const numberHeader = 'surehook-publish';

function contentTypeOf(headers: FlatHeaders): string {
  return headerPairs(headers).find(([name]) => name === 'content-type')?.[1] ?? 'application/json';
}
