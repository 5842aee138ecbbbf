import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { openServer } from '../../../bin/postgres.js';
import { eventually } from '../process.ts';
import type { Broker, BrokerKind } from './broker.ts';
import { certificate, type SecureKind } from './secure.ts';

export const tableSql =
  'CREATE TABLE orders (position bigserial, id text PRIMARY KEY, type text, timestamp timestamptz, reference text, headers jsonb, body text)';

/** It listens before it is ready. */
async function connected(url: string): Promise<pg.Client> {
  return await eventually(30_000, async () => {
    const client = new pg.Client(url);
    return await client.connect().then(
      () => client,
      () => false as const,
    );
  });
}

async function start(): Promise<Broker> {
  const server = await openServer();
  await server.start();
  const query = async (sql: string): Promise<{ rows: Record<string, never>[] }> => {
    const client = await connected(`postgres://surehook@127.0.0.1:${server.port}/postgres`);
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await query(tableSql);
  await query('ALTER TABLE orders ADD CHECK (length(body) < 200000)');
  const at = (more: string, database = 'postgres'): string =>
    `postgres://surehook:any@127.0.0.1:${server.port}/${database}?${more}`;
  return {
    url: at('table=orders'),
    missing: at('table=nowhere'),
    missingWords: /there is no table "nowhere"/,
    // The server of the tests trusts whoever it knows.
    forbidden: at('table=orders').replace('surehook:any', 'stranger:any'),
    from: null,
    tooLarge: [{ bytes: 220_000, words: /violates check constraint/ }],
    arrived: async () => (await query('SELECT headers, body FROM orders ORDER BY position')).rows as never,
    kill: () => server.stop('SIGQUIT'),
    start: () => server.start(),
    async close() {
      await server.stop('SIGQUIT');
      server.remove();
    },
  };
}

/** The same server with TLS. It wants its key for itself. */
export const secureTable: SecureKind = {
  name: 'PostgreSQL',
  skip: false,
  url: (host) => `postgres://surehook:any@${host}/postgres?table=nowhere&sslmode=require`,
  missing: /there is no table "nowhere"/,
  async start(folder) {
    const server = await openServer();
    await server.start();
    chmodSync(folder, 0o755);
    const key = `${folder}/key.pem`;
    writeFileSync(key, readFileSync(certificate('receiver.key')), { mode: 0o600 });
    writeFileSync(`${folder}/cert.pem`, readFileSync(certificate('receiver')), { mode: 0o644 });
    if (process.getuid?.() === 0) chownSync(key, 65_534, 65_534);
    const client = await connected(`postgres://surehook@127.0.0.1:${server.port}/postgres`);
    await client.query(`ALTER SYSTEM SET ssl_cert_file = '${folder}/cert.pem'`);
    await client.query(`ALTER SYSTEM SET ssl_key_file = '${key}'`);
    await client.query('ALTER SYSTEM SET ssl = on');
    await client.end();
    await server.stop('SIGINT');
    await server.start();
    await (await connected(`postgres://surehook@127.0.0.1:${server.port}/postgres`)).end();
    const close = async (): Promise<void> => {
      await server.stop('SIGQUIT');
      server.remove();
    };
    return { port: server.port, close };
  },
};

export const table: BrokerKind = { name: 'a PostgreSQL table', skip: false, start };
