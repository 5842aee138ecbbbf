import pg from 'pg';
import { openPostgresStore } from '../../src/adapters/postgres/open.ts';
import type { Vault } from '../../src/ports/vault.ts';

/** A database that a test has to itself, on the server that the test run started or that TEST_DATABASE_URL names. */
export interface TestDatabase {
  url: string;
  /** One statement on it, as an operator would give it. */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

let made = 0;
let template: Promise<string> | null = null;

/** With the present schema in it; made from a copy of one that was migrated once in this process. */
export async function testDatabase(): Promise<TestDatabase> {
  template ??= makeTemplate();
  return await create(`template ${await template}`);
}

/** Without any table. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return await create('');
}

async function create(options: string): Promise<TestDatabase> {
  made += 1;
  const name = `surehook_test_${process.pid}_${made}`;
  await onServer(`create database ${name} ${options}`);
  const url = urlOf(name);
  return {
    url,
    query: (sql, values = []) => queryOn(url, sql, values),
    async drop() {
      await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

async function makeTemplate(): Promise<string> {
  const name = `surehook_template_${process.pid}`;
  await onServer(`create database ${name}`);
  const vault: Vault = { seal: () => new Uint8Array(), open: () => '' };
  const store = await openPostgresStore({ url: urlOf(name), vault, durable: false });
  await store.close();
  const [server] = await queryOn(
    serverUrl(),
    `select current_setting('server_version_num')::int as version`,
    [],
  );
  // Older ones copy files and know no other way.
  return (server?.version as number) < 150_000 ? name : `${name} strategy file_copy`;
}

function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined)
    throw new Error('No PostgreSQL to test with: run `npm test -- FILE`, or set TEST_DATABASE_URL.');
  return url;
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer(sql: string): Promise<void> {
  await queryOn(serverUrl(), sql, []);
}

async function queryOn(url: string, sql: string, values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}
