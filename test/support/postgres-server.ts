import pg from 'pg';
import { openServer } from '../../bin/postgres.js';

/** A PostgreSQL server that a test may let fall: one of its own, that nobody else uses. */
export interface OwnServer {
  port: number;
  /** Its database, through something that stands in between. */
  urlThrough(port: number): string;
  query(sql: string): Promise<{ rows: Record<string, unknown>[] }>;
  /** As `pg_ctl stop -m immediate`: without a word to anybody, and without a checkpoint. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function startOwnServer(): Promise<OwnServer> {
  const server = await openServer();
  await server.start();
  const urlAt = (port: number): string => `postgres://surehook@127.0.0.1:${port}/postgres`;
  return {
    port: server.port,
    urlThrough: urlAt,
    async query(sql) {
      const client = new pg.Client(urlAt(server.port));
      await client.connect();
      try {
        return await client.query(sql);
      } finally {
        await client.end();
      }
    },
    stop: () => server.stop('SIGQUIT'),
    start: () => server.start(),
    async remove() {
      await server.stop('SIGQUIT');
      server.remove();
    },
  };
}
