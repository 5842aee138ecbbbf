import type { AddressPolicy } from '../../core/address.ts';
import { brokerLeaveMs, inboxAnswerMs, inboxOpenMs } from '../../core/limits/queues.ts';
import { type QueueKind, queueTargetOf } from '../../core/queue.ts';
import type { Guard } from '../../ports/guard.ts';
import type { Inbox, Inboxes } from '../../ports/inbox.ts';
import { openAmqpInbox } from './amqp-inbox.ts';
import { allowedAddresses } from './dial.ts';
import { QueueFault, queueFaultOf } from './fault.ts';
import { ignore } from './ignore.ts';
import { openKafkaInbox } from './kafka-inbox.ts';
import type { Opening } from './link.ts';
import { openNatsInbox } from './nats-inbox.ts';
import { openRedisInbox } from './redis-inbox.ts';
import { openWatched, type Sockets, within } from './sockets.ts';

const openers: Partial<Record<QueueKind, (opening: Opening) => Promise<Inbox>>> = {
  redis: openRedisInbox,
  nats: openNatsInbox,
  amqp: openAmqpInbox,
  kafka: openKafkaInbox,
};

/** Opens queues of real brokers, at addresses that pass. */
export function createInboxes(options: {
  policy: AddressPolicy;
  guard: Guard;
  timeoutMs: number;
  ca?: readonly string[];
}): Inboxes {
  const { policy, guard, timeoutMs, ca = [] } = options;
  const addressesOf = (hostname: string): Promise<readonly string[]> => allowedAddresses(guard, hostname);
  return {
    async open(url, password) {
      try {
        const target = queueTargetOf(url, 'from', policy);
        if (typeof target === 'string') throw new QueueFault('blocked_address', `the URL ${target}`);
        const addresses = await addressesOf(target.hostname);
        const opening = { target, password, addresses, addressesOf, ca, timeoutMs, gone: ignore };
        const { sockets, made } = await openWatched(() => openers[target.kind]!(opening), inboxOpenMs);
        sockets.trust();
        return answering(made, sockets);
      } catch (error) {
        throw queueFaultOf(error, [password]);
      }
    },
  };
}

/** The same inbox over a connection that ends when the broker does not answer. */
function answering(inbox: Inbox, sockets: Sockets): Inbox {
  const answered = <T>(act: () => Promise<T>, waitMs = 0): Promise<T> =>
    within(sockets.run(act), waitMs + inboxAnswerMs, () => {
      sockets.end();
      return new QueueFault('timeout', `the broker did not answer within ${waitMs + inboxAnswerMs} ms`);
    });
  return {
    take: (count, waitMs) => answered(() => inbox.take(count, waitMs), waitMs),
    done: (messages) => answered(() => inbox.done(messages)),
    lag: () => answered(() => inbox.lag()),
    close: () => {
      sockets.endSoon();
      return within(inbox.close(), 2 * brokerLeaveMs, goneInTime).catch(ignore);
    },
  };
}

function goneInTime(): QueueFault {
  return new QueueFault('timeout', 'the broker did not take leave');
}
