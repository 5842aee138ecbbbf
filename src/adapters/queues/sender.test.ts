import { nats } from '../../../test/support/brokers/nats.ts';
import { redis } from '../../../test/support/brokers/redis.ts';
import { table } from '../../../test/support/brokers/table.ts';
import { addressAllowed } from '../../core/address.ts';
import { destinationContract } from '../../ports/destination.case.ts';
import { createQueueSender } from './sender.ts';

// Those that start at once; the others are in `test/long/destinations.test.ts`.
for (const kind of [redis, nats, table])
  destinationContract(kind, (policy) =>
    createQueueSender({
      policy,
      guard: {
        addressesOf: async (hostname) =>
          addressAllowed(hostname, policy) ? [hostname] : { error: 'blocked_address', detail: 'not public' },
      },
    }),
  );
