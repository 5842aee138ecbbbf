import { createInboxes } from '../../../src/adapters/queues/inboxes.ts';
import { createQueueSender } from '../../../src/adapters/queues/sender.ts';
import { type AddressPolicy, addressAllowed } from '../../../src/core/address.ts';
import type { Guard } from '../../../src/ports/guard.ts';
import type { Inboxes } from '../../../src/ports/inbox.ts';
import type { Sender } from '../../../src/ports/sender.ts';

/** Lets addresses through as the policy has it; looks no names up. */
function guardOf(policy: AddressPolicy): Guard {
  return {
    addressesOf: async (hostname) =>
      addressAllowed(hostname, policy)
        ? [hostname]
        : { error: 'blocked_address', detail: 'this address is not public' },
  };
}

/** Both ends of queues, without the thread that the server puts between. */
export function openQueues(policy: AddressPolicy): { sender: Sender; inboxes: Inboxes } {
  const guard = guardOf(policy);
  return {
    sender: createQueueSender({ policy, guard }),
    inboxes: createInboxes({ policy, guard, timeoutMs: 10_000 }),
  };
}
