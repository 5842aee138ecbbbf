import type { ConsumeMessage } from 'amqplib';
import { inboxBatch } from '../../core/limits/queues.ts';
import type { Inbox, Waiting } from '../../ports/inbox.ts';
import { amqpConnection } from './amqp.ts';
import { goneFault, QueueFault } from './fault.ts';
import { Feed } from './feed.ts';
import { ignore } from './ignore.ts';
import type { Opening } from './link.ts';

/** A queue of RabbitMQ, which must be there. Nodes share it; no more than a batch is out unacknowledged. */
export async function openAmqpInbox(opening: Opening): Promise<Inbox> {
  const connection = await amqpConnection(opening);
  const { queue = '' } = opening.target.options;
  const feed = new Feed<ConsumeMessage>();
  try {
    const channel = await connection.createChannel();
    channel.on('error', (error: Error) => feed.fail(error));
    channel.once('close', () => feed.fail(goneFault('RabbitMQ')));
    await channel.checkQueue(queue);
    await channel.prefetch(inboxBatch);
    await channel.consume(queue, (message) => {
      if (message === null)
        feed.fail(new QueueFault('rejected', `the queue ${JSON.stringify(queue)} was deleted`));
      else feed.push(message);
    });
    const taken = new Map<Waiting, ConsumeMessage>();
    return {
      async take(count, waitMs) {
        return (await feed.take(count, waitMs)).map((message) => {
          const one = waitingOf(message);
          taken.set(one, message);
          return one;
        });
      },
      async done(messages) {
        for (const message of messages) {
          channel.ack(taken.get(message)!);
          taken.delete(message);
        }
        // Nothing answers an acknowledgement; what is answered after it has passed it.
        await channel.checkQueue(queue);
      },
      lag: async () => (await channel.checkQueue(queue)).messageCount + feed.size + taken.size,
      close: () => connection.close().catch(ignore),
    };
  } catch (error) {
    await connection.close().catch(ignore);
    throw error;
  }
}

/** RabbitMQ itself gives messages no name that lasts: what the publisher called it counts. */
function waitingOf({ properties, content }: ConsumeMessage): Waiting {
  const {
    messageId,
    type,
    contentType,
    headers = {},
  } = properties as {
    messageId?: string;
    type?: string;
    contentType?: string;
    headers?: Record<string, unknown>;
  };
  const all: string[] = [];
  for (const [name, value] of Object.entries(headers))
    if (['string', 'number', 'boolean'].includes(typeof value)) all.push(name.toLowerCase(), String(value));
  if (contentType && !all.includes('content-type')) all.push('content-type', contentType);
  if (type && !all.includes('type')) all.push('type', type);
  return { id: messageId || null, headers: all, body: content };
}
