import { nats } from '../../../test/support/brokers/nats.ts';
import { openQueues } from '../../../test/support/brokers/open.ts';
import { redis } from '../../../test/support/brokers/redis.ts';
import { table } from '../../../test/support/brokers/table.ts';
import { destinationContract } from '../../ports/destination.case.ts';
import { inboxContract } from '../../ports/inbox.case.ts';

// Brokers that start at once; the others are in `test/queues/brokers.test.ts`.
for (const kind of [redis, nats, table]) destinationContract(kind, (policy) => openQueues(policy).sender);
for (const kind of [redis, nats]) inboxContract(kind, openQueues);
