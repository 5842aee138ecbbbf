import { writeFileSync } from 'node:fs';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { temporaryFolder } from '../process.ts';
import { type Arrived, type Broker, type BrokerKind, freePort, missingProgram, Program } from './broker.ts';

const password = 'nats-secret';

async function start(): Promise<Broker> {
  const port = await freePort();
  const folder = temporaryFolder();
  const settings = `${folder.path}/nats.conf`;
  writeFileSync(
    settings,
    `listen: "127.0.0.1:${port}", max_payload: 300000, jetstream { store_dir: "${folder.path}" }
     authorization { user: shop, password: "${password}" }`,
  );
  const server = new Program('nats-server', ['-c', settings], port);
  await server.start();
  const open = () => connect({ servers: `127.0.0.1:${port}`, user: 'shop', pass: password });
  const connection = await open();
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'ORDERS', subjects: ['orders.>'], max_msg_size: 200_000 });
  await connection.close();
  const at = (secret: string, subject: string): string =>
    `nats://shop:${secret}@127.0.0.1:${port}?subject=${subject}`;
  return {
    url: at(password, 'orders.all'),
    missing: at(password, 'nowhere'),
    missingWords: /no stream takes messages of subject "nowhere"/,
    forbidden: at('wrong', 'orders.all'),
    from: at(password, '').replace('subject=', 'stream=ORDERS&consumer=shop'),
    tooLarge: [
      { bytes: 220_000, words: /larger than the stream of "orders\.all" takes.* raise its max_msg_size/ },
      { bytes: 320_000, words: /larger than the NATS server takes.* raise its max_payload/ },
    ],
    async arrived() {
      const connection = await open();
      const { streams } = await jetstreamManager(connection);
      const { state } = await streams.info('ORDERS');
      const found: Arrived[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq && seq > 0; seq += 1) {
        const message = await streams.getMessage('ORDERS', { seq });
        if (message === null) continue;
        const headers = Object.fromEntries([...message.header].map(([name, [value]]) => [name, value ?? '']));
        found.push({ headers, body: message.string() });
      }
      await connection.close();
      return found;
    },
    kill: () => server.kill(),
    start: () => server.start(),
    async close() {
      await server.kill();
      folder.remove();
    },
  };
}

export const nats: BrokerKind = {
  name: 'NATS JetStream',
  skip: missingProgram('nats-server', 'apt-get install nats-server'),
  start,
};
