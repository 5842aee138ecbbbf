import { inboxBatch, inboxLeaseMs, natsPullMs } from '../../core/limits/queues.ts';
import type { Inbox, Waiting } from '../../ports/inbox.ts';
import { goneFault } from './fault.ts';
import { Feed } from './feed.ts';
import { ignore } from './ignore.ts';
import type { Opening } from './link.ts';
import { load } from './load.ts';
import { natsConnection, natsPackages } from './nats.ts';

/** A stream, by a durable consumer that is made when it is not there; nodes share it. */
export async function openNatsInbox(opening: Opening): Promise<Inbox> {
  const { jetstream, jetstreamManager } = await load(
    natsPackages,
    'NATS JetStream',
    () => import('@nats-io/jetstream'),
  );
  const connection = await natsConnection(opening);
  const { stream = '', consumer = 'surehook', subject } = opening.target.options;
  try {
    const manager = await jetstreamManager(connection);
    const { created } = await manager.streams.info(stream);
    await manager.consumers.info(stream, consumer).catch(() =>
      manager.consumers.add(stream, {
        durable_name: consumer,
        ack_policy: 'explicit',
        ack_wait: inboxLeaseMs * 1e6,
        ...(subject === undefined ? {} : { filter_subject: subject }),
      }),
    );
    const found = await jetstream(connection).consumers.get(stream, consumer);
    const messages = await found.consume({ max_messages: inboxBatch, expires: natsPullMs });
    const feed = new Feed<typeof messages extends AsyncIterable<infer M> ? M : never>();
    void feed.pump(messages, inboxBatch);
    void connection.closed().then(() => feed.fail(goneFault('NATS')));
    const taken = new Map<Waiting, { ack(): void; ackAck(): Promise<boolean> }>();
    return {
      async take(count, waitMs) {
        return (await feed.take(count, waitMs)).map((message) => {
          const headers = [...(message.headers ?? [])].flatMap(([name, values]) =>
            values.flatMap((value) => [name.toLowerCase(), value]),
          );
          // Numbers begin anew with a stream that is made anew.
          const one: Waiting = { id: `${stream}/${created}/${message.seq}`, headers, body: message.data };
          taken.set(one, message);
          return one;
        });
      },
      async done(messages) {
        const all = messages.map((message) => taken.get(message)!);
        for (const message of messages) taken.delete(message);
        const last = all.pop();
        for (const message of all) message.ack();
        // Answered once the server has dealt with it, and so with those before.
        await last?.ackAck();
      },
      async lag() {
        const { num_pending, num_ack_pending } = await manager.consumers.info(stream, consumer);
        return num_pending + num_ack_pending;
      },
      // What was taken comes again when its time is over: given back by hand, it would come out of order.
      close: () => connection.close().catch(ignore),
    };
  } catch (error) {
    await connection.close().catch(ignore);
    throw error;
  }
}
