import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../../test/support/postgres.ts';
import { archiveFormat, archiveTables } from '../../core/archive.ts';
import { SurehookError } from '../../core/errors.ts';
import { importInto } from './import.ts';

const head = { surehook: 'export', format: archiveFormat, lastSeq: 0, lowSeq: 1, eras: [], numbers: {} };

/** An archive that is whole by its sums, with these rows of accounts. */
function archive(accounts: string[] = [], first: unknown = head): string[] {
  const tables = archiveTables.flatMap(({ name }) => {
    const rows = name === 'account' ? accounts : [];
    const sha256 = createHash('sha256')
      .update(rows.map((row) => `${row}\n`).join(''))
      .digest('hex');
    return [JSON.stringify({ table: name }), ...rows, JSON.stringify({ rows: rows.length, sha256 })];
  });
  return [JSON.stringify(first), ...tables, '{"end":true}'];
}

const account = (no: unknown, id: unknown): string => JSON.stringify([no, id, 'A', 5, null, 1, 1, 1]);

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.drop());

async function read(lines: string[]): Promise<unknown> {
  const each = (async function* () {
    yield* lines;
  })();
  const reseal = (sealed: Uint8Array): Uint8Array => sealed;
  return await importInto({ url: database.url, durable: false, lines: each, reseal });
}

test('whatever an archive holds that none can hold is said to be damage, without its values, and nothing is stored', async () => {
  const damaged: Record<string, string[]> = {
    'no head': ['null'],
    'no past': archive([], { ...head, eras: undefined }),
    'a past that goes back': archive([], {
      ...head,
      eras: [7, 3].map((untilSeq) => ({ untilSeq, lastAtMs: 0 })),
    }),
    'no numbers': archive([], { ...head, numbers: undefined }),
    'a position that is none': archive([], { ...head, lastSeq: 'S3CRET' }),
    'a text for a number': archive([account('S3CRET', 'a')]),
    'no id': archive([account(1, null)]),
    'a number twice': archive([account(1, 'a'), account(1, 'S3CRET')]),
    'an id twice': archive([account(1, 'S3CRET'), account(2, 'S3CRET')]),
    'lists without end': archive([
      account(1, 'a').replace('"a"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    ]),
    'a line that is nothing': [...archive().slice(0, 2), 'null', ...archive().slice(2)],
    'more after its end': [...archive(), ...archive()],
  };
  for (const [what, lines] of Object.entries(damaged)) {
    await assert.rejects(read(lines), (error: Error) => {
      assert.ok(error instanceof SurehookError, `${what}: ${error.stack}`);
      assert.match(error.message, /damaged one/, what);
      assert.doesNotMatch(error.message, /S3CRET/, what);
      return true;
    });
    assert.deepEqual(await database.query('SELECT * FROM account'), [], what);
  }
  await read(archive([account(1, 'a')]));
  assert.equal((await database.query('SELECT * FROM account')).length, 1);
});
