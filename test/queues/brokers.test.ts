import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueueSender } from '../../src/adapters/queues/sender.ts';
import { destinationContract, queued } from '../../src/ports/destination.case.ts';
import { inboxContract } from '../../src/ports/inbox.case.ts';
import { createSenders } from '../../src/send-out.ts';
import { amqp } from '../support/brokers/amqp.ts';
import { kafka, startKafka } from '../support/brokers/kafka.ts';
import { openQueues } from '../support/brokers/open.ts';
import { sqs, sqsFifo } from '../support/brokers/sqs.ts';

// Brokers that take long to start. Sent to by the senders as the server puts them together.
for (const kind of [amqp, kafka, sqs, sqsFifo])
  destinationContract(kind, (policy) => createSenders({ policy }));
for (const kind of [amqp, kafka]) inboxContract(kind, openQueues);

test('a broker that a Kafka cluster names is judged like the first: one at a private address is not connected to', {
  skip: kafka.skip,
}, async () => {
  const broker = await startKafka('127.0.0.2');
  const asked: string[] = [];
  const sender = createQueueSender({
    policy: { dev: true, allowNetworks: [] },
    guard: {
      async addressesOf(hostname) {
        asked.push(hostname);
        return hostname === '127.0.0.1'
          ? [hostname]
          : { error: 'blocked_address', detail: `${hostname} is not public` };
      },
    },
  });
  const outcome = await sender.send(queued(broker.url, 'evt_1'), {
    timeoutMs: 20_000,
    connectTimeoutMs: 10_000,
  });
  await sender.close();
  await broker.close();
  assert.equal(outcome.error, 'blocked_address', outcome.detail);
  assert.ok(asked.includes('127.0.0.2'));
});

test('a virtual host of RabbitMQ that refuses is named, whatever the client makes of it', {
  skip: amqp.skip,
}, async () => {
  const broker = await amqp.start();
  const sender = createQueueSender({
    policy: { dev: true, allowNetworks: [] },
    guard: { addressesOf: async () => ['127.0.0.1'] },
  });
  const url = new URL(broker.url);
  url.pathname = '/nowhere';
  const { error, detail } = await sender.send(queued(url.href, 'evt_1'), {
    timeoutMs: 20_000,
    connectTimeoutMs: 10_000,
  });
  await sender.close();
  await broker.close();
  assert.equal(error, 'rejected');
  assert.match(detail, /virtual host "nowhere": it is not there/);
});
