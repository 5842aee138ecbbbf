import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../../test/support/postgres.ts';
import type { Element } from './arrays.ts';
import { Session } from './session.ts';

describe('a column of values', () => {
  let database: TestDatabase;
  let client: pg.Client;

  before(async () => {
    database = await testDatabase();
    client = new pg.Client(database.url);
    await client.connect();
  });

  after(async () => {
    await client.end();
    await database.drop();
  });

  /** What the server reads of them, as text; null stays null. */
  async function read(type: string, values: readonly Element[]): Promise<unknown[]> {
    const session = new Session(client);
    const sql = `SELECT array_agg(v::text ORDER BY n) AS texts, array_length(?::${type}[], 1) AS length
      FROM unnest(?::${type}[]) WITH ORDINALITY AS a (v, n)`;
    const { texts, length } = (await session.get(sql, values, values))!;
    assert.equal(length, values.length === 0 ? null : values.length);
    return (texts ?? []) as unknown[];
  }

  test('reaches the server as it is, whatever it holds', async () => {
    const texts = ['', 'NULL', 'a "b" \\ {c},', 'Grüße 🎮', null, 'x'.repeat(100_000), '\n\t\u0001'];
    assert.deepEqual(await read('text', texts), texts);
    const numbers = [0, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1, null];
    assert.deepEqual(
      await read('bigint', numbers),
      numbers.map((one) => one?.toString() ?? null),
    );
    assert.deepEqual(await read('int', [2 ** 31 - 1, -(2 ** 31), null]), ['2147483647', '-2147483648', null]);
    assert.deepEqual(await read('smallint', [32_767, -32_768, null]), ['32767', '-32768', null]);
    assert.deepEqual(await read('bool', [true, false, null]), ['true', 'false', null]);
    assert.deepEqual(await read('float8', [0.1, -5.25, null]), ['0.1', '-5.25', null]);
    assert.deepEqual(await read('uuid', ['a0eebc999c0b4ef8bb6d6bb9bd380a11', null]), [
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      null,
    ]);
  });

  test('may be empty, or hold nothing but nulls', async () => {
    for (const type of ['text', 'bigint', 'int', 'smallint', 'bool', 'float8', 'uuid']) {
      assert.deepEqual(await read(type, []), []);
      assert.deepEqual(await read(type, [null, null]), [null, null]);
    }
  });

  test('replaces what is no character, as a text of its own does', async () => {
    const session = new Session(client);
    const { one, many } = (await session.get('SELECT ?::text AS one, (?::text[])[1] AS many', '\ud83c', [
      '\ud83c',
    ]))!;
    assert.equal(many, one);
  });

  test('that does not fit is an error, not another value', async () => {
    await assert.rejects(read('int', [2 ** 31]), RangeError);
    await assert.rejects(read('smallint', [40_000]), RangeError);
    for (const type of ['bigint', 'int', 'smallint']) await assert.rejects(read(type, [1.5]), RangeError);
    await assert.rejects(read('bigint', [2 ** 53]), RangeError);
    await assert.rejects(read('text', ['a\0b']), /invalid byte sequence/);
  });
});
