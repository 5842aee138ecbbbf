import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { amqp } from '../support/brokers/amqp.ts';
import type { Broker, BrokerKind } from '../support/brokers/broker.ts';
import { kafka } from '../support/brokers/kafka.ts';
import { nats } from '../support/brokers/nats.ts';
import { redis } from '../support/brokers/redis.ts';
import { sqs } from '../support/brokers/sqs.ts';
import { table } from '../support/brokers/table.ts';
import { type ServerProcess, startServerProcess } from '../support/process.ts';
import { type App, installSdk } from '../support/sdk-package.ts';

const pages = fileURLToPath(new URL('../../docs/using/queues/', import.meta.url));
const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const others = 'whsec_HhwaGBYUEhAODAoIBgQCAAECAwQFBgcICQoLDA0ODxA=';

const plain = (url: string): string => url.replace(/\?.*/, '');
/** What a consumer finds that nobody signed: an entry that was trimmed while it was being handled. */
async function trimmed({ url }: Broker): Promise<void> {
  const client = new Redis(plain(url));
  await client.xgroup('CREATE', 'orders', 'shop', '0', 'MKSTREAM');
  const id = await client.xadd('orders', '*', 'body', '{}');
  await client.xreadgroup('GROUP', 'shop', 'consumer-1', 'COUNT', 1, 'STREAMS', 'orders', '>');
  await client.xdel('orders', id!);
  client.disconnect();
}

/** A message of somebody else's, without a header. */
async function bare({ url }: Broker): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  const connection = await connect({ servers: `${hostname}:${port}`, user: username, pass: password });
  connection.publish('orders.all', '{}');
  await connection.close();
}

interface Consumer {
  page: string;
  kind: BrokerKind;
  env(broker: Broker): Record<string, string>;
  stray?(broker: Broker): Promise<void>;
}

const consumers: Consumer[] = [
  {
    page: 'redis.md',
    kind: redis,
    env: ({ url }) => ({ REDIS_URL: plain(url) }),
    stray: trimmed,
  },
  { page: 'nats.md', kind: nats, env: ({ url }) => ({ NATS_URL: plain(url) }), stray: bare },
  { page: 'rabbitmq.md', kind: amqp, env: ({ url }: Broker) => ({ AMQP_URL: plain(url) }) },
  { page: 'kafka.md', kind: kafka, env: ({ url }: Broker) => ({ KAFKA_URL: plain(url) }) },
  {
    page: 'sqs.md',
    kind: sqs,
    env: ({ url }: Broker) => {
      const { host, pathname } = new URL(url.replace('sqs+http', 'http'));
      return {
        AWS_ENDPOINT_URL_SQS: `http://${host}`,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'KEYID',
        AWS_SECRET_ACCESS_KEY: 'SECRET',
        QUEUE_URL: `http://${host}${pathname}`,
      };
    },
  },
  { page: 'postgresql.md', kind: table, env: ({ url }: Broker) => ({ DATABASE_URL: plain(url) }) },
];

describe('the consumers of the documentation verify, and handle each event once', () => {
  let app: App;
  let server: ServerProcess;

  before(async () => {
    app = installSdk([
      '@aws-sdk/client-sqs',
      'ioredis',
      '@nats-io/jetstream',
      '@nats-io/transport-node',
      'amqplib',
      '@platformatic/kafka',
      'pg',
    ]);
    server = await startServerProcess(join(app.path, 'surehook.db'), { SUREHOOK_LOG_LEVEL: 'warn' });
    // Two for each queue: more than an account has by default.
    await server.call('PATCH', '/v1/accounts/default', { maxEndpoints: 2 * consumers.length });
  });
  after(async () => {
    await server.kill();
    app.remove();
  });

  for (const { page, kind, env, stray } of consumers)
    test(page, { skip: kind.skip }, async () => {
      const [, name, code] = /^```js\n\/\/ (\S+)\n(.*?)^```/ms.exec(readFileSync(pages + page, 'utf8'))!;
      // The table of the tests has the name of the streams.
      writeFileSync(join(app.path, name!), code!.replaceAll('FROM events', 'FROM orders'));
      const broker = await kind.start();
      let child: ChildProcess | null = null;
      try {
        const type = page.replace('.md', '.paid');
        const endpoint = async (more: object): Promise<void> => {
          const made = await server.call('POST', '/v1/endpoints', { url: broker.url, secret, ...more });
          assert.equal(made.status, 201, made.text);
        };
        await endpoint({ events: [type] });
        await endpoint({ events: [`${type}.forged`], secret: others });
        const publish = async (id: string, of: string): Promise<void> => {
          const { json } = await server.call('POST', '/v1/events', {
            id: `${id}.${page}`,
            type: of,
            data: { total: 12.5 },
          });
          assert.equal(Number(json.deliveries), 1);
        };
        await stray?.(broker);
        await publish('evt_1', type);
        await publish('evt_2', `${type}.forged`);
        await publish('evt_3', type);
        child = spawn(process.execPath, [name!], {
          cwd: app.path,
          env: { ...process.env, WEBHOOK_SECRET: secret, ...env(broker) },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        const lines = { out: [] as string[], err: [] as string[] };
        const ended = once(child, 'exit');
        const enough = new Promise<void>((resolve) => {
          for (const [which, stream] of [
            ['out', child!.stdout!],
            ['err', child!.stderr!],
          ] as const)
            createInterface({ input: stream }).on('line', (line) => {
              lines[which].push(line);
              if (lines.out.length >= 2 && lines.err.some((one) => one.startsWith('left out'))) resolve();
            });
        });
        await Promise.race([enough, ended]);
        const said = `${lines.out.join('\n')}\n${lines.err.join('\n')}`;
        assert.deepEqual(
          lines.out.filter((line) => line.startsWith('handled')).sort(),
          ['evt_1', 'evt_3'].map((id) => `handled ${id}.${page} { total: 12.5 }`),
          said,
        );
        assert.ok(
          lines.err.some((line) => line.startsWith('left out')),
          said,
        );
      } finally {
        child?.kill('SIGKILL');
        await broker.close();
      }
    });

  test('every queue has its page, and its consumer', () => {
    const named = readdirSync(pages).filter((page) =>
      /^```js\n\/\/ \S+-consumer\.js\n/m.test(readFileSync(pages + page, 'utf8')),
    );
    assert.deepEqual(named, ['kafka.md', 'nats.md', 'postgresql.md', 'rabbitmq.md', 'redis.md', 'sqs.md']);
  });
});
