import { Redis } from 'ioredis';
import { temporaryFolder } from '../process.ts';
import { type Broker, type BrokerKind, freePort, missingProgram, Program } from './broker.ts';

const password = 'redis-secret';

async function start(): Promise<Broker> {
  const port = await freePort();
  const folder = temporaryFolder();
  const server = new Program(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path, '--requirepass', password],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
    ],
    port,
  );
  await server.start();
  const at = (secret: string, more: string): string =>
    `redis://default:${secret}@127.0.0.1:${port}/0?${more}`;
  return {
    url: at(password, 'stream=orders'),
    missing: at(password, 'stream=nowhere&create=off'),
    missingWords: /there is no stream "nowhere"/,
    forbidden: at('wrong', 'stream=orders'),
    from: at(password, 'stream=orders&group=shop'),
    tooLarge: [],
    async arrived() {
      const client = new Redis({ port, host: '127.0.0.1', password });
      const entries = await client.xrange('orders', '-', '+');
      client.disconnect();
      return entries.map(([, fields]) => {
        const headers: Record<string, string> = {};
        for (let at = 0; at < fields.length; at += 2) headers[fields[at]!] = fields[at + 1]!;
        const { body = '', ...rest } = headers;
        return { headers: rest, body };
      });
    },
    kill: () => server.kill(),
    start: () => server.start(),
    async close() {
      await server.kill();
      folder.remove();
    },
  };
}

export const redis: BrokerKind = {
  name: 'Redis Streams',
  skip: missingProgram('redis-server', 'apt-get install redis-server'),
  start,
};
