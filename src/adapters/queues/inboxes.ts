import type { AddressPolicy } from '../../core/address.ts';
import { type QueueKind, queueTargetOf } from '../../core/queue.ts';
import type { Guard } from '../../ports/guard.ts';
import type { Inbox, Inboxes } from '../../ports/inbox.ts';
import { openAmqpInbox } from './amqp-inbox.ts';
import { QueueFault, queueFaultOf } from './fault.ts';
import { openKafkaInbox } from './kafka-inbox.ts';
import type { Opening } from './link.ts';
import { openNatsInbox } from './nats-inbox.ts';
import { openRedisInbox } from './redis-inbox.ts';

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
  const addressesOf = async (hostname: string): Promise<readonly string[]> => {
    const found = await guard.addressesOf(hostname);
    if ('error' in found) throw new QueueFault(found.error, found.detail);
    return found;
  };
  return {
    async open(url, password) {
      try {
        const target = queueTargetOf(url, 'from', policy);
        if (typeof target === 'string') throw new QueueFault('blocked_address', `the URL ${target}`);
        const addresses = await addressesOf(target.hostname);
        return await openers[target.kind]!({
          target,
          password,
          addresses,
          addressesOf,
          ca,
          timeoutMs,
          gone: ignore,
        });
      } catch (error) {
        throw queueFaultOf(error, [password]);
      }
    },
  };
}

function ignore(): void {}
