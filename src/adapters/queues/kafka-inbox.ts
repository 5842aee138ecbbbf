import type { Message } from '@platformatic/kafka';
import { inboxBatch, inboxBytes, inboxLeaseMs } from '../../core/limits/queues.ts';
import type { Inbox, Waiting } from '../../ports/inbox.ts';
import { goneFault } from './fault.ts';
import { Feed } from './feed.ts';
import { ignore } from './ignore.ts';
import { guardedClient, kafkaFault, kafkaOptions, loadKafka } from './kafka-client.ts';
import type { Opening } from './link.ts';

/** A topic, by a consumer group; nodes share its partitions. Begins with the oldest message where the group has no place yet. */
export async function openKafkaInbox(opening: Opening): Promise<Inbox> {
  const { Consumer } = await loadKafka();
  const { topic = '', group: groupId = 'surehook' } = opening.target.options;
  const feed = new Feed<Message>();
  const gone = (): void => feed.fail(goneFault('Kafka'));
  const consumer = new (guardedClient(Consumer, opening, gone) as typeof Consumer)({
    ...kafkaOptions(opening),
    groupId,
    autocommit: false,
    // A node that dies holds its partitions no longer than that.
    sessionTimeout: inboxLeaseMs,
    heartbeatInterval: inboxLeaseMs / 4,
    rebalanceTimeout: 2 * inboxLeaseMs,
    maxWaitTime: 500,
    maxBytes: inboxBytes,
    highWaterMark: inboxBatch,
  } as never);
  try {
    const about = (await consumer.metadata({ topics: [topic] })).topics.get(topic)!;
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'committed',
      fallbackMode: 'earliest',
    } as never);
    // Of the group: unheard it would end the process.
    consumer.on('error' as never, ((error: Error) => feed.fail(kafkaFault(error, topic))) as never);
    stream.on('error', (error: Error) => feed.fail(kafkaFault(error, topic)));
    void feed.pump(stream as AsyncIterable<Message>, inboxBatch);
    const taken = new Map<Waiting, Message>();
    return {
      async take(count, waitMs) {
        return (await feed.take(count, waitMs)).map((message) => {
          // Offsets begin anew with a topic that is made anew.
          const id = `${about.id}/${message.partition}/${message.offset}`;
          const headers = [...message.headers].flatMap(([name, value]) => [
            String(name).toLowerCase(),
            String(value),
          ]);
          const one: Waiting = { id, headers, body: message.value as Buffer };
          taken.set(one, message);
          return one;
        });
      },
      async done(messages) {
        const last = new Map<number, Message>();
        for (const message of messages) {
          const found = taken.get(message)!;
          taken.delete(message);
          last.set(found.partition, found);
        }
        for (const message of last.values()) await message.commit();
      },
      async lag() {
        const offsets = (await consumer.getLag({ topics: [topic] })).get(topic) ?? [];
        return Number(offsets.reduce((sum, one) => sum + (one > 0n ? one : 0n), 0n));
      },
      async close() {
        await consumer.close(true).catch(ignore);
      },
    };
  } catch (error) {
    await consumer.close(true).catch(ignore);
    throw kafkaFault(error, topic);
  }
}
