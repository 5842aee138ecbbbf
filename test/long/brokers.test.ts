import { destinationContract } from '../../src/ports/destination.case.ts';
import { inboxContract } from '../../src/ports/inbox.case.ts';
import { createSenders } from '../../src/send-out.ts';
import { amqp } from '../support/brokers/amqp.ts';
import { kafka } from '../support/brokers/kafka.ts';
import { openQueues } from '../support/brokers/open.ts';
import { sqs, sqsFifo } from '../support/brokers/sqs.ts';

// Brokers that take long to start. Sent to by the senders as the server puts them together.
for (const kind of [amqp, kafka, sqs, sqsFifo])
  destinationContract(kind, (policy) => createSenders({ policy }));
for (const kind of [amqp, kafka]) inboxContract(kind, openQueues);
