import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'amqplib';
import { eventually, temporaryFolder } from '../process.ts';
import { type Arrived, type Broker, type BrokerKind, freePort, missingProgram, Program } from './broker.ts';
import { certificate, type SecureKind } from './secure.ts';

/** What the one in the path runs as another user; it may be elsewhere on other systems. */
const program = ['/usr/lib/rabbitmq/bin/rabbitmq-server'].find(existsSync) ?? 'rabbitmq-server';

/** A server of its own in that folder; `listeners` are lines of its settings. */
async function boot(folder: string, listeners: (port: number) => string[]) {
  const [port, distPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  mkdirSync(`${folder}/mnesia`);
  const settings = [...listeners(port), 'max_message_size = 200000', 'log.console = false', ''];
  writeFileSync(`${folder}/rabbitmq.conf`, settings.join('\n'));
  writeFileSync(`${folder}/plugins`, '[].');
  const server = new Program(program, [], port, {
    ERL_CRASH_DUMP: '/dev/null',
    HOME: folder,
    RABBITMQ_NODENAME: `surehook-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.conf`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
    RABBITMQ_PID_FILE: `${folder}/pid`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmdPort),
  });
  await server.start();
  return {
    port,
    server,
    async close() {
      await server.kill();
      // Erlang's register of names stays behind, and ends once it knows that nobody is left.
      const end = ['-port', String(epmdPort), '-kill'];
      await eventually(10_000, async () => spawnSync('epmd', end, { stdio: 'ignore' }).status === 0);
    },
  };
}

async function start(): Promise<Broker> {
  const folder = temporaryFolder();
  const { port, server, close } = await boot(folder.path, (port) => [`listeners.tcp.1 = 127.0.0.1:${port}`]);
  const open = () => connect(`amqp://guest:guest@127.0.0.1:${port}`);
  const connection = await open();
  const channel = await connection.createChannel();
  await channel.assertExchange('orders', 'topic', { durable: true });
  await channel.assertQueue('all', { durable: true });
  await channel.bindQueue('all', 'orders', 'all');
  await connection.close();
  const at = (secret: string, more: string): string => `amqp://guest:${secret}@127.0.0.1:${port}/?${more}`;
  return {
    url: at('guest', 'exchange=orders&routingKey=all'),
    missing: at('guest', 'exchange=nowhere&routingKey=all'),
    missingWords: /no exchange 'nowhere'/,
    forbidden: at('wrong', 'exchange=orders&routingKey=all'),
    from: at('guest', 'queue=all'),
    tooLarge: [{ bytes: 220_000, words: /larger than RabbitMQ takes.* raise max_message_size/ }],
    async arrived() {
      const connection = await open();
      const channel = await connection.createChannel();
      const found: Arrived[] = [];
      for (let message = await channel.get('all'); message; message = await channel.get('all'))
        found.push({
          headers: message.properties.headers as Record<string, string>,
          body: message.content.toString(),
        });
      // Closed without an acknowledgement, they stay where they are.
      await connection.close();
      return found;
    },
    kill: () => server.kill(),
    start: () => server.start(),
    async close() {
      await close();
      folder.remove();
    },
  };
}

const skip =
  missingProgram('rabbitmq-server', 'apt-get install rabbitmq-server') ||
  (spawnSync('erl', ['-version']).status === 0 ? false : 'Erlang does not run');

export const amqp: BrokerKind = { name: 'RabbitMQ', skip, start };

export const secureAmqp: SecureKind = {
  name: 'RabbitMQ',
  skip,
  url: (host) => `amqps://guest:guest@${host}/?exchange=nowhere`,
  missing: /no exchange 'nowhere'/,
  start: (folder) =>
    boot(folder, (port) => [
      'listeners.tcp = none',
      `listeners.ssl.1 = 127.0.0.1:${port}`,
      `ssl_options.certfile = ${certificate('receiver')}`,
      `ssl_options.keyfile = ${certificate('receiver.key')}`,
      'ssl_options.verify = verify_none',
    ]),
};
