import { writeFileSync } from 'node:fs';
import { temporaryFolder } from '../process.ts';
import { type Arrived, type Broker, type BrokerKind, freePort, Program } from './broker.ts';
import { classPathOf, noJava } from './java.ts';

const artifact = 'org.elasticmq:elasticmq-server_2.13:1.6.11';

/** ElasticMQ speaks the protocol of SQS and keeps its messages in a file. It looks at no signature. */
function starter(queue: string): () => Promise<Broker> {
  return async () => {
    const classPath = classPathOf(artifact);
    if (classPath === null) throw new Error(`${artifact} could not be fetched`);
    const port = await freePort();
    const folder = temporaryFolder();
    const settings = `${folder.path}/elasticmq.conf`;
    writeFileSync(
      settings,
      `include classpath("application.conf")
       node-address { protocol = http, host = "127.0.0.1", port = ${port}, context-path = "" }
       rest-sqs { enabled = true, bind-port = ${port}, bind-hostname = "127.0.0.1", sqs-limits = strict }
       rest-stats { enabled = false }
       messages-storage { enabled = true, uri = "jdbc:h2:${folder.path}/messages" }
       queues { "${queue}" { fifo = ${queue.endsWith('.fifo')}, contentBasedDeduplication = false } }`,
    );
    const java = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Dconfig.file=${settings}`];
    const server = new Program('java', [...java, '-cp', classPath, 'org.elasticmq.server.Main'], port);
    await server.start();
    const found: Arrived[] = [];
    const ask = async (target: string, body: object): Promise<Record<string, never>> => {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${target}` },
        body: JSON.stringify({ QueueUrl: `http://127.0.0.1:${port}/000000000000/${queue}`, ...body }),
      });
      return JSON.parse((await response.text()) || '{}') as Record<string, never>;
    };
    const at = (name: string): string => `sqs+http://KEYID:SECRET@127.0.0.1:${port}/000000000000/${name}`;
    return {
      url: at(queue),
      missing: at(queue.replace('orders', 'nowhere')),
      missingWords: /NonExistentQueue|does not exist/i,
      forbidden: null,
      from: null,
      tooLarge: [{ bytes: 1_100_000, words: /larger than SQS takes.*1 MiB/ }],
      async arrived() {
        for (;;) {
          const { Messages = [] } = (await ask('ReceiveMessage', {
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
          })) as { Messages?: Received[] };
          if (Messages.length === 0) return found;
          for (const { Body, MessageAttributes = {} } of Messages) {
            const headers = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [
              name,
              StringValue,
            ]);
            found.push({ headers: Object.fromEntries(headers), body: Body });
          }
          const entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
          await ask('DeleteMessageBatch', { Entries: entries });
        }
      },
      kill: () => server.kill(),
      start: () => server.start(),
      async close() {
        await server.kill();
        folder.remove();
      },
    };
  };
}

interface Received {
  Body: string;
  ReceiptHandle: string;
  MessageAttributes?: Record<string, { StringValue: string }>;
}

export const sqs: BrokerKind = { name: 'SQS (ElasticMQ)', skip: noJava, start: starter('orders') };
export const sqsFifo: BrokerKind = {
  name: 'SQS FIFO (ElasticMQ)',
  skip: noJava,
  start: starter('orders.fifo'),
};
