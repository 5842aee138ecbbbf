import type { Socket } from 'node:net';
import pg from 'pg';
import { headerPairs } from '../../core/attempt.ts';
import { tableConnections } from '../../core/limits/queues.ts';
import { tlsOptionsOf } from './dial.ts';
import { goneFault, QueueFault, queueFaultOf } from './fault.ts';
import { ignore } from './ignore.ts';
import type { Link, Opening } from './link.ts';
import { guarded } from './sockets.ts';
import { textOf } from './text.ts';

/** A client to somebody else's database: it leaves `PGOPTIONS`, which is meant for the own one, and does not trust what it hears. */
class StrangersClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const inner = this as unknown as Inner;
    inner.connectionParameters.options = '';
    const { connection } = inner;
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => attach(guarded(stream));
  }
}

/** What of a client is changed here. */
interface Inner {
  connectionParameters: { options: string };
  connection: { attachListeners(stream: Socket): void };
}

/**
 * A table of a PostgreSQL database, with the columns id, type, timestamp, reference, headers and body, and a unique index on id. What
 * is there already is confirmed again.
 */
export async function openTable(opening: Opening): Promise<Link> {
  const { target, password, addresses, timeoutMs, gone } = opening;
  const { host: _host, ...tls } = tlsOptionsOf(opening);
  const pool = new pg.Pool({
    host: addresses[0]!,
    port: target.port,
    database: target.path,
    user: target.user || 'surehook',
    // An empty text would be replaced by what the environment, or a file of passwords, has for the own database.
    password: () => password ?? '',
    Client: StrangersClient,
    ssl: target.secure ? tls : false,
    max: tableConnections,
    connectionTimeoutMillis: timeoutMs,
    application_name: 'surehook',
  });
  // Connections that break while nobody uses them.
  pool.on('error', gone);
  return {
    async put({ eventId, eventType, reference, headers, body }, { table = '' }) {
      const name = table
        .split('.')
        .map((part) => pg.escapeIdentifier(part))
        .join('.');
      const all: Record<string, string> = Object.fromEntries(headerPairs(headers));
      const values = [
        eventId,
        eventType,
        all['surehook-event-timestamp'] ?? null,
        reference,
        JSON.stringify(all),
        textOf(body, 'a table'),
      ];
      try {
        const { rowCount } = await pool.query({
          name: `put ${table}`,
          text: `INSERT INTO ${name} (id, type, timestamp, reference, headers, body) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
          values,
        });
        return rowCount === 0 ? 'known already' : '';
      } catch (error) {
        if (!isOfServer(error)) gone();
        throw tableFault(error, table);
      }
    },
    close: () => void pool.end().catch(ignore),
  };
}

/** Said by the server about this statement; anything else is about the connection. */
function isOfServer(error: unknown): boolean {
  return /^(?!08|57P)[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '');
}

function tableFault(error: unknown, table: string): QueueFault {
  const { code, message } = error as { code?: string; message: string };
  if (code === '42P01') return new QueueFault('rejected', `there is no table ${JSON.stringify(table)}`);
  if (code === '42P10')
    return new QueueFault(
      'rejected',
      `table ${JSON.stringify(table)} has no unique index on id: make id its primary key`,
    );
  if (code?.startsWith('57P') || /terminated|ended|Connection/.test(message))
    return goneFault('the database');
  return queueFaultOf(error);
}
