import { headerPairs } from '../../core/attempt.ts';
import { kafkaBatch } from '../../core/limits/queues.ts';
import { goneFault, type QueueFault, tooLargeFault } from './fault.ts';
import { ignore } from './ignore.ts';
import { guardedClient, isTooLarge, kafkaFault, kafkaOptions, loadKafka } from './kafka-client.ts';
import type { Link, Message, Opening } from './link.ts';

const closedFault = goneFault('Kafka');

/** Told with each request: told to the producer, it would try again without end, whatever the deadline. */
const durable = { acks: -1, idempotent: true };

interface Put {
  message: Message;
  topic: string;
  resolve(said: string): void;
  reject(error: Error): void;
}

/**
 * A Kafka cluster: confirmed by all replicas in sync, keyed by the reference. What comes for a topic while a request for it is
 * under way goes with the next one: there is never more than one, and the producer's numbers stay in order.
 */
export async function openKafka(opening: Opening): Promise<Link> {
  const { Producer } = await loadKafka();
  const producer = new (guardedClient(Producer, opening) as typeof Producer)({
    ...kafkaOptions(opening),
    autocreateTopics: false,
  } as never);
  producer.on('error' as never, ignore as never);
  const waiting = new Map<string, Put[]>();
  const running = new Set<string>();
  let closed = false;

  async function send(puts: Put[]): Promise<void> {
    try {
      const { offsets = [] } = await producer.send({ messages: puts.map(recordOf), ...durable } as never);
      const said =
        puts.length === 1
          ? offsets.map(({ topic, partition, offset }) => `${topic}/${partition} ${offset}`).join()
          : '';
      for (const { resolve } of puts) resolve(said);
    } catch (error) {
      // One that is refused takes the others with it: each gets its own answer.
      if (puts.length > 1) for (const put of puts) await send([put]);
      else puts[0]!.reject(putFault(error, puts[0]!));
    }
  }

  async function pump(topic: string): Promise<void> {
    const puts = waiting.get(topic);
    if (puts === undefined || running.has(topic)) return;
    running.add(topic);
    while (puts.length > 0 && !closed) await send(puts.splice(0, kafkaBatch));
    waiting.delete(topic);
    running.delete(topic);
  }

  return {
    put: (message, { topic = '' }) =>
      new Promise((resolve, reject) => {
        const puts = waiting.get(topic) ?? [];
        waiting.set(topic, puts);
        puts.push({ message, topic, resolve, reject });
        queueMicrotask(() => void pump(topic));
      }),
    close() {
      closed = true;
      for (const puts of waiting.values()) for (const { reject } of puts.splice(0)) reject(closedFault);
      producer.close(true, ignore);
    },
  };
}

function putFault(error: unknown, { topic, message }: Put): QueueFault {
  if (!isTooLarge(error)) return kafkaFault(error, topic);
  const raise = "raise max.message.bytes of the topic, or the brokers' message.max.bytes";
  return tooLargeFault(message.body.byteLength, `topic ${JSON.stringify(topic)} of Kafka`, raise);
}

function recordOf({ message, topic }: Put): object {
  const { reference, headers, body } = message;
  const all = headerPairs(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
  return {
    topic,
    ...(reference === null ? {} : { key: Buffer.from(reference) }),
    value: Buffer.from(body),
    headers: new Map(all),
  };
}
