import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../test/support/postgres.ts';
import { startProxy } from '../../../test/support/tcp-proxy.ts';
import { StoreError } from '../../core/errors.ts';
import { Link } from './link.ts';

test('a connection that says nothing any more is given up for another one', async () => {
  const database = await testDatabase();
  const url = new URL(database.url);
  const proxy = await startProxy(Number(url.port));
  url.port = String(proxy.port);
  url.searchParams.set('query_timeout', '500');
  const link = new Link(url.href, async () => {});
  const ask = (): Promise<unknown> => link.act((session) => session.get('SELECT 1 AS one'));
  try {
    assert.deepEqual(await ask(), { one: 1 });
    proxy.mute();
    await assert.rejects(ask(), (error) => error instanceof StoreError && !error.fatal);
    assert.deepEqual(await ask(), { one: 1 });
  } finally {
    await link.close();
    proxy.close();
    await database.drop();
  }
});

test('what could not be told is told once it can be', async () => {
  const database = await testDatabase();
  const url = new URL(database.url);
  const proxy = await startProxy(Number(url.port));
  const hearer = new Link(database.url, async () => {});
  url.port = String(proxy.port);
  url.searchParams.set('query_timeout', '500');
  const teller = new Link(url.href, async () => {});
  try {
    const heard = new Promise((resolve) => hearer.watch(resolve));
    await hearer.act((session) => session.get('SELECT 1'));
    await teller.act((session) => session.get('SELECT 1'));
    proxy.mute();
    teller.tell('directory');
    assert.equal(await heard, 'directory');
  } finally {
    await teller.close();
    await hearer.close();
    proxy.close();
    await database.drop();
  }
});
