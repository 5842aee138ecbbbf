import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { temporaryFolder } from '../process.ts';
import { type Arrived, type Broker, type BrokerKind, freePort, Program } from './broker.ts';
import { classPathOf, noJava } from './java.ts';
import { certificate, type SecureKind } from './secure.ts';

const artifact = 'org.apache.kafka:kafka_2.13:4.1.2';
const password = 'kafka-secret';
const plain = (user: string, secret: string): string =>
  `org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin-secret" user_admin="admin-secret" user_${user}="${secret}";`;

/** `security`: of the listener that clients call. */
function settingsOf(
  folder: string,
  [port, controllerPort]: readonly number[],
  named: string,
  security: 'SASL_PLAINTEXT' | 'SASL_SSL',
): string {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=${security}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=${security}://${named}:${port}`,
    'controller.listener.names=CONTROLLER',
    `listener.security.protocol.map=CONTROLLER:PLAINTEXT,${security}:${security}`,
    `inter.broker.listener.name=${security}`,
    'sasl.mechanism.inter.broker.protocol=PLAIN',
    'sasl.enabled.mechanisms=PLAIN',
    `listener.name.${security.toLowerCase()}.plain.sasl.jaas.config=${plain('shop', password)}`,
    `log.dirs=${folder}/logs`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'auto.create.topics.enable=false',
    'message.max.bytes=200000',
    'num.partitions=3',
    ...(security === 'SASL_SSL' ? secureSettings(folder) : []),
  ].join('\n');
}

/** It tries its certificate on itself. */
function secureSettings(folder: string): string[] {
  const key = createPrivateKey(readFileSync(certificate('receiver.key')));
  const keys = `${folder}/keys.pem`;
  writeFileSync(
    keys,
    `${key.export({ type: 'pkcs8', format: 'pem' })}${readFileSync(certificate('receiver'))}`,
  );
  return [
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${keys}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${certificate('authority')}`,
  ];
}

async function boot(
  folder: string,
  named: string,
  security: 'SASL_PLAINTEXT' | 'SASL_SSL',
): Promise<{ port: number; server: Program }> {
  const classPath = classPathOf(artifact);
  if (classPath === null) throw new Error(`${artifact} could not be fetched`);
  const ports = [await freePort(), await freePort()];
  const settings = `${folder}/server.properties`;
  writeFileSync(settings, settingsOf(folder, ports, named, security));
  const java = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath];
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAA', '-c', settings];
  const made = spawnSync('java', [...java, ...format], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const server = new Program('java', [...java, 'kafka.Kafka', settings], ports[0]!);
  await server.start();
  return { port: ports[0]!, server };
}

/** `named`: the host by which it tells clients to call it. */
export async function startKafka(named = '127.0.0.1'): Promise<Broker> {
  const folder = temporaryFolder();
  const { port, server } = await boot(folder.path, named, 'SASL_PLAINTEXT');
  const forwarder = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far).pipe(near);
  });
  if (named !== '127.0.0.1') await new Promise<void>((resolve) => forwarder.listen(port, named, resolve));
  const about = {
    clientId: 'test',
    bootstrapBrokers: [`127.0.0.1:${port}`],
    sasl: { mechanism: 'PLAIN' as const, username: 'shop', password },
    retries: 20,
  };
  const admin = new Admin(about);
  await admin.createTopics({ topics: ['orders'], partitions: 3, replicas: 1 });
  await admin.close();
  // Its coordinator takes a while longer.
  const producer = new Producer(about);
  await producer.initIdempotentProducer({});
  await producer.close();
  const consumer = new Consumer({ ...about, groupId: 'first' });
  await consumer.joinGroup({});
  await consumer.close(true);
  const at = (secret: string, topic: string): string =>
    `kafka://shop:${secret}@127.0.0.1:${port}?topic=${topic}`;
  return {
    url: at(password, 'orders'),
    missing: at(password, 'nowhere'),
    missingWords: /there is no topic "nowhere"/,
    forbidden: at('wrong', 'orders'),
    from: `${at(password, 'orders')}&group=shop`,
    tooLarge: [
      { bytes: 220_000, words: /larger than topic "orders" of Kafka takes.* raise max\.message\.bytes/ },
    ],
    arrived: () => read(about),
    kill: () => server.kill(),
    start: () => server.start(),
    async close() {
      forwarder.close();
      await server.kill();
      folder.remove();
    },
  };
}

/** Everything that is in the topic by now, partition by partition. */
async function read(about: object): Promise<Arrived[]> {
  const consumer = new Consumer({ ...about, groupId: `test-${process.hrtime.bigint()}` } as never);
  const ends = (await consumer.listOffsets({ topics: ['orders'] })).get('orders')!;
  const left = new Set(ends.flatMap((end, partition) => (end > 0n ? [partition] : [])));
  const found: { partition: number; offset: bigint; one: Arrived }[] = [];
  if (left.size > 0) {
    const stream = await consumer.consume({
      topics: ['orders'],
      mode: 'earliest',
      autocommit: false,
      maxWaitTime: 200,
    });
    for await (const { partition, offset, headers, value } of stream) {
      const all = [...headers].map(([name, text]) => [String(name), String(text)]);
      found.push({ partition, offset, one: { headers: Object.fromEntries(all), body: String(value) } });
      if (offset >= ends[partition]! - 1n) left.delete(partition);
      if (left.size === 0) break;
    }
  }
  await consumer.close(true);
  found.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
  return found.map(({ one }) => one);
}

export const kafka: BrokerKind = { name: 'Kafka', skip: noJava, start: startKafka };

/** It tells clients to call it by the name in its certificate. */
export const secureKafka: SecureKind = {
  name: 'Kafka',
  skip: noJava,
  url: (host) => `kafkas://shop:${password}@${host}?topic=nowhere`,
  missing: /there is no topic "nowhere"/,
  async start(folder) {
    const { port, server } = await boot(folder, 'receiver.test', 'SASL_SSL');
    return { port, close: () => server.kill() };
  },
};
